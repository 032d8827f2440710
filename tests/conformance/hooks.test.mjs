// SPDX-License-Identifier: MIT
//
// What an application does below Socket.IO: middlewares, headers, cookie, ids of its own.

import assert from "node:assert/strict";
import { describe } from "node:test";
import { call, connectClient, createClient, connected } from "./support/client.mjs";
import { until } from "./support/deadline.mjs";
import { send, target } from "./support/http.mjs";
import { PollingSession } from "./support/polling.mjs";
import { scenario } from "./support/scenario.mjs";
import { useServer } from "./support/server.mjs";
import { WebSocketSession } from "./support/websocket.mjs";

const server = useServer("socketio", { flags: ["--hooks"] });

const handshake = (headers = {}) =>
  send(server(), target(server(), { transport: "polling" }), { headers });

/** The headers of the response that makes a WebSocket of a request. */
async function upgradeHeaders(parameters = {}, headers = {}) {
  const session = await WebSocketSession.connect(server(), { parameters, headers });
  session.close();
  return session.responseHeaders;
}

describe("headers", () => {
  scenario("the first response of a session", async () => {
    const { status, headers } = await handshake();
    assert.equal(status, 200);
    assert.equal(headers["x-initial"], "GET");
    assert.equal(headers["x-every"], "GET");
  });

  scenario("later responses", async () => {
    const session = await PollingSession.open(server());
    const posted = await session.post("40");
    assert.equal(posted.headers["x-every"], "POST");
    assert.equal(posted.headers["x-initial"], undefined);
    const polled = await session.get();
    assert.equal(polled.headers["x-every"], "GET");
    assert.equal(polled.headers["x-initial"], undefined);
  });

  scenario("a WebSocket that begins a session", async () => {
    const headers = await upgradeHeaders();
    assert.equal(headers["x-initial"], "GET");
    assert.equal(headers["x-every"], "GET");
    assert.equal(headers["set-cookie"], undefined);
  });

  scenario("a WebSocket of a session that there is", async () => {
    const { sid } = await PollingSession.open(server());
    const headers = await upgradeHeaders({ sid });
    assert.equal(headers["x-initial"], undefined);
    assert.equal(headers["x-every"], "GET");
  });

  scenario("a refusal has none", async () => {
    const { status, headers } = await send(server(), target(server(), { transport: "none" }));
    assert.equal(status, 400);
    assert.equal(headers["x-every"], undefined);
  });
});

describe("cookie", () => {
  scenario("it has the session's id and the attributes that were asked for", async () => {
    const { body, headers } = await handshake();
    const { sid } = JSON.parse(body.slice(1));
    assert.deepEqual(headers["set-cookie"], [
      `session=${sid}; Max-Age=100; Domain=example.org; Path=/; HttpOnly; Secure; SameSite=Strict`,
    ]);
  });

  scenario("an id is escaped in it", async () => {
    const { body, headers } = await handshake({ "x-session-id": 'a "b";c' });
    assert.equal(JSON.parse(body.slice(1)).sid, 'a "b";c');
    assert.match(headers["set-cookie"][0], /^session=a%20%22b%22%3Bc; /);
  });

  scenario("only the first response sets it", async () => {
    const session = await PollingSession.open(server());
    assert.equal((await session.post("40")).headers["set-cookie"], undefined);
  });
});

describe("ids", () => {
  scenario("the application's id is the session's", async () => {
    const session = await PollingSession.open(server(), { headers: { "x-session-id": "mine" } });
    assert.equal(session.sid, "mine");
    assert.equal((await session.post("40")).status, 200);
    assert.match((await session.get()).body, /^40\{"sid":/);
  });

  scenario("no id, no session", async (t) => {
    const watcher = await connectClient(t, server());
    const before = (await call(watcher, "connection-errors")).length;
    const { status, body } = await handshake({ "x-session-id": "none" });
    assert.equal(status, 400);
    assert.deepEqual(JSON.parse(body), { code: 3, message: "Bad request" });
    const [error] = (await call(watcher, "connection-errors")).slice(before);
    assert.equal(error.code, 3);
    assert.equal(error.context.name, "ID_GENERATION_ERROR");
  });

  scenario(
    "an id that a session has, and one that is none, are refused",
    { differs: "it gives two clients one session" },
    async () => {
      await PollingSession.open(server(), { headers: { "x-session-id": "taken" } });
      assert.equal((await handshake({ "x-session-id": "taken" })).status, 400);
      assert.equal((await handshake({ "x-session-id": "a".repeat(129) })).status, 400);
      assert.equal((await handshake({ "x-session-id": "a".repeat(128) })).status, 200);
    },
  );
});

describe("middlewares", () => {
  scenario("one that answers", async () => {
    const { status, body, headers } = await handshake({ "x-step": "refuse" });
    assert.equal(status, 401);
    assert.equal(body, "refused by a middleware");
    assert.match(headers["content-type"], /^text\/plain/);
  });

  scenario("one that answers the request of a session", async () => {
    const session = await PollingSession.open(server());
    const posted = await session.post("40", { headers: { "x-step": "refuse" } });
    assert.equal(posted.status, 401);
    assert.equal((await session.post("40")).status, 200);
    assert.match((await session.get()).body, /^40/);
  });

  scenario("one that fails", async (t) => {
    const watcher = await connectClient(t, server());
    const before = (await call(watcher, "connection-errors")).length;
    const { status, body } = await handshake({ "x-step": "fail" });
    assert.equal(status, 400);
    assert.deepEqual(JSON.parse(body), { code: 3, message: "Bad request" });
    const [error] = (await call(watcher, "connection-errors")).slice(before);
    assert.deepEqual(error.context, { name: "MIDDLEWARE_FAILURE" });
  });

  scenario("one that adds a header", async () => {
    const { status, headers } = await handshake({ "x-step": "header" });
    assert.equal(status, 200);
    assert.equal(headers["x-middleware"], "passed");
    assert.equal((await upgradeHeaders({}, { "x-step": "header" }))["x-middleware"], "passed");
  });

  for (const transport of ["polling", "websocket"]) {
    scenario(`one that takes its time, over ${transport}`, async (t) => {
      const socket = createClient(t, server(), {
        transports: [transport],
        extraHeaders: { "x-step": "later" },
      });
      await connected(socket);
      assert.equal(await call(socket, "message-with-ack", "x"), "x");
    });
  }

  scenario("a WebSocket that one refuses does not open", async () => {
    await assert.rejects(upgradeHeaders({}, { "x-step": "refuse" }));
    await assert.rejects(upgradeHeaders({}, { "x-step": "fail" }));
  });
});

describe("socket.conn", () => {
  const log = (socket, id = socket.id) => call(socket, "conn-events", id);
  const has = (events, wanted) =>
    events.some((event) => JSON.stringify(event) === JSON.stringify(wanted));
  /** The log, once it has such an event. */
  async function logWith(socket, wanted, id = socket.id) {
    let events = [];
    await until(
      async () => has((events = await log(socket, id)), wanted),
      JSON.stringify(wanted),
    );
    return events;
  }

  for (const transport of ["polling", "websocket"]) {
    scenario(`packets that arrive and leave: ${transport}`, async (t) => {
      const socket = await connectClient(t, server(), { transports: [transport] });
      socket.emit("message", "hello");
      assert.deepEqual(await socket.events.next(), ["message-back", "hello"]);
      const events = await logWith(socket, ["packet", "pong", ""]);
      const arrived = ["packet", "message", '2["message","hello"]'];
      const left = ["packetCreate", "message", '2["message-back","hello"]'];
      const position = (wanted) =>
        events.findIndex((event) => JSON.stringify(event) === JSON.stringify(wanted));
      assert.ok(position(arrived) >= 0);
      assert.ok(position(left) > position(arrived));
      assert.ok(has(events, ["packetCreate", "ping", ""]));
      assert.ok(has(events, ["drain"]));
    });
  }

  scenario("binary packets", async (t) => {
    const socket = await connectClient(t, server(), { transports: ["websocket"] });
    socket.emit("message", Buffer.from([1, 2]));
    await socket.events.next();
    const events = await log(socket);
    assert.ok(has(events, ["packet", "message", null]));
    assert.ok(has(events, ["packetCreate", "message", null]));
  });

  scenario("what is broadcast", async (t) => {
    const socket = await connectClient(t, server());
    socket.emit("all", "news", 1);
    await socket.events.next();
    assert.ok(has(await log(socket), ["packetCreate", "message", '2["news",1]']));
  });

  scenario("an upgrade", async (t) => {
    const socket = await connectClient(t, server(), { transports: ["polling", "websocket"] });
    await logWith(socket, ["upgrade", "websocket"]);
  });

  scenario("its end", async (t) => {
    const witness = await connectClient(t, server());
    const socket = await connectClient(t, server());
    const { id } = socket;
    socket.io.engine.close();
    await logWith(witness, ["close", "transport close"], id);
  });

  scenario("the request that opened it", async (t) => {
    const socket = await connectClient(t, server(), {
      transports: ["polling", "websocket"],
      query: { q: "1" },
      extraHeaders: { "x-custom": "mine" },
    });
    const { url, ...rest } = await call(socket, "request");
    assert.deepEqual(rest, { method: "GET", custom: "mine", ownId: true });
    assert.match(url, /^\/socket\.io\/\?.*transport=polling/);
    assert.match(url, /[?&]q=1/);
  });
});
