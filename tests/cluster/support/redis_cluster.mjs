// SPDX-License-Identifier: MIT
//
// A Redis Cluster of the test's own: servers on free ports, each with a part of the slots.

import { after, before } from "node:test";
import { until } from "../../conformance/support/deadline.mjs";
import { freePort } from "../../conformance/support/free_port.mjs";
import { Redis } from "./redis.mjs";

const slotCount = 16_384;
const masterCount = 3;

export class RedisCluster {
  /** Three masters, and a replica of the one that has a key. Other settings are for all. */
  static async start({ replicaOf, ...settings } = {}) {
    const cluster = new RedisCluster();
    cluster.servers = await Promise.all(
      Array.from({ length: replicaOf === undefined ? masterCount : masterCount + 1 }, () =>
        Redis.start({
          "cluster-enabled": "yes",
          "cluster-port": freePort,
          // On a busy machine servers answer each other late. A lost one is replaced by replace().
          "cluster-node-timeout": 60_000,
          "repl-diskless-sync-delay": 0,
          ...settings,
        }),
      ),
    );
    await cluster.#form();
    if (replicaOf !== undefined) await cluster.#replicate(replicaOf);
    return cluster;
  }

  async #form() {
    for (const [i, server] of this.servers.entries()) {
      await server.do("CLUSTER", "SET-CONFIG-EPOCH", i + 1);
      server.id = await server.do("CLUSTER", "MYID");
      if (i < masterCount) {
        const [begin, end] = [i, i + 1].map((part) => Math.floor((part * slotCount) / masterCount));
        await server.do("CLUSTER", "ADDSLOTSRANGE", begin, end - 1);
      }
      // Each meets each: that is quicker than what they tell each other.
      for (const other of this.servers.slice(0, i)) await server.do("CLUSTER", "MEET", "127.0.0.1", other.port, other.settings["cluster-port"]);
    }
    await this.agreed();
  }

  async #replicate(key) {
    const { owner } = await this.ownerOf(key);
    const replica = this.servers.at(-1);
    await replica.do("CLUSTER", "REPLICATE", owner.id);
    await until(async () => (await replica.do("ROLE"))[3] === "connected", "a replica that follows");
  }

  /** Has the replica take over the slots of its master, which was killed. */
  async replace(killed) {
    await this.servers.at(-1).do("CLUSTER", "FAILOVER", "TAKEOVER");
    await this.agreed(this.servers.filter((server) => server !== killed));
  }

  /** All servers know where all slots are, and those that are not among them have none. */
  agreed(servers = this.servers) {
    const ports = servers.map(({ port }) => port);
    return until(async () => {
      const maps = await Promise.all(servers.map((server) => server.do("CLUSTER", "SLOTS")));
      const infos = await Promise.all(servers.map((server) => server.do("CLUSTER", "INFO")));
      const owners = maps.map((map) => JSON.stringify(map.map(([begin, end, [, port]]) => [begin, end, port]).sort((a, b) => a[0] - b[0])));
      const areThere = maps[0].every(([, , [, port]]) => ports.includes(port));
      return areThere && infos.every((info) => info.includes("cluster_state:ok")) && new Set(owners).size === 1;
    }, "a cluster that agrees");
  }

  get url() {
    return `redis+cluster://${this.servers.slice(0, 2).map(({ port }) => `127.0.0.1:${port}`).join(",")}`;
  }

  /** How many connections have subscribed to the channel. */
  async subscribers(kind, channel) {
    const running = this.servers.filter((server) => server.process.signalCode === null);
    const counts = await Promise.all(running.map((server) => server.subscribers(kind, channel)));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** Also while the key's slot moves. */
  async holds(key) {
    const counts = await Promise.all(
      this.servers.map((server) => Promise.all([server.do("ASKING"), server.do("EXISTS", key)]).then(([, count]) => count, () => 0)),
    );
    return counts.includes(1);
  }

  /** The server that has the slot of the key or channel, and another master. */
  async ownerOf(key) {
    const slot = await this.servers[0].do("CLUSTER", "KEYSLOT", key);
    const map = await this.servers[0].do("CLUSTER", "SLOTS");
    const [, , [, port]] = map.find(([begin, end]) => begin <= slot && slot <= end);
    const masters = map.map(([, , [, of]]) => of);
    const at = (of) => this.servers.find((server) => server.port === of);
    return { slot, owner: at(port), other: at(masters.find((of) => of !== port)) };
  }

  /**
   * Moves the slot of the key to another server. `begun` is called when the move has begun, `during` when the slot's keys
   * are there already.
   */
  async move(key, other, during, begun = () => {}) {
    const { slot, owner } = await this.ownerOf(key);
    await other.do("CLUSTER", "SETSLOT", slot, "IMPORTING", owner.id);
    await owner.do("CLUSTER", "SETSLOT", slot, "MIGRATING", other.id);
    await begun();
    for (const name of await owner.do("CLUSTER", "GETKEYSINSLOT", slot, 1_000))
      await owner.do("MIGRATE", "127.0.0.1", other.port, name, 0, 5_000);
    await during();
    for (const server of [other, owner, ...this.servers]) await server.do("CLUSTER", "SETSLOT", slot, "NODE", other.id).catch(() => {});
  }

  resume() {
    for (const server of this.servers) server.resume();
  }

  async stop() {
    await Promise.all(this.servers.map((server) => server.stop()));
  }
}

/** One cluster for all cases of a suite. */
export function useRedisCluster(options) {
  const holder = {};
  before(async () => void (holder.redis = await RedisCluster.start(options)));
  after(() => holder.redis?.stop());
  return holder;
}
