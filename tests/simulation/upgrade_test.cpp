// SPDX-License-Identifier: MIT
// Messages in both directions while a session upgrades from polling to WebSocket, with a
// thousand different timings: nothing may be lost, duplicated or reordered (Engine.IO protocol
// 4, "Upgrade").
#include "support/ledger.hpp"
#include "support/scripted_client.hpp"
#include "support/simulated_server.hpp"

#include <gtest/gtest.h>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;

NetworkProfile random_network(Dice& dice) {
  NetworkProfile profile;
  profile.delay_max = milliseconds(dice.between(0, 60));
  profile.piece_bytes = dice.one_in(2) ? 0 : dice.between(1, 400);
  profile.window_bytes = dice.one_in(4) ? dice.between(500, 4'000) : 64 * 1024;
  return profile;
}

class Conversation {
 public:
  explicit Conversation(std::uint64_t seed)
      : loop_(seed),
        network_(loop_, random_network(loop_.dice())),
        server_(network_),
        client_(loop_, server_.dial(), {.travel = Travel::upgrade}) {
    client_.options.upgrade_delay = milliseconds(loop_.dice().between(0, 150));
    server_.of().on("up", [this](std::uint64_t id, json carried) {
      ledger_.expect(carried == cargo(id), "changed on the way up");
      ledger_.received("up", id);
    });
    server_.of().on_disconnect([this](Socket&, DisconnectReason why) {
      ledger_.complain("disconnected: " + std::string(to_string(why)));
    });
    server_.of().on_connection([this](Socket socket) { talk_down(socket, 0); });
    client_.on.connected = [this](const std::string&) { talk_up(0); };
    client_.on.event = [this](auto&, auto&, const json& arguments, auto) {
      const auto id = arguments.at(0).get<std::uint64_t>();
      ledger_.expect(arguments.at(1) == cargo(id), "changed on the way down");
      ledger_.received("down", id);
    };
  }

  void run() {
    client_.connect();
    loop_.run_until([this] {
      return last_up_ == messages && last_down_ == messages && client_.engine().upgraded();
    });
    loop_.run_for(5s);
    EXPECT_TRUE(client_.engine().upgraded());
    EXPECT_EQ(last_up_, messages);
    EXPECT_EQ(ledger_.missing("up"), 0U);
    EXPECT_EQ(ledger_.missing("down"), 0U);
    EXPECT_EQ(ledger_.faults(), std::vector<std::string>{});
    EXPECT_EQ(client_.complaints(), std::vector<std::string>{});
    client_.on = {};
    ledger_ = {};
  }
  std::uint64_t trace() const { return loop_.trace(); }

 private:
  static constexpr std::uint64_t messages = 60;

  milliseconds pause() {
    return milliseconds(loop_.dice().one_in(3) ? 0 : loop_.dice().between(0, 15));
  }

  void talk_up(std::uint64_t id) {
    if (id == messages) return;
    ledger_.sent("up", id);
    client_.emit("/", "up", {id, cargo(id)});
    last_up_ = id + 1;
    loop_.after(pause(), [this, id] { talk_up(id + 1); });
  }
  void talk_down(Socket socket, std::uint64_t id) {
    if (id == messages) return;
    ledger_.sent("down", id);
    if (loop_.dice().one_in(2)) {
      socket.emit("down", id, cargo(id));
    } else {
      server_.of().emit("down", id, cargo(id));
    }
    last_down_ = id + 1;
    loop_.after(pause(), [this, socket, id] { talk_down(socket, id + 1); });
  }

  SimulatedLoop loop_;
  Network network_;
  // Outlives those who write to it.
  Ledger ledger_;
  std::uint64_t last_up_ = 0;
  std::uint64_t last_down_ = 0;
  SimulatedServer server_;
  ScriptedClient client_;
};

TEST(Upgrade, LosesNothingWhateverTheTiming) {
  for_each_seed(1'000, "simulation_upgrade_test",
                [](std::uint64_t seed) { Conversation(seed).run(); });
}

}  // namespace
}  // namespace socketio::support
