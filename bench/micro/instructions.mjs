#!/usr/bin/env node
// SPDX-License-Identifier: MIT
//
// Counts the instructions of each micro-benchmark under callgrind: those that are executed while the server has
// received bytes or ends a turn. The difference of two runs of different length does not contain what comes
// before.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { aligned } from "../table.mjs";

const program = fileURLToPath(new URL("../../build/bench/bin/bench_micro", import.meta.url));
const [shorter, longer] = [200, 1000];
const measured = ["receive", "end_turn"].map((name) => `--toggle-collect=micro::Town::${name}(*`);

function run(name, iterations, scratch) {
  const profile = path.join(scratch, "callgrind.out");
  const log = path.join(scratch, "valgrind.log");
  const valgrind = ["--tool=callgrind", `--callgrind-out-file=${profile}`, `--log-file=${log}`, ...measured];
  const filter = `--benchmark_filter=^${name}/iterations:${iterations}$`;
  const arguments_ = [program, `--iterations=${iterations}`, filter, "--benchmark_format=json"];
  const report = execFileSync("valgrind", [...valgrind, ...arguments_], { stdio: ["ignore", "pipe", "ignore"] });
  const total = readFileSync(profile, "utf8").match(/^totals: (\d+)$/m);
  if (total === null) throw new Error(`callgrind gave no total\n${readFileSync(log, "utf8")}`);
  return { instructions: Number(total[1]), messages: JSON.parse(report).benchmarks[0].messages };
}

const filter = process.argv[2] === undefined ? [] : [`--benchmark_filter=${process.argv[2]}`];
const names = execFileSync(program, ["--benchmark_list_tests", ...filter], { encoding: "utf8" }).trim().split("\n");
const scratch = mkdtempSync(path.join(os.tmpdir(), "socketio-micro-"));
try {
  const rows = [["benchmark", "instructions", "messages", "each"]];
  for (const name of names) {
    const short = run(name, shorter, scratch);
    const long = run(name, longer, scratch);
    const instructions = (long.instructions - short.instructions) / (longer - shorter);
    const each = instructions / long.messages;
    rows.push([name, instructions.toFixed(0), `${long.messages}`, each.toPrecision(4)]);
  }
  console.log(aligned(rows));
} finally {
  rmSync(scratch, { recursive: true });
}
