// SPDX-License-Identifier: MIT
// Starts the showcase server for a test: a free port, a database of its own, and its end.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { freePort } from "../../conformance/support/free_port.mjs";

const built = fileURLToPath(new URL("../../../build/release/bin/showcase", import.meta.url));
const program = process.env.SHOWCASE ?? built;

/** By address, because a bare machine need not know the name localhost. */
async function listeningUrl(server) {
  const lines = createInterface({ input: server.stdout });
  for await (const line of lines) {
    const port = /listening on http:\/\/localhost:(\d+)/.exec(line)?.[1];
    if (port) return `http://127.0.0.1:${port}`;
  }
  throw new Error(`${program} ended before it listened (exit code ${server.exitCode})`);
}

export class Showcase {
  #folder;
  #server;
  #settings;
  url;

  /** `settings` are variables of the environment. */
  static async start(settings = {}) {
    const showcase = new Showcase();
    showcase.#settings = settings;
    showcase.#folder = await mkdtemp(join(tmpdir(), "showcase-"));
    await showcase.#run(await freePort());
    return showcase;
  }

  /** Ends the process; resolves to its exit code. */
  async halt() {
    const server = this.#server;
    if (server.exitCode !== null || server.signalCode !== null) return server.exitCode;
    const exited = once(server, "exit");
    server.kill("SIGTERM");
    const [code] = await exited;
    return code;
  }

  /** Runs again on the same port and database. */
  async resume() {
    await this.#run(new URL(this.url).port);
  }

  async stop() {
    await this.halt();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** The permissions of a file beside the database. */
  async modeOf(name) {
    return (await stat(join(this.#folder, name))).mode & 0o777;
  }

  async #run(port) {
    this.#server = spawn(program, ["--database", join(this.#folder, "showcase.sqlite")], {
      env: { ...process.env, ...this.#settings, PORT: String(port) },
      stdio: ["ignore", "pipe", "inherit"],
    });
    await Promise.race([
      once(this.#server, "error").then(([error]) => Promise.reject(error)),
      listeningUrl(this.#server).then((url) => (this.url = url)),
    ]);
    this.#server.stdout.resume();
  }
}
