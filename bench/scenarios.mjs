// SPDX-License-Identifier: MIT
//
// What is measured, under which load, and the target. `target.against` names the contestant
// by whose figure ours is divided; without it the figure itself is compared. Figures other than rates have a unit. `counted` is for
// callgrind: the minimum count in a short run and in a long run. `server` is for the servers' command lines. With
// `on_redis` there are two servers on a Redis.

const rate = { name: "rate", of: (report) => report.rate };
const memory = { name: "bytes/connection", unit: "bytes each", of: (report) => report.bytes_per_connection };
const share = { name: "received", unit: "% received", of: (report) => 100 * report.received_share };
const broadcasts = { name: "broadcasts", unit: "broadcasts/s", of: (report) => report.rate / report.connections };
const return_time = { name: "ms", unit: "ms", of: (report) => report.latency_us?.max / 1000 };

export const scenarios = [
  {
    name: "echo",
    title: "echo, 50 connections, 1 in flight",
    load: ["echo", "--connections", "50", "--in-flight", "1"],
    contestants: ["ours", "ours2", "yardstick", "node", "socketioxide", "bun"],
    metric: rate,
    target: { against: "yardstick", at_least: 0.9 },
    counted: { unit: "message", counts: [500, 4000] },
  },
  {
    name: "echo16",
    title: "echo, 50 connections, 16 in flight",
    load: ["echo", "--connections", "50", "--in-flight", "16"],
    contestants: ["ours", "ours2", "yardstick", "node", "socketioxide", "bun"],
    metric: rate,
    target: { against: "yardstick", at_least: 0.6 },
    counted: { unit: "message", counts: [4000, 20_000] },
  },
  {
    name: "ack16",
    title: "acknowledgement, 50 connections, 16 in flight",
    load: ["ack", "--connections", "50", "--in-flight", "16"],
    contestants: ["ours", "ours2", "node", "socketioxide", "bun"],
    metric: rate,
    counted: { unit: "acknowledgement", counts: [4000, 16_000] },
  },
  {
    name: "fan",
    title: "broadcast to 1000, 1 in flight",
    load: ["fan", "--connections", "1000", "--in-flight", "1"],
    contestants: ["ours", "ours2", "yardstick", "node", "socketioxide", "bun"],
    metric: rate,
    target: { against: "yardstick", at_least: 0.9 },
    counted: { unit: "delivery", counts: [5000, 50_000] },
  },
  {
    name: "fan16",
    title: "broadcast to 1000, 16 in flight",
    load: ["fan", "--connections", "1000", "--in-flight", "16"],
    contestants: ["ours", "ours2", "yardstick", "node", "socketioxide", "bun"],
    metric: rate,
    target: { against: "yardstick", at_least: 0.9 },
    counted: { unit: "delivery", counts: [32_000, 320_000] },
  },
  {
    name: "connect",
    title: "connect and reset, 100 at a time",
    load: ["connect", "--connections", "100"],
    contestants: ["ours", "ours2", "yardstick", "node", "socketioxide", "bun"],
    metric: rate,
    target: { against: "yardstick", at_least: 0.5 },
    counted: { unit: "connection", counts: [200, 1000] },
  },
  {
    name: "polling",
    title: "echo over long-polling, 50 sessions",
    load: ["polling-echo", "--connections", "50"],
    contestants: ["ours", "ours2", "node", "socketioxide", "bun"],
    metric: rate,
    target: { against: "node", at_least: 5 },
    counted: { unit: "message", counts: [200, 1000] },
  },
  {
    name: "idle",
    title: "memory of 5000 idle connections",
    load: ["idle", "--connections", "5000"],
    contestants: ["ours", "ours2", "yardstick", "node", "socketioxide", "bun"],
    metric: memory,
    target: { at_most: 2000 },
  },
  {
    name: "avalanche",
    title: "15,000 clients cut at once, until the last is back",
    load: ["avalanche", "--connections", "15000"],
    contestants: ["ours", "ours2", "node", "socketioxide", "bun"],
    metric: return_time,
    target: { against: "node", at_most: 1 },
  },
  {
    name: "jitter",
    title: "broadcasts to 200 clients that lose their network",
    load: ["jitter", "--connections", "200"],
    contestants: ["ours", "ours2", "node", "socketioxide", "bun"],
    metric: share,
    least_seconds: 20,
  },
  {
    name: "jitter-recovery",
    title: "the same with connection state recovery",
    load: ["jitter", "--connections", "200"],
    server: ["--recovery"],
    contestants: ["ours", "node"],
    metric: share,
    target: { at_least: 100 },
    least_seconds: 20,
  },
  {
    name: "cluster",
    title: "20 clients of two servers on a Redis, 1 in flight",
    load: ["fan", "--connections", "20", "--in-flight", "1"],
    on_redis: true,
    contestants: ["ours", "node"],
    metric: broadcasts,
    target: { against: "node", at_least: 3 },
  },
  {
    name: "cluster16",
    title: "20 clients of two servers on a Redis, 16 in flight",
    load: ["fan", "--connections", "20", "--in-flight", "16"],
    on_redis: true,
    contestants: ["ours", "node"],
    metric: broadcasts,
    target: { against: "node", at_least: 3 },
  },
];

// `--only echo` means echo and echo16, just as `--only fan` means both broadcasts.
export function chosen(names) {
  if (names === undefined) return scenarios;
  const wanted = names.split(",");
  const found = scenarios.filter(({ name }) =>
    wanted.some((want) => name === want || name.replace(/\d+$/, "") === want),
  );
  if (found.length === 0) {
    throw new Error(`no such scenario; there are ${scenarios.map(({ name }) => name).join(", ")}`);
  }
  return found;
}
