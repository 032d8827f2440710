#!/usr/bin/env node
// SPDX-License-Identifier: MIT
//
// Runs every scenario against every contestant, round after round, so that other load on the
// machine affects all of them. Prints medians, ratios and targets, and writes all reports to
// a JSON file.

import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { has_redis, open_site } from "./cluster.mjs";
import { contestants, load_core, pin_to, run_load } from "./contestants.mjs";
import { describe_machine } from "./machine.mjs";
import { chosen, scenarios } from "./scenarios.mjs";
import { cluster_table, detail_table, loss_table, main_table, return_table, summarise, threads_table } from "./table.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const help = `usage: bench/run.mjs [options]
  --quick               one round of one second
  --rounds N            rounds (5)
  --seconds S           measured seconds a run (3)
  --only NAMES          of ${scenarios.map(({ name }) => name).join(",")}
  --contestants NAMES   of ours,ours2 (with two threads),yardstick,node (these without the option),socketioxide,bun
  --bin-dir DIR         where the programs are (build/bench/bin)
  --json FILE           where the result goes (build/bench.json)`;

function possible(wanted) {
  if (has_redis()) return wanted;
  console.error("there is no redis-server: scenarios with a cluster are left out");
  return wanted.filter(({ on_redis }) => !on_redis);
}

function settings_of(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      quick: { type: "boolean", default: false },
      rounds: { type: "string" },
      seconds: { type: "string" },
      only: { type: "string" },
      contestants: { type: "string", default: "ours,ours2,yardstick,node" },
      "bin-dir": { type: "string", default: path.join(root, "build/bench/bin") },
      json: { type: "string", default: path.join(root, "build/bench.json") },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(help);
    process.exit(0);
  }
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 5));
  const seconds = Number(values.seconds ?? (values.quick ? 1 : 3));
  if (!(rounds >= 1 && seconds > 0)) throw new Error(help);
  return {
    rounds,
    seconds,
    warmup_seconds: values.quick ? 0.3 : 1,
    scenarios: possible(chosen(values.only)),
    contestant_names: values.contestants.split(","),
    bin_dir: path.resolve(values["bin-dir"]),
    json: path.resolve(values.json),
  };
}

function present_contestants({ bin_dir, contestant_names }) {
  const all = contestants(bin_dir);
  const present = {};
  for (const name of contestant_names) {
    const contestant = all[name];
    if (contestant === undefined) throw new Error(`no such contestant: ${name}`);
    const problem = contestant.prepare?.() ?? (existsSync(contestant.command[0]) ? undefined : "it is not built");
    if (problem) console.error(`${contestant.title} is left out: ${problem}`);
    else present[name] = contestant;
  }
  return present;
}

async function measure(scenario, contestant, settings, report_file) {
  const site = await open_site(scenario, contestant);
  try {
    return await run_load({
      launcher: pin_to(load_core),
      bin_dir: settings.bin_dir,
      load: [...scenario.load, ...contestant.load_options, ...site.load_options],
      server: site,
      extent: ["--seconds", `${Math.max(settings.seconds, scenario.least_seconds ?? 0)}`, "--warmup", `${settings.warmup_seconds}`],
      report_file,
    });
  } finally {
    await site.stop();
  }
}

// The order of the contestants rotates from round to round.
function order_of(names, round) {
  return names.map((_, i) => names[(i + round) % names.length]);
}

async function run_all(settings, present, report_file) {
  const runs = [];
  const errors = [];
  for (let round = 0; round < settings.rounds; ++round) {
    for (const scenario of settings.scenarios) {
      const names = scenario.contestants.filter((name) => name in present);
      for (const name of order_of(names, round)) {
        const label = `round ${round + 1}, ${scenario.name}, ${name}`;
        try {
          const report = await measure(scenario, present[name], settings, report_file);
          runs.push({ scenario: scenario.name, contestant: name, report });
          const figure = Math.round(scenario.metric.of(report));
          console.error(`${label}: ${figure} ${scenario.metric.unit ?? "/s"}`);
          if (report.failures > 0) {
            errors.push(`${label}: ${report.failures} failures, first: ${report.first_failure}`);
          }
        } catch (error) {
          errors.push(`${label}: ${error.message}`);
          console.error(errors.at(-1));
        }
      }
    }
  }
  return { runs, errors };
}

function print(machine, settings, results, errors) {
  console.log(`\n${machine.cpu}, ${machine.cores} cores, ${machine.kernel}; ${machine.compiler};`);
  console.log(`Node.js ${machine.node}; medians of ${settings.rounds} x ${settings.seconds} s\n`);
  console.log(main_table(results));
  for (const table of [threads_table, detail_table, return_table, loss_table, cluster_table]) {
    const text = table(results);
    if (text) console.log(`\n${text}`);
  }
  for (const error of errors) console.log(`FAILED ${error}`);
}

async function main() {
  const settings = settings_of(process.argv.slice(2));
  const machine = describe_machine(settings.bin_dir);
  const scratch = mkdtempSync(path.join(os.tmpdir(), "socketio-bench-"));
  try {
    const present = present_contestants(settings);
    const { runs, errors } = await run_all(settings, present, path.join(scratch, "report.json"));
    const results = summarise(settings.scenarios, runs);
    print(machine, settings, results, errors);
    const { rounds, seconds } = settings;
    mkdirSync(path.dirname(settings.json), { recursive: true });
    const document = { date: new Date().toISOString(), machine, rounds, seconds, results, errors };
    writeFileSync(settings.json, `${JSON.stringify(document, null, 2)}\n`);
    console.log(`\nall reports: ${settings.json}`);
    process.exitCode = errors.length > 0 ? 1 : 0;
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
