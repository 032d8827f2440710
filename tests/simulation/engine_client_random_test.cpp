// SPDX-License-Identifier: MIT
// Messages in both directions between the Engine.IO client and our server, on random networks,
// while sessions upgrade, are cut, fall silent or close. What arrives is a prefix of what was sent,
// each end is notified once, and nothing is left behind.
#include "support/engine_town.hpp"
#include "support/ledger.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;
using engine::TransportName;

NetworkProfile random_network(Dice& dice) {
  NetworkProfile profile;
  profile.delay_max = milliseconds(dice.between(0, 60));
  profile.piece_bytes = dice.one_in(2) ? 0 : dice.between(1, 400);
  profile.window_bytes = dice.one_in(4) ? dice.between(500, 4'000) : 64 * 1024;
  return profile;
}

std::string message_of(std::uint64_t id) {
  return std::to_string(id) + ":" + std::string(id % 13 == 0 ? 3'000 : id % 70, 'x');
}

class Encounter {
 public:
  enum class Fate : std::uint8_t { close, cut, silence };

  explicit Encounter(std::uint64_t seed)
      : loop_(seed), network_(loop_, random_network(loop_.dice())) {
    Dice& dice = loop_.dice();
    connector_.delay_max = milliseconds(dice.between(0, 100));
    options_.force_base64 = dice.one_in(5);
    options_.upgrade = !dice.one_in(6);
    options_.remember_upgrade = dice.one_in(4);
    if (dice.one_in(5)) options_.transports = {TransportName::websocket};
    town_.on_session = [this](TownSession& session) { talk_down(session, 0); };
  }

  void run() {
    Dice& dice = loop_.dice();
    log_.when_open = [this] { talk_up(0); };
    log_.open(loop_, connector_, options_, memory_);
    const bool is_calm = dice.one_in(2);
    loop_.run_for(is_calm ? 5s : milliseconds(dice.between(0, 1'500)));
    const auto fate = is_calm ? Fate::close : static_cast<Fate>(dice.below(3));
    if (fate == Fate::close) {
      log_.session->close();
    } else {
      break_something(fate);
    }
    loop_.run_for(60s);
    if (log_.closes == 0) {
      // The cut hit a WebSocket that was only probing, or a connection without traffic.
      log_.session->close();
      loop_.run_for(60s);
    }
    check(fate, is_calm);
  }

 private:
  void talk_up(std::uint64_t id) {
    if (!log_.session->is_open()) return;
    sent_up_ = id + 1;
    if (id % 3 == 0) {
      log_.session->send_binary(message_of(id));
    } else {
      log_.session->send_text(message_of(id), Compress::yes);
    }
    loop_.after(pause(), [this, id] { talk_up(id + 1); });
  }
  void talk_down(TownSession& session, std::uint64_t id) {
    if (!session.session() || id == 60) return;
    sent_down_ = id + 1;
    if (id % 3 == 0) {
      session.send_binary(message_of(id));
    } else {
      session.send_text(message_of(id));
    }
    loop_.after(pause(), [this, &session, id] { talk_down(session, id + 1); });
  }
  milliseconds pause() {
    return milliseconds(loop_.dice().one_in(3) ? 0 : loop_.dice().between(0, 40));
  }

  void break_something(Fate fate) {
    const auto streams = connector_.streams();
    if (streams.empty()) return;
    const auto& victim = streams[loop_.dice().below(streams.size())];
    if (fate == Fate::cut) {
      victim->reset();
    } else {
      victim->go_silent();
    }
  }

  static void expect_beginning(const std::vector<std::string>& received, std::uint64_t sent) {
    EXPECT_LE(received.size(), sent);
    for (std::size_t id = 0; id < received.size(); ++id) {
      ASSERT_EQ(received[id], (id % 3 == 0 ? "binary:" : "") + message_of(id));
    }
  }

  void check(Fate fate, bool is_calm) {
    EXPECT_EQ(log_.faults, std::vector<std::string>{});
    EXPECT_EQ(log_.closes, 1);
    expect_beginning(log_.received, sent_down_);
    if (!town_.sessions.empty()) expect_beginning(town_.sessions[0]->received, sent_up_);
    EXPECT_LE(town_.sessions.size(), 1U);
    if (fate == Fate::close) {
      EXPECT_EQ(log_.ended, "forced close");
      if (log_.opens == 1) {
        EXPECT_EQ(town_.sessions.at(0)->received.size(), sent_up_) << "lost by close()";
        EXPECT_EQ(town_.sessions.at(0)->ended, "transport close");
      }
    }
    if (is_calm) {
      EXPECT_EQ(log_.received.size(), 60U);
      const bool wants_upgrade = options_.upgrade && options_.transports.size() == 2;
      EXPECT_EQ(log_.upgraded, wants_upgrade);
    }
    EXPECT_EQ(connector_.streams().size(), 0U);
    log_.session.reset();
    town_.server().close();
    EXPECT_TRUE(loop_.run_until_idle());
    town_.sessions.clear();
    EXPECT_EQ(network_.live_ends(), 0U) << network_.open_ends();
  }

  SimulatedLoop loop_;
  Network network_;
  EngineTown town_{network_};
  SimulatedConnector connector_{loop_, town_.dial()};
  engine::ClientOptions options_{.endpoint = {.host = "simulation", .port = 80}};
  SessionLog::Memory memory_;
  SessionLog log_;
  std::uint64_t sent_up_ = 0;
  std::uint64_t sent_down_ = 0;
};

TEST(EngineClientRandom, LosesNothingAndEndsOnceWhateverHappens) {
  for_each_seed(1'000, "simulation_engine_client_random_test",
                [](std::uint64_t seed) { Encounter(seed).run(); });
}

}  // namespace
}  // namespace socketio::support
