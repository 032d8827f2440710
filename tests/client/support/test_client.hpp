// SPDX-License-Identifier: MIT
// TestClient: a Client that logs everything that happens to it, on its own thread from start() to
// its end. Register handlers on `socket` (of the URL's namespace) before start().
//
// Lines about the socket: "connect", or "recovered" instead, "disconnect <reason>", "connect_error
// <message>", "error <event>: <message>". Lines about the connection: "open", "close <reason>",
// "failed <message>", "reconnect_attempt <n>", "reconnect <n>", "reconnect_error <message>",
// "reconnect_failed", "ping". Lines about other namespaces begin with the namespace's name.
#pragma once

#include "client/support/node.hpp"
#include "support/log.hpp"
#include "support/patience.hpp"

#include <socketio/client.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace socketio::support {

using namespace std::chrono_literals;

/// Reconnects after short delays.
inline ClientOptions quick(ClientOptions options = {}) {
  options.reconnection_delay = 20ms;
  options.reconnection_delay_max = 100ms;
  return options;
}
inline ClientOptions only(const std::string& transport) {
  ClientOptions options;
  options.transports = {transport};
  return options;
}

/// The result, or Errc::timeout, in which case the test fails.
template <class R>
Reply<R> wait(const Pending<Reply<R>>& pending) {
  auto future = Pending<Reply<R>>(pending).future();
  if (future.wait_for(patience) == std::future_status::ready) return future.get();
  ADD_FAILURE() << "an acknowledgement never completed";
  return Errc::timeout;
}
template <class R = json, class... Args>
Reply<R> ask(const ClientSocket& socket, std::string_view event, const Args&... args) {
  return wait(socket.emit_with_ack<R>(event, args...));
}

class TestClient {
 public:
  explicit TestClient(const std::string& url, const ClientOptions& options = {})
      : client(url, quick(options)), socket(client.socket()) {
    watch_connection();
    watch(socket, "");
  }
  explicit TestClient(const Target& server, const ClientOptions& options = {})
      : TestClient(server.url(), options) {}
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;

  void start() { client.start(); }
  /// Starts the client; false, and the test fails, if it does not connect.
  bool connect() {
    start();
    return log.wait_for("connect");
  }
  /// A socket of another namespace, whose lines begin with that name.
  ClientSocket join(const std::string& nsp) {
    ClientSocket joined = client.socket(nsp);
    watch(joined, nsp + " ");
    return joined;
  }
  bool wait_for_transport(std::string_view name) {
    const bool came = eventually([&] { return socket.transport() == name; });
    EXPECT_EQ(socket.transport(), name);
    return came;
  }
  /// Emits an event and expects its echo.
  void expect_served() {
    const int number = ++echoed_;
    const Reply<int> reply = ask<int>(socket, "echo ack", number);
    EXPECT_TRUE(reply) << reply.error().message();
    EXPECT_EQ(*reply, number);
  }
  /// The error in the latest line of that kind.
  ConnectionError latest(const std::string& kind) const {
    const std::lock_guard lock(mutex_);
    const auto found = errors_.find(kind);
    return found == errors_.end() ? ConnectionError{} : found->second;
  }

 private:
  void watch(const ClientSocket& watched, const std::string& prefix) {
    watched.on_connect([this, watched, prefix] {
      log.add(prefix + (watched.recovered() ? "recovered" : "connect"));
    });
    watched.on_connect_error([this, prefix](const ConnectionError& error) {
      note(prefix + "connect_error", error, error.message);
    });
    watched.on_disconnect([this, prefix](DisconnectReason why, const ConnectionError& cause) {
      note(prefix + "disconnect", cause, std::string(to_string(why)));
    });
    watched.on_handler_error([this, prefix](const HandlerError& error) {
      log.add(prefix + "error " + error.event + ": " + error.message);
    });
  }
  void watch_connection() {
    client.on_open([this] { log.add("open"); });
    client.on_close([this](DisconnectReason why, const ConnectionError& cause) {
      note("close", cause, std::string(to_string(why)));
    });
    client.on_error([this](const ConnectionError& error) { note("failed", error, error.message); });
    client.on_ping([this] { log.add("ping"); });
    client.on_reconnect_attempt(
        [this](std::size_t n) { log.add("reconnect_attempt " + std::to_string(n)); });
    client.on_reconnect([this](std::size_t n) { log.add("reconnect " + std::to_string(n)); });
    client.on_reconnect_error(
        [this](const ConnectionError& error) { note("reconnect_error", error, error.message); });
    client.on_reconnect_failed([this] { log.add("reconnect_failed"); });
  }
  void note(const std::string& kind, const ConnectionError& error, const std::string& text) {
    {
      const std::lock_guard lock(mutex_);
      errors_[kind] = error;
    }
    log.add(kind + " " + text);
  }

  mutable std::mutex mutex_;
  std::map<std::string, ConnectionError> errors_;
  int echoed_ = 0;

 public:
  Log log;
  // Destroyed before what its handlers use.
  Client client;
  ClientSocket socket;
};

}  // namespace socketio::support
