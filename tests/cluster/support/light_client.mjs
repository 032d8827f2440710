// SPDX-License-Identifier: MIT
//
// A client that is one WebSocket, so that a process can have thousands of them. It speaks as much of the
// protocol as the nemesis needs: the main namespace, events of JSON, and acknowledgements both ways.

import { once } from "node:events";
import WebSocket from "ws";

export class LightClient {
  #socket;
  #asked = new Map();
  #lastAsked = 0;
  #admitted;
  #hasEnded = false;

  /** `onEvent(name, args, ack)`; `ack` is undefined if nobody asks. */
  constructor({ onEvent, onEnd }) {
    this.onEvent = onEvent;
    this.onEnd = onEnd;
  }

  /** Resolves when it has its id. One that does not get there has no end either. */
  async connect(port) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`, { perMessageDeflate: false });
    this.#socket = socket;
    socket.on("error", () => {}); // close says it as well.
    socket.on("message", (data) => this.#onPacket(data.toString()));
    const admitted = new Promise((resolve) => (this.#admitted = resolve));
    const closed = once(socket, "close").then(() => Promise.reject(new Error("the connection has ended")));
    await Promise.race([admitted, closed]);
    closed.catch(() => this.#end());
  }

  #onPacket(text) {
    if (text === "2") this.#socket.send("3");
    if (text[0] === "0") this.#socket.send("40");
    if (text[0] !== "4") return;
    const [, type, number, rest] = /^4(\d)(\d*)(.*)$/s.exec(text);
    if (type === "0") {
      this.id = JSON.parse(rest).sid;
      this.#admitted();
    } else if (type === "2") {
      const [name, ...args] = JSON.parse(rest);
      const ack = number === "" ? undefined : (value) => this.#socket.send(`43${number}${JSON.stringify([value])}`);
      this.onEvent(name, args, ack);
    } else if (type === "3") {
      this.#asked.get(number)?.resolve(JSON.parse(rest)[0]);
      this.#asked.delete(number);
    } else if (type === "1") {
      this.#socket.close();
    }
  }

  #end() {
    this.#hasEnded = true;
    for (const { reject } of this.#asked.values()) reject(new Error("the connection has ended"));
    this.#asked.clear();
    this.onEnd();
  }

  emit(name, ...args) {
    this.#socket.send(`42${JSON.stringify([name, ...args])}`);
  }

  /** The server's acknowledgement. */
  ask(name, ...args) {
    if (this.#hasEnded) return Promise.reject(new Error("the connection has ended"));
    const number = `${++this.#lastAsked}`;
    this.#socket.send(`42${number}${JSON.stringify([name, ...args])}`);
    return new Promise((resolve, reject) => this.#asked.set(number, { resolve, reject }));
  }

  close() {
    this.#socket.terminate();
  }
}
