// SPDX-License-Identifier: MIT
#include "commands.hpp"

namespace sio {

void add_commands(CLI::App& app, int& code) {
  add_connect(app, code);
  add_emit(app, code);
  add_listen(app, code);
  add_bench(app, code);
  add_decode(app, code);
  app.footer(
      "Exit codes: 0 done, 1 no connection or refused, 2 wrong usage, 3 timed out.\n"
      "sio SUBCOMMAND --help shows options and examples.");
}

}  // namespace sio
