// SPDX-License-Identifier: MIT
//
// Nodes on a Redis Cluster of three masters: what every adapter does, and what happens to traffic when
// slots move and when servers of the cluster fail.

import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, test } from "node:test";
import { patience, until, within } from "../conformance/support/deadline.mjs";
import { clients, describeAdapter } from "./support/cases.mjs";
import { useCluster } from "./support/cluster.mjs";
import { Node } from "./support/node.mjs";
import { RedisCluster, useRedisCluster } from "./support/redis_cluster.mjs";
import { anything, nothing, oneGap, undergo, useTraffic } from "./support/undergo.mjs";

// Three suites run beside each other here, with three servers of Redis or four.
patience.milliseconds = 30_000;

const isControl = process.env.CONTROL_ONLY !== undefined;
const mixes = isControl ? [["node", "node"]] : [["cpp", "node"]];
/** After these faults two servers of Node.js do not hear each other any more. */
const oursOnly = isControl ? [] : [["cpp", "loops"]];

function emitterReachesAll(suite, redis) {
  test("an emitter reaches the clients of all servers", async () => {
    const three = await clients(suite);
    const emitter = await Node.start("cpp", { adapter: suite.cluster.adapter, redis: redis.redis, flags: ["--emitter"] });
    await emitter.do("emit", {}, "hello", 1);
    await until(() => three.every(({ got }) => got.some(([event]) => event === "hello")), "the event");
    await emitter.stop();
  });
}

function describeRecovery(kinds) {
  const redis = useRedisCluster();
  const suite = useCluster(redis, "streams", kinds, ["--recovery"]);

  /** A client that is in a room of the first server, and the key of the session that it will have. */
  const someone = async () => {
    const client = await suite.nodes[0].client();
    client.io.reconnection(false);
    await suite.cluster.connected([client]);
    await client.emitWithAck("join", ["room"]);
    return { client, session: `sio:session:${client._pid}` };
  };
  const recovers = async ({ client, session }) => {
    const [, b] = suite.nodes;
    const { id } = client;
    client.io.engine.close();
    await client.disconnected_because;
    await until(() => redis.redis.holds(session), "the session in Redis");
    await b.do("emit", { rooms: ["room"] }, "missed", 1);
    await suite.cluster.settled(b, [await b.client()]);
    client.io.uri = `http://127.0.0.1:${b.port}`;
    const connected = once(client, "connect");
    client.connect();
    await within(connected, "the client's connection");
    assert.deepEqual([client.recovered, client.id], [true, id]);
    await suite.cluster.settled(b, [client]);
    assert.equal(client.got.filter(([event]) => event === "missed").length, 1);
  };

  test("a client that has lost one server is recovered by another one", async () => recovers(await someone()));

  if (!kinds.includes("node")) {
    test("it is while the slots of its session and of the stream move", async () => {
      const one = await someone();
      const moving = async (key, during) => redis.redis.move(key, (await redis.redis.ownerOf(key)).other, during);
      await moving(one.session, () => moving("socket.io", () => recovers(one)));
    });
  }
}

const busiest = (adapter) => (adapter === "streams" ? "socket.io" : "socket.io#/#");

function describeFaults(adapter, kinds) {
  // Of the server with the busiest slot there is a replica.
  const start = () => RedisCluster.start({ replicaOf: busiest(adapter) });
  const suite = useTraffic(start, adapter, kinds);
  const isStreams = adapter === "streams";
  const ours = () => suite.nodes.filter(suite.isOurs);
  // Channels of rooms are at different servers, between which there is no order.
  const lineOf = isStreams ? undefined : ({ sender, room }) => `${suite.nodes.indexOf(sender)} to ${room}`;

  test("slots move", async () => {
    const names = isStreams ? ["socket.io"] : ["socket.io#/#", "socket.io#/#a#"];
    await undergo(suite, async (traffic) => {
      for (const name of names) {
        const { owner, other } = await suite.redis.ownerOf(name);
        await suite.redis.move(name, other, () => traffic.flowsLocally(ours()));
        await traffic.flows();
        await suite.redis.move(name, owner, () => traffic.flowsLocally(ours()));
      }
    }, () => (isStreams ? nothing : anything), lineOf);
  });

  if (isStreams) {
    test("the slot of the stream moves step by step", async () => {
      await undergo(suite, async (traffic) => {
        const { owner, other } = await suite.redis.ownerOf("socket.io");
        const many = async () => {
          const count = traffic.sends.length + 50;
          await until(() => traffic.sends.length > count, "fifty events");
          await traffic.flows();
        };
        for (const server of [other, owner]) {
          await suite.redis.move("socket.io", server, many, many);
          await many();
        }
      });
    });
  }

  test("a server is killed, and its replica takes over", async () => {
    await undergo(suite, async (traffic) => {
      const { owner } = await suite.redis.ownerOf(busiest(adapter));
      await owner.kill();
      await traffic.flowsLocally(ours());
      await suite.redis.replace(owner);
    }, () => (isStreams ? oneGap : anything), lineOf);
  });
}

describe("a Redis Cluster", { concurrency: 3 }, () => {
  const more = isControl ? {} : { classic: emitterReachesAll, "streams:3:sharded": emitterReachesAll };
  for (const adapter of ["sharded:dynamic", "streams", "streams:3:sharded", "classic"])
    describe(adapter, { concurrency: 1 }, () => describeAdapter(adapter, more[adapter], { use: useRedisCluster, mixes }));
  for (const kinds of [...mixes, ...(isControl ? [] : [["cpp", "cpp"]])]) describe(`recovery: ${kinds.join(" and ")}`, { concurrency: 1 }, () => describeRecovery(kinds));
  for (const adapter of ["sharded:dynamic", "streams"]) {
    for (const kinds of oursOnly) {
      describe(`faults, ${adapter}: ${kinds.join(" and ")}`, { concurrency: 1 }, () => describeFaults(adapter, kinds));
    }
  }
});
