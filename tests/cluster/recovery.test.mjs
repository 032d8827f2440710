// SPDX-License-Identifier: MIT
//
// Connection state recovery across servers with the streams adapter: a client that has lost one server
// comes back to another one.

import assert from "node:assert/strict";
import { once } from "node:events";
import { afterEach, describe, test } from "node:test";
import { until, within } from "../conformance/support/deadline.mjs";
import { mixesOf, useCluster } from "./support/cluster.mjs";
import { useRedis } from "./support/redis.mjs";

const isCpp = (kind) => kind === "cpp";

describe("recovery by another server", () => {
  const redis = useRedis();
  const key = (client) => `sio:session:${client.pid}`;

  async function arrive(node, options) {
    const client = await node.client(options);
    client.io.reconnection(false);
    client.pid = client._pid;
    return client;
  }

  /** The client loses its connection, and its server has noticed that. */
  async function lose(client) {
    client.io.engine.close();
    await client.disconnected_because;
    await until(() => redis.redis.client.exists(key(client)), "the session in Redis");
  }

  async function comeBack(client, node) {
    client.io.uri = `http://127.0.0.1:${node.port}`;
    const connected = once(client, "connect");
    client.disconnected_because = new Promise((resolve) => client.once("disconnect", resolve));
    client.connect();
    await within(connected, "the client's connection");
    client.node = node;
  }

  /** Events without the offsets that servers append. */
  const events = (list) => list.map((event) => event.slice(0, -1));
  const received = async (cluster, node, client) => events((await cluster.received(node, [client]))[0]);

  const mixes = mixesOf("streams").filter((mix) => !mix.includes("older") && !mix.includes("loops"));
  const cases = [
    ...mixes.map((kinds) => ["streams", kinds]),
    // "/" and "/custom" are not in the same one.
    ...mixes.filter((kinds) => kinds.includes("node")).map((kinds) => ["streams:2", kinds]),
  ];
  for (const [adapter, kinds] of cases) {
    describe(`${adapter}: ${kinds.join(" and ")}`, () => {
      const suite = useCluster(redis, adapter, kinds, ["--recovery"]);
      afterEach(() => suite.nodes.forEach((node) => node.closeClients()));

      test("what it has missed arrives once, in order, and it is the same socket", async () => {
        const [a, b] = suite.nodes;
        const { cluster } = suite;
        const client = await arrive(a);
        await cluster.connected([client]);
        await client.emitWithAck("join", ["room"]);
        await client.emitWithAck("set-data", { name: "x", list: [1, null] });
        const { id } = client;
        await lose(client);
        await a.do("emit", {}, "one", 1);
        await cluster.settled(a, [await arrive(b)]);
        await b.do("emit", { rooms: ["room"] }, "two", Buffer.from([0, 255]));
        await b.do("emit", { rooms: ["other"] }, "never");
        await b.do("emit", { except: ["room"] }, "never");
        await b.do("emit", { rooms: [id] }, "three", "ü");
        await comeBack(client, b);
        assert.equal(client.recovered, true);
        assert.equal(client.id, id);
        assert.equal(await client.emitWithAck("recovered"), true);
        const [details] = await b.do("fetchSockets", { rooms: [id] });
        assert.deepEqual(details.rooms, [id, "room"].sort());
        assert.deepEqual(details.data, { name: "x", list: [1, null] });
        await a.do("emit", {}, "four");
        const all = await received(cluster, a, client);
        assert.deepEqual(all, [["one", 1], ["two", Buffer.from([0, 255])], ["three", "ü"], ["four"]]);
        await lose(client);
        await comeBack(client, a);
        assert.equal(client.recovered, true);
        assert.deepEqual(await received(cluster, b, client), []);
      });

      test("clients of two namespaces", async () => {
        const [a, b] = suite.nodes;
        const { cluster } = suite;
        const nsps = ["/", "/custom"];
        const both = [];
        for (const nsp of nsps) {
          const client = await arrive(a, { nsp });
          await cluster.connected([client]);
          await lose(client);
          both.push(client);
        }
        for (const nsp of nsps) await a.do("emit", { nsp }, "missed", nsp);
        for (const client of both) {
          await cluster.settled(a, [await arrive(b, { nsp: client.nsp })]);
          await comeBack(client, b);
          assert.equal(client.recovered, true);
          assert.deepEqual(await received(cluster, a, client), [["missed", client.nsp]]);
        }
      });

      test("a session is continued by one client at a time", async () => {
        const [a, b] = suite.nodes;
        const client = await arrive(a);
        await suite.cluster.connected([client]);
        const auth = { pid: client.pid, offset: client._lastOffset };
        await lose(client);
        await comeBack(client, b);
        assert.equal(client.recovered, true);
        // A client that is disconnected has none.
        const { id } = client;
        const thief = await arrive(b, { auth });
        // Ours takes the latter for the same client, and ends the connection of the former.
        const isSame = await thief.emitWithAck("recovered");
        assert.equal(isSame, isCpp(kinds[1]));
        assert.equal(thief.id === id, isSame);
        if (isSame) await within(client.disconnected_because, "the end of the former");
      });

      test("an offset that is not in the stream", async () => {
        const [a, b] = suite.nodes;
        const client = await arrive(a);
        await suite.cluster.connected([client]);
        for (const offset of ["1-1", "99999999999999-0", "x", "1-99999999999999999999"]) {
          await lose(client);
          client._lastOffset = offset;
          await comeBack(client, b);
          assert.equal(client.recovered, false);
          client.pid = client._pid;
        }
      });

      if (isCpp(kinds[1])) {
        test("a value in Redis that is no session", async () => {
          const auth = { pid: "invented", offset: "1-1" };
          for (const value of ["", "x", "gA==", Buffer.from("c1").toString("base64")]) {
            await redis.redis.client.set("sio:session:invented", value);
            const client = await arrive(suite.nodes[1], { auth });
            assert.equal(await client.emitWithAck("recovered"), false);
          }
        });
      }

      if (kinds.every(isCpp)) {
        // The official adapter loses events that are sent while it reads the stream.
        test("events that are sent while it comes back", async () => {
          const [a, b] = suite.nodes;
          const client = await arrive(a);
          await suite.cluster.connected([client]);
          let last = 0;
          for (let round = 0; round < 4; ++round) {
            await lose(client);
            let returning = true;
            const back = comeBack(client, round % 2 === 0 ? b : a).then(() => (returning = false));
            while (returning) await a.do("emit", {}, "number", ++last);
            await back;
            assert.equal(client.recovered, true);
          }
          const numbers = (await received(suite.cluster, a, client)).map(([, number]) => number);
          assert.deepEqual(numbers, Array.from({ length: last }, (_, i) => i + 1));
        });

        test("a client that has received nothing", async () => {
          const [a, b] = suite.nodes;
          await suite.cluster.connected([await arrive(a)]);
          const client = await arrive(a);
          assert.equal(client._lastOffset, undefined);
          await lose(client);
          await a.do("emit", {}, "one");
          await comeBack(client, b);
          assert.equal(client.recovered, true);
          assert.deepEqual(await received(suite.cluster, a, client), [["one"]]);
        });

        test("a session of another namespace is none", async () => {
          const [a, b] = suite.nodes;
          const client = await arrive(a);
          await suite.cluster.connected([client]);
          const auth = { pid: client.pid, offset: client._lastOffset };
          await lose(client);
          const other = await arrive(b, { nsp: "/custom", auth });
          assert.equal(await other.emitWithAck("recovered"), false);
        });
      }
    });

    describe(`${adapter}: ${kinds.join(" and ")}: a server that ends`, () => {
      const suite = useCluster(redis, adapter, kinds, ["--recovery"]);

      test("its clients continue at another one", async () => {
        const [a, b] = suite.nodes;
        const client = await arrive(a);
        await suite.cluster.connected([client]);
        a.process.kill("SIGTERM");
        await within(a.exited, "the node's end");
        await b.do("emit", {}, "one");
        await comeBack(client, b);
        assert.equal(client.recovered, true);
        assert.deepEqual(await received(suite.cluster, b, client), [["one"]]);
      });
    });
  }
});
