// SPDX-License-Identifier: MIT
//
// A master, its replica, and a sentinel that makes the replica the master when the master is gone.

import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "redis";
import { until } from "../../conformance/support/deadline.mjs";
import { freePort } from "../../conformance/support/free_port.mjs";
import { Redis } from "./redis.mjs";

/** How long a sentinel on a busy machine may take: one that was stopped itself waits for 30 s. */
const longest = 60_000;

export class GuardedRedis {
  /** The settings are for both servers. */
  static async start(settings = {}) {
    const guarded = new GuardedRedis();
    const both = [0, 1].map(() => Redis.start({ "repl-diskless-sync-delay": 0, ...settings }));
    [guarded.master, guarded.replica] = await Promise.all(both);
    await guarded.replica.do("REPLICAOF", "127.0.0.1", guarded.master.port);
    await until(async () => (await guarded.replica.do("ROLE"))[3] === "connected", "a replica that follows");
    await guarded.#watch();
    return guarded;
  }

  async #watch() {
    this.port = await freePort();
    this.folder = await mkdtemp(join(tmpdir(), "sentinel-"));
    const file = join(this.folder, "sentinel.conf");
    await writeFile(file, [
      `port ${this.port}`,
      "bind 127.0.0.1",
      `dir ${this.folder}`,
      `sentinel monitor main 127.0.0.1 ${this.master.port} 1`,
      "sentinel down-after-milliseconds main 1000",
      "",
    ].join("\n"));
    this.process = spawn("redis-server", [file, "--sentinel"], { stdio: ["ignore", "ignore", "inherit"] });
    this.sentinel = createClient({ url: `redis://127.0.0.1:${this.port}`, disableClientInfo: true });
    this.sentinel.on("error", () => {}); // It connects again until the sentinel listens.
    await this.sentinel.connect();
    await until(async () => (await this.sentinel.sendCommand(["SENTINEL", "REPLICAS", "main"])).length === 1, "the replica");
  }

  get url() {
    return `redis+sentinel://127.0.0.1:${this.port}/main`;
  }

  /** Kills the master, and waits until the replica has taken its place. */
  async replace() {
    await this.master.kill();
    // A server that becomes the master closes the connections that it has.
    const isMaster = async () => (await this.replica.do("ROLE").catch(() => []))[0] === "master";
    await until(isMaster, "the replica as master", longest);
    [this.master, this.replica] = [this.replica, this.master];
  }

  subscribers(kind, channel) {
    return this.master.subscribers(kind, channel);
  }

  resume() {}

  async stop() {
    this.sentinel.destroy();
    this.process.kill("SIGKILL");
    await Promise.all([this.master.stop(), this.replica.stop()]);
    await rm(this.folder, { recursive: true });
  }
}
