// SPDX-License-Identifier: MIT
//
// A port of 127.0.0.1 for a program that cannot choose one by itself, or that starts again on the same one. It is none
// of those that the kernel gives to connections, so that no connection takes it while nobody listens.

import { readFileSync } from "node:fs";
import { createServer } from "node:net";

const FIRST = 10_000;
// More than one process asks for, so that those that run side by side find different ones.
const STRIDE = 61;
let asked = 0;

/** Where the kernel's ports begin; where it has all of them, its last one is as good as any. */
function endOfOurs() {
  const range = readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8");
  const [first, last] = range.split("\t").map(Number);
  return first > FIRST ? first : last;
}

function isFree(port) {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

export async function freePort() {
  const count = endOfOurs() - FIRST;
  for (;;) {
    const port = FIRST + ((process.pid * STRIDE + asked++) % count);
    if (await isFree(port)) return port;
  }
}
