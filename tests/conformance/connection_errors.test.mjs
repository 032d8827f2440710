// SPDX-License-Identifier: MIT
//
// What the event "connection_error" tells of each request that is refused.

import assert from "node:assert/strict";
import { describe } from "node:test";
import { call, connectClient } from "./support/client.mjs";
import { RawConnection, send, target } from "./support/http.mjs";
import { PollingSession } from "./support/polling.mjs";
import { scenario } from "./support/scenario.mjs";
import { useServer } from "./support/server.mjs";
import { WebSocketSession } from "./support/websocket.mjs";

const server = useServer();
const UNKNOWN_SID = "a".repeat(20);

const TEXTS = [
  "Transport unknown",
  "Session ID unknown",
  "Bad handshake method",
  "Bad request",
  "Forbidden",
  "Unsupported protocol version",
];

/** Refused by plain HTTP: parameters, what else the request has, and what is told. */
const TABLE = [
  { parameters: {}, code: 0, context: {} },
  { parameters: { transport: "tcp" }, code: 0, context: { transport: "tcp" } },
  {
    parameters: { transport: "polling", sid: UNKNOWN_SID },
    code: 1,
    context: { sid: UNKNOWN_SID },
  },
  {
    parameters: { transport: "polling" },
    request: { method: "POST", body: "" },
    code: 2,
    context: { method: "POST" },
  },
  {
    parameters: { transport: "websocket" },
    code: 3,
    context: { name: "TRANSPORT_HANDSHAKE_ERROR" },
  },
  { parameters: { transport: "polling", EIO: "3" }, code: 5, context: { protocol: 3 } },
  { parameters: { transport: "polling", EIO: undefined }, code: 5, context: { protocol: 3 } },
];

/** What is told of the requests that `refuse` makes. */
async function told(t, refuse) {
  const watcher = await connectClient(t, server());
  const before = (await call(watcher, "connection-errors")).length;
  await refuse();
  return (await call(watcher, "connection-errors")).slice(before);
}

async function upgrade(path) {
  const connection = await RawConnection.open(server());
  connection.write(
    [
      `GET ${path} HTTP/1.1`,
      "Host: localhost",
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      "\r\n",
    ].join("\r\n"),
  );
  await connection.closed("the refused upgrade's end");
}

describe("connection_error", () => {
  for (const { parameters, request = {}, code, context } of TABLE) {
    const what = `${request.method ?? "GET"} ${JSON.stringify(parameters)}`;
    scenario(`is told of ${what}`, async (t) => {
      const url = target(server(), parameters);
      const list = await told(t, () => send(server(), url, request));
      assert.deepEqual(list, [
        { method: request.method ?? "GET", url, code, message: TEXTS[code], context },
      ]);
    });
  }

  scenario("is told of requests of another transport or protocol than the session's", async (t) => {
    const { sid } = await WebSocketSession.open(server());
    const polling = await PollingSession.open(server());
    const mismatch = target(server(), { transport: "polling", sid });
    const protocol = target(server(), { transport: "polling", sid: polling.sid, EIO: "3" });
    const list = await told(t, async () => {
      await send(server(), mismatch);
      await send(server(), protocol);
    });
    assert.deepEqual(
      list.map(({ url, code, context }) => ({ url, code, context })),
      [
        {
          url: mismatch,
          code: 3,
          context: {
            name: "TRANSPORT_MISMATCH",
            transport: "polling",
            previousTransport: "websocket",
          },
        },
        {
          url: protocol,
          code: 3,
          context: { name: "PROTOCOL_MISMATCH", protocol: 3, previousProtocol: 4 },
        },
      ],
    );
  });

  scenario("is told of upgrades, too", async (t) => {
    const unknown = target(server(), { transport: "websocket", sid: UNKNOWN_SID });
    const list = await told(t, () => upgrade(unknown));
    assert.deepEqual(list, [
      {
        method: "GET",
        url: unknown,
        code: 1,
        message: TEXTS[1],
        context: { sid: UNKNOWN_SID },
      },
    ]);
  });

  scenario("is not told of requests that are accepted, nor of what a middleware refuses", async (t) => {
    const list = await told(t, async () => {
      const session = await WebSocketSession.open(server());
      session.send("40/guarded,");
      assert.match(await session.next(), /^44\/guarded,/);
    });
    assert.deepEqual(list, []);
  });
});
