// SPDX-License-Identifier: MIT
// SimulatedServerTest: the fixture for tests of one server on a simulated network. It records how
// the latest client ended. At the end of the test no session and no timer may be left.
#pragma once

#include "support/scripted_client.hpp"
#include "support/simulated_server.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

namespace socketio::support {

class SimulatedServerTest : public testing::Test {
 protected:
  explicit SimulatedServerTest(ServerOptions options = {}) : server(network, std::move(options)) {
    server.of().on_disconnect([this](Socket&, DisconnectReason why) {
      reason = why;
      ended_at = loop.elapsed();
    });
  }
  ~SimulatedServerTest() override {
    server.close();
    loop.run_for(std::chrono::minutes(10));
    EXPECT_EQ(server.engine().session_count(), 0U);
    EXPECT_FALSE(loop.timers().next_deadline()) << "a timer is still armed";
  }

  void connect(ScriptedClient& client) {
    client.connect();
    loop.run_for(milliseconds(0));
    ASSERT_TRUE(client.is_connected());
  }
  /// Opens a connection without a client; `recorder` gets what the server sends.
  std::shared_ptr<SimulatedStream> dial(const std::shared_ptr<Recorder>& recorder) {
    auto stream = server.accept();
    stream->set_handler(recorder);
    return stream;
  }

  SimulatedLoop loop{1};
  Network network{loop};
  SimulatedServer server;
  std::optional<DisconnectReason> reason;
  milliseconds ended_at{-1};
};

}  // namespace socketio::support
