// SPDX-License-Identifier: MIT
//
// Requests of one session whose order at the server is known, though one of several loops has the
// session, and connections go to any. A session has `server`, `path(parameters)` and `get(options)`.

import assert from "node:assert/strict";
import { Agent } from "node:http";
import { within } from "./deadline.mjs";
import { send } from "./http.mjs";

/** A request that the loop of the session answers, without any effect on the session. */
async function visit(session, options) {
  const answer = await send(session.server, session.path({ transport: "websocket" }), options);
  assert.equal(answer.status, 400, answer.body);
  assert.equal(JSON.parse(answer.body).code, 3);
}

/** After these the loop of the session has what had been sent to it on other connections. */
export async function visits(session) {
  for (let i = 0; i < 2; i++) await visit(session);
}

/**
 * A GET that waits at the server for something to be sent: `answer` is its promise, `abort` cuts its
 * connection. The server has it when this resolves.
 */
export async function park(session) {
  // Its connection is at the session's loop before the poll is sent.
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  await visit(session, { agent });
  let request;
  const answer = session.get({ agent, onRequest: (started) => (request = started) });
  answer.catch(() => {}).finally(() => agent.destroy());
  await within(
    new Promise((resolve) => request.once("finish", resolve)),
    "the poll being written",
  );
  await visits(session);
  return { answer, abort: () => request.destroy() };
}
