// SPDX-License-Identifier: MIT
#include "background.hpp"

#include <gtest/gtest.h>

#include <future>
#include <stdexcept>
#include <string>
#include <thread>

namespace showcase {
namespace {

TEST(Background, RunsTasksInTheirOrderOnAnotherThread) {
  std::string order;
  std::thread::id thread;
  std::promise<void> done;
  Background background;
  EXPECT_TRUE(background.add([&] {
    order += 'a';
    thread = std::this_thread::get_id();
  }));
  EXPECT_TRUE(background.add([] { throw std::runtime_error("as a test wants it"); }));
  EXPECT_TRUE(background.add([&] {
    order += 'b';
    done.set_value();
  }));
  done.get_future().wait();
  EXPECT_EQ(order, "ab");
  EXPECT_NE(thread, std::this_thread::get_id());
}

TEST(Background, TakesSoManyAndNoMore) {
  std::promise<void> begun;
  std::promise<void> go_on;
  Background background;
  background.add([&] {
    begun.set_value();
    go_on.get_future().wait();
  });
  begun.get_future().wait();
  for (std::size_t i = 0; i < Background::limit; ++i) EXPECT_TRUE(background.add([] {}));
  EXPECT_FALSE(background.add([] {}));
  go_on.set_value();
}

}  // namespace
}  // namespace showcase
