// SPDX-License-Identifier: MIT
//
// Nodes on one Redis with a client each, and the waits that make cases exact: until every node knows
// of the others, until a room can be reached, and until everything that was sent has arrived.

import { after, before } from "node:test";
import { until } from "../../conformance/support/deadline.mjs";
import { Node } from "./node.mjs";

/** Which nodes make a cluster together. Without one of ours it is the control. */
const mixes = [
  ["node", "node"],
  ["node", "older"],
  ["cpp", "cpp"],
  ["node", "cpp"],
  ["cpp", "node"],
  ["cpp", "older"],
  ["loops", "node"],
  ["cpp", "loops"],
];

/**
 * Two Node.js servers with the sharded adapters of 8.2 and 8.3 do not understand each other. The adapter
 * "own" has no older release, and ours alone are in the unit tests.
 * CONTROL_ONLY leaves out ours.
 */
export const mixesOf = (adapter) =>
  mixes.filter(
    (mix) =>
      !(adapter.startsWith("sharded") && mix.includes("older")) &&
      !(adapter === "own" && (mix.includes("older") || !mix.includes("node"))) &&
      !(process.env.CONTROL_ONLY !== undefined && mix.some((kind) => ["cpp", "loops"].includes(kind))),
  );

/** Where nodes are counted by Redis, and where a room has a channel of its own. */
const channels = {
  classic: (nsp) => ["NUMSUB", `socket.io-request#${nsp}#`],
  sharded: (nsp) => ["SHARDNUMSUB", `socket.io#${nsp}#`],
  streams: (nsp, details) => [details.includes("sharded") ? "SHARDNUMSUB" : "NUMSUB", `socket.io#${nsp}#`],
};

export class Cluster {
  #marks = 0;

  constructor(redis, adapter) {
    this.redis = redis;
    this.adapter = adapter;
    [this.kind, ...this.details] = adapter.split(":");
  }

  /** Each node reaches Redis on its route, which has a URL. */
  async start(kinds, flags = [], routes = kinds.map(() => this.redis)) {
    this.nodes = await Promise.all(kinds.map((kind, i) => Node.start(kind, { adapter: this.adapter, redis: routes[i], flags })));
    await this.known("/");
    await this.known("/custom");
  }

  /** Every node has the namespace, and Redis knows it, or else every node. */
  known(nsp, count = this.nodes.length) {
    if (this.kind === "own") return this.#countedByAll(nsp, count);
    return until(
      async () => (await this.redis.subscribers(...channels[this.kind](nsp, this.details))) === count,
      `${count} nodes with ${nsp}`,
    );
  }

  async #countedByAll(nsp, count) {
    for (const node of this.nodes) {
      await until(async () => (await node.do("serverCount", { nsp })) === count, `${count} nodes with ${nsp}`);
    }
  }

  /** Messages of every node reach the clients of every other one, which `to` names. */
  async connected(clients, to) {
    for (const node of this.nodes) await this.settled(node, clients, to);
    for (const client of clients) client.got.length = 0;
  }

  async join(client, ...rooms) {
    await client.emitWithAck("join", rooms);
    const [mode] = this.details;
    if (this.kind !== "sharded" || mode === "static") return;
    for (const room of rooms) {
      // What looks like the id of a socket is reached on the namespace's channel.
      if (mode === "dynamic" && room.length === 20) continue;
      const name = `${client.nsp}#${room}`;
      client.node.rooms.add(name);
      const having = this.nodes.filter((node) => node.rooms.has(name)).length;
      await until(
        async () => (await this.redis.subscribers("SHARDNUMSUB", `socket.io#${name}#`)) >= having,
        `the channel of ${room}`,
      );
    }
  }

  /**
   * What the node has sent so far has arrived at the clients, which are in one namespace or else named by
   * `to`. A node that begins to read a stream misses what was written before, so the mark is sent again.
   */
  async settled(node, clients, to = { nsp: clients[0].nsp }) {
    const mark = `mark ${++this.#marks}`;
    let sent = 0;
    await until(async () => {
      if (sent++ % 20 === 0) await node.do("emit", to, mark);
      return clients.every(({ got }) => got.some(([event]) => event === mark));
    }, "the arrival of what was sent");
  }

  /** The events that each client has got, without marks, once everything from the node has arrived. */
  async received(node, clients, to) {
    await this.settled(node, clients, to);
    return clients.map(({ got }) =>
      got.splice(0).filter(([event]) => !event.startsWith("mark ")),
    );
  }

  async stop() {
    await Promise.all(this.nodes?.map((node) => node.stop()) ?? []);
  }
}

/** A cluster for all cases of a suite. */
export function useCluster(redisHolder, adapter, kinds, flags) {
  const holder = { kinds };
  before(async () => {
    holder.cluster = new Cluster(redisHolder.redis, adapter);
    await holder.cluster.start(kinds, flags);
    holder.nodes = holder.cluster.nodes;
  });
  after(() => holder.cluster?.stop());
  return holder;
}
