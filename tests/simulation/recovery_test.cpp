// SPDX-License-Identifier: MIT
// Seeded runs of a client whose connections break at random, while a server that recovers clients
// goes on sending. What must hold: as long as a client has the same id, it gets each event that was
// sent to it once, in order, and none is left out, whether it was connected then or not.
// SIMULATION_SEEDS makes more runs.
#include "support/client_town.hpp"
#include "support/ledger.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace socketio::support {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class RecoveringClient {
 public:
  explicit RecoveringClient(std::uint64_t seed)
      : town_(seed, [this](SimulatedServer& server) { set_up(server); }, options(seed),
              server_options(seed), {milliseconds(0), milliseconds(seed % 3 * 15)}),
        dice_(town_.loop.dice()),
        client_(town_.socket()) {
    town_.connector.delay_max = milliseconds(30);
    client_.on("news", [this](std::uint64_t number) { receive(number); });
    client_.on_connect([this] {
      expect(client_.recovered() == (client_.id() == client_id_), "recovered as another socket");
      client_.recovered() ? ++recovered : ++made;
      if (!client_.recovered()) received_ = 0;
      client_id_ = client_.id();
    });
  }

  void run() {
    for (int step = 0; step < 150; ++step) {
      trouble();
      for (std::size_t i = dice_.below(4); i > 0; --i) send();
      if (dice_.one_in(10)) change_room();
      town_.loop.run_for(milliseconds(dice_.below(200)));
    }
    town_.connector.mode = SimulatedConnector::Mode::answer;
    const bool is_complete = town_.loop.run_until(
        [this] { return client_.connected() && received_ == sent_to_[client_id_].size(); },
        minutes(5));
    expect(is_complete, "something is missing in the end");
    town_.finish();
  }

  std::vector<std::string> faults;
  std::size_t received = 0;
  std::size_t recovered = 0;
  std::size_t made = 0;

 private:
  static core::ManagerOptions options(std::uint64_t seed) {
    core::ManagerOptions options;
    options.backoff.delay = milliseconds(50);
    options.backoff.delay_max = milliseconds(500);
    options.timeout = seconds(1);
    if (seed % 3 == 1) options.engine.transports = {engine::TransportName::websocket};
    if (seed % 3 == 2) options.engine.transports = {engine::TransportName::polling};
    return options;
  }
  static ServerOptions server_options(std::uint64_t seed) {
    ServerOptions options;
    options.ping_interval = milliseconds(1'000);
    options.ping_timeout = milliseconds(700);
    RecoveryOptions& recovery = options.connection_state_recovery.emplace();
    recovery.max_disconnection_duration = seconds(4);
    if (seed % 5 == 0) recovery.log_packets = 30;
    if (seed % 7 == 0) recovery.log_bytes = 4'000;
    // With a small log, middlewares that take their time make a client new that keeps its id (unit
    // test WhatTheLogHasForgottenMeanwhileMakesItNew), which the ledger below does not know.
    if (seed % 4 == 0 && seed % 5 != 0 && seed % 7 != 0) recovery.skip_middlewares = false;
    return options;
  }

  void set_up(SimulatedServer& server) {
    nsp_ = server.of();
    nsp_->use([this](Socket&, const Next& next) {
      if (dice_.one_in(2)) return next();
      town_.loop.after(milliseconds(dice_.below(100)), [next] { next(); });
    });
    nsp_->on_connection([this](const Socket& socket) {
      expect(socket.recovered() == sent_to_.contains(socket.id()), "new, and not recovered");
      sent_to_[socket.id()];
      socket_ = socket;
      if (dice_.one_in(2)) send();
    });
  }

  void expect(bool holds, const std::string& what) {
    if (!holds) faults.push_back(what);
  }

  void receive(std::uint64_t number) {
    const auto& sent = sent_to_[client_.id()];
    expect(received_ < sent.size() && sent[received_] == number,
           "event " + std::to_string(number) + " is not the next one");
    ++received_;
    ++received;
  }

  /// Sends an event in one of the ways in which it can be recovered.
  void send() {
    const std::uint64_t number = ++last_number_;
    const auto note = [&](const auto& is_receiver) {
      for (auto& [id, sent] : sent_to_) {
        if (is_receiver(id)) sent.push_back(number);
      }
    };
    const std::string id = socket_.id();
    switch (dice_.below(5)) {
      case 0:
        note([](const std::string&) { return true; });
        return void(nsp_->emit("news", number));
      case 1:
        note([&](const std::string& other) { return in_room_.contains(other); });
        return void(nsp_->to("room").emit("news", number));
      case 2:
        note([&](const std::string& other) { return other == id; });
        return void(nsp_->to(id).emit("news", number));
      case 3:
        note([&](const std::string& other) { return other != id; });
        return void(nsp_->except(id).emit("news", number));
      default:
        if (!socket_.connected()) return;
        note([&](const std::string& other) { return other == id; });
        return void(socket_.emit("news", number));
    }
  }

  void change_room() {
    if (!socket_.connected()) return;
    if (in_room_.erase(socket_.id()) > 0) return socket_.leave("room");
    socket_.join("room");
    in_room_.insert(socket_.id());
  }

  void trouble() {
    if (dice_.one_in(12)) town_.cut();
    if (dice_.one_in(25)) town_.pull_the_cable();
    if (town_.connector.mode == SimulatedConnector::Mode::answer) {
      if (dice_.one_in(20)) town_.connector.mode = SimulatedConnector::Mode::refuse;
    } else if (dice_.one_in(10)) {
      town_.connector.mode = SimulatedConnector::Mode::answer;
    }
  }

  // By the id of a socket: what was sent to it, and who is in the room.
  std::map<std::string, std::vector<std::uint64_t>> sent_to_;
  std::set<std::string> in_room_;
  std::optional<Namespace> nsp_;
  Socket socket_;
  ClientTown town_;
  Dice& dice_;
  ClientSocket client_;
  std::string client_id_;
  // With this id.
  std::size_t received_ = 0;
  std::uint64_t last_number_ = 0;
};

TEST(RecoverySimulation, WhoIsRecoveredHasMissedNothing) {
  constexpr std::uint64_t seeds = 500;
  std::size_t received = 0;
  std::size_t recovered = 0;
  std::size_t made = 0;
  for_each_seed(seeds, "simulation_recovery_test", [&](std::uint64_t seed) {
    RecoveringClient client(seed);
    client.run();
    EXPECT_EQ(client.faults, std::vector<std::string>{});
    received += client.received;
    recovered += client.recovered;
    made += client.made;
  });
  EXPECT_GT(received, 1'000U);
  EXPECT_GT(recovered, 1'000U);
  EXPECT_GT(made, 700U) << "hardly anybody was ever new";
}

}  // namespace
}  // namespace socketio::support
