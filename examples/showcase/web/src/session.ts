// SPDX-License-Identifier: MIT
// What this tab remembers over a reload: the name, and a secret by which the server knows that a
// new connection is the same tab again, so that its own old connection does not block the name.

const NAME = "lobby.name";
const KEY = "lobby.session";

function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function sessionKey(): string {
  const key = sessionStorage.getItem(KEY) ?? freshKey();
  sessionStorage.setItem(KEY, key);
  return key;
}

export function rememberedName(): string {
  return sessionStorage.getItem(NAME) ?? "";
}

export function rememberName(name: string): void {
  if (name) sessionStorage.setItem(NAME, name);
  else sessionStorage.removeItem(NAME);
}
