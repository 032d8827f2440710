// SPDX-License-Identifier: MIT
// ClientTown: our whole client above the I/O line, against our whole server, on a simulated network
// that a test can break. The server can be stopped and started again.
//
// Life cycle: made with a seed and with the server's handlers, which each new server gets. Sockets
// are used through their public handles. finish() ends everything and reports what is left.
// Single thread.
#pragma once

#include "core/client/manager.hpp"
#include "core/client/socket_state.hpp"
#include "support/pipe.hpp"
#include "support/simulated_connector.hpp"
#include "support/simulated_server.hpp"

#include <socketio/client.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::support {

/// Options without randomness in the reconnection delays, and with a single transport.
inline core::ManagerOptions steady(
    engine::TransportName transport = engine::TransportName::websocket) {
  core::ManagerOptions options;
  options.engine.transports = {transport};
  options.backoff.randomization_factor = 0;
  return options;
}

/// A gate for one thread. As with the real one, a caller outside user code has to wait
/// for the loop.
class LoopGate final : public core::Gate {
 public:
  explicit LoopGate(SimulatedLoop& loop) : loop_(&loop) {}

  void lock() override {}
  void unlock() override {}
  void enter() override { ++depth_; }
  void leave() override { --depth_; }
  bool is_inside() const override {
    return depth_ > 0 && waiting_ == 0 && loop_ && loop_->is_current();
  }
  bool post(Loop::Task task) override {
    if (!loop_) return false;
    ++waiting_;
    loop_->post([this, task = std::move(task)] {
      --waiting_;
      const core::GateEntry entry(*this);
      if (loop_) task();
    });
    return true;
  }
  void close() { loop_ = nullptr; }

 private:
  SimulatedLoop* loop_;
  std::size_t depth_ = 0;
  std::size_t waiting_ = 0;
};

class ClientTown {
 public:
  using SetUp = std::function<void(SimulatedServer&)>;

  explicit ClientTown(std::uint64_t seed, SetUp set_up = {}, core::ManagerOptions options = {},
                      ServerOptions server_options = {}, NetworkProfile profile = {})
      : loop(seed),
        network(loop, profile),
        connector(loop, [this] { return server ? server->accept() : nullptr; }),
        set_up_(std::move(set_up)),
        server_options_(std::move(server_options)),
        gate_(std::make_shared<LoopGate>(loop)) {
    start_server();
    manager = std::make_shared<core::Manager>(loop, connector, gate_, std::move(options));
    watch_manager();
  }
  ~ClientTown() { finish(); }

  ClientSocket socket(std::string_view nsp = "/", const SocketOptions& options = {}) {
    return ClientSocket(manager->socket(nsp, options));
  }
  /// Logs what happens to the socket.
  void watch(const ClientSocket& socket, const std::string& name = {}) {
    const std::string prefix = name.empty() ? name : name + " ";
    socket.on_connect([this, prefix] { log.push_back(prefix + "connect"); });
    socket.on_disconnect([this, prefix](DisconnectReason why) {
      log.push_back(prefix + "disconnect " + std::string(to_string(why)));
    });
    socket.on_connect_error([this, prefix](const ConnectionError& error) {
      log.push_back(prefix + "connect_error " + error.message);
    });
    socket.on_handler_error([this, prefix](const HandlerError& error) {
      log.push_back(prefix + "error " + error.event + ": " + error.message);
    });
  }
  core::Gate& gate() { return *gate_; }
  bool run_until(const std::function<bool()>& done) { return loop.run_until(done); }
  bool run_until_connected(const ClientSocket& socket) {
    return loop.run_until([&] { return socket.connected(); });
  }

  void start_server() {
    server = std::make_unique<SimulatedServer>(network, server_options_);
    if (set_up_) set_up_(*server);
    connector.mode = SimulatedConnector::Mode::answer;
  }
  /// Does what the end of the server's process does: connections break, new ones are refused.
  void stop_server() {
    connector.mode = SimulatedConnector::Mode::refuse;
    cut();
    retire_server();
  }
  /// Breaks every connection.
  void cut() {
    for (const auto& stream : connector.streams()) stream->reset();
  }
  /// From now on nothing gets through on any existing connection.
  void pull_the_cable() {
    for (const auto& stream : connector.streams()) stream->go_silent();
  }

  /// Ends the client; none of its handlers may be called afterwards.
  void end_client() {
    if (!manager) return;
    manager->end();
    gate_->close();
    loop.settle();
    manager->drop();
    loop.settle();
    manager.reset();
  }
  void finish() {
    if (std::exchange(finished_, true)) return;
    end_client();
    retire_server();
    EXPECT_TRUE(loop.run_until_idle());
    gone_.clear();
    EXPECT_EQ(network.live_ends(), 0U) << network.open_ends();
  }

  SimulatedLoop loop;
  Network network;
  std::unique_ptr<SimulatedServer> server;
  SimulatedConnector connector;
  std::shared_ptr<core::Manager> manager;
  std::vector<std::string> log;

 private:
  void watch_manager() {
    manager->change_events([this](auto& events) {
      events.reconnect_attempt.add([this](std::size_t attempt) {
        log.push_back("reconnect_attempt " + std::to_string(attempt));
      });
      events.reconnect.add(
          [this](std::size_t attempt) { log.push_back("reconnect " + std::to_string(attempt)); });
      events.reconnect_error.add([this](const ConnectionError& error) {
        log.push_back("reconnect_error " + error.message);
      });
      events.reconnect_failed.add([this] { log.push_back("reconnect_failed"); });
      events.open.add([this] { log.push_back("open"); });
      events.close.add([this](DisconnectReason why, const ConnectionError&) {
        log.push_back("close " + std::string(to_string(why)));
      });
      events.error.add(
          [this](const ConnectionError& error) { log.push_back("error " + error.message); });
    });
  }
  void retire_server() {
    if (!server) return;
    server->close();
    // Kept until its connections have ended.
    gone_.push_back(std::move(server));
  }

  SetUp set_up_;
  ServerOptions server_options_;
  std::shared_ptr<LoopGate> gate_;
  std::vector<std::unique_ptr<SimulatedServer>> gone_;
  bool finished_ = false;
};

}  // namespace socketio::support
