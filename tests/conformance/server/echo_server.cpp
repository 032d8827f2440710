// SPDX-License-Identifier: MIT
#include "echo_server.hpp"

#include <socketio/engine_server.hpp>

#include <utility>

namespace conformance {

void serve_engine(const Options& options) {
  namespace engine = socketio::engine;
  auto engine_options = server_options(options);
  engine_options.path.clear();
  engine::Server server(std::move(engine_options));
  server.on_connection([](engine::Socket socket) {
    socket.on_message(
        [](engine::Socket& sender, engine::Message message) { sender.send(message); });
  });
  server.stop_on_signals();
  announce(server.listen("127.0.0.1", options.port));
  server.run();
}

}  // namespace conformance
