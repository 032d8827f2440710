// SPDX-License-Identifier: MIT
//
// The configurations of docs/deployment.md and other pages, and nginx or HAProxy as a child process that uses one.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until, within } from "./deadline.mjs";
import { freePort } from "./free_port.mjs";
import { isListening } from "./http.mjs";

// Debian's are where only root looks for commands.
export const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };

/**
 * A configuration: what is between the fences of a section. Each key of `replacements` must be in it.
 */
export function documented(section, number, replacements, page = "deployment.md") {
  const [, text] = readFileSync(new URL(`../../../docs/${page}`, import.meta.url), "utf8").split(`\n## ${section}\n`);
  assert.ok(text, `docs/${page} has no section ${section}`);
  let block = text.split("\n## ")[0].split(/^```.*\n/m)[2 * number + 1];
  for (const [from, to] of Object.entries(replacements)) {
    assert.ok(block.includes(from), `"${from}" is not in the configuration of ${section}`);
    block = block.replaceAll(from, to);
  }
  return block;
}

class Proxy {
  #process;

  /** `folder` is its own. `command(file)` runs it; `configuration(port)` is the text of that file. */
  static async start(folder, command, configuration) {
    const proxy = new Proxy();
    proxy.port = await freePort();
    proxy.url = `https://127.0.0.1:${proxy.port}`;
    const file = join(folder, "configuration");
    writeFileSync(file, configuration(proxy.port));
    const [program, ...args] = command(file);
    const child = spawn(program, args, { stdio: ["ignore", "inherit", "inherit"], env });
    proxy.#process = child;
    let end;
    child.once("error", (error) => (end = error.message));
    child.once("exit", (code, signal) => (end = `${program} ended: ${code ?? signal}`));
    await until(() => end || isListening(proxy.port), `${program} listening`);
    assert.equal(end, undefined);
    return proxy;
  }

  async stop() {
    if (this.#process.exitCode !== null) return;
    const gone = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.kill("SIGTERM");
    await within(gone, "the proxy's end");
  }
}

/** nginx with `site(port)` as what it serves, in a folder of its own. */
export function startNginx(folder, site) {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join("\n");
  return Proxy.start(
    folder,
    (file) => ["nginx", "-p", folder, "-e", "stderr", "-c", file],
    (port) => `daemon off; master_process off; pid ${folder}/pid; error_log stderr;
      events {}
      http { access_log off; ${temporary} ${site(port)} }`,
  );
}

/** HAProxy with `configuration(port)`, in a folder of its own. */
export function startHaproxy(folder, configuration) {
  return Proxy.start(folder, (file) => ["haproxy", "-q", "-db", "-f", file], configuration);
}
