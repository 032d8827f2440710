// SPDX-License-Identifier: MIT
// What other threads hand to a client's loop: how much of it, and that it runs inside the gate and
// contained, or not at all.
#include "core/client/handover.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <new>
#include <stdexcept>
#include <utility>
#include <vector>

namespace socketio::core {
namespace {

using testing::ElementsAre;

class QueueGate final : public Gate {
 public:
  void lock() override {}
  void unlock() override {}
  void enter() override {}
  void leave() override {}
  bool is_inside() const override { return false; }
  bool post(Loop::Task task) override {
    if (has_no_memory) throw std::bad_alloc();
    if (is_closed) return false;
    tasks.push_back(std::move(task));
    return true;
  }
  bool post_urgent(Loop::Task task) override {
    ++urgent;
    return post(std::move(task));
  }
  void run() {
    for (const auto& task : std::exchange(tasks, {})) task();
  }

  std::deque<Loop::Task> tasks;
  bool has_no_memory = false;
  bool is_closed = false;
  int urgent = 0;
};

struct Owner : std::enable_shared_from_this<Owner> {
  std::vector<int> done;
  int exceptions = 0;
  void on_exception() noexcept { ++exceptions; }
};

class HandoverTest : public testing::Test {
 protected:
  bool reserve(std::size_t bytes) { return handover.reserve_in_buffer(bytes, 0); }

  std::shared_ptr<QueueGate> gate = std::make_shared<QueueGate>();
  std::shared_ptr<ConnectionStatus> status = std::make_shared<ConnectionStatus>();
  std::shared_ptr<Owner> owner = std::make_shared<Owner>();
  Handover handover{gate, status, {.buffer_bytes = 100, .connection_bytes = 50}};
};

TEST_F(HandoverTest, WorkKeepsItsOrderAndWhatItThrowsIsContained) {
  handover.post(owner, [](Owner& self) { self.done.push_back(1); });
  handover.post(owner, [](Owner&) { throw std::runtime_error("of ours"); });
  EXPECT_TRUE(handover.post_urgent(owner, [](Owner& self) { self.done.push_back(2); }));
  EXPECT_EQ(gate->urgent, 1);
  EXPECT_THAT(owner->done, ElementsAre());
  gate->run();
  EXPECT_THAT(owner->done, ElementsAre(1, 2));
  EXPECT_EQ(owner->exceptions, 1);
}

TEST_F(HandoverTest, NothingIsDoneOnceTheGateHasClosed) {
  gate->is_closed = true;
  EXPECT_FALSE(handover.post(owner, [](Owner& self) { self.done.push_back(1); }));
  EXPECT_EQ(owner.use_count(), 1);
}

TEST_F(HandoverTest, WhatIsOnItsWayCounts) {
  EXPECT_TRUE(reserve(60));
  EXPECT_FALSE(reserve(60));
  EXPECT_FALSE(handover.reserve_in_buffer(30, 20)) << "and so does what is kept already";
  handover.post_reserved(60, owner, [](Owner& self) { self.done.push_back(1); });
  EXPECT_FALSE(reserve(60));
  gate->run();
  EXPECT_TRUE(reserve(60));
  EXPECT_THAT(owner->done, ElementsAre(1));
}

TEST_F(HandoverTest, WhatCannotBePostedCountsNoMore) {
  EXPECT_TRUE(reserve(60));
  gate->has_no_memory = true;
  EXPECT_THROW(handover.post_reserved(60, owner, [](Owner&) {}), std::bad_alloc);
  EXPECT_TRUE(reserve(60));
}

TEST_F(HandoverTest, OneEventMayBeLargerThanTheConnectionTakesIfItIsAlone) {
  EXPECT_TRUE(handover.reserve_on_connection(500));
  EXPECT_FALSE(handover.reserve_on_connection(1));
  handover.post_reserved(500, owner, [](Owner&) {});
  gate->run();
  status->queued_bytes = 30;
  EXPECT_TRUE(handover.reserve_on_connection(20));
  EXPECT_FALSE(handover.reserve_on_connection(1));
}

TEST_F(HandoverTest, ACountIsPostedOnceUntilItIsDone) {
  const auto count = [](Owner& self) { self.done.push_back(1); };
  handover.post_count(owner, count);
  handover.post_count(owner, count);
  gate->run();
  EXPECT_THAT(owner->done, ElementsAre(1));
  gate->has_no_memory = true;
  EXPECT_THROW(handover.post_count(owner, count), std::bad_alloc);
  gate->has_no_memory = false;
  handover.post_count(owner, count);
  gate->run();
  EXPECT_THAT(owner->done, ElementsAre(1, 1));
}

}  // namespace
}  // namespace socketio::core
