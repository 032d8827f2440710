// SPDX-License-Identifier: MIT
// LiveServer: a Server on a free loopback port, whose loop runs on its own thread until the test
// ends. `set_up` registers handlers, before the loop runs.
#pragma once

#include "support/log.hpp"
#include "support/websocket_client.hpp"

#include <socketio/server.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <utility>

namespace socketio::support {

class LiveServer {
 public:
  using SetUp = std::function<void(Server&)>;

  explicit LiveServer(ServerOptions options = {}, const SetUp& set_up = {})
      : io(std::move(options)) {
    io.on("echo", [](Socket& socket, json value) { socket.emit("echo", value); });
    io.on("sessions", [this] { return io.engine_clients_count(); });
    if (set_up) set_up(io);
    port = io.listen("127.0.0.1", 0);
    thread_ = std::thread([this] { io.run(); });
  }
  ~LiveServer() { stop(); }
  LiveServer(const LiveServer&) = delete;
  LiveServer& operator=(const LiveServer&) = delete;

  void stop() {
    if (!thread_.joinable()) return;
    io.stop();
    thread_.join();
  }

  Server io;
  std::uint16_t port = 0;

 private:
  std::thread thread_;
};

/// The log gets "<what was called>: <message>" for each error of "/".
inline void log_errors(Server& io, Log& log) {
  io.on_handler_error(
      [&](Socket&, const HandlerError& error) { log.add(error.event + ": " + error.message); });
}

/// A client that sends "fill" gets more than its buffers hold; the log gets "filled".
inline void fill_on_demand(Server& io, Log& log) {
  io.on("fill", [&log](Socket& socket) {
    for (int i = 0; i < 12; ++i) socket.emit("filling", std::string(1'000'000, 'f'));
    log.add("filled");
  });
}

/// Waits until nobody listens on the port any more.
inline bool is_given_up(std::uint16_t port) {
  return eventually([port] { return TcpClient(port).fate() == TcpClient::Fate::reset; });
}

/// A well-behaved client that is connected during a test: it must be served, whatever others do.
class ControlClient {
 public:
  explicit ControlClient(std::uint16_t port) : client_(port) { EXPECT_TRUE(client_.joined()); }

  /// Sends a number and expects it back, with nothing lost before it.
  void expect_served() {
    const std::string number = std::to_string(++sent_);
    client_.send("42[\"echo\"," + number + "]");
    EXPECT_EQ(client_.packet(), "42[\"echo\"," + number + "]");
  }
  /// The number of Engine.IO sessions at the server, including its own.
  std::string sessions() { return client_.ask(R"(["sessions"])"); }
  /// Waits until only `wanted` sessions are left; the server may take a while to notice that
  /// others ended.
  void expect_sessions(std::size_t wanted) {
    const std::string text = "[" + std::to_string(wanted) + "]";
    const auto end = std::chrono::steady_clock::now() + patience;
    std::string seen = sessions();
    while (seen != text && std::chrono::steady_clock::now() < end) seen = sessions();
    EXPECT_EQ(seen, text);
  }
  SocketClient& socket() { return client_; }

 private:
  SocketClient client_;
  int sent_ = 0;
};

}  // namespace socketio::support
