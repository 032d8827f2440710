// SPDX-License-Identifier: MIT
//
// A server that gives way to the next one on the same port, and official clients that come back by themselves.

import assert from "node:assert/strict";
import { TRANSPORTS, call, connectClient } from "./support/client.mjs";
import { nextEvent, until } from "./support/deadline.mjs";
import { freePort } from "./support/free_port.mjs";
import { isListening } from "./support/http.mjs";
import { scenario } from "./support/scenario.mjs";
import { Server } from "./support/server.mjs";

const PRACTICALLY_NEVER = 86_400_000;
const reconnecting = { reconnection: true, reconnectionDelay: 20, reconnectionDelayMax: 100 };

async function start(t, flags, port) {
  const server = await Server.start("socketio", {
    port: port ?? (await freePort()),
    flags: ["--ping-timeout", "20000", ...flags],
  });
  t.after(() => server.isAlive && server.stop("SIGKILL"));
  return server;
}

/** Sends SIGTERM, and starts the next server as soon as it can. */
async function replace(t, first) {
  const ended = first.stop("SIGTERM", 20_000);
  ended.catch(() => {});
  await until(async () => !(await isListening(first.port)), "the end of the listener");
  return { ended, second: await start(t, [], first.port) };
}

for (const [name, transports] of Object.entries(TRANSPORTS)) {
  scenario(`${name}: clients come back to the next server`, async (t) => {
    const first = await start(t, ["--drain", "300"]);
    const options = { ...reconnecting, ...transports };
    const clients = await Promise.all(
      Array.from({ length: 6 }, () => connectClient(t, first, options)),
    );
    const ids = clients.map((client) => client.id);
    const reasons = clients.map((client) => nextEvent(client, "disconnect"));
    const returns = clients.map((client) => nextEvent(client, "connect"));
    const { ended } = await replace(t, first);
    await Promise.all(returns);
    for (const [reason] of await Promise.all(reasons)) {
      // A request over long-polling may reach the next server before the first one has said that it ends.
      const expected = name === "websocket only" ? ["transport close"] : ["transport close", "transport error"];
      assert.ok(expected.includes(reason), reason);
    }
    for (const [index, client] of clients.entries()) {
      assert.notEqual(client.id, ids[index]);
      assert.equal(await call(client, "message-with-ack", index), index);
    }
    assert.deepEqual(await ended, { code: 0, signal: null });
  });
}

const differs = "it closes every session at once";
scenario("until it is their turn, clients are served; a second signal ends that", { differs }, async (t) => {
  const first = await start(t, ["--drain", String(PRACTICALLY_NEVER)]);
  const early = await connectClient(t, first, { ...reconnecting, transports: ["websocket"] });
  const { id } = early;
  const { second } = await replace(t, first);
  const late = await connectClient(t, second);
  assert.equal(await call(early, "clients-count"), 1);
  assert.equal(await call(late, "clients-count"), 1);
  assert.equal(early.id, id);
  const returned = nextEvent(early, "connect");
  assert.deepEqual(await first.stop("SIGTERM"), { code: 0, signal: null });
  await returned;
  assert.equal(await call(late, "clients-count"), 2);
});
