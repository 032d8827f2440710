#!/usr/bin/env node
// SPDX-License-Identifier: MIT
//
// Counts the instructions that the server executes for each message, acknowledgement, delivery and
// connection. The difference of two runs of different length under callgrind does not contain the
// start-up, and the load runs in lockstep with the server, so the figures do not depend on how busy
// the machine is.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { contestants, run_load, start } from "./contestants.mjs";
import { compiler } from "./machine.mjs";
import { chosen, scenarios } from "./scenarios.mjs";
import { aligned } from "./table.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const expected_file = path.join(root, "bench/instructions.json");
const tolerance = 0.03;
const help = `usage: ./dev bench --instructions [options]
  --check         fails if a figure of ours is more than ${100 * tolerance} % above bench/instructions.json
  --record        writes that file
  --only NAMES    of ${scenarios.map(({ name }) => name).join(",")}
  --bin-dir DIR   where the programs are (build/bench/bin)`;

function settings_of(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      check: { type: "boolean", default: false },
      record: { type: "boolean", default: false },
      only: { type: "string" },
      "bin-dir": { type: "string", default: path.join(root, "build/bench/bin") },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(help);
    process.exit(0);
  }
  if (values.record && values.only) throw new Error("--record writes all figures: not with --only");
  return {
    check: values.check,
    record: values.record,
    scenarios: chosen(values.only).filter(({ counted }) => counted !== undefined),
    bin_dir: path.resolve(values["bin-dir"]),
  };
}

async function run(scenario, contestant, count, { bin_dir, scratch }) {
  const profile = path.join(scratch, "callgrind.out");
  const log = path.join(scratch, "valgrind.log");
  rmSync(profile, { force: true });
  const valgrind = ["valgrind", "--tool=callgrind"];
  const server = await start(contestant, [
    ...valgrind,
    `--callgrind-out-file=${profile}`,
    `--log-file=${log}`,
  ]);
  try {
    const report = await run_load({
      bin_dir,
      load: [...scenario.load, ...contestant.load_options],
      server,
      extent: ["--count", `${count}`, "--warmup", "0"],
      report_file: path.join(scratch, "report.json"),
    });
    if (report.failures > 0) throw new Error(report.first_failure);
    await server.end();
    const total = readFileSync(profile, "utf8").match(/^totals: (\d+)$/m);
    if (total === null) throw new Error(`callgrind gave no total\n${readFileSync(log, "utf8")}`);
    return { instructions: Number(total[1]), count: report.count };
  } finally {
    await server.stop();
  }
}

async function instructions_each(scenario, contestant, settings) {
  const [short_count, long_count] = scenario.counted.counts;
  const short = await run(scenario, contestant, short_count, settings);
  const long = await run(scenario, contestant, long_count, settings);
  return (long.instructions - short.instructions) / (long.count - short.count);
}

async function measure(settings) {
  const all = contestants(settings.bin_dir);
  const figures = {};
  for (const scenario of settings.scenarios) {
    figures[scenario.name] = {};
    for (const name of ["ours", "yardstick"].filter((it) => scenario.contestants.includes(it))) {
      const each = await instructions_each(scenario, all[name], settings);
      figures[scenario.name][name] = Number(each.toPrecision(4));
      console.error(`${scenario.name}, ${name}: ${figures[scenario.name][name]}`);
    }
  }
  return figures;
}

function change(figure, expected) {
  if (expected === undefined) return "-";
  const percent = 100 * (figure / expected - 1);
  return `${percent < 0 ? "" : "+"}${percent.toFixed(1)} %`;
}

function table(settings, figures, expected) {
  const rows = [["scenario", "for each", "ours", "expected", "change", "yardstick", "change"]];
  for (const { name, title, counted } of settings.scenarios) {
    const { ours, yardstick } = figures[name];
    rows.push([
      title,
      counted.unit,
      `${ours}`,
      `${expected[name]?.ours ?? "-"}`,
      change(ours, expected[name]?.ours),
      `${yardstick ?? "-"}`,
      yardstick === undefined ? "-" : change(yardstick, expected[name]?.yardstick),
    ]);
  }
  return aligned(rows);
}

// Another compiler would produce other figures, for which there is nothing to compare with.
function expected_of(used_compiler) {
  const { compiler: expected_compiler, figures } = JSON.parse(readFileSync(expected_file, "utf8"));
  if (expected_compiler === used_compiler) return figures;
  console.log(`${path.relative(root, expected_file)} is of ${expected_compiler}, this of ${used_compiler}`);
  return {};
}

// .ci/run reads the counts in the last line.
function judge(figures, expected) {
  const names = Object.keys(figures).filter((name) => expected[name] !== undefined);
  const above = names.filter((name) => figures[name].ours > expected[name].ours * (1 + tolerance));
  for (const name of above) {
    console.log(`FAILED ${name}: ${figures[name].ours}, more than ${100 * tolerance} % above ${expected[name].ours}`);
  }
  console.log(`\n${names.length - above.length} passed, ${above.length} failed`);
  return above.length === 0;
}

async function main() {
  const scratch = mkdtempSync(path.join(os.tmpdir(), "socketio-instructions-"));
  const settings = { ...settings_of(process.argv.slice(2)), scratch };
  try {
    const used_compiler = compiler(settings.bin_dir).replace(/^\S+ \(.*\) (\d+).*$/, "g++ $1");
    const figures = await measure(settings);
    if (settings.record) {
      const document = { compiler: used_compiler, figures };
      writeFileSync(expected_file, `${JSON.stringify(document, null, 2)}\n`);
    }
    const expected = expected_of(used_compiler);
    console.log(`\n${table(settings, figures, expected)}`);
    if (settings.check && !judge(figures, expected)) process.exitCode = 1;
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
