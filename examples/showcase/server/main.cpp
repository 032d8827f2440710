// SPDX-License-Identifier: MIT
#include "chat.hpp"
#include "database.hpp"
#include "notifications.hpp"
#include "options.hpp"
#include "page.hpp"
#include "private_messages.hpp"
#include "rooms.hpp"

#include <socketio/server.hpp>

#include <exception>
#include <filesystem>
#include <iostream>

namespace {

/// Arguments of a wrong shape are the client's affair and would fill the log; an exception is ours.
void log_exception(socketio::Socket&, const socketio::HandlerError& error) {
  if (error.exception) std::cerr << error.event << ": " << error.message << '\n';
}

void serve(showcase::Options options) {
  const auto folder = std::filesystem::absolute(options.database).parent_path();
  std::filesystem::create_directories(folder);
  showcase::Database database(options.database);

  socketio::Server io;
  io.on_handler_error(log_exception);
  const showcase::Chat chat(io, database);
  const showcase::Rooms rooms(io);
  const showcase::PrivateMessages private_messages(io, database);
  const showcase::Notifications notifications(io, database);
  showcase::serve_page(io.http(), options.web);

  options.port = io.listen(options.port);
  io.stop_on_signals();
  std::cout << "listening on http://localhost:" << options.port << " with " << to_string(options)
            << std::endl;
  io.run();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    serve(showcase::parse_options(argc, argv));
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "showcase: " << error.what() << '\n';
    return 1;
  }
}
