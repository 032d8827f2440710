// SPDX-License-Identifier: MIT
//
// A Redis Cluster of the test's own: servers on free ports, each with a part of the slots.

import { after, before } from "node:test";
import { until } from "../../conformance/support/deadline.mjs";
import { freePort } from "../../conformance/support/free_port.mjs";
import { Redis } from "./redis.mjs";

const slotCount = 16_384;

export class RedisCluster {
  /** Masters, and replicas: the first one is of the first master. */
  static async start({ masters = 3, replicas = 0 } = {}) {
    const cluster = new RedisCluster();
    cluster.servers = await Promise.all(
      Array.from({ length: masters + replicas }, () =>
        Redis.start({
          "cluster-enabled": "yes",
          "cluster-port": freePort,
          "cluster-node-timeout": 1_000,
          "cluster-replica-validity-factor": 0,
          "repl-diskless-sync-delay": 0,
        }),
      ),
    );
    await cluster.#form(masters);
    return cluster;
  }

  async #form(masters) {
    const [first] = this.servers;
    for (const [i, server] of this.servers.entries()) {
      await server.do("CLUSTER", "SET-CONFIG-EPOCH", i + 1);
      server.id = await server.do("CLUSTER", "MYID");
      if (i < masters) {
        const [begin, end] = [i, i + 1].map((part) => Math.floor((part * slotCount) / masters));
        await server.do("CLUSTER", "ADDSLOTSRANGE", begin, end - 1);
      }
      if (server !== first) await server.do("CLUSTER", "MEET", "127.0.0.1", first.port, first.settings["cluster-port"]);
    }
    await this.agreed();
    for (const [i, server] of this.servers.slice(masters).entries()) {
      const master = this.servers[i];
      // It has to have heard of the master.
      await until(() => server.do("CLUSTER", "REPLICATE", master.id).then(() => true, () => false), "a replica");
    }
    if (masters < this.servers.length) await until(() => this.#haveReplicas(), "replicas that follow");
  }

  async #haveReplicas() {
    const roles = await Promise.all(this.servers.map((server) => server.do("ROLE")));
    return roles.every((role) => role[0] === "master" || role[3] === "connected");
  }

  /** All servers that run know where all slots are. */
  agreed(servers = this.servers) {
    return until(async () => {
      const maps = await Promise.all(servers.map((server) => server.do("CLUSTER", "SLOTS")));
      const infos = await Promise.all(servers.map((server) => server.do("CLUSTER", "INFO")));
      const owners = maps.map((map) => JSON.stringify(map.map(([begin, end, [, port]]) => [begin, end, port]).sort((a, b) => a[0] - b[0])));
      return infos.every((info) => info.includes("cluster_state:ok")) && new Set(owners).size === 1;
    }, "a cluster that agrees", 20_000);
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

  /** The server that has the slot of the key or channel, and another master. */
  async ownerOf(key) {
    const slot = await this.servers[0].do("CLUSTER", "KEYSLOT", key);
    const map = await this.servers[0].do("CLUSTER", "SLOTS");
    const [, , [, port]] = map.find(([begin, end]) => begin <= slot && slot <= end);
    const masters = map.map(([, , [, of]]) => of);
    const at = (of) => this.servers.find((server) => server.port === of);
    return { slot, owner: at(port), other: at(masters.find((of) => of !== port)) };
  }

  /** Moves the slot of the key to another server. `during` is called when both have a part of it. */
  async move(key, during = async () => {}) {
    const { slot, owner, other } = await this.ownerOf(key);
    await other.do("CLUSTER", "SETSLOT", slot, "IMPORTING", owner.id);
    await owner.do("CLUSTER", "SETSLOT", slot, "MIGRATING", other.id);
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
