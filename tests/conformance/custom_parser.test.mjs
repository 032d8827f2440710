// SPDX-License-Identifier: MIT
//
// A server with a parser of its own, which has CBOR packets, and the official client with the same in
// JavaScript.

import assert from "node:assert/strict";
import { describe } from "node:test";
import * as cborg from "cborg";
import { cborParser } from "./support/cbor_parser.mjs";
import { TRANSPORTS, call, connectClient, connected, createClient } from "./support/client.mjs";
import { scenario } from "./support/scenario.mjs";
import { useServer } from "./support/server.mjs";
import { WebSocketSession } from "./support/websocket.mjs";

const parser = cborParser(cborg);
const server = useServer("socketio", { flags: ["--parser", "cbor"] });
const client = (t, more) => connectClient(t, server(), { parser, ...more });

const BYTES = Buffer.from([0, 1, 127, 128, 255]);
const VALUES = [null, true, -1, 2 ** 40, 1.5, "grüße 🚀", "x".repeat(70_000), [1, [2]], { a: {} }];

for (const [name, transports] of Object.entries(TRANSPORTS)) {
  describe(name, () => {
    scenario("values and binary data come back", async (t) => {
      const socket = await client(t, transports);
      for (const value of VALUES) {
        assert.deepEqual(await call(socket, "message-with-ack", value), value);
      }
      const answer = await call(socket, "message-with-ack", { deep: [BYTES] });
      assert.deepEqual(Buffer.from(answer.deep[0]), BYTES);
    });

    scenario("the server asks, with binary data", async (t) => {
      const socket = await client(t, transports);
      socket.on("length", (bytes, ack) => ack(bytes.length, bytes));
      const answer = new Promise((resolve) =>
        socket.emit("ask", "length", 5000, BYTES, (...args) => resolve(args)),
      );
      assert.deepEqual(await answer, ["ok", BYTES.length]);
    });

    scenario("a broadcast reaches everybody", async (t) => {
      const sockets = [await client(t, transports), await client(t, transports)];
      sockets[0].emit("all", "news", 1, BYTES);
      for (const socket of sockets) {
        const [event, one, bytes] = await socket.events.next();
        assert.deepEqual([event, one], ["news", 1]);
        assert.deepEqual(Buffer.from(bytes), BYTES);
      }
    });
  });
}

describe("packets", () => {
  scenario("auth, refusals, namespaces", async (t) => {
    const socket = createClient(t, server(), {
      parser,
      namespace: "/guarded",
      auth: { token: "secret", bytes: 1 },
    });
    await connected(socket);
    assert.deepEqual(await socket.events.next(), ["auth", { token: "secret", bytes: 1 }]);
    const refused = createClient(t, server(), { parser, namespace: "/guarded" });
    await assert.rejects(connected(refused), { message: "not authorized", data: { code: 401 } });
  });

  for (const [what, message] of Object.entries({
    "text": "40",
    "no CBOR": Buffer.from([0xff]),
    "no type": Buffer.from(cborg.encode({ nsp: "/" })),
    "an unknown type": Buffer.from(cborg.encode({ type: 9, nsp: "/" })),
    "an event without data": Buffer.from(cborg.encode({ type: 2, nsp: "/" })),
  })) {
    scenario(`${what} ends the connection`, async () => {
      const session = await WebSocketSession.open(server());
      session.send(Buffer.from(cborg.encode({ type: 0, nsp: "/" })));
      await session.next("CONNECT");
      await session.next("event auth");
      session.send(message);
      await session.closed();
    });
  }

  scenario("arrays too deep for the stack end it, too", async () => {
    const session = await WebSocketSession.open(server());
    session.send(Buffer.alloc(500_000, 0x81));
    await session.closed();
  });
});
