// SPDX-License-Identifier: MIT
// Calling the handlers on a client's socket: what they throw is reported, and none is called once
// the client has ended.
#include "core/client/socket_handlers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace socketio::core {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class CountingGate final : public Gate {
 public:
  void lock() override { ++locks; }
  void unlock() override {}
  void enter() override {}
  void leave() override {}
  bool is_inside() const override { return true; }
  bool post(Loop::Task) override { return false; }

  int locks = 0;
};

class SocketHandlersTest : public testing::Test {
 protected:
  SocketHandlersTest() {
    handlers.change([this](ClientHandlers& all) {
      all.error.add(
          [this](const HandlerError& error) { log.push_back(error.event + ": " + error.message); });
    });
  }
  void on_connect(detail::Signal handler) {
    handlers.change([&](ClientHandlers& all) { all.connect.add(std::move(handler)); });
  }
  void connect() { handlers.notify("connect", handlers.get().connect); }

  std::vector<std::string> log;
  std::shared_ptr<CountingGate> gate = std::make_shared<CountingGate>();
  SocketHandlers handlers{gate};
};

TEST_F(SocketHandlersTest, RegisteringTakesTheGate) {
  const int before = gate->locks;
  on_connect([] {});
  EXPECT_EQ(gate->locks, before + 1);
}

TEST_F(SocketHandlersTest, WhatOneThrowsIsReportedAndTheNextIsCalled) {
  on_connect([] { throw std::runtime_error("of the user's"); });
  on_connect([] { throw 1; });
  on_connect([this] { log.push_back("third"); });
  connect();
  EXPECT_THAT(log, ElementsAre("connect: of the user's", "connect: an exception of an unknown type",
                               "third"));
}

TEST_F(SocketHandlersTest, AnErrorHookThatThrowsKeepsNothingFromGoingOn) {
  handlers.change([](ClientHandlers& all) {
    all.error.add([](const HandlerError&) { throw std::runtime_error("again"); });
  });
  handlers.report("event", "message", nullptr);
  EXPECT_THAT(log, ElementsAre("event: message"));
}

TEST_F(SocketHandlersTest, NoneIsCalledBehindTheOneThatEndsTheClient) {
  on_connect([this] {
    log.push_back("first");
    handlers.end();
  });
  on_connect([this] { log.push_back("second"); });
  connect();
  handlers.call("auth", [this] { log.push_back("auth"); });
  handlers.report("event", "message", nullptr);
  EXPECT_THAT(log, ElementsAre("first"));
}

TEST_F(SocketHandlersTest, WhatIsRegisteredOnceTheClientHasEndedIsNotKept) {
  handlers.end();
  const auto captured = std::make_shared<int>();
  on_connect([captured] {});
  EXPECT_EQ(captured.use_count(), 1);
}

TEST_F(SocketHandlersTest, ReleasingGivesThemAway) {
  const auto captured = std::make_shared<int>();
  on_connect([captured] {});
  handlers.end();
  {
    const ClientHandlers released = handlers.release();
    EXPECT_EQ(captured.use_count(), 2);
  }
  EXPECT_EQ(captured.use_count(), 1);
  connect();
  EXPECT_THAT(log, IsEmpty());
}

}  // namespace
}  // namespace socketio::core
