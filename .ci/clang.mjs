// SPDX-License-Identifier: MIT
// Prints one command a line for each source of a clang build folder that has not been compiled there: the same command,
// but reading only. Those of tests share a precompiled header, which is made first.
import { execSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.argv[2];
const commands = JSON.parse(readFileSync(join(folder, "compile_commands.json"), "utf8"));
// What the build generates is not there yet.
const todo = commands.filter(
  ({ command, directory, file }) => existsSync(file) && !existsSync(join(directory, / -o (\S+) -c /.exec(command)[1])),
);
const test = todo.find(({ file }) => /\/tests\/unit\//.test(file));
const headers = join(process.cwd(), folder, "tests.pch");

// The options of a command, without what it compiles and where to.
const optionsOf = (command) => command.replace(/ -o \S+ -c .*/, "");

if (test) {
  const source = join(folder, "tests.hpp");
  writeFileSync(source, "#include <gtest/gtest.h>\n#include <socketio/server.hpp>\n#include <map>\n#include <string>\n#include <vector>\n");
  execSync(`${optionsOf(test.command)} -x c++-header ${join(process.cwd(), source)} -o ${headers}`, { cwd: test.directory });
}
for (const { command, directory } of todo) {
  const shares = /\/tests\/[a-z]+\/\w+_test\.cpp$/.test(command);
  console.log(
    `cd ${directory} && ` +
      command.replace(/ -o \S+ -c /, ` ${shares ? `-include-pch ${headers} ` : ""}-fsyntax-only `),
  );
}
