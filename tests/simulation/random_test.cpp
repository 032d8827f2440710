// SPDX-License-Identifier: MIT
// Seeded runs of a whole server with several clients and faults; see RandomTown. SIMULATION_SEEDS
// makes more runs.
#include "support/every_adapter.hpp"
#include "support/random_town.hpp"

#include <gtest/gtest.h>

namespace socketio::support {
namespace {

TEST(Random, HoldsItsPromisesWhateverHappens) {
  std::uint64_t seeds = 0;
  std::uint64_t received = 0;
  std::uint64_t acks = 0;
  for_each_seed(300, "simulation_random_test", [&](std::uint64_t seed) {
    RandomTown town(seed);
    town.run();
    EXPECT_EQ(town.faults(), std::vector<std::string>{});
    ++seeds;
    received += town.received_count();
    acks += town.acks_count();
  });
  // Three quarters of the average over the first 300 runs, so that a town without
  // traffic is noticed.
  EXPECT_GT(received, 190 * seeds);
  EXPECT_GT(acks, 5 * seeds);
  testing::Test::RecordProperty("received", std::to_string(received));
  testing::Test::RecordProperty("acks", std::to_string(acks));
}

TEST(Random, AnAdapterThatSeesMessagesAloneMakesNoDifference) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    RandomTown local(seed);
    RandomTown by_messages(seed, MessageAdapter::factory());
    local.run();
    by_messages.run();
    EXPECT_EQ(by_messages.faults(), std::vector<std::string>{}) << "seed " << seed;
    EXPECT_EQ(by_messages.trace(), local.trace()) << "seed " << seed;
  }
}

TEST(Random, AClusterOfOneMakesNoDifference) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    RandomTown local(seed);
    RandomTown alone(seed, lone_node());
    local.run();
    alone.run();
    EXPECT_EQ(alone.faults(), std::vector<std::string>{}) << "seed " << seed;
    EXPECT_EQ(alone.trace(), local.trace()) << "seed " << seed;
  }
}

TEST(Random, TheSameSeedIsTheSameRun) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    RandomTown first(seed);
    RandomTown second(seed);
    first.run();
    second.run();
    EXPECT_EQ(first.trace(), second.trace()) << "seed " << seed;
  }
  RandomTown one(1);
  RandomTown other(2);
  one.run();
  other.run();
  EXPECT_NE(one.trace(), other.trace());
}

}  // namespace
}  // namespace socketio::support
