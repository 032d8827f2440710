// SPDX-License-Identifier: MIT
//
// The servers under test: each is started afresh for every run, alone, on its own core.

import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const node_dir = path.join(here, "node");
const start_timeout_ms = 20_000;

export const server_core = 0;
export const load_core = 1;

export function contestants(bin_dir) {
  return {
    ours: {
      title: "socketio-cpp",
      command: [path.join(bin_dir, "bench_server")],
      load_options: [],
    },
    yardstick: {
      title: "raw WebSocket, C++",
      command: [path.join(bin_dir, "bench_yardstick")],
      load_options: ["--raw"],
    },
    node: {
      title: "Node.js socket.io",
      command: [process.execPath, path.join(node_dir, "server.mjs")],
      load_options: [],
      prepare: install_node_packages,
    },
  };
}

function install_node_packages() {
  if (existsSync(path.join(node_dir, "node_modules", "socket.io"))) return;
  console.error("installing the packages of the Node.js server");
  const npm = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: node_dir, stdio: "inherit" });
  if (npm.status !== 0) throw new Error("npm ci failed in bench/node");
}

// With one core alone there is nothing to pin to.
export function pinned(core, cores, command) {
  return cores > 1 ? ["taskset", "-c", String(core), ...command] : command;
}

function free_port() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1");
    const settle = (is_open) => {
      socket.destroy();
      resolve(is_open);
    };
    socket.once("connect", () => settle(true));
    socket.once("error", () => settle(false));
  });
}

export async function start(contestant, cores) {
  const port = await free_port();
  const [program, ...args] = pinned(server_core, cores, [...contestant.command, "--port", `${port}`]);
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "inherit"] });
  let is_running = true;
  const ended = new Promise((resolve) => {
    child.once("close", resolve);
    child.once("error", resolve);
  }).then(() => (is_running = false));

  const stop = async () => {
    child.kill("SIGKILL");
    await ended;
  };
  const deadline = Date.now() + start_timeout_ms;
  while (!(await answers(port))) {
    if (!is_running || Date.now() > deadline) {
      await stop();
      throw new Error(`${contestant.title} does not listen`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { port, pid: child.pid, stop };
}
