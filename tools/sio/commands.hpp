// SPDX-License-Identifier: MIT
// The subcommands: each adds its options to the command line and runs when it was named, leaving
// its exit code in `code`. What cannot be done throws UsageError. `code` outlives the parsing.
#pragma once

#include <CLI/CLI.hpp>

namespace sio {

void add_connect(CLI::App& app, int& code);
void add_emit(CLI::App& app, int& code);
void add_listen(CLI::App& app, int& code);
void add_bench(CLI::App& app, int& code);
void add_decode(CLI::App& app, int& code);

/// All of them.
void add_commands(CLI::App& app, int& code);

}  // namespace sio
