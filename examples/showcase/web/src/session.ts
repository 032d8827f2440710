// SPDX-License-Identifier: MIT
// What this tab remembers over a reload.

/** A secret by which the server knows that a new connection is the same tab again. */
export function sessionKey(): string {
  const key = recall("session") || freshKey();
  remember("session", key);
  return key;
}

export function recall(what: string): string {
  return sessionStorage.getItem(`showcase.${what}`) ?? "";
}

/** An empty value is forgotten. */
export function remember(what: string, value: string): void {
  if (value) sessionStorage.setItem(`showcase.${what}`, value);
  else sessionStorage.removeItem(`showcase.${what}`);
}

/** A secret that nobody guesses. */
export function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
