// SPDX-License-Identifier: MIT
#include "background.hpp"

#include <gtest/gtest.h>

#include <future>
#include <string>
#include <thread>

namespace showcase {
namespace {

TEST(Background, RunsTasksInTheirOrderOnAnotherThread) {
  std::string order;
  std::thread::id thread;
  {
    Background background;
    EXPECT_TRUE(background.add([&] {
      order += 'a';
      thread = std::this_thread::get_id();
    }));
    EXPECT_TRUE(background.add([&] { order += 'b'; }));
  }
  EXPECT_EQ(order, "ab");
  EXPECT_NE(thread, std::this_thread::get_id());
}

TEST(Background, TakesSoManyAndNoMore) {
  std::promise<void> begun;
  std::promise<void> go_on;
  std::size_t done = 0;
  {
    Background background;
    background.add([&] {
      begun.set_value();
      go_on.get_future().wait();
    });
    begun.get_future().wait();
    for (std::size_t i = 0; i < Background::limit; ++i) {
      EXPECT_TRUE(background.add([&] { ++done; }));
    }
    EXPECT_FALSE(background.add([&] { ++done; }));
    go_on.set_value();
  }
  EXPECT_EQ(done, Background::limit);
}

}  // namespace
}  // namespace showcase
