// SPDX-License-Identifier: MIT
// Our contestant: the events `echo`, `ack` and `fan` through the public API, with typed handlers.
#include <socketio/redis.hpp>
#include <socketio/server.hpp>

#include <CLI/CLI.hpp>

#include <cstdint>
#include <string>
#include <sys/resource.h>

int main(int argc, char** argv) {
  std::uint16_t port = 3000;
  CLI::App app("Socket.IO server under test");
  app.add_option("--port", port, "TCP port");
  bool recovery = false;
  app.add_flag("--recovery", recovery, "clients that have lost their connection may come back");
  std::size_t threads = 1;
  app.add_option("--threads", threads, "loops");
  std::string redis;
  app.add_option("--redis", redis, "URL, for a cluster");
  CLI11_PARSE(app, argc, argv);

  rlimit descriptors{};
  getrlimit(RLIMIT_NOFILE, &descriptors);
  descriptors.rlim_cur = descriptors.rlim_max;
  setrlimit(RLIMIT_NOFILE, &descriptors);

  socketio::ServerOptions options;
  options.threads = threads;
  if (!redis.empty()) options.adapter = socketio::redis_adapter({.url = redis});
  if (recovery) options.connection_state_recovery.emplace();
  socketio::Server io(options);
  io.on("echo",
        [](socketio::Socket& socket, const std::string& text) { socket.emit("echo", text); });
  io.on("ack", [](const std::string& text) { return text; });
  io.on("fan", [&io](const std::string& text) { io.emit("fan", text); });
  io.stop_on_signals();
  io.listen("127.0.0.1", port);
  io.run();
}
