// SPDX-License-Identifier: MIT
//
// The official Engine.IO client, over each of its transports: messages, sizes, bursts, closing.

import assert from "node:assert/strict";
import { describe } from "node:test";
import { Socket } from "engine.io-client";
import { TRANSPORTS } from "./support/client.mjs";
import { Inbox, nextEvent } from "./support/deadline.mjs";
import { scenario } from "./support/scenario.mjs";
import { useServer } from "./support/server.mjs";

const server = useServer("engine");

async function open(t, options) {
  const client = new Socket(server().url, options);
  t.after(() => client.close());
  client.inbox = new Inbox();
  client.on("message", (data) => client.inbox.push(data));
  client.on("close", (reason) => client.inbox.end(reason));
  await nextEvent(client, "open");
  return client;
}

async function assertEchoes(client, messages) {
  for (const message of messages) client.send(message);
  for (const message of messages) assert.deepEqual(await client.inbox.next(), message);
}

for (const [what, options] of Object.entries({
  ...TRANSPORTS,
  "websocket, then polling": { transports: ["websocket", "polling"] },
})) {
  describe(what, () => {
    scenario("text and binary come back as what they were", async (t) => {
      const client = await open(t, options);
      await assertEchoes(client, [
        "hello",
        "€ \u{1F680}",
        Buffer.from([0, 1, 255]),
        Buffer.alloc(0x10000, 3),
        "after",
      ]);
    });

    scenario("base64 for all binary when the client asks for it", async (t) => {
      const client = await open(t, { ...options, forceBase64: true });
      await assertEchoes(client, [Buffer.from([0, 1, 255]), "text", Buffer.from("xyz")]);
    });

    scenario("a burst keeps its order", async (t) => {
      const client = await open(t, options);
      await assertEchoes(
        client,
        Array.from({ length: 2000 }, (_, i) => `message ${i}`),
      );
    });

    scenario("the largest message that is allowed", async (t) => {
      const client = await open(t, options);
      await assertEchoes(client, ["x".repeat(999_999)]);
    });

    scenario("a larger one ends the connection", async (t) => {
      const client = await open(t, { ...options, upgrade: false });
      const closed = nextEvent(client, "close");
      client.send("x".repeat(1_000_001));
      assert.match((await closed)[0], /^transport (close|error)$/);
    });

    scenario("closing at once and closing after messages", async (t) => {
      const idle = await open(t, options);
      const closed = nextEvent(idle, "close");
      idle.close();
      assert.equal((await closed)[0], "forced close");
      const busy = await open(t, options);
      const ended = nextEvent(busy, "close");
      busy.send("last words");
      busy.close();
      await ended;
    });

    scenario("fifty clients at once", async (t) => {
      const clients = await Promise.all(Array.from({ length: 50 }, () => open(t, options)));
      assert.equal(new Set(clients.map(({ id }) => id)).size, 50);
      await Promise.all(
        clients.map((client, i) => assertEchoes(client, [`from ${i}`, Buffer.from([i])])),
      );
    });
  });
}

describe("options of the client", () => {
  scenario("query, headers and timestamps do not get in the way", async (t) => {
    const client = await open(t, {
      query: { a: "b c", "€": "&" },
      extraHeaders: { "X-Custom": "x", Authorization: "Bearer y" },
      timestampRequests: true,
      timestampParam: "ts",
    });
    await assertEchoes(client, ["hello"]);
  });

  scenario(
    "the first of the subprotocols that it offers is chosen, since browsers give up otherwise",
    async (t) => {
      const client = await open(t, { transports: ["websocket"], protocols: ["one", "two"] });
      assert.equal(client.transport.ws.protocol, "one");
      await assertEchoes(client, ["hello"]);
    },
  );

  scenario("cookies are kept, none are set", async (t) => {
    const client = await open(t, { withCredentials: true });
    await assertEchoes(client, ["hello"]);
  });

  scenario("a wrong path is an error", async (t) => {
    const client = new Socket(server().url, { path: "/other" });
    t.after(() => client.close());
    const [error] = await nextEvent(client, "error");
    assert.match(error.message, /poll error/);
  });
});
