// SPDX-License-Identifier: MIT
// For tests of the Engine.IO client. EngineTown: our Engine.IO server on a simulated network, with
// a simple application. SessionLog: a client's handler that logs its calls. EngineClientTest: the
// fixture that joins them.
//
// Life cycle: loop and network first, then the town, then the clients, which must be gone before
// it. Single thread.
#pragma once

#include "engine/client/session.hpp"
#include "engine/server/session_server.hpp"
#include "server/http_connection.hpp"
#include "server/option_mapping.hpp"
#include "server/request_dispatcher.hpp"
#include "support/pipe.hpp"
#include "support/simulated_connector.hpp"

#include <socketio/server.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::support {

/// One session at the server.
class TownSession final : public engine::SessionHandler {
 public:
  explicit TownSession(std::shared_ptr<engine::Session> session) : session_(std::move(session)) {}

  void on_text(std::string_view message) override { received.emplace_back(message); }
  void on_binary(std::string_view message) override {
    received.push_back("binary:" + std::string(message));
  }
  void on_close(DisconnectReason reason) override {
    ended = std::string(to_string(reason));
    session_.reset();
  }
  void send_text(std::string_view message) {
    if (session_) session_->send_text(message);
  }
  void send_binary(std::string_view message) {
    if (session_) session_->send_binary(message, Compress::yes);
  }
  engine::Session* session() { return session_.get(); }

  std::vector<std::string> received;
  std::string ended;

 private:
  std::shared_ptr<engine::Session> session_;
};

class EngineTown {
 public:
  explicit EngineTown(Network& network, ServerOptions options = {})
      : network_(network),
        server_(network.loop(), server::engine_options(options),
                [this](const std::shared_ptr<engine::Session>& session) {
                  sessions.push_back(std::make_shared<TownSession>(session));
                  if (on_session) on_session(*sessions.back());
                  return sessions.back();
                }),
        site_(options, server_, router_) {}
  ~EngineTown() { server_.close(); }

  Dial dial() {
    return [this] {
      auto [client_end, server_end] = network_.connect();
      const auto connection = std::make_shared<server::HttpConnection>(site_);
      server_end->set_handler(connection);
      connection->attach(server_end);
      return client_end;
    };
  }
  engine::SessionServer& server() { return server_; }

  std::vector<std::shared_ptr<TownSession>> sessions;
  std::function<void(TownSession&)> on_session;

 private:
  Network& network_;
  engine::SessionServer server_;
  std::shared_ptr<server::RouterState> router_ = std::make_shared<server::RouterState>();
  server::RequestDispatcher site_;
};

/// A client's session and a log of all calls to its handler.
class SessionLog final : public engine::ClientSessionHandler {
 public:
  using Memory = engine::ClientSession::Memory;

  void open(Loop& loop, Connector& connector, const engine::ClientOptions& options,
            Memory& memory) {
    session = engine::ClientSession::make(loop, connector, options, memory, *this);
    session->open();
  }

  void on_open(const engineio::Handshake& handshake) override {
    hear("open");
    sid = handshake.sid;
    if (when_open) when_open();
  }
  void on_text(std::string_view message) override {
    hear("text");
    received.emplace_back(message);
    if (when_message) when_message();
  }
  void on_binary(std::string_view message) override {
    hear("binary");
    received.push_back("binary:" + std::string(message));
    if (when_message) when_message();
  }
  void on_ping() override {
    hear("ping");
    ++pings;
    if (when_ping) when_ping();
  }
  void on_upgrade(engine::TransportName name) override {
    hear("upgrade");
    upgraded = name == engine::TransportName::websocket;
    if (when_upgraded) when_upgraded();
  }
  void on_drain() override {
    hear("drain");
    ++drains;
    if (when_drained) when_drained();
  }
  void on_close(DisconnectReason reason, const engine::Failure& why) override {
    hear("close");
    ++closes;
    ended = std::string(to_string(reason));
    failure = why;
    if (when_closed) when_closed();
  }

  std::shared_ptr<engine::ClientSession> session;
  std::vector<std::string> received;
  // Calls that must not happen.
  std::vector<std::string> faults;
  std::string sid;
  std::string ended;
  engine::Failure failure;
  int opens = 0;
  int pings = 0;
  int drains = 0;
  int closes = 0;
  bool upgraded = false;
  // Detached: no further call may arrive.
  bool deaf = false;
  std::function<void()> when_open;
  std::function<void()> when_message;
  std::function<void()> when_upgraded;
  std::function<void()> when_ping;
  std::function<void()> when_drained;
  std::function<void()> when_closed;

 private:
  void hear(std::string_view what) {
    if (what == "open" && ++opens > 1) faults.emplace_back("opened twice");
    if (what != "open" && what != "close" && opens == 0) {
      faults.push_back(std::string(what) + " before open");
    }
    if (closes > 0 || deaf) faults.push_back(std::string(what) + " after the end");
  }
};

/// One client of one town. At the end nothing may be left, and nothing may have been
/// reported twice.
class EngineClientTest : public testing::Test {
 protected:
  ~EngineClientTest() override {
    log.session.reset();
    town.server().close();
    EXPECT_TRUE(loop.run_until_idle());
    town.sessions.clear();
    EXPECT_EQ(network.live_ends(), 0U) << network.open_ends();
    EXPECT_EQ(log.faults, std::vector<std::string>{});
  }
  void open() { log.open(loop, connector, options, memory); }
  void open_on(engine::TransportName name) {
    options.transports = {name};
    open();
    loop.run_for(std::chrono::milliseconds(100));
    ASSERT_EQ(log.opens, 1);
  }
  void expect_end(std::string_view reason, std::string_view message = {}) {
    EXPECT_EQ(log.closes, 1);
    EXPECT_EQ(log.ended, reason);
    EXPECT_EQ(log.failure.message, message);
  }
  /// Works on the client's ends that are in use.
  void pull_the_cable() {
    for (const auto& stream : connector.streams()) stream->go_silent();
  }
  void open_upgraded() {
    open();
    loop.run_for(std::chrono::seconds(1));
    ASSERT_TRUE(log.upgraded);
  }
  engine::ClientSession& session() { return *log.session; }
  TownSession& peer() { return *town.sessions.at(0); }

  SimulatedLoop loop{1};
  Network network{loop};
  EngineTown town{network};
  SimulatedConnector connector{loop, town.dial()};
  engine::ClientOptions options{.endpoint = {.host = "simulation", .port = 80}};
  SessionLog::Memory memory;
  SessionLog log;
};

}  // namespace socketio::support
