// SPDX-License-Identifier: MIT
//
// The servers under test. For every run, one of them is started anew, alone, on its own core.

import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const node_dir = path.join(here, "node");
const bun_dir = path.join(here, "bun");
const cargo_dir = path.join(here, "../build/bench/socketioxide");
const start_timeout_ms = 20_000;
const end_timeout_ms = 20_000;

export const server_core = 0;
export const load_core = 1;
// Two threads need a core each, so that they share one with the load.
const both_cores = `${server_core},${load_core}`;

export function contestants(bin_dir) {
  return {
    ours: {
      title: "socketio-cpp",
      command: [path.join(bin_dir, "bench_server")],
      load_options: [],
    },
    ours2: {
      title: "socketio-cpp, 2 threads",
      command: [path.join(bin_dir, "bench_server"), "--threads", "2"],
      cores: both_cores,
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
      prepare: () => install_packages(node_dir),
    },
    socketioxide: {
      title: "socketioxide",
      command: [path.join(cargo_dir, "target/release/bench_socketioxide")],
      load_options: [],
      prepare: build_socketioxide,
    },
    bun: {
      title: "socket.io on Bun",
      get command() {
        return [bun_program(), path.join(bun_dir, "server.mjs")];
      },
      load_options: [],
      prepare: () => install_packages(bun_dir),
    },
  };
}

// What prepares a contestant returns why it cannot take part, if so.
function install_packages(folder) {
  if (existsSync(path.join(folder, "node_modules", "socket.io"))) return undefined;
  console.error(`npm ci in ${folder}`);
  const npm = spawnSync("npm", ["ci"], { cwd: folder, stdio: "inherit" });
  return npm.status === 0 ? undefined : "npm ci failed";
}

// npm has a package for each platform, from which an install script takes the program, if npm may run it.
function bun_program() {
  const modules = path.join(bun_dir, "node_modules");
  const platforms = path.join(modules, "@oven");
  const all = existsSync(platforms) ? readdirSync(platforms) : [];
  const untouched = all.map((name) => path.join(platforms, name, "bin/bun")).find((file) => existsSync(file));
  return untouched ?? path.join(modules, "bun/bin/bun.exe");
}

// Beside what else is built, because cargo writes next to the sources.
function build_socketioxide() {
  mkdirSync(cargo_dir, { recursive: true });
  for (const file of ["Cargo.toml", "main.rs"]) copyFileSync(path.join(here, "socketioxide", file), path.join(cargo_dir, file));
  console.error(`cargo build in ${cargo_dir}`);
  const cargo = spawnSync("cargo", ["build", "--release", "--quiet"], { cwd: cargo_dir, stdio: "inherit" });
  if (cargo.error) return "there is no cargo";
  return cargo.status === 0 ? undefined : "cargo build failed";
}

// With a single core there is nothing to pin to.
export function pin_to(core) {
  return os.cpus().length > 1 ? ["taskset", "-c", String(core)] : [];
}

function output_of([program, ...args]) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout.on("data", (text) => (output += text));
    child.once("error", reject);
    child.once("close", () => resolve(output));
  });
}

// Resolves to the load generator's report.
export async function run_load({ launcher = [], bin_dir, load, server, extent, report_file }) {
  rmSync(report_file, { force: true });
  const output = await output_of([
    ...launcher,
    path.join(bin_dir, "bench_load"),
    ...load,
    ...["--port", `${server.port}`, "--server-pid", `${server.pid}`],
    ...extent,
    ...["--json", report_file],
  ]);
  if (!existsSync(report_file)) throw new Error(`the load generator gave no report\n${output}`);
  return JSON.parse(readFileSync(report_file, "utf8"));
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

// `launcher` is a command that turns into the server, such as taskset.
export async function start(contestant, launcher = [], options = []) {
  const port = await free_port();
  const [program, ...args] = [...launcher, ...contestant.command, "--port", `${port}`, ...options];
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
  // SIGCONT lets it write its output even if the load has left it stopped.
  const end = async () => {
    child.kill("SIGTERM");
    child.kill("SIGCONT");
    const timer = setTimeout(() => child.kill("SIGKILL"), end_timeout_ms);
    await ended;
    clearTimeout(timer);
  };
  const deadline = Date.now() + start_timeout_ms;
  while (!(await answers(port))) {
    if (!is_running || Date.now() > deadline) {
      await stop();
      throw new Error(`${contestant.title} does not listen`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { port, pid: child.pid, stop, end };
}
