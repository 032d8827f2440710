// SPDX-License-Identifier: MIT
//
// Many official clients at once, coming and going, over all transports.

import assert from "node:assert/strict";
import { describe } from "node:test";
import { TRANSPORTS, call, connectClient, connectClients } from "./support/client.mjs";
import { until } from "./support/deadline.mjs";
import { scenario } from "./support/scenario.mjs";
import { useServer } from "./support/server.mjs";

const server = useServer();
const upgraded = (client) =>
  until(() => client.io.engine.transport.name === "websocket", "the upgrade");

describe("transports", () => {
  for (const [what, options] of Object.entries(TRANSPORTS)) {
    scenario(`is the one that was asked for: ${what}`, async (t) => {
      const client = await connectClient(t, server(), options);
      const last = options.transports.at(-1);
      await until(() => client.io.engine.transport.name === last, `transport ${last}`);
      assert.equal(await call(client, "message-with-ack", last), last);
    });
  }

  scenario("websocket first, polling as the alternative", async (t) => {
    const client = await connectClient(t, server(), { transports: ["websocket", "polling"] });
    assert.equal(client.io.engine.transport.name, "websocket");
  });

  scenario("acknowledgements and binary survive the upgrade", async (t) => {
    for (let round = 0; round < 5; round++) {
      const client = await connectClient(t, server());
      const answers = [];
      for (let i = 0; i < 40; i++) {
        answers.push(call(client, "message-with-ack", { i, blob: Buffer.from([i]) }));
        await new Promise(setImmediate);
      }
      await upgraded(client);
      for (const [i, answer] of answers.entries())
        assert.deepEqual(await answer, { i, blob: Buffer.from([i]) });
      client.disconnect();
    }
  });

  scenario("broadcasts survive the upgrade in order", async (t) => {
    const namespace = "/dynamic-3";
    const sender = await connectClient(t, server(), { namespace, transports: ["websocket"] });
    let next = 0;
    const talk = setInterval(() => sender.emit("broadcast", "note", next++), 1);
    t.after(() => clearInterval(talk));
    for (let round = 0; round < 5; round++) {
      const client = await connectClient(t, server(), { namespace });
      await upgraded(client);
      const [, first] = await client.events.next();
      for (let i = 1; i < 60; i++)
        assert.deepEqual(await client.events.next(), ["note", first + i]);
      client.disconnect();
    }
  });
});

describe("a crowd", () => {
  for (const [what, options] of Object.entries(TRANSPORTS)) {
    const count = options.transports.includes("polling") ? 50 : 100;
    scenario(`of ${count}, each with its own answers: ${what}`, async (t) => {
      const clients = await connectClients(t, server(), count, options);
      assert.equal(new Set(clients.map(({ id }) => id)).size, count);
      await Promise.all(
        clients.map(async (client, i) => {
          for (let j = 0; j < 5; j++)
            assert.equal(await call(client, "message-with-ack", `${i}.${j}`), `${i}.${j}`);
        }),
      );
    });
  }

  scenario("that comes and goes leaves nothing behind", async (t) => {
    const watcher = await connectClient(t, server(), {
      namespace: "/dynamic-4",
      transports: ["websocket"],
    });
    for (let round = 0; round < 5; round++) {
      const clients = await connectClients(t, server(), 20, {
        namespace: "/dynamic-4",
        transports: ["websocket"],
      });
      assert.equal((await call(watcher, "fetch-all")).length, 21);
      for (const client of clients) client.disconnect();
      await until(
        async () => (await call(watcher, "fetch-all")).length === 1,
        "everybody's leaving",
      );
    }
    await until(async () => (await call(watcher, "clients-count")) === 1, "the sessions' end");
  });

  scenario("that leaves while it is being talked to does no harm", async (t) => {
    const watcher = await connectClient(t, server(), { namespace: "/dynamic-5" });
    for (let round = 0; round < 5; round++) {
      const clients = await connectClients(t, server(), 10, { namespace: "/dynamic-5" });
      for (const client of clients) {
        watcher.emit("all", "note", Buffer.alloc(1000));
        if (round % 2) client.io.engine.close();
        else client.disconnect();
      }
    }
    assert.equal(await call(watcher, "message-with-ack", "alive"), "alive");
    await until(async () => (await call(watcher, "fetch-all")).length === 1, "everybody's leaving");
  });
});
