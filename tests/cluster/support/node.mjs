// SPDX-License-Identifier: MIT
//
// A node of the cluster as a child process: "node" has the official packages, "older" has older
// releases of them, "cpp" is ours, and "loops" is ours with two loops (NODE_UNDER_TEST=<path> is another
// executable than the release build's).

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { io } from "socket.io-client";
import { within } from "../../conformance/support/deadline.mjs";
import { fromLine, toLine } from "./values.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const reference = [process.execPath, path("../reference_node.mjs")];
const ours = [process.env.NODE_UNDER_TEST ?? path("../../../build/release/bin/cluster_node")];
const programs = {
  node: reference,
  older: [...reference, "--older"],
  cpp: ours,
  loops: [...ours, "--threads", "2"],
};

export class Node {
  #waiting = new Map();
  #lastId = 0;
  #sockets = [];
  /** Rooms in which its clients are, with the namespace. */
  rooms = new Set();

  static async start(kind, { adapter, redis, flags = [] }) {
    const [program, ...first] = programs[kind];
    const node = new Node();
    // There local() speaks for one of them, and its client may be on the other.
    node.hasLoops = kind === "loops";
    node.process = spawn(program, [...first, "--adapter", adapter, "--redis", redis.url, ...flags], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    node.exited = once(node.process, "exit");
    node.process.stdin.on("error", () => {}); // It has ended, and exit says so.
    node.process.once("exit", () => node.#onExit());
    const lines = createInterface(node.process.stdout);
    const listening = new Promise((resolve, reject) => {
      node.process.once("error", reject);
      node.process.once("exit", (code) => reject(new Error(`the ${kind} node ended early (${code})`)));
      lines.on("line", (line) => {
        const [, port] = /^listening on (\d+)$/.exec(line) ?? [];
        port ? resolve(Number(port)) : node.#onLine(line);
      });
    });
    try {
      node.port = await within(listening, `the ${kind} node listening`, 15_000);
    } catch (error) {
      node.process.kill("SIGKILL");
      throw error;
    }
    return node;
  }

  #onLine(line) {
    const { id, result, error } = fromLine(line);
    const { resolve, reject } = this.#waiting.get(id);
    this.#waiting.delete(id);
    error === undefined ? resolve(result) : reject(new Error(error));
  }

  #onExit() {
    for (const { reject } of this.#waiting.values()) reject(new Error("the node has ended"));
    this.#waiting.clear();
  }

  /** Has the node do something; README.md has the commands. */
  do(command, ...args) {
    const id = ++this.#lastId;
    this.process.stdin.write(`${toLine({ id, command, args })}\n`);
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    return within(answer, `the node's answer to ${command}`);
  }

  /** A client of this node. Everything that it gets is noted. */
  async client({ nsp = "/", auth = {} } = {}) {
    const socket = io(`http://127.0.0.1:${this.port}${nsp}`, { transports: ["websocket"], forceNew: true, auth });
    this.#sockets.push(socket);
    socket.node = this;
    socket.got = [];
    socket.onAny((...args) => socket.got.push(args));
    socket.disconnected_because = new Promise((resolve) => socket.once("disconnect", resolve));
    await within(once(socket, "connect"), "the client's connection");
    return socket;
  }

  closeClients() {
    for (const socket of this.#sockets.splice(0)) socket.disconnect();
    this.rooms.clear();
  }

  /** Nobody stops it properly. */
  async kill() {
    this.closeClients();
    this.process.kill("SIGKILL");
    await within(this.exited, "the node's end");
  }

  async stop() {
    this.closeClients();
    if (this.process.signalCode !== null) return;
    this.process.kill("SIGTERM");
    await within(this.exited, "the node's end");
  }
}
