// SPDX-License-Identifier: MIT
// sio connect: the console.
#include "commands.hpp"
#include "console.hpp"

#include <memory>

namespace sio {

void add_connect(CLI::App& app, int& code) {
  const auto command = std::make_shared<ConsoleCommand>();
  auto& sub = *app.add_subcommand("connect", "a console: shows events, emits what is typed");
  command->target.add_to(sub);
  command->target.add_reconnection_to(sub);
  add_number(sub, "--timeout", command->ack_timeout_ms, "how long an acknowledgement is waited for",
             1, longest_wait_ms, "MS");
  sub.footer(
      "In the console:\n"
      "  chat hello {\"to\":7} @photo.jpg   emits chat with a string, an object and a file's "
      "bytes\n"
      "  chat hello ?                     and shows the acknowledgement\n"
      "  /help                            names the commands\n\n"
      "Examples:\n"
      "  sio connect localhost:3001\n"
      "  sio connect https://example.org/admin --auth '{\"token\":\"s3cret\"}' -t websocket\n"
      "  echo 'chat hello ?' | sio connect localhost:3001\n"
      "History is in ~/.local/state/sio_history, or where SIO_HISTORY says; empty: nowhere.");
  sub.final_callback([command, &code] { code = Console(*command).run(); });
}

}  // namespace sio
