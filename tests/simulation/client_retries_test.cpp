// SPDX-License-Identifier: MIT
// Retries and plain events with random faults: what was acknowledged was handled, in order, and
// every acknowledgement completes exactly once. SIMULATION_SEEDS makes more runs.
#include "support/client_town.hpp"
#include "support/ledger.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace socketio::support {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

/// One client that keeps sending, whatever happens to its connection.
class Traffic {
 public:
  Traffic(std::uint64_t seed, const SocketOptions& socket_options)
      : town_(
            seed, [this](SimulatedServer& server) { set_up(server); }, options(seed), server(),
            profile(seed)),
        dice_(town_.loop.dice()),
        socket_(town_.socket("/", socket_options)) {
    town_.connector.delay_max = milliseconds(20);
  }

  void run(std::size_t events) {
    for (std::size_t sent = 0; sent < events;) {
      trouble();
      for (std::size_t burst = dice_.below(4); burst > 0 && sent < events; --burst) send(sent++);
      town_.loop.run_for(milliseconds(dice_.below(400)));
    }
    heal();
    const bool done = town_.loop.run_until([this] { return pending_.empty(); }, minutes(30));
    if (!done) faults.push_back(std::to_string(pending_.size()) + " were never answered");
    town_.finish();
  }

  // What the server has handled, in that order.
  std::vector<std::uint64_t> handled;
  std::set<std::uint64_t> acknowledged;
  std::vector<std::string> faults;
  std::size_t failed = 0;

 private:
  static core::ManagerOptions options(std::uint64_t seed) {
    core::ManagerOptions options;
    options.backoff.delay = milliseconds(100);
    options.backoff.delay_max = milliseconds(1'000);
    options.timeout = seconds(2);
    if (seed % 3 == 1) options.engine.transports = {engine::TransportName::websocket};
    if (seed % 3 == 2) options.engine.transports = {engine::TransportName::polling};
    return options;
  }
  static ServerOptions server() {
    ServerOptions options;
    options.ping_interval = milliseconds(1'000);
    options.ping_timeout = milliseconds(700);
    return options;
  }
  static NetworkProfile profile(std::uint64_t seed) {
    NetworkProfile profile;
    profile.delay_max = milliseconds(seed % 4 * 20);
    profile.piece_bytes = seed % 5 == 0 ? 30 : 0;
    return profile;
  }
  void set_up(SimulatedServer& server) {
    server.of().on("event", [this](Socket&, std::uint64_t number, Ack<std::uint64_t> done) {
      handled.push_back(number);
      // Late, so perhaps after the event has been sent again.
      if (dice_.one_in(4)) {
        town_.loop.after(milliseconds(dice_.below(900)), [done, number] { done(number); });
      } else if (!dice_.one_in(20)) {
        done(number);
      }
    });
  }
  void trouble() {
    switch (dice_.below(12)) {
      case 0:
        return town_.cut();
      case 1:
        return town_.pull_the_cable();
      case 2:
        if (town_.server) town_.stop_server();
        return;
      case 3:
      case 4:
        if (!town_.server) town_.start_server();
        return;
      case 5:
        town_.connector.mode = SimulatedConnector::Mode::silence;
        return;
      case 6:
        return heal();
      default:
        return;
    }
  }
  void heal() {
    if (!town_.server) town_.start_server();
    town_.connector.mode = SimulatedConnector::Mode::answer;
  }
  void send(std::uint64_t number) {
    pending_.insert(number);
    socket_.emit_with_ack<std::uint64_t>("event", number)
        .then([this, number](Reply<std::uint64_t> reply) {
          if (pending_.erase(number) != 1) faults.push_back("answered twice");
          if (!reply) {
            ++failed;
          } else {
            if (*reply != number) faults.push_back("the answer to another event");
            acknowledged.insert(number);
          }
        });
  }

  ClientTown town_;
  Dice& dice_;
  ClientSocket socket_;
  std::set<std::uint64_t> pending_;
};

/// Each number once, in order of first arrival. A number that arrives again must be the latest one,
/// because only the head is sent again.
std::vector<std::uint64_t> firsts(const Traffic& traffic, std::vector<std::string>& faults) {
  std::vector<std::uint64_t> order;
  for (const std::uint64_t number : traffic.handled) {
    if (!order.empty() && order.back() == number) continue;
    if (!order.empty() && number < order.back()) {
      faults.push_back(std::to_string(number) + " came after " + std::to_string(order.back()));
    }
    order.push_back(number);
  }
  return order;
}

// With enough retries everything arrives, in order, and only the head is ever repeated.
TEST(ClientRetries, NothingIsLostAndOrderIsKept) {
  std::size_t repeated = 0;
  for_each_seed(2'000, "simulation_client_retries_test", [&](std::uint64_t seed) {
    SocketOptions options;
    options.retries = 10'000;
    options.ack_timeout = milliseconds(500);
    Traffic traffic(seed, options);
    constexpr std::size_t events = 30;
    traffic.run(events);
    const auto order = firsts(traffic, traffic.faults);
    repeated += traffic.handled.size() - order.size();
    EXPECT_EQ(traffic.faults, std::vector<std::string>{});
    EXPECT_EQ(order.size(), events);
    EXPECT_EQ(traffic.acknowledged.size(), events);
    EXPECT_EQ(traffic.failed, 0U);
  });
  EXPECT_GT(repeated, 100U) << "the faults did not reach what they should";
}

// With few retries some events fail, and their callbacks are told; no acknowledged
// event is missing.
TEST(ClientRetries, WhatFailsIsTold) {
  std::size_t failed = 0;
  for_each_seed(1'000, "simulation_client_retries_test", [&](std::uint64_t seed) {
    SocketOptions options;
    options.retries = 1;
    options.ack_timeout = milliseconds(300);
    Traffic traffic(seed, options);
    constexpr std::size_t events = 30;
    traffic.run(events);
    const auto order = firsts(traffic, traffic.faults);
    EXPECT_EQ(traffic.faults, std::vector<std::string>{});
    EXPECT_EQ(traffic.acknowledged.size() + traffic.failed, events);
    const std::set<std::uint64_t> arrived(order.begin(), order.end());
    for (const std::uint64_t number : traffic.acknowledged) EXPECT_EQ(arrived.count(number), 1U);
    failed += traffic.failed;
  });
  EXPECT_GT(failed, 100U);
}

// Without retries an event arrives at most once, in order; each acknowledgement arrives or
// fails, once.
TEST(ClientRetries, WithoutThemNothingComesTwice) {
  std::size_t failed = 0;
  for_each_seed(1'000, "simulation_client_retries_test", [&](std::uint64_t seed) {
    SocketOptions options;
    options.ack_timeout = seconds(3);
    Traffic traffic(seed, options);
    constexpr std::size_t events = 30;
    traffic.run(events);
    for (std::size_t i = 1; i < traffic.handled.size(); ++i) {
      EXPECT_LT(traffic.handled[i - 1], traffic.handled[i]);
    }
    EXPECT_EQ(traffic.faults, std::vector<std::string>{});
    EXPECT_EQ(traffic.acknowledged.size() + traffic.failed, events);
    const std::set<std::uint64_t> arrived(traffic.handled.begin(), traffic.handled.end());
    for (const std::uint64_t number : traffic.acknowledged) EXPECT_EQ(arrived.count(number), 1U);
    failed += traffic.failed;
  });
  EXPECT_GT(failed, 100U);
}

}  // namespace
}  // namespace socketio::support
