// SPDX-License-Identifier: MIT
//
// The network between a node and Redis: a proxy that can be cut, fall silent and be slow.

import { connect, createServer } from "node:net";

export class Proxy {
  #pairs = new Set();
  #isCut = false;
  #isSilent = false;
  #delay = 0;

  static async start(port) {
    const proxy = new Proxy();
    proxy.server = createServer((socket) => proxy.#join(socket, port));
    await new Promise((resolve) => proxy.server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get url() {
    return `redis://127.0.0.1:${this.server.address().port}`;
  }

  #join(near, port) {
    if (this.#isCut) return near.destroy();
    const pair = [near, connect(port, "127.0.0.1")];
    this.#pairs.add(pair);
    for (const [from, to] of [pair, [...pair].reverse()]) {
      from.setNoDelay(true);
      const later = this.#line();
      from.on("data", (data) => later(() => to.destroyed || to.write(data)));
      from.on("end", () => later(() => to.end()));
      from.on("error", () => to.destroy());
      from.on("close", () => {
        this.#pairs.delete(pair);
        later(() => to.destroy());
      });
      if (this.#isSilent) from.pause();
    }
  }

  /** What is done with it is done later, if this is slow, and in order. */
  #line() {
    const actions = [];
    return (action) => {
      if (this.#delay === 0 && actions.length === 0) return action();
      actions.push(action);
      setTimeout(() => actions.shift()(), this.#delay);
    };
  }

  /** All connections are closed, and new ones too. (Node.js does not end after resetAndDestroy().) */
  cut() {
    this.#isCut = true;
    for (const pair of [...this.#pairs]) for (const socket of pair) socket.destroy();
  }

  /** Nothing comes through, and nobody is told. It does when this is healed, as with TCP. */
  silence() {
    this.#isSilent = true;
    for (const pair of this.#pairs) for (const socket of pair) socket.pause();
  }

  /** Everything takes so much longer, each way. */
  slow(milliseconds) {
    this.#delay = milliseconds;
  }

  heal() {
    this.#isCut = this.#isSilent = false;
    this.#delay = 0;
    for (const pair of this.#pairs) for (const socket of pair) socket.resume();
  }

  stop() {
    this.cut();
    this.server.close();
  }
}
