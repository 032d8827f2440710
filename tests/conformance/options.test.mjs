// SPDX-License-Identifier: MIT
//
// Options of the server that other files leave at their defaults.

import assert from "node:assert/strict";
import { describe } from "node:test";
import { call, connectClient } from "./support/client.mjs";
import { until } from "./support/deadline.mjs";
import { send } from "./support/http.mjs";
import { PollingSession } from "./support/polling.mjs";
import { scenario } from "./support/scenario.mjs";
import { hasLoops, useServer } from "./support/server.mjs";

const query = "EIO=4&transport=polling";

describe("addTrailingSlash", () => {
  const slashed = useServer();
  const bare = useServer("socketio", { flags: ["--no-trailing-slash"] });
  const status = async (server, path) => (await send(server, `${path}?${query}`)).status;

  scenario("with it, the path ends with a slash", async () => {
    assert.equal(await status(slashed(), "/socket.io/"), 200);
    assert.equal(await status(slashed(), "/socket.io/any"), 200);
  });

  scenario("without, it does not", async (t) => {
    assert.equal(await status(bare(), "/socket.io"), 200);
    assert.equal(await status(bare(), "/socket.io/"), 200);
    assert.equal(await status(bare(), "/socket.iox"), 200);
    assert.equal(await status(bare(), "/socket.i"), 404);
    const socket = await connectClient(t, bare(), { addTrailingSlash: false });
    assert.equal(await call(socket, "message-with-ack", 1), 1);
  });

  scenario("without, the client's files have one still", async () => {
    assert.equal((await send(bare(), "/socket.io/socket.io.js")).status, 200);
    assert.equal((await send(bare(), "/socket.iosocket.io.js")).status, 400);
  });
});

describe("httpCompression", () => {
  const compressing = useServer();
  const plain = useServer("socketio", { flags: ["--no-compression"] });
  const headers = { "accept-encoding": "gzip" };

  async function encodingOfLongPoll(server) {
    const session = await PollingSession.open(server);
    await session.post("40");
    await session.get();
    await session.post(`42["message","${"a".repeat(5_000)}"]`);
    return (await session.get({ headers })).headers["content-encoding"];
  }

  scenario("on", async () => assert.equal(await encodingOfLongPoll(compressing()), "gzip"));
  scenario("off", async () => assert.equal(await encodingOfLongPoll(plain()), undefined));
});

describe("cleanupEmptyChildNamespaces", { skip: hasLoops }, () => {
  const keeping = useServer();
  const cleaning = useServer("socketio", { flags: ["--cleanup"] });

  /** How often the namespace was created while clients came and went. */
  async function timesCreated(t, server) {
    const watcher = await connectClient(t, server);
    const created = async () =>
      (await call(watcher, "new-namespaces")).filter((name) => name === "/dynamic-7").length;
    for (let i = 0; i < 2; i++) {
      const socket = await connectClient(t, server, { namespace: "/dynamic-7" });
      const { id } = socket;
      socket.disconnect();
      await until(
        async () => (await call(watcher, "last-disconnect", id)).length === 2,
        "the server's disconnect",
      );
    }
    return created();
  }

  scenario("off", async (t) => assert.equal(await timesCreated(t, keeping()), 1));
  scenario("on", async (t) => assert.equal(await timesCreated(t, cleaning()), 2));
});

describe("allowUpgrades", () => {
  const server = useServer("socketio", { flags: ["--no-upgrades"] });

  scenario("off: a session stays with its transport", async (t) => {
    const session = await PollingSession.open(server());
    assert.deepEqual(session.handshake.upgrades, []);
    const socket = await connectClient(t, server());
    assert.equal((await call(socket, "connection")).transport, "polling");
    const other = await connectClient(t, server(), { transports: ["websocket"] });
    assert.equal((await call(other, "connection")).transport, "websocket");
  });
});

describe("new_namespace", { skip: hasLoops }, () => {
  const server = useServer();

  scenario("each namespace of a pattern, once", async (t) => {
    const watcher = await connectClient(t, server());
    for (const name of ["/dynamic-1", "/dynamic-2", "/dynamic-1"]) {
      await connectClient(t, server(), { namespace: name });
    }
    const names = await call(watcher, "new-namespaces");
    assert.deepEqual(
      names.filter((name) => name.startsWith("/dynamic-")),
      ["/dynamic-1", "/dynamic-2"],
    );
  });
});
