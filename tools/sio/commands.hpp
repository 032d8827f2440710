// SPDX-License-Identifier: MIT
// The subcommands. Each adds its options to the command line; when it is named it runs and stores
// its exit code in `code`, which outlives the parsing. Throws UsageError for a request that
// makes no sense.
#pragma once

#include <CLI/CLI.hpp>

namespace sio {

void add_connect(CLI::App& app, int& code);
void add_emit(CLI::App& app, int& code);
void add_listen(CLI::App& app, int& code);
void add_bench(CLI::App& app, int& code);
void add_decode(CLI::App& app, int& code);

/// Adds all subcommands.
void add_commands(CLI::App& app, int& code);

}  // namespace sio
