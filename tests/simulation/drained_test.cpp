// SPDX-License-Identifier: MIT
// Socket::drained(): it waits for what a client has not taken yet, whatever its transport does meanwhile.
#include "engine/websocket_connection.hpp"
#include "support/simulated_server_test.hpp"

#include <socketio/task.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;

class Drained : public SimulatedServerTest {
 protected:
  void join(Travel travel) {
    client.emplace(loop, server.dial(), EngineClientOptions{.travel = travel});
    connect(*client);
  }
  Socket socket() { return server.of().sockets().at(0); }
  /// The client takes nothing that comes from now on, beyond what the network holds.
  void stop_reading() {
    network.profile.window_bytes = 1'000;
    for (const auto& stream : client->engine().streams()) stream->pause_reading();
  }
  void read_again() {
    for (const auto& stream : client->engine().streams()) stream->resume_reading();
  }
  /// What drained() has said; nothing as long as it waits.
  std::shared_ptr<std::optional<bool>> ask(const Socket& whom) {
    auto said = std::make_shared<std::optional<bool>>();
    whom.drained().then([said](bool has_drained) { *said = has_drained; });
    return said;
  }

  std::optional<ScriptedClient> client;
};

TEST_F(Drained, IsAtOnceIfNothingWaits) {
  join(Travel::websocket);
  EXPECT_EQ(*ask(socket()), true);
  socket().emit("x");
  const auto said = ask(socket());
  EXPECT_EQ(*said, std::nullopt) << "it leaves at the end of the turn";
  loop.run_for(0ms);
  EXPECT_EQ(*said, true);
}

TEST_F(Drained, WaitsForAClientThatReadsLater) {
  for (const Travel travel : {Travel::websocket, Travel::polling}) {
    join(travel);
    stop_reading();
    socket().emit("x", std::string(5'000, 'x'));
    loop.run_for(0ms);
    socket().emit("x");
    const auto first = ask(socket());
    const auto second = ask(socket());
    loop.run_for(5s);
    EXPECT_EQ(*first, std::nullopt);
    read_again();
    loop.run_for(1s);
    EXPECT_EQ(*first, true);
    EXPECT_EQ(*second, true);
    client.reset();
    loop.run_for(1s);
  }
}

TEST_F(Drained, IsFalseWhenTheConnectionEnds) {
  join(Travel::websocket);
  const Socket kept = socket();
  stop_reading();
  socket().emit("x", std::string(5'000, 'x'));
  const auto said = ask(kept);
  client->engine().abort();
  loop.run_for(1s);
  EXPECT_EQ(*said, false);
  EXPECT_EQ(*ask(kept), false);
  EXPECT_EQ(*ask(Socket()), false);
}

TEST_F(Drained, IsFalseWhenTheServerDisconnects) {
  join(Travel::websocket);
  stop_reading();
  socket().emit("x", std::string(5'000, 'x'));
  const auto said = ask(socket());
  socket().disconnect(Close::connection);
  EXPECT_EQ(*said, false);
}

TEST_F(Drained, GoesOnAcrossAnUpgrade) {
  network.profile.delay_min = 3ms;
  network.profile.delay_max = 7ms;
  for (milliseconds moment = 0ms; moment < 100ms; ++moment) {
    SCOPED_TRACE(moment.count());
    client.emplace(loop, server.dial(), EngineClientOptions{.travel = Travel::upgrade});
    client->connect();
    while (server.of().sockets_count() == 0) loop.run_for(1ms);
    loop.run_for(moment);
    socket().emit("x");
    // The poll that takes the first takes no other.
    loop.run_for(0ms);
    socket().emit("y");
    const auto said = ask(socket());
    loop.run_for(1s);
    EXPECT_TRUE(client->engine().upgraded());
    EXPECT_EQ(*said, true);
    client.reset();
    loop.run_for(1s);
  }
}

TEST_F(Drained, LetsAProducerGoAtTheClientsPace) {
  join(Travel::websocket);
  stop_reading();
  std::size_t most_waiting = 0;
  bool is_done = false;
  const auto produce = [&](Socket whom) -> Task<> {
    for (int i = 0; i < 1'000; ++i) {
      whom.emit("chunk", std::string(1'000, 'x'));
      most_waiting = std::max(most_waiting, whom.queued_bytes());
      if (!co_await whom.drained()) co_return;
    }
    is_done = true;
  };
  server.of().on("begin", [&](Socket& whom) -> Task<> { co_await produce(whom); });
  client->emit("/", "begin", json::array());
  loop.run_for(1s);
  EXPECT_FALSE(is_done);
  read_again();
  loop.run_for(60s);
  EXPECT_TRUE(is_done);
  EXPECT_LT(most_waiting, 3'000U);
}

}  // namespace
}  // namespace socketio::support
