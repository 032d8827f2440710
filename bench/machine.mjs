// SPDX-License-Identifier: MIT
//
// The machine and the tools, for the heading of a table of figures.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import os from "node:os";

function first_line_of(command, ...args) {
  try {
    const output = execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return output.split("\n")[0];
  } catch {
    return "unknown";
  }
}

// The compiler in CMake's cache if there is a build folder, otherwise the one in the path.
export function compiler(bin_dir) {
  try {
    const cache = readFileSync(`${bin_dir}/../CMakeCache.txt`, "utf8");
    return first_line_of(cache.match(/^CMAKE_CXX_COMPILER:\w+=(.*)$/m)[1], "--version");
  } catch {
    return first_line_of("c++", "--version");
  }
}

export function describe_machine(bin_dir) {
  return {
    cpu: os.cpus()[0]?.model.trim() ?? "unknown",
    cores: os.cpus().length,
    memory_gb: Math.round(os.totalmem() / 1e9),
    kernel: `${os.type()} ${os.release()}`,
    compiler: compiler(bin_dir),
    node: process.version,
    load_average_at_start: os.loadavg()[0],
  };
}
