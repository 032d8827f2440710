// SPDX-License-Identifier: MIT
//
// A Redis of the test's own: on a free port, with nothing on disk but a temporary folder.

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { createClient } from "redis";
import { until } from "../../conformance/support/deadline.mjs";
import { freePort } from "../../conformance/support/free_port.mjs";

export class Redis {
  /**
   * Somebody else may take the port between finding it and listening; then another one is tried. A
   * setting may be a function that finds its value.
   */
  static async start(settings = {}) {
    for (let attempt = 0; ; ++attempt) {
      const redis = new Redis();
      redis.port = await freePort();
      redis.folder = await mkdtemp(join(tmpdir(), "redis-"));
      redis.settings = { port: redis.port, bind: "127.0.0.1", save: "", appendonly: "no", dir: redis.folder, ...settings };
      for (const [name, value] of Object.entries(redis.settings))
        if (typeof value === "function") redis.settings[name] = await value();
      if (await redis.launch()) {
        redis.client = createClient({ url: redis.url });
        redis.client.on("error", () => {}); // It connects again after kill() and launch().
        await redis.client.connect();
        return redis;
      }
      await rm(redis.folder, { recursive: true });
      if (attempt === 4) throw new Error("redis-server does not start");
    }
  }

  /** Whether it is ready. */
  launch() {
    const words = Object.entries(this.settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    this.process = spawn("redis-server", words, { stdio: ["ignore", "pipe", "inherit"] });
    return new Promise((resolve) => {
      let text = "";
      this.process.stdout.on("data", (data) => {
        text += data;
        if (text.includes("Ready to accept connections")) resolve(true);
      });
      this.process.once("exit", () => resolve(false));
    });
  }

  async kill() {
    this.process.kill("SIGKILL");
    await until(() => this.process.signalCode !== null, "the end of redis-server");
  }
  pause() {
    this.process.kill("SIGSTOP");
  }
  resume() {
    this.process.kill("SIGCONT");
  }

  get url() {
    return `redis://127.0.0.1:${this.port}`;
  }

  do(...words) {
    return this.client.sendCommand(words.map(String));
  }

  /** How many connections have subscribed to the channel. */
  async subscribers(kind, channel) {
    const reply = await this.do("PUBSUB", kind, channel);
    return Number(reply[1]);
  }

  async stop() {
    this.client.destroy();
    await this.kill();
    await rm(this.folder, { recursive: true });
  }
}

/** One Redis for all cases of a file. */
export function useRedis() {
  const holder = {};
  before(async () => void (holder.redis = await Redis.start()));
  after(() => holder.redis?.stop());
  return holder;
}
