// SPDX-License-Identifier: MIT
// Accounts for tests, made and signed in over HTTP as anybody would.
import assert from "node:assert/strict";

export async function post(url, path, body) {
  const response = await fetch(url + path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

export const PASSWORD = "correct horse";

export async function signUp(url, email, password = PASSWORD) {
  const { status, body } = await post(url, "/api/signup", { email, password });
  assert.equal(status, 201, body.error);
}

/** The token. */
export async function signIn(url, email, password = PASSWORD) {
  const { status, body } = await post(url, "/api/login", { email, password });
  assert.equal(status, 200, body.error);
  return body.token;
}
