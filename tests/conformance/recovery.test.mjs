// SPDX-License-Identifier: MIT
//
// Connection state recovery: clients that have lost their connection come back with their id, rooms and data, and
// get what they have missed, once and in order.

import assert from "node:assert/strict";
import { describe } from "node:test";
import { TRANSPORTS, call, connectClient, connectClients, settled } from "./support/client.mjs";
import { nextEvent, until } from "./support/deadline.mjs";
import { scenario } from "./support/scenario.mjs";
import { useServer } from "./support/server.mjs";
import { WebSocketSession } from "./support/websocket.mjs";

const server = useServer("socketio", { flags: ["--recovery"] });

const QUICK = { reconnection: true, reconnectionDelay: 50, randomizationFactor: 0 };
/** What an event brings, without its offset. */
const without_offset = ([event, ...args]) => [event, ...args.slice(0, -1)];

/** A client that has received one event, and so knows an offset. */
async function returningClient(t, options = {}) {
  const socket = await connectClient(t, server(), { ...QUICK, ...options });
  socket.emit("message", "first");
  assert.deepEqual(without_offset(await socket.events.next()), ["message-back", "first"]);
  return socket;
}

/** Cuts the client's connection, does `meanwhile` when the server has noticed, and waits for the client's return. */
async function cut(socket, witness, meanwhile) {
  const { id } = socket;
  socket.io.reconnectionDelay(100_000);
  socket.io.engine.close();
  await until(async () => (await call(witness, "last-disconnect", id)).length >= 2, "the server's notice");
  await meanwhile?.();
  const returned = nextEvent(socket, "connect");
  socket.io.connect();
  await returned;
}

/** A Socket.IO connection packet by packet: what its CONNECT was answered with, and what follows. */
async function join(auth, namespace = "") {
  const session = await WebSocketSession.open(server());
  session.send(`40${namespace}${auth ? JSON.stringify(auth) : ""}`);
  const events = [];
  for (;;) {
    const packet = await session.next();
    if (packet.startsWith("40")) {
      const answer = JSON.parse(packet.slice(packet.indexOf("{")));
      return Object.assign(session, { id: answer.sid, pid: answer.pid, early: events });
    }
    events.push(packet);
  }
}
/** The next event, and its offset. */
async function nextOf(session) {
  const packet = await session.next();
  const [event, ...args] = JSON.parse(packet.slice(packet.indexOf("[")));
  return { event, args: args.slice(0, -1), offset: args.at(-1) };
}

for (const [what, options] of Object.entries(TRANSPORTS)) {
  describe(`the official client: ${what}`, () => {
    scenario("comes back with its id, rooms, data and what it has missed", async (t) => {
      const witness = await connectClient(t, server());
      const socket = await returningClient(t, options);
      const { id } = socket;
      assert.equal(await call(socket, "recovered"), false);
      await call(socket, "join", "room");
      await call(socket, "set-data", "kept");
      await cut(socket, witness, async () => {
        witness.emit("to-room", "room", "one", 1);
        witness.emit("to-room", "elsewhere", "not-for-it");
        witness.emit("to-room", ["room", id], "two", { b: [2] }, Buffer.from([3]));
        witness.emit("to-room", id, "three");
        witness.emit("all", "four", "text");
        await settled(witness);
      });
      assert.equal(socket.recovered, true);
      assert.equal(socket.id, id);
      assert.equal(await call(socket, "recovered"), true);
      assert.deepEqual(await call(socket, "rooms"), [id, "room"].sort());
      assert.equal(await call(socket, "get-data"), "kept");
      const missed = [];
      while (missed.length < 5) missed.push(without_offset(await socket.events.next()));
      assert.deepEqual(missed.slice(0, 4), [
        ["one", 1],
        ["two", { b: [2] }, Buffer.from([3])],
        ["three"],
        ["four", "text"],
      ]);
      assert.deepEqual(missed[4], ["auth", missed[4][1]], "the server's greeting comes behind");
    });
  });
}

describe("who comes back", () => {
  scenario("not somebody who has left", async (t) => {
    const socket = await returningClient(t);
    const { id } = socket;
    socket.disconnect();
    socket.connect();
    await nextEvent(socket, "connect");
    assert.equal(socket.recovered, false);
    assert.notEqual(socket.id, id);
  });

  scenario("not somebody whom the server has sent away", async (t) => {
    const socket = await returningClient(t);
    socket.emit("kick");
    await nextEvent(socket, "disconnect");
    socket.connect();
    await nextEvent(socket, "connect");
    assert.equal(socket.recovered, false);
  });

  scenario("not with an id that nobody has", async () => {
    const { offset } = await nextOf(await join());
    const second = await join({ pid: "nobody", offset });
    assert.notEqual(second.pid, "nobody");
    assert.equal((await nextOf(second)).event, "auth");
  });

  scenario("not with an offset that nobody has sent", async () => {
    const first = await join();
    await nextOf(first);
    first.close();
    const second = await join({ pid: first.pid, offset: "none" });
    assert.notEqual(second.id, first.id);
  });

  scenario("again and again, with and without news", async () => {
    const witness = await join();
    await nextOf(witness);
    const first = await join();
    let { offset } = await nextOf(first);
    let former = first;
    for (const news of [[], ["a", "b"], [], ["c"]]) {
      former.close();
      await until(async () => {
        witness.send(`421["fetch","${first.id}"]`);
        return (await witness.next()) === "431[[]]";
      }, "the server's notice");
      for (const one of news) witness.send(`42["to-room","${first.id}","news","${one}"]`);
      witness.send('421["message-with-ack"]');
      await witness.next();
      const again = await join({ pid: first.pid, offset });
      assert.equal(again.id, first.id);
      assert.equal(again.pid, first.pid);
      const received = again.early;
      while (received.length <= news.length) received.push(await again.next());
      const events = received.map((packet) => JSON.parse(packet.slice(2)));
      assert.deepEqual(events.map(([event, first]) => (event === "news" ? first : event)), [...news, "auth"]);
      offset = events.at(-1).at(-1);
      former = again;
    }
  });

  scenario(
    "before it has received anything",
    { differs: "it needs an offset, which such a client does not have" },
    async () => {
      // The greeting is lost with the connection.
      const first = await join();
      first.close();
      const second = await join({ pid: first.pid });
      assert.equal(second.id, first.id);
      assert.equal((await nextOf(second)).event, "auth");
      assert.equal((await nextOf(second)).event, "auth");
    },
  );

  scenario(
    "before the server has noticed that it had gone",
    { differs: "it takes the client for a new one" },
    async () => {
      const first = await join();
      const { offset } = await nextOf(first);
      const second = await join({ pid: first.pid, offset });
      assert.equal(second.id, first.id);
      await first.closed();
    },
  );

  scenario("only one of two that present the same id", { differs: "both are the same client then" }, async () => {
    const first = await join();
    const { offset } = await nextOf(first);
    first.close();
    const second = await join({ pid: first.pid, offset });
    second.close();
    const [third, fourth] = [await join({ pid: first.pid, offset }), await join({ pid: first.pid, offset })];
    assert.equal(third.id, fourth.id);
    await third.closed("the one that came earlier");
  });
});

describe("what it has missed", () => {
  scenario("is neither volatile nor asks for an acknowledgement", async (t) => {
    const witness = await connectClient(t, server());
    const socket = await returningClient(t);
    await call(socket, "join", "asked");
    await cut(socket, witness, async () => {
      witness.emit("volatile-all", "volatile");
      witness.emit("all", "kept");
      await settled(witness);
    });
    assert.equal(socket.recovered, true);
    assert.deepEqual(without_offset(await socket.events.next()), ["kept"]);
    assert.equal((await socket.events.next())[0], "auth");
  });

  scenario("does not include what was not for it", async (t) => {
    const [witness, other] = await connectClients(t, server(), 2);
    const socket = await returningClient(t);
    const { id } = socket;
    await call(socket, "join", "a");
    await call(other, "join", "a");
    await cut(socket, witness, async () => {
      witness.emit("to-room-except", "a", id, "not-for-it");
      witness.emit("except-room", "a", "neither");
      witness.emit("in-room", "a", "for-it");
      await settled(witness);
    });
    assert.deepEqual(without_offset(await socket.events.next()), ["for-it"]);
  });

  scenario(
    "does not include what a room heard before it joined",
    { differs: "it looks at the rooms in which the client was last" },
    async (t) => {
      const witness = await connectClient(t, server());
      const socket = await returningClient(t);
      witness.emit("in-room", "late", "secret");
      await settled(witness);
      await call(socket, "join", "late");
      await cut(socket, witness, async () => {
        witness.emit("in-room", "late", "for-all-members");
        await settled(witness);
      });
      assert.deepEqual(without_offset(await socket.events.next()), ["for-all-members"]);
    },
  );

  scenario("comes behind the middlewares of a namespace", async () => {
    const first = await join({ token: "secret" }, "/guarded,");
    const packet = await first.next();
    const [, , offset] = JSON.parse(packet.slice(packet.indexOf("[")));
    first.close();
    const second = await join({ pid: first.pid, offset }, "/guarded,");
    assert.equal(second.id, first.id, "it need not present its token again");
  });
});
