// SPDX-License-Identifier: MIT
// The loops of one server among themselves, without a server: questions to the first, and what is posted
// to one that ends.
#include "server/loop_group.hpp"

#include "core/server/namespace_state.hpp"
#include "net/asio_loop.hpp"
#include "server/loop_bus.hpp"

#include <socketio/reply.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace socketio::server {
namespace {

using testing::ElementsAre;

struct OneLoop {
  boost::asio::io_context context{1};
  std::shared_ptr<net::AsioLoop> loop = std::make_shared<net::AsioLoop>(context);
  core::Node node{*loop, {}};
};

/// A group of two loops, the first of which is run by a thread of its own until `end()`.
class LoopGroupTest : public testing::Test {
 protected:
  LoopGroupTest() {
    group.add(*first.loop, first.node);
    group.add(*second.loop, second.node);
    group.begin_running();
    runner = std::thread([this] {
      first.loop->adopt_thread();
      const auto work = boost::asio::make_work_guard(first.context);
      first.context.run();
      group.end_questions();
    });
  }
  ~LoopGroupTest() override { end(); }

  void end() {
    if (!runner.joinable()) return;
    first.context.stop();
    runner.join();
  }

  OneLoop first;
  OneLoop second;
  LoopGroup group{2};
  std::thread runner;
};

TEST_F(LoopGroupTest, AQuestionIsAnsweredByTheFirst) {
  std::thread::id thread;
  EXPECT_TRUE(group.run_on_first([&] { thread = std::this_thread::get_id(); }));
  EXPECT_EQ(thread, runner.get_id());
  EXPECT_THROW(group.run_on_first([] { throw std::runtime_error("no"); }), std::runtime_error);
}

TEST_F(LoopGroupTest, NobodyWaitsForALoopThatHasEnded) {
  end();
  bool is_run = false;
  EXPECT_FALSE(group.run_on_first([&] { is_run = true; }));
  try {
    group.make([](core::Node& node) { return node.of("/late"); });
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), Errc::closed);
  }
  first.loop->run_posted();
  EXPECT_FALSE(is_run);
}

TEST_F(LoopGroupTest, WhoMakesANamespaceGetsItOrLearnsWhyNot) {
  EXPECT_EQ(group.make([](core::Node& node) { return node.of("/new"); })->name(), "/new");
  const auto fail = [](core::Node&) -> std::shared_ptr<core::NamespaceState> {
    throw std::runtime_error("no");
  };
  EXPECT_THROW(group.make(fail), std::runtime_error);
}

TEST_F(LoopGroupTest, WhatALoopDoesNotComeToBeforeItsEndIsLeftOut) {
  std::vector<std::size_t> done;
  end();
  group.each([&](std::size_t index) { done.push_back(index); });
  group.end_running();
  group.remove(0);
  first.loop->run_posted();
  second.loop->run_posted();
  EXPECT_THAT(done, ElementsAre(1));
}

TEST(LoopPosts, KeepTheirOrderInsideOneAnother) {
  OneLoop one;
  std::vector<std::string> log;
  one.loop->post([&] {
    log.push_back("first");
    one.loop->post([&] { log.push_back("third"); });
    one.loop->run_posted();
    log.push_back("end of first");
  });
  one.loop->post([&] { log.push_back("second"); });
  one.loop->run_posted();
  EXPECT_THAT(log, ElementsAre("first", "second", "third", "end of first"));
  EXPECT_TRUE(one.loop->has_run_posted());
}

/// Answers for the servers.
struct ServersListener final : cluster::Bus::Listener {
  void on_message(const cluster::MessagePtr&) override {}
  void on_count_servers(const std::string& nsp, std::function<void(std::size_t)> counted) override {
    counted(nsp == "/" ? 3 : 1);
  }
};

TEST(LoopBuses, ALoopAsksTheOneThatSpeaksWithOtherServersForTheirNumber) {
  OneLoop first;
  OneLoop second;
  const auto buses = std::make_shared<LoopBuses>(2);
  const auto gateway = buses->make_bus(*first.loop);
  const auto bus = buses->make_bus(*second.loop);
  ServersListener listener;
  gateway->want_rooms();
  gateway->open("/", listener);
  bus->open("/", listener);
  std::size_t servers = 0;
  bus->count_servers("/", [&](std::size_t count) { servers = count; });
  first.loop->run_posted();
  EXPECT_EQ(servers, 0);
  second.loop->run_posted();
  EXPECT_EQ(servers, 3);
}

TEST(LoopBuses, ALoopIsNamedUntilItLeavesAndThenTheOthersAreTold) {
  struct LeftListener final : cluster::Bus::Listener {
    void on_message(const cluster::MessagePtr&) override {}
    void on_left(const std::string& node) override { left.push_back(node); }
    std::vector<std::string> left;
  };
  OneLoop first;
  OneLoop second;
  OneLoop third;
  const auto buses = std::make_shared<LoopBuses>(3);
  const auto a = buses->make_bus(*first.loop);
  const auto b = buses->make_bus(*second.loop);
  const auto c = buses->make_bus(*third.loop);
  LeftListener listener;
  a->open("/", listener);
  using Names = std::vector<std::string>;
  EXPECT_EQ(a->other_nodes(), (Names{b->node_id(), c->node_id()}));
  b->leave();
  EXPECT_EQ(a->other_nodes(), Names{c->node_id()});
  EXPECT_EQ(listener.left, Names());
  first.loop->run_posted();
  EXPECT_EQ(listener.left, Names{b->node_id()});
}

TEST(LoopBuses, WhatIsSentToALoopThatHasGoneIsDropped) {
  OneLoop first;
  OneLoop second;
  const auto buses = std::make_shared<LoopBuses>(2);
  const auto gone = buses->make_bus(*first.loop);
  const auto bus = buses->make_bus(*second.loop);
  buses->remove(0);
  bus->publish(std::make_shared<cluster::Message>(
      cluster::Message{bus->node_id(), "/", cluster::Goodbye{}}));
  bus->answer(gone->node_id(), std::make_shared<cluster::Message>(
                                   cluster::Message{bus->node_id(), "/", cluster::Heartbeat{}}));
  first.loop->run_posted();
  EXPECT_TRUE(first.loop->has_run_posted());
}

}  // namespace
}  // namespace socketio::server
