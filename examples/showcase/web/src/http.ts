// SPDX-License-Identifier: MIT
// JSON over HTTP, and what to say when it fails.

/** What fetch() itself says is written for programmers. */
export const UNREACHABLE = "The server cannot be reached. Please try again later.";

/** The JSON that the server answers; throws an error whose message is a sentence for the reader. */
export async function request<T>(path: string, body?: object): Promise<T> {
  const options = body && {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  };
  const response = await fetch(path, options).catch(() => {
    throw new Error(UNREACHABLE);
  });
  // Whoever stands between may answer something else than JSON.
  const answer = await response.json().catch(() => undefined);
  if (response.ok && answer !== undefined) return answer;
  const failed = `The server failed (status ${response.status}). Please try again later.`;
  throw new Error(answer?.error ?? failed);
}
