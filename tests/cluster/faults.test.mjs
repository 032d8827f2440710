// SPDX-License-Identifier: MIT
//
// What goes wrong with Redis, with the network in front of it and with other nodes, while every node
// sends all the time. The checker counts every delivery for every client. The clusters run beside
// each other, and the faults of one after another.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { until } from "../conformance/support/deadline.mjs";
import { Cluster } from "./support/cluster.mjs";
import { Node } from "./support/node.mjs";
import { Proxy } from "./support/proxy.mjs";
import { Redis } from "./support/redis.mjs";
import { GuardedRedis } from "./support/sentinel.mjs";
import { anything, nothing, oneGap, undergo, useTraffic } from "./support/undergo.mjs";

const mixes = process.env.CONTROL_ONLY === undefined ? [["loops", "cpp"], ["cpp", "node"]] : [["node", "node"]];

/** Two nodes, each with a proxy in front of Redis. */
function useFaultyCluster(adapter, kinds) {
  const suite = { adapter, kinds, isStreams: adapter === "streams" };
  suite.isOurs = (node) => kinds[suite.nodes.indexOf(node)] !== "node";
  before(async () => {
    // What was written is there again after a kill.
    suite.redis = await Redis.start(suite.isStreams ? { appendonly: "yes" } : {});
    suite.proxies = await Promise.all(kinds.map(() => Proxy.start(suite.redis.port)));
    suite.cluster = new Cluster(suite.redis, adapter);
    await suite.cluster.start(kinds, [], suite.proxies);
    suite.nodes = suite.cluster.nodes;
  });
  after(async () => {
    await suite.cluster?.stop();
    suite.proxies?.forEach((proxy) => proxy.stop());
    await suite.redis?.stop();
  });
  return suite;
}

/** The ids of the clients that a node finds. */
async function found(node, timeout) {
  const sockets = await node.do("fetchSockets", { flags: timeout === undefined ? {} : { timeout } });
  return sockets.map(({ id }) => id).sort();
}
const idsOf = (traffic, ...nodes) =>
  [...traffic.receivers.values()].filter(({ node }) => nodes.includes(node)).map(({ client }) => client.id).sort();

function describeFaults(adapter, kinds) {
  const suite = useFaultyCluster(adapter, kinds);
  const { isOurs } = suite;
  const ours = () => suite.nodes.filter(isOurs);
  const pubSub = !suite.isStreams;
  const whenItBreaks = (sender) => (pubSub || !isOurs(sender) ? anything : oneGap);

  test("the network is cut between a node and Redis", async () => {
    await undergo(suite, async (traffic) => {
      suite.proxies[1].cut();
      await traffic.flowsLocally(ours());
      const [near, cut] = suite.nodes;
      assert.deepEqual(await found(near), idsOf(traffic, near));
      if (isOurs(cut)) assert.deepEqual(await found(cut, 300), idsOf(traffic, cut));
      suite.proxies[1].heal();
    }, (sender) => (suite.isStreams && sender === suite.nodes[0] ? nothing : whenItBreaks(sender)));
  });

  test("the network is silent for a moment", async () => {
    await undergo(suite, async (traffic) => {
      suite.proxies[1].silence();
      await traffic.flowsLocally(ours());
      const [near] = suite.nodes;
      if (isOurs(near)) assert.deepEqual(await found(near, 300), idsOf(traffic, near));
      suite.proxies[1].heal();
    });
  });

  test("Redis is slow", async () => {
    await undergo(suite, async (traffic) => {
      for (const proxy of suite.proxies) proxy.slow(150);
      await traffic.flows();
      for (const node of suite.nodes) assert.deepEqual(await found(node), idsOf(traffic, ...suite.nodes));
      for (const proxy of suite.proxies) proxy.heal();
    });
  });

  test("Redis is full", async () => {
    await undergo(suite, async (traffic) => {
      await suite.redis.client.configSet("maxmemory", "1");
      await (pubSub ? traffic.flows() : traffic.flowsLocally(ours()));
      for (const node of suite.nodes) assert.deepEqual(await found(node), idsOf(traffic, ...suite.nodes));
      await suite.redis.client.configSet("maxmemory", "0");
    }, () => (suite.isStreams ? anything : nothing));
  });

  test("Redis is killed and started again", async () => {
    await undergo(suite, async (traffic) => {
      await suite.redis.kill();
      await traffic.flowsLocally(ours());
      for (const node of ours()) assert.deepEqual(await found(node, 300), idsOf(traffic, node));
      assert.ok(await suite.redis.launch());
    }, whenItBreaks);
  });

  test("Redis hangs for longer than the timeouts", async () => {
    await undergo(suite, async (traffic) => {
      suite.redis.pause();
      const asked = ours();
      const answers = asked.map((node) =>
        Promise.all([found(node), node.do("serverSideEmitWithAck", {}, "ask", 1), node.do("serverCount", {})]),
      );
      for (const [i, answer] of (await Promise.all(answers)).entries()) {
        assert.deepEqual(answer, [idsOf(traffic, asked[i]), { responses: [], isComplete: false }, 1]);
      }
      await traffic.flowsLocally(ours());
      suite.redis.resume();
    }, whenItBreaks);
  });

  // Such messages end a node of the official packages.
  if (!kinds.includes("node")) {
    test("there are foreign messages", async () => {
      await undergo(suite, async (traffic) => {
        await sendForeignMessages(suite);
        await traffic.flows();
      });
    });
  }

  test("a node is killed while a request waits for it", async () => {
    const [asking, killed] = suite.nodes;
    if (!isOurs(asking)) return;
    const own = await asking.client();
    const other = await killed.client();
    await suite.cluster.connected([own, other]);
    own.on("question", (ack) => ack("here"));
    killed.process.kill("SIGSTOP");
    const flags = { timeout: 1000 };
    const answers = [
      found(asking, 1000),
      asking.do("emitWithAck", { flags }, "question"),
      asking.do("missingNodes", { flags }),
    ];
    // All of them have been counted.
    await until(async () => (await asking.do("serverCount", {})) === 2, "the count");
    await killed.kill();
    assert.deepEqual(await Promise.all(answers), [
      [own.id],
      { responses: ["here"], isComplete: false },
      1,
    ]);
    await suite.cluster.known("/", 1);
    assert.equal(await asking.do("serverCount", {}), 1);
    assert.equal(await asking.do("missingNodes", { flags }), 0);
    assert.ok(own.connected);
    // Another one takes its place.
    suite.nodes[1] = await Node.start(kinds[1], { adapter, redis: suite.proxies[1] });
    await suite.cluster.known("/", 2);
    await undergo(suite, (traffic) => traffic.flows());
  });
}

/** Servers that ask a sentinel where their Redis is. */
function describeFailover(adapter, kinds) {
  const suite = useTraffic(() => GuardedRedis.start(), adapter, kinds);

  test("the master is killed, and its replica takes over", async () => {
    await undergo(suite, async (traffic) => {
      await suite.redis.replace();
      await traffic.flowsLocally(suite.nodes);
    }, () => anything);
  });
}

/** What other programs might send to where messages are awaited, and messages that lack something. */
async function sendForeignMessages({ adapter, redis }) {
  const texts = ["", "{", "{}", "[]", "null", '{"type":99}', '{"uid":"x","nsp":"/","type":3}', "\xc1", "\x93\xa1a"];
  const payloads = [...texts, "x".repeat(100_000)].map((text) => Buffer.from(text, "latin1"));
  const channels = {
    classic: ["socket.io#/#", "socket.io#/#a#", "socket.io-request#/#", "socket.io-response#/#"],
    sharded: ["socket.io#/#", "socket.io#/#a#"],
    streams: ["socket.io#/#"],
  };
  const kind = adapter.split(":")[0];
  const verb = kind === "sharded" ? "SPUBLISH" : "PUBLISH";
  for (const payload of payloads) {
    for (const channel of channels[kind]) await redis.client.sendCommand([verb, channel, payload]);
    if (kind !== "streams") continue;
    await redis.client.sendCommand(["XADD", "socket.io", "*", "data", payload]);
    await redis.client.sendCommand(["XADD", "socket.io", "*", "uid", "x", "nsp", "/", "type", "3", "data", payload]);
    await redis.client.sendCommand(["XADD", "socket.io", "*", "uid", "x", "nsp", "/other", "type", payload]);
  }
}

describe("faults", { concurrency: true }, () => {
  for (const adapter of ["classic", "sharded:dynamic", "streams"]) {
    for (const kinds of mixes) describe(`${adapter}: ${kinds.join(" and ")}`, { concurrency: 1 }, () => describeFaults(adapter, kinds));
    // In the official packages the application's own client asks the sentinel.
    const [kinds] = mixes;
    if (kinds.includes("loops")) describe(`${adapter}, with a sentinel`, { concurrency: 1 }, () => describeFailover(adapter, kinds));
  }
});
