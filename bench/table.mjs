// SPDX-License-Identifier: MIT
//
// Turns the reports of all runs into medians, ratios and verdicts, and these into a
// table for people.

export function median(values) {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return undefined;
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function summary_of(reports, metric) {
  const median_of = (pick) => median(reports.map((report) => pick(report) ?? NaN));
  return {
    [metric.name]: median_of(metric.of),
    latency_p50_us: median_of((report) => report.latency_us?.p50),
    latency_p99_us: median_of((report) => report.latency_us?.p99),
    server_cpu_us_each: median_of((report) => report.server?.cpu_us_each),
    server_core_share: median_of((report) => report.server?.core_share),
    load_core_share: median_of((report) => report.load?.core_share),
    given_up: median_of((report) => report.given_up),
    peak_resident_bytes: median_of((report) => report.peak_resident_bytes),
    redis_cpu_us_each: median_of((report) => report.redis?.cpu_us_each),
    redis_core_share: median_of((report) => report.redis?.core_share),
    connections: reports[0].connections,
    disorder: median_of((report) => report.disorder),
    failures: reports.reduce((sum, report) => sum + report.failures, 0),
    runs: reports,
  };
}

function verdict_of(scenario, figures) {
  const { target, metric } = scenario;
  const ours = figures.ours?.[metric.name];
  if (!target || ours === undefined) return undefined;
  const other = target.against ? figures[target.against]?.[metric.name] : 1;
  if (other === undefined) return undefined;
  const value = ours / other;
  const is_met = target.at_least === undefined ? value <= target.at_most : value >= target.at_least;
  return { ...target, value, met: is_met };
}

// `runs` is a list of { scenario, contestant, report }.
export function summarise(scenarios, runs) {
  return scenarios.map((scenario) => {
    const figures = {};
    for (const name of scenario.contestants) {
      const reports = runs
        .filter((run) => run.scenario === scenario.name && run.contestant === name)
        .map((run) => run.report);
      if (reports.length > 0) figures[name] = summary_of(reports, scenario.metric);
    }
    return {
      name: scenario.name,
      title: scenario.title,
      metric: scenario.metric.name,
      unit: scenario.metric.unit,
      figures,
      target: verdict_of(scenario, figures),
    };
  });
}

function number(value) {
  if (value === undefined) return "-";
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)} M`;
  if (value >= 1e4) return `${(value / 1e3).toFixed(1)} k`;
  return value.toFixed(0);
}

const decimals = (value, digits) => (value === undefined ? "-" : value.toFixed(digits));
const percent = (value) => (value === undefined ? "-" : `${Math.round(100 * value)} %`);

function ratio(figures, metric, against) {
  const ours = figures.ours?.[metric];
  const other = figures[against]?.[metric];
  return ours === undefined || other === undefined ? "-" : (ours / other).toFixed(2);
}

function wanted(target) {
  if (!target) return "";
  const bound = target.at_least === undefined ? `<= ${target.at_most}` : `>= ${target.at_least}`;
  return `${bound}${target.against === "node" ? " x Node.js" : ""} ${target.met ? "met" : "MISSED"}`;
}

export function aligned(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])))
      .join("  ")
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((width) => "-".repeat(width)).join("  "));
  return lines.join("\n");
}

// Two threads have a table of their own.
const headings = { yardstick: "yardstick", node: "Node.js", socketioxide: "socketioxide", bun: "Bun" };

// The figures: messages (deliveries, connections) per second, or bytes where the row says so.
export function main_table(results) {
  const others = Object.keys(headings).filter((name) => results.some(({ figures }) => name in figures));
  const rows = [
    ["scenario", "ours", ...others.map((name) => headings[name]), ...others.map((name) => `ours/${headings[name]}`), "target"],
  ];
  for (const { title, metric, unit, figures, target } of results) {
    rows.push([
      unit ? `${title}, ${unit}` : title,
      ...["ours", ...others].map((name) => number(figures[name]?.[metric])),
      ...others.map((name) => ratio(figures, metric, name)),
      wanted(target),
    ]);
  }
  return aligned(rows);
}

// One and two threads. Two threads share the second core with the load, so what the load takes of it is subtracted:
// the rate is scaled from the cores that were left to both cores.
export function threads_table(results) {
  const rows = [["scenario", "1 thread", "2 threads", "ratio", "load busy", "2 threads without the load", "ratio"]];
  for (const { title, metric, unit, figures } of results) {
    const [one, two] = [figures.ours?.[metric], figures.ours2?.[metric]];
    if (one === undefined || two === undefined) continue;
    const scaled = metric === "rate" ? (two * 2) / (2 - figures.ours2.load_core_share) : undefined;
    rows.push([
      unit ? `${title}, ${unit}` : title,
      number(one),
      number(two),
      (two / one).toFixed(2),
      percent(figures.ours2.load_core_share),
      number(scaled),
      decimals(scaled && scaled / one, 2),
    ]);
  }
  return rows.length > 1 ? aligned(rows) : "";
}

// Who was busy: if the load generator is near 100 % and the server is below, the generator was the
// limit. Then compare the server's CPU time per message.
export function detail_table(results) {
  const rows = [
    ["scenario", "contestant", "p50 us", "p99 us", "server CPU us each", "server busy", "load busy"],
  ];
  for (const { name, metric, figures } of results) {
    if (metric !== "rate") continue;
    for (const [contestant, figure] of Object.entries(figures)) {
      rows.push([
        name,
        contestant,
        decimals(figure.latency_p50_us, 0),
        decimals(figure.latency_p99_us, 0),
        decimals(figure.server_cpu_us_each, 3),
        percent(figure.server_core_share),
        percent(figure.load_core_share),
      ]);
    }
  }
  return rows.length > 1 ? aligned(rows) : "";
}

// Where clients lose messages: what they received, and how many of them twice or too late.
export function loss_table(results) {
  const rows = [["scenario", "contestant", "received %", "twice or too late"]];
  for (const { name, metric, figures } of results) {
    for (const [contestant, figure] of Object.entries(figures)) {
      if (figure.disorder === undefined) continue;
      rows.push([name, contestant, decimals(figure[metric], 2), number(figure.disorder)]);
    }
  }
  return rows.length > 1 ? aligned(rows) : "";
}

// Where clients come back: how long that took, how many had given up, what it took of memory.
export function return_table(results) {
  const rows = [["scenario", "contestant", "p50 ms", "p99 ms", "last ms", "given up", "peak MB"]];
  for (const { name, metric, figures } of results) {
    for (const [contestant, figure] of Object.entries(figures)) {
      if (figure.given_up === undefined) continue;
      rows.push([
        name,
        contestant,
        decimals(figure.latency_p50_us / 1000, 0),
        decimals(figure.latency_p99_us / 1000, 0),
        decimals(figure[metric], 0),
        number(figure.given_up),
        decimals(figure.peak_resident_bytes / 1e6, 1),
      ]);
    }
  }
  return rows.length > 1 ? aligned(rows) : "";
}

// Where the time of a broadcast through Redis goes: both servers on one core, Redis and the load on the other.
export function cluster_table(results) {
  const rows = [
    ["scenario", "contestant", "p50 us", "p99 us", "servers' CPU us each", "Redis' CPU us each", "servers busy", "Redis busy", "load busy"],
  ];
  for (const { name, metric, figures } of results) {
    if (metric !== "broadcasts") continue;
    for (const [contestant, figure] of Object.entries(figures)) {
      // The load counts deliveries.
      const each = (microseconds) => decimals(microseconds && microseconds * figure.connections, 1);
      rows.push([
        name,
        contestant,
        decimals(figure.latency_p50_us, 0),
        decimals(figure.latency_p99_us, 0),
        each(figure.server_cpu_us_each),
        each(figure.redis_cpu_us_each),
        percent(figure.server_core_share),
        percent(figure.redis_core_share),
        percent(figure.load_core_share),
      ]);
    }
  }
  return rows.length > 1 ? aligned(rows) : "";
}
