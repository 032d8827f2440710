// SPDX-License-Identifier: MIT
//
// The Socket.IO client of version 2, which speaks Engine.IO 3 and Socket.IO protocol 4, with a server
// that allows it.

import assert from "node:assert/strict";
import { describe } from "node:test";
import io from "socket.io-client-v2";
import { TRANSPORTS, connectClient } from "./support/client.mjs";
import { Inbox, nextEvent, until, within } from "./support/deadline.mjs";
import { scenario } from "./support/scenario.mjs";
import { useServer } from "./support/server.mjs";

const server = useServer("socketio", { flags: ["--eio3"] });
const refusingServer = useServer("socketio");

const BYTES = Buffer.from([0, 1, 127, 128, 255]);

/** A client that is closed after the case. `outcome` is the first `connect` or `error`. */
function create(t, { from = server, namespace = "/", ...options } = {}) {
  const socket = io(`${from().url}${namespace}`, {
    forceNew: true,
    reconnection: false,
    ...options,
  });
  socket.events = new Inbox();
  for (const event of ["auth", "message-back", "news", "question"]) {
    socket.on(event, (...args) => socket.events.push([event, ...args]));
  }
  socket.outcome = within(
    new Promise((resolve) => {
      socket.once("connect", () => resolve({ connected: true }));
      socket.once("error", (error) => resolve({ error }));
      socket.once("connect_error", (error) => resolve({ error }));
    }),
    "the first connect or error",
  );
  t.after(() => socket.close());
  return socket;
}

/** The same, connected; its event `auth` has been read. */
async function connect(t, options) {
  const socket = create(t, options);
  assert.deepEqual(await socket.outcome, { connected: true });
  assert.equal((await socket.events.next("event auth"))[0], "auth");
  return socket;
}

function call(socket, event, ...args) {
  const answer = new Promise((resolve) => socket.emit(event, ...args, resolve));
  return within(answer, `acknowledgement of ${event}`);
}

for (const [name, transports] of Object.entries(TRANSPORTS)) {
  describe(name, () => {
    scenario("events and acknowledgements, text and binary", async (t) => {
      const socket = await connect(t, transports);
      for (const value of [null, 1.5, "grüße 🚀", [1, { a: ["b"] }], "x".repeat(70_000)]) {
        assert.deepEqual(await call(socket, "message-with-ack", value), value);
      }
      const answer = await call(socket, "message-with-ack", { deep: [BYTES] });
      assert.deepEqual(Buffer.from(answer.deep[0]), BYTES);
      socket.emit("message", 1, BYTES, "grüße", BYTES);
      const [event, one, first, text, second] = await socket.events.next();
      assert.deepEqual([event, one, text], ["message-back", 1, "grüße"]);
      for (const bytes of [first, second]) assert.deepEqual(Buffer.from(bytes), BYTES);
    });

    scenario("messages stay in order", async (t) => {
      const socket = await connect(t, transports);
      const count = 200;
      for (let i = 0; i < count; i++) socket.emit("message", i, i % 3 === 0 ? BYTES : "text");
      for (let i = 0; i < count; i++) assert.equal((await socket.events.next())[1], i);
    });

    scenario("the server asks, and the client acknowledges", async (t) => {
      const socket = await connect(t, transports);
      socket.on("sum", (a, b, ack) => ack(a + b));
      const answer = new Promise((resolve) =>
        socket.emit("ask", "sum", 1000, 1, 2, (...args) => resolve(args)),
      );
      assert.deepEqual(await within(answer, "the answer"), ["ok", 3]);
    });

    scenario("a broadcast reaches clients of either version", async (t) => {
      const older = [await connect(t, transports), await connect(t, transports)];
      const newer = await connectClient(t, server(), transports);
      older[0].emit("all", "news", "grüße", BYTES);
      newer.emit("all", "news", "text alone");
      for (const socket of [...older, newer]) {
        const received = [await socket.events.next(), await socket.events.next()];
        const [withBytes] = received.filter((event) => event.length === 3);
        assert.equal(withBytes[1], "grüße");
        assert.deepEqual(Buffer.from(withBytes[2]), BYTES);
        const [text] = received.filter((event) => event.length === 2);
        assert.deepEqual(text, ["news", "text alone"]);
      }
    });
  });
}

describe("connection", () => {
  scenario("a client is upgraded to WebSocket", async (t) => {
    const socket = await connect(t);
    await until(
      async () => (await call(socket, "connection")).transport === "websocket",
      "the upgrade",
    );
  });

  scenario("sockets' ids are those that these clients make themselves", async (t) => {
    const socket = await connect(t, { transports: ["websocket"] });
    assert.deepEqual(await call(socket, "rooms"), [socket.id]);
    assert.equal(socket.id, socket.io.engine.id);
    const other = await connect(t, { namespace: "/custom" });
    assert.match(other.id, /^\/custom#/);
    assert.deepEqual(await call(other, "rooms"), [other.id]);
  });

  scenario("heartbeats keep a connection open", async (t) => {
    const socket = await connect(t);
    for (let i = 0; i < 2; i++) await nextEvent(socket.io.engine, "heartbeat");
    assert.ok(socket.connected);
  });

  scenario("the client leaves, and the server notices", async (t) => {
    const socket = await connect(t);
    const witness = await connect(t);
    const { id } = socket;
    socket.close();
    const seen = async () => await call(witness, "last-disconnect", id);
    await until(async () => (await seen()).length === 2, "the disconnect");
    assert.equal((await seen())[1].reason, "client namespace disconnect");
  });

  scenario("the server disconnects the client", async (t) => {
    const socket = await connect(t);
    const gone = nextEvent(socket, "disconnect");
    socket.emit("kick");
    assert.deepEqual(await gone, ["io server disconnect"]);
  });

  scenario("without the option the server refuses", async (t) => {
    for (const transports of [["polling"], ["websocket"]]) {
      const socket = create(t, { from: refusingServer, transports });
      const { error } = await socket.outcome;
      assert.ok(error);
    }
  });
});

describe("namespaces", () => {
  scenario("a namespace besides the main one, over the same connection", async (t) => {
    const main = await connect(t);
    const custom = main.io.socket("/custom");
    await nextEvent(custom, "connect");
    assert.equal(await call(custom, "message-with-ack", "over custom"), "over custom");
    custom.close();
    assert.equal(await call(main, "message-with-ack", "still here"), "still here");
  });

  scenario("a query takes the place of auth", async (t) => {
    const socket = create(t, { namespace: "/guarded?token=secret&more=a%20b" });
    assert.deepEqual(await socket.outcome, { connected: true });
    assert.deepEqual(await socket.events.next(), ["auth", { token: "secret", more: "a b" }]);
  });

  scenario("the main namespace has no auth, and the query of the handshake", async (t) => {
    const socket = await connect(t, { query: { token: "secret" } });
    const { auth, query } = await call(socket, "handshake");
    assert.deepEqual(auth, {});
    assert.equal(query.token, "secret");
    assert.equal(query.EIO, "3");
  });

  scenario("a client that is refused gets an error", async (t) => {
    const guarded = create(t, { namespace: "/guarded" });
    assert.deepEqual(await guarded.outcome, { error: { code: 401 } });
    const unknown = create(t, { namespace: "/unknown" });
    assert.deepEqual(await unknown.outcome, { error: { message: "Invalid namespace" } });
  });

  scenario("by pattern, with a query", async (t) => {
    const socket = await connect(t, { namespace: "/dynamic-7?x=1" });
    assert.match(socket.id, /^\/dynamic-7#/);
  });
});
