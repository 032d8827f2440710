// SPDX-License-Identifier: MIT
//
// The server with the MessagePack parser, and the official client with socket.io-msgpack-parser.

import assert from "node:assert/strict";
import { describe } from "node:test";
import { encode } from "notepack.io";
import msgpackParser from "socket.io-msgpack-parser";
import { TRANSPORTS, call, connectClient, connected, createClient } from "./support/client.mjs";
import { nextEvent } from "./support/deadline.mjs";
import { scenario } from "./support/scenario.mjs";
import { useServer } from "./support/server.mjs";
import { WebSocketSession } from "./support/websocket.mjs";

const server = useServer("socketio", { flags: ["--parser", "msgpack"] });
const options = (more = {}) => ({ parser: msgpackParser, ...more });
const client = (t, more) => connectClient(t, server(), options(more));

const VALUES = [
  null,
  true,
  0,
  -1,
  2 ** 40,
  1.5,
  "",
  "grüße 🚀",
  "x".repeat(70_000),
  [],
  [1, [2, [3]]],
  { a: { b: ["c"] } },
];

for (const [name, transports] of Object.entries(TRANSPORTS)) {
  describe(name, () => {
    scenario("values come back", async (t) => {
      const socket = await client(t, transports);
      for (const value of VALUES) {
        assert.deepEqual(await call(socket, "message-with-ack", value), value);
      }
      socket.emit("message", ...VALUES);
      assert.deepEqual(await socket.events.next(), ["message-back", ...VALUES]);
    });

    scenario("binary data come back", async (t) => {
      const socket = await client(t, transports);
      const bytes = Buffer.from([0, 1, 127, 128, 255]);
      const answer = await call(socket, "message-with-ack", { deep: [bytes] });
      assert.deepEqual(Buffer.from(answer.deep[0]), bytes);
      socket.emit("message", bytes, bytes);
      const [event, ...back] = await socket.events.next();
      assert.equal(event, "message-back");
      for (const each of back) assert.deepEqual(Buffer.from(each), bytes);
    });

    scenario("a broadcast reaches everybody, binary data and all", async (t) => {
      const sockets = [await client(t, transports), await client(t, transports)];
      const bytes = Buffer.from([1, 2, 3]);
      sockets[0].emit("all", "news", 1, bytes);
      for (const socket of sockets) {
        const [event, number, data] = await socket.events.next();
        assert.deepEqual([event, number, Buffer.from(data)], ["news", 1, bytes]);
      }
    });

    scenario("a broadcast asks everybody", async (t) => {
      const sockets = [await client(t, transports), await client(t, transports)];
      for (const [i, socket] of sockets.entries()) {
        await call(socket, "join", "askers");
        socket.on("question", (ack) => ack(i));
      }
      const { responses, error } = await call(sockets[0], "ask-all", "askers", "question", 5_000);
      assert.deepEqual([responses.sort(), error], [[0, 1], null]);
    });

    scenario("the server asks", async (t) => {
      const socket = await client(t, transports);
      socket.on("question", (value, ack) => ack({ value }));
      assert.deepEqual(await call(socket, "ask", "question", 5_000, 7), "ok");
    });
  });
}

scenario("namespaces: joined, refused, unknown", async (t) => {
  const admitted = await client(t, { namespace: "/guarded", auth: { token: "secret" } });
  assert.equal(await call(admitted, "message-with-ack", 1), 1);
  const refused = createClient(t, server(), options({ namespace: "/guarded" }));
  await assert.rejects(connected(refused), { message: "not authorized", data: { code: 401 } });
  const unknown = createClient(t, server(), options({ namespace: "/nowhere" }));
  await assert.rejects(connected(unknown), { message: "Invalid namespace" });
});

scenario("the server ends a socket", async (t) => {
  const socket = await client(t);
  socket.emit("kick");
  const [reason] = await nextEvent(socket, "disconnect");
  assert.equal(reason, "io server disconnect");
});

scenario("a packet that is none ends the connection, and only that", async (t) => {
  const socket = await client(t);
  for (const packet of [Buffer.from([0xc1]), Buffer.alloc(0), Buffer.from("text")]) {
    const session = await WebSocketSession.open(server());
    session.send(packet);
    await session.closed();
  }
  assert.equal(await call(socket, "message-with-ack", "alive"), "alive");
});

describe("the socket's error handler", () => {
  for (const [what, packet, message] of [
    ["no MessagePack", Buffer.from([0xc1]), "Could not parse"],
    ["no packet", encode(5), "invalid packet type"],
    ["no type", encode({ type: 9, nsp: "/packets" }), "invalid packet type"],
    ["no namespace", encode({ type: 2, nsp: 5, data: ["a"] }), "invalid namespace"],
    ["no arguments", encode({ type: 2, nsp: "/packets", data: {} }), "invalid payload"],
    ["no id", encode({ type: 2, nsp: "/packets", data: ["a"], id: "x" }), "invalid packet id"],
  ]) {
    scenario(`is told of ${what}`, async (t) => {
      const socket = await client(t, { namespace: "/packets", transports: ["websocket"] });
      socket.io.engine.write(packet);
      assert.deepEqual(await socket.events.next(), ["error-seen", message]);
      await socket.events.next().catch((end) => assert.match(end.message, /nothing more arrives/));
    });
  }
});

scenario("a client with the standard parser is disconnected", async (t) => {
  const socket = createClient(t, server(), { transports: ["websocket"] });
  const [reason] = await Promise.race([
    nextEvent(socket.io, "close"),
    nextEvent(socket, "connect_error"),
  ]);
  assert.ok(reason);
});
