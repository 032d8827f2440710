// SPDX-License-Identifier: MIT
// sleep_for() under virtual time, in every kind of coroutine that a server's user may write: it
// goes on on the loop when the time has passed, and is destroyed if there is no more loop.
#include "support/core_peer.hpp"
#include "support/manual_timers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace socketio {
namespace {

using namespace std::chrono_literals;
using support::CorePeer;
using support::CoreServer;
using testing::ElementsAre;
using testing::IsEmpty;

Task<int> sum_later(int a, int b) {
  co_await sleep_for(10ms);
  co_return a + b;
}

class SleepTest : public testing::Test {
 protected:
  SleepTest() { server.node.link()->task_loop = timers.state(); }

  /// Says when it is destroyed.
  auto guard(std::string name) {
    const auto say = [this, name = std::move(name)](const int*) { log.push_back("~" + name); };
    static const int nothing = 0;
    return std::unique_ptr<const int, decltype(say)>(&nothing, say);
  }

  CoreServer server;
  support::ManualTimers timers{server.loop()};
  Namespace& nsp = server.nsp;
  std::vector<std::string> log;
};

TEST_F(SleepTest, AHandlerGoesOnWhenTheTimeHasPassedAndAcknowledges) {
  nsp.on("add", [](Socket&, int a, int b) -> Task<int> {
    const int sum = co_await sum_later(a, b);
    co_await sleep_for(10ms);
    co_return sum;
  });
  CorePeer peer(server);
  peer.send(R"(20["add",1,2])");
  server.loop().pass(10ms);
  server.loop().pass(9ms);
  EXPECT_THAT(peer.received(), IsEmpty());
  server.loop().pass(2ms);
  EXPECT_THAT(peer.received(), ElementsAre("430[3]"));
}

TEST_F(SleepTest, InHooksOfEveryKind) {
  const auto later = [this](std::string what) -> Task<> {
    co_await sleep_for(10ms);
    log.push_back(std::move(what));
  };
  nsp.use([later](Socket, Next next) -> Task<> {
    co_await later("middleware");
    next();
  });
  nsp.on_connection([later](Socket) -> Task<> { co_await later("connection"); });
  nsp.on_disconnect([later](DisconnectReason) -> Task<> { co_await later("disconnect"); });
  nsp.on_any(
      [later](std::string_view event) -> Task<> { co_await later("any " + std::string(event)); });
  const auto pass = [&] {
    for (int i = 0; i < 3; ++i) server.loop().pass(11ms);
  };
  CorePeer peer(server);
  pass();
  nsp.sockets().at(0).use([later](Event&, Next next) -> Task<> {
    co_await later("packet");
    next();
  });
  peer.send(R"(2["hi"])");
  pass();
  peer.leave();
  pass();
  EXPECT_THAT(log, ElementsAre("middleware", "connection", "any hi", "packet", "disconnect"));
}

TEST_F(SleepTest, OfZeroOrLessIsOneOfTheNextTurns) {
  nsp.on("now", [this]() -> Task<> {
    co_await sleep_for(0s);
    log.emplace_back("first");
    co_await sleep_for(-1h);
    log.emplace_back("second");
  });
  CorePeer peer(server);
  peer.send(R"(2["now"])");
  EXPECT_THAT(log, IsEmpty());
  server.loop().pass(1ms);
  server.loop().pass(1ms);
  EXPECT_THAT(log, ElementsAre("first", "second"));
}

TEST_F(SleepTest, WhatIsThrownBehindItIsReported) {
  nsp.on("throw", []() -> Task<> {
    co_await sleep_for(10ms);
    throw std::runtime_error("late");
  });
  CorePeer peer(server);
  peer.send(R"(2["throw"])");
  server.loop().pass(11ms);
  EXPECT_THAT(server.errors, ElementsAre("throw: late"));
}

TEST_F(SleepTest, BroughtBackToTheLoopFromAnotherThread) {
  const Pending<int> elsewhere;  // of no loop: it goes on where it completes
  std::thread::id woken;
  nsp.on("go", [&]() -> Task<> {
    co_await Pending<int>(elsewhere);
    co_await sleep_for(10ms);
    woken = std::this_thread::get_id();
  });
  CorePeer peer(server);
  peer.send(R"(2["go"])");
  std::thread([&] { elsewhere.complete(1); }).join();
  server.loop().run();
  server.loop().pass(11ms);
  EXPECT_EQ(woken, std::this_thread::get_id());
}

TEST_F(SleepTest, TheEndDestroysWhatSleepsFromTheOutsideIn) {
  nsp.on("sleep", [this]() -> Task<> {
    const auto outer = guard("outer");
    const auto inner = [this]() -> Task<> {
      const auto local = guard("inner");
      co_await sleep_for(10ms);
      log.emplace_back("woken");
    };
    co_await inner();
    log.emplace_back("woken");
  });
  CorePeer peer(server);
  peer.send(R"(2["sleep"])");
  EXPECT_THAT(log, IsEmpty());
  timers.end();
  server.loop().pass(1s);
  EXPECT_THAT(log, testing::UnorderedElementsAre("~outer", "~inner"));
  EXPECT_THAT(server.errors, IsEmpty());
}

TEST_F(SleepTest, AfterTheEndNobodyWakesAnyMore) {
  nsp.on("sleep", [this]() -> Task<> {
    const auto local = guard("local");
    co_await sleep_for(10ms);
    log.emplace_back("woken");
  });
  CorePeer peer(server);
  timers.end();
  peer.send(R"(20["sleep"])");
  server.loop().pass(1s);
  EXPECT_THAT(log, ElementsAre("~local"));
  EXPECT_THAT(peer.received(), IsEmpty());
}

TEST_F(SleepTest, OnAnotherThreadAfterTheEndIsDestroyedThere) {
  const Pending<int> elsewhere;
  nsp.on("go", [&]() -> Task<> {
    const auto local = guard("local");
    co_await Pending<int>(elsewhere);
    co_await sleep_for(10ms);
    log.emplace_back("woken");
  });
  CorePeer peer(server);
  peer.send(R"(2["go"])");
  timers.end();
  std::thread([&] { elsewhere.complete(1); }).join();
  EXPECT_THAT(log, ElementsAre("~local"));
}

TEST_F(SleepTest, WhereNoHandlerWaitsItThrows) {
  std::string caught;
  [](std::string& out) -> detail::Detached {
    try {
      co_await sum_later(1, 2);
    } catch (const std::logic_error& error) {
      out = error.what();
    }
  }(caught);
  EXPECT_EQ(caught, "sleep_for(): no handler of a server or client waits for it");
}

}  // namespace
}  // namespace socketio
