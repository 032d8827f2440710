// SPDX-License-Identifier: MIT
//
// The server under test as a child process. `SERVER=reference` uses the official packages,
// `SERVER=<path>` another executable; the default is the release build of conformance_server. With
// `THREADS=<n>` that has n loops, except with options that take one alone.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { within } from "./deadline.mjs";
import { destroyOpenSockets } from "./open_sockets.mjs";

export const againstReference = process.env.SERVER === "reference";

const reference = fileURLToPath(new URL("../reference_server.mjs", import.meta.url));
const built = fileURLToPath(
  new URL("../../../build/release/bin/conformance_server", import.meta.url),
);
const { THREADS } = process.env;
/** What is local, and how often a namespace is made, is told by each loop for itself. */
export const hasLoops = THREADS !== undefined && !againstReference;
// Some options need a single loop, and the metrics of other loops are a moment old.
const ofOneLoop = ["--hooks", "--recovery", "--admin", "--metrics"];
const command = againstReference ? [process.execPath, reference] : [process.env.SERVER ?? built];

export class Server {
  #process;
  #exit;

  constructor(child, mode) {
    this.#process = child;
    this.path = mode === "engine" ? "/engine.io/" : "/socket.io/";
    this.#exit = new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code, signal) => resolve({ code, signal }));
    });
    this.#exit.catch(() => {});
  }

  /** Mode is "engine" or "socketio"; `flags` are appended to the command line. */
  static async start(mode = "socketio", { port = 0, flags = [] } = {}) {
    const [program, ...first] = command;
    if (hasLoops && !ofOneLoop.some((flag) => flags.includes(flag))) {
      first.push("--threads", THREADS);
    }
    const own = ["--port", String(port), ...(mode === "engine" ? ["--engine"] : []), ...flags];
    const child = spawn(program, [...first, ...own], { stdio: ["ignore", "pipe", "inherit"] });
    const server = new Server(child, mode);
    server.scheme = flags.includes("--tls-cert") ? "https" : "http";
    const line = new Promise((resolve) => createInterface(child.stdout).once("line", resolve));
    const gone = server.#exit.then(({ code, signal }) => {
      throw new Error(`${program} ended before it listened (${code ?? signal})`);
    });
    const [, announced] =
      /^listening on (\d+)$/.exec(await within(Promise.race([line, gone]), "listening", 15_000)) ??
      [];
    assert.ok(announced, "the server's first line is not `listening on PORT`");
    server.port = Number(announced);
    return server;
  }

  get url() {
    return `${this.scheme}://127.0.0.1:${this.port}`;
  }

  get isAlive() {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Asks it to end, or kills it; resolves to its exit code and signal. */
  async stop(signal = "SIGTERM", milliseconds = undefined) {
    this.#process.kill(signal);
    try {
      return await within(this.#exit, `the server's end after ${signal}`, milliseconds);
    } catch (error) {
      this.#process.kill("SIGKILL");
      throw error;
    }
  }
}

/**
 * A server for all cases of a file. After them it must still be alive, and must end properly.
 * Heartbeats of 200 ms are only for the cases about heartbeats: elsewhere a busy machine must not
 * end sessions. `started` runs once the server listens.
 */
export function useServer(mode, { pingTimeout = 20_000, flags = [], started } = {}) {
  const holder = {};
  before(async () => {
    holder.server = await Server.start(mode, {
      flags: ["--ping-timeout", String(pingTimeout), ...flags],
    });
    await started?.(holder.server);
  });
  after(async () => {
    assert.ok(holder.server.isAlive, "the server died during the cases");
    destroyOpenSockets();
    const { code, signal } = await holder.server.stop("SIGTERM", 15_000);
    assert.deepEqual({ code, signal }, { code: 0, signal: null }, "the server did not end cleanly");
  });
  return () => holder.server;
}
