// SPDX-License-Identifier: MIT
//
// What either side sends just before it disconnects reaches the other side's handlers, in order.

import assert from "node:assert/strict";
import { describe } from "node:test";
import { TRANSPORTS, call, connectClient, createClient } from "./support/client.mjs";
import { nextEvent, until } from "./support/deadline.mjs";
import { PollingSession } from "./support/polling.mjs";
import { scenario } from "./support/scenario.mjs";
import { useServer } from "./support/server.mjs";
import { openSocket } from "./support/websocket.mjs";

const server = useServer("socketio", { pingTimeout: 20_000 });

const numbers = Array.from({ length: 100 }, (_, i) => i);
const watch = (t) => connectClient(t, server(), { transports: ["websocket"] });

/** All members receive the numbers, and nothing else. */
async function assertTold(watcher) {
  for (const number of numbers) assert.deepEqual(await watcher.events.next(), ["told", number]);
}

const DROPPED = "it drops events whose socket it has seen disconnect before it ran their handlers";

const CLIENT_GOODBYES = {
  "disconnect()": [(client) => client.disconnect(), "client namespace disconnect", DROPPED],
  "the end of the connection": [(client) => client.io.engine.close(), "transport close"],
};
const SERVER_GOODBYES = { "disconnect()": "kick", "disconnect(true)": "kick-hard" };

for (const [what, options] of Object.entries(TRANSPORTS)) {
  describe(`the client says goodbye: ${what}`, () => {
    for (const [name, [leave, reason, differs]] of Object.entries(CLIENT_GOODBYES)) {
      scenario(name, { differs }, async (t) => {
        const watcher = await watch(t);
        const client = await connectClient(t, server(), options);
        const { id } = client;
        for (const number of numbers) client.emit("broadcast", "told", number);
        leave(client);
        await assertTold(watcher);
        await until(
          async () => (await call(watcher, "last-disconnect", id))[1]?.reason === reason,
          "the disconnect event",
        );
      });
    }
  });

  describe(`the server says goodbye: ${what}`, () => {
    for (const [name, kick] of Object.entries(SERVER_GOODBYES)) {
      // Some of these delays coincide with each moment of an upgrade.
      scenario(`${name}, after some round trips`, async (t) => {
        for (let rounds = 0; rounds < 24; rounds++) {
          const client = createClient(t, server(), options);
          const reason = nextEvent(client, "disconnect");
          await client.events.next("event auth");
          for (let i = 0; i < rounds / 4; i++) await call(client, "message-with-ack", i);
          for (const number of numbers) client.emit("message", number);
          client.emit(kick);
          for (const number of numbers)
            assert.deepEqual(await client.events.next(), ["message-back", number]);
          assert.equal((await reason)[0], "io server disconnect");
        }
      });
    }
  });
}

describe("in one piece", () => {
  const told = numbers.map((number) => `42["broadcast","told",${number}]`);

  for (const end of ["41", "1"]) {
    scenario(`events and ${end} in one payload`, { differs: DROPPED }, async (t) => {
      const watcher = await watch(t);
      const session = await PollingSession.open(server());
      await session.write("40");
      await session.next();
      await session.write(...told, end);
      await assertTold(watcher);
    });
  }

  for (const [name, packets] of [
    ["events, 41 and a close frame", [...told, "41"]],
    ["events and a close frame", told],
  ]) {
    scenario(name, packets.includes("41") ? { differs: DROPPED } : {}, async (t) => {
      const watcher = await watch(t);
      const session = await openSocket(server());
      session.socket._socket.cork();
      session.send(...packets);
      session.socket.close();
      session.socket._socket.uncork();
      await assertTold(watcher);
    });
  }

  scenario("a poll that comes later has all of it, and then the end", async () => {
    const session = await PollingSession.open(server());
    await session.write("40");
    await session.next();
    await session.next();
    await session.write(...numbers.map((number) => `42["message",${number}]`), '42["kick-hard"]');
    for (const number of numbers)
      assert.equal(await session.next(), `42["message-back",${number}]`);
    assert.equal(await session.next(), "41");
    await session.assertClosed();
  });
});
