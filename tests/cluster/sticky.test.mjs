// SPDX-License-Identifier: MIT
//
// docs/scaling.md: two servers behind nginx and HAProxy with its configurations. All requests of a client come to
// one server, and both servers get clients.

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { io } from "socket.io-client";
import { nextEvent, until, within } from "../conformance/support/deadline.mjs";
import { documented, startHaproxy, startNginx } from "../conformance/support/deployment.mjs";
import { useCluster } from "./support/cluster.mjs";
import { useRedis } from "./support/redis.mjs";

const configuration = (section, listen, [one, two]) => (port) =>
  documented(
    section,
    0,
    {
      "127.0.0.1:3001": `127.0.0.1:${one.port}`,
      "127.0.0.1:3002": `127.0.0.1:${two.port}`,
      [`${listen}80`]: `${listen.replace(":", "")}127.0.0.1:${port}`,
    },
    "scaling.md",
  );

const proxies = {
  nginx: (folder, nodes) => startNginx(folder, configuration("Sticky sessions with nginx", "listen ", nodes)),
  HAProxy: (folder, nodes) => startHaproxy(folder, configuration("Sticky sessions with HAProxy", "bind :", nodes)),
};

for (const [name, start] of Object.entries(proxies)) {
  describe(`two servers behind ${name}`, () => {
    const redis = useRedis();
    const suite = useCluster(redis, "classic", ["cpp", "cpp"]);
    const folder = mkdtempSync(join(tmpdir(), "sticky-"));
    let proxy;
    before(async () => (proxy = await start(folder, suite.nodes)));
    after(async () => {
      await proxy?.stop();
      rmSync(folder, { recursive: true });
    });

    /** A client with an address of its own. */
    async function connect(t, number, options) {
      const agent = new Agent({ localAddress: `127.0.0.${number}`, keepAlive: true });
      const socket = io(`http://127.0.0.1:${proxy.port}`, { agent, forceNew: true, withCredentials: true, ...options });
      t.after(() => {
        socket.disconnect();
        agent.destroy();
      });
      socket.got = [];
      socket.onAny((...args) => socket.got.push(args));
      await within(once(socket, "connect"), "the client's connection");
      return socket;
    }

    const idsAt = async (node) => (await node.do("fetchSockets", { flags: { local: true } })).map(({ id }) => id);

    /** Clients, until each server has one. */
    async function oneOnEach(t, options) {
      const found = [];
      for (let number = 2; number < 66; ++number) {
        const socket = await connect(t, number, options);
        const [here, there] = await Promise.all(suite.nodes.map(idsAt));
        assert.ok(here.includes(socket.id) !== there.includes(socket.id));
        found[here.includes(socket.id) ? 0 : 1] ??= socket;
        if (found[0] && found[1]) return found;
      }
      throw new Error("one server gets no clients");
    }

    async function areOne(clients) {
      for (const socket of clients) {
        for (let i = 0; i < 5; ++i) await within(socket.emitWithAck("set-data", i), "the server's answer");
      }
      await suite.nodes[0].do("emit", {}, "hello", 1);
      for (const { got } of clients) {
        await until(() => got.length > 0, "an event for the clients of both servers");
        assert.deepEqual(got, [["hello", 1]]);
      }
    }

    test("clients that stay with long-polling", async (t) => {
      await areOne(await oneOnEach(t, { transports: ["polling"] }));
    });

    test("clients that upgrade to WebSocket", async (t) => {
      const clients = await oneOnEach(t);
      for (const { io: manager } of clients) {
        if (manager.engine.transport.name !== "websocket") await nextEvent(manager.engine, "upgrade");
        assert.equal(manager.engine.transport.name, "websocket");
      }
      await areOne(clients);
    });
  });
}
