// SPDX-License-Identifier: MIT
//
// A server of the nemesis run: a place for a node, which may be killed and started again, with a proxy in
// front of Redis that stays.

import { Node } from "./node.mjs";
import { Proxy } from "./proxy.mjs";

const names = { loops: "C++, 2 loops", cpp: "C++", node: "Node.js" };
const flags = ["--request-timeout", "60000"];

export class Server {
  /** Whether clients may come. A server that stands still is up. */
  isUp = false;
  isPaused = false;
  timesPaused = 0;

  constructor(kind, index, adapter) {
    Object.assign(this, { kind, index, adapter, isOurs: kind !== "node", name: `server ${index} (${names[kind]})` });
  }

  async open(redis) {
    this.proxy = await Proxy.start(redis.port);
    await this.start();
  }

  async start() {
    this.node = await Node.start(this.kind, { adapter: this.adapter, redis: this.proxy, flags });
    this.node.isKilled = false;
    this.isUp = true;
  }

  async kill() {
    this.isUp = false;
    this.node.isKilled = true;
    await this.node.kill();
  }

  pause() {
    this.isPaused = true;
    this.timesPaused += 1;
    this.node.process.kill("SIGSTOP");
  }
  resume() {
    this.isPaused = false;
    this.node.process.kill("SIGCONT");
  }

  async stop() {
    await this.node?.kill();
    this.proxy?.stop();
  }
}
