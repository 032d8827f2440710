// SPDX-License-Identifier: MIT
//
// Nodes on a Redis Cluster of three masters: what every adapter does, and what happens to traffic when
// slots move and when servers of the cluster fail.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { until } from "../conformance/support/deadline.mjs";
import { describeAdapter } from "./support/cases.mjs";
import { Cluster } from "./support/cluster.mjs";
import { RedisCluster, useRedisCluster } from "./support/redis_cluster.mjs";
import { anything, nothing, oneGap, undergo } from "./support/undergo.mjs";

const mixes = process.env.CONTROL_ONLY === undefined ? [["cpp", "node"]] : [["node", "node"]];

/** After these faults two servers of Node.js do not hear each other any more. */
const oursOnly = process.env.CONTROL_ONLY === undefined ? [["cpp", "loops"]] : [];

describe("adapters on a Redis Cluster", { concurrency: true }, () => {
  for (const adapter of ["sharded:dynamic", "streams", "classic"])
    describe(adapter, { concurrency: 1 }, () => describeAdapter(adapter, undefined, { use: useRedisCluster, mixes }));
});

/** Two nodes on a cluster. Of the server with the busiest slot there is a replica. */
function useTraffic(adapter, kinds) {
  const suite = {};
  before(async () => {
    suite.redis = await RedisCluster.start({ replicaOf: busiest(adapter) });
    suite.cluster = new Cluster(suite.redis, adapter);
    await suite.cluster.start(kinds);
    suite.nodes = suite.cluster.nodes;
    suite.isOurs = (node) => kinds[suite.nodes.indexOf(node)] !== "node";
  });
  after(async () => {
    await suite.cluster?.stop();
    await suite.redis?.stop();
  });
  return suite;
}

const busiest = (adapter) => (adapter === "streams" ? "socket.io" : "socket.io#/#");

function describeFaults(adapter, kinds) {
  const suite = useTraffic(adapter, kinds);
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

  test("a server is killed, and its replica takes over", async () => {
    await undergo(suite, async (traffic) => {
      const { owner } = await suite.redis.ownerOf(busiest(adapter));
      await owner.kill();
      await traffic.flowsLocally(ours());
      await suite.redis.agreed(suite.redis.servers.filter((server) => server !== owner));
    }, () => (isStreams ? oneGap : anything), lineOf);
  });
}

describe("faults of a Redis Cluster", { concurrency: true }, () => {
  for (const adapter of ["sharded:dynamic", "streams"]) {
    for (const kinds of oursOnly) {
      describe(`${adapter}: ${kinds.join(" and ")}`, { concurrency: 1 }, () => describeFaults(adapter, kinds));
    }
  }
});
