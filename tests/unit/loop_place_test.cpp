// SPDX-License-Identifier: MIT
// Ids that name their loop: each loop gets its share, and draws only its own.
#include "base/loop_place.hpp"

#include "net/system_entropy.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace socketio {
namespace {

TEST(LoopPlace, DrawsItsOwnIds) {
  net::SystemEntropy entropy;
  std::set<std::string> drawn;
  for (std::size_t index = 0; index < 5; ++index) {
    const LoopPlace place{index, 5};
    for (int i = 0; i < 100; ++i) {
      const std::string id = place.draw_id(entropy);
      EXPECT_TRUE(is_drawn_id(id));
      EXPECT_TRUE(place.owns(id));
      EXPECT_EQ(owner_of(id, 5), index);
      drawn.insert(id);
    }
  }
  EXPECT_EQ(drawn.size(), 500);
}

TEST(LoopPlace, EveryLoopHasItsShareOfAllIds) {
  net::SystemEntropy entropy;
  for (const std::size_t loops : {2, 3, 4, 8, 16}) {
    std::vector<std::size_t> counts(loops);
    for (std::size_t i = 0; i < 1000 * loops; ++i) ++counts[owner_of(random_id(entropy), loops)];
    for (const std::size_t count : counts) {
      EXPECT_GT(count, 800U);
      EXPECT_LT(count, 1200U);
    }
  }
}

TEST(LoopPlace, TheOnlyLoopOwnsEverything) {
  EXPECT_TRUE(LoopPlace().owns(""));
  EXPECT_TRUE(LoopPlace().owns("anything"));
}

TEST(LoopPlace, KnowsWhatNobodyHasDrawn) {
  EXPECT_TRUE(is_drawn_id("AZaz09_-AZaz09_-AZaz"));
  EXPECT_FALSE(is_drawn_id("AZaz09_-AZaz09_-AZa"));
  EXPECT_FALSE(is_drawn_id("AZaz09_-AZaz09_-AZazx"));
  EXPECT_FALSE(is_drawn_id("AZaz09_-AZaz 9_-AZaz"));
  EXPECT_FALSE(is_drawn_id(""));
}

}  // namespace
}  // namespace socketio
