// SPDX-License-Identifier: MIT
//
// Nodes that send all the time, while something fails, and what may come of it.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { check } from "./checker.mjs";
import { Cluster } from "./cluster.mjs";
import { Traffic } from "./traffic.mjs";

/** Longer than any wait of a node for something to happen on its own loop, on a busy machine. */
const promptly = 4_000;

/** What may be lost of what another node sends during a fault. */
export const nothing = "nothing";
export const anything = "anything";
/** One run of events: those that were on their way to Redis when the connection broke. */
export const oneGap = "one gap";

/** Nodes on the Redis that `start` makes. */
export function useTraffic(start, adapter, kinds) {
  const suite = {};
  before(async () => {
    suite.redis = await start();
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

/** Whether these are sends of one node without another one of it in between. */
function areOneGap(lost, traffic) {
  const ids = lost.map(({ send }) => send.id);
  const [first, last] = [Math.min(...ids), Math.max(...ids)];
  const sender = lost[0]?.send.sender;
  return traffic.sends.slice(first, last + 1).every((send) => send.sender !== sender || ids.includes(send.id));
}

/**
 * Traffic before, during and after a fault. Never is anything duplicated, reordered or leaked, and
 * clients get all that their own node sends. `mayLose` says for each node what the others' clients may
 * miss of what it sends during the fault, and `lineOf` what keeps its order (checker.mjs).
 */
export async function undergo(suite, fault, mayLose = () => nothing, lineOf = undefined) {
  const traffic = new Traffic(suite.cluster);
  try {
    await traffic.start();
    await traffic.beginFault();
    await fault(traffic);
    await traffic.endFault();
  } finally {
    await traffic.stop();
    suite.redis.resume();
    for (const proxy of suite.proxies ?? []) proxy.heal();
  }
  const { lost, duplicated, reordered, leaked } = check(traffic, lineOf);
  assert.deepEqual(traffic.failures, []);
  assert.deepEqual(traffic.describe(duplicated), [], "duplicated");
  assert.deepEqual(traffic.describe(reordered), [], "reordered");
  assert.deepEqual(traffic.describe(leaked), [], "leaked");
  for (const sender of traffic.nodes) {
    const ofSender = lost.filter(({ send }) => send.sender === sender && send.phase !== "starting");
    const isExcused = ({ send, receiver }) => send.phase === "during" && traffic.receivers.get(receiver).node !== sender;
    const allowed = mayLose(sender);
    const excused = allowed === anything || (allowed === oneGap && areOneGap(ofSender, traffic));
    assert.deepEqual(traffic.describe(ofSender.filter((one) => !(excused && isExcused(one)))), [], "lost");
  }
  // With some adapters a server of Node.js waits for Redis before it serves its own clients.
  for (const [name, { node, latency }] of traffic.receivers) {
    if (suite.isOurs(node)) assert.ok(latency < promptly, `${name}: ${latency} ms`);
  }
}
