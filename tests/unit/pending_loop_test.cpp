// SPDX-License-Identifier: MIT
// Where the callbacks of a Pending run, and who is told what they throw: always the loop on which
// it completes, whoever waits for it, and whenever.
#include "support/core_peer.hpp"
#include "support/owned_coroutine.hpp"

#include <socketio/pending.hpp>
#include <socketio/task.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace socketio {
namespace {

using support::CorePeer;
using support::CoreServer;
using testing::ElementsAre;
using testing::IsEmpty;

using Log = std::vector<std::string>;

/// A loop that considers this thread its own when the test says so.
class ToldLoop final : public detail::CompletionLoop {
 public:
  bool is_here() const override { return here; }
  void post(std::function<void()> task) override { tasks.push_back(std::move(task)); }
  void report(const std::exception_ptr& thrown) override {
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& error) {
      reported.emplace_back(error.what());
    }
  }
  void run() {
    here = true;
    for (const auto& task : std::exchange(tasks, {})) task();
    here = false;
  }

  bool here = false;
  std::vector<std::function<void()>> tasks;
  Log reported;
};

class PendingLoop : public testing::Test {
 protected:
  void complete(int value) {
    loop->here = true;
    pending.complete(value);
    loop->here = false;
  }
  void say(int value) {
    log.push_back(std::to_string(value) + (loop->here ? " here" : " elsewhere"));
  }
  void await() {
    [](PendingLoop& test, Pending<int> awaited) -> detail::Detached { test.say(co_await awaited); }(
                                                    *this, pending);
  }

  std::shared_ptr<ToldLoop> loop = std::make_shared<ToldLoop>();
  Pending<int> pending{loop};
  Log log;
};

TEST_F(PendingLoop, ThenBeforeTheCompletionCallsBackOnTheLoop) {
  pending.then([&](int value) { say(value); });
  complete(1);
  EXPECT_THAT(log, ElementsAre("1 here"));
}

TEST_F(PendingLoop, ThenAfterItOnTheLoopCallsBackAtOnce) {
  complete(1);
  loop->here = true;
  pending.then([&](int value) { say(value); });
  EXPECT_THAT(log, ElementsAre("1 here"));
}

TEST_F(PendingLoop, ThenAfterItElsewhereCallsBackOnTheLoopLater) {
  complete(1);
  pending.then([&](int value) { say(value); });
  EXPECT_THAT(log, IsEmpty());
  loop->run();
  EXPECT_THAT(log, ElementsAre("1 here"));
}

TEST_F(PendingLoop, TheLastCallbackCountsOnceTheLoopComesToIt) {
  complete(1);
  pending.then([&](int) { log.emplace_back("first"); });
  pending.then([&](int value) { say(value); });
  loop->run();
  EXPECT_THAT(log, ElementsAre("1 here"));
}

TEST_F(PendingLoop, WhatACallbackThrowsIsReportedWheneverItRuns) {
  const auto throwing = [](const char* when) {
    return [when](int) { throw std::runtime_error(when); };
  };
  pending.then(throwing("before"));
  complete(1);
  loop->here = true;
  pending.then(throwing("after, on the loop"));
  loop->here = false;
  pending.then(throwing("after, elsewhere"));
  loop->run();
  EXPECT_THAT(loop->reported, ElementsAre("before", "after, on the loop", "after, elsewhere"));
}

TEST_F(PendingLoop, AFutureWaitsForNoLoop) {
  complete(7);
  EXPECT_EQ(pending.future().get(), 7);
  EXPECT_THAT(loop->tasks, IsEmpty());
}

TEST_F(PendingLoop, ACoroutineGoesOnOnTheLoop) {
  await();
  complete(1);
  loop->here = true;
  await();
  loop->here = false;
  await();
  EXPECT_EQ(log.size(), 2U);
  loop->run();
  EXPECT_THAT(log, ElementsAre("1 here", "1 here", "1 here"));
}

TEST_F(PendingLoop, ACoroutineThatIsDestroyedOnItsWayToTheLoopIsNotResumed) {
  complete(1);
  const auto coroutine = [&]() -> support::OwnedCoroutine { say(co_await pending); };
  const support::OwnedCoroutine owned = coroutine();
  EXPECT_EQ(loop->tasks.size(), 1U);
  owned.handle.destroy();
  loop->run();
  EXPECT_THAT(log, IsEmpty());
}

TEST(PendingWithoutALoop, CallsBackWhereItIsAsked) {
  int seen = 0;
  Socket().emit_with_ack("q").then([&](const Reply<json>& reply) {
    seen += reply.error() == make_error_code(Errc::not_connected) ? 1 : 0;
  });
  Namespace nobodys = Socket().nsp();
  nobodys.emit_with_ack("q").then([&](const Replies<json>&) { ++seen; });
  nobodys.fetch_sockets().then([&](const std::vector<RemoteSocket>&) { ++seen; });
  EXPECT_EQ(seen, 3);
}

// --- The server's ---

/// Everything that can be waited for, already completed.
class CompletedTest : public testing::Test {
 protected:
  /// Calls then() on another thread, with a callback that reports where it runs and throws.
  template <class R>
  void ask_elsewhere(Pending<R> completed, const std::string& what) {
    server.loop().run();
    const std::thread::id here = std::this_thread::get_id();
    std::thread([&] {
      completed.then([this, here, what](const R&) {
        log.push_back(what + (std::this_thread::get_id() == here ? " here" : " elsewhere"));
        throw std::runtime_error(what);
      });
    }).join();
    EXPECT_EQ(log.size(), expected_++) << what << " before the loop's turn";
    server.loop().run();
    EXPECT_EQ(log.size(), expected_) << what;
  }

  CoreServer server;
  Namespace& nsp = server.nsp;
  Log log;

 private:
  std::size_t expected_ = 0;
};

TEST_F(CompletedTest, CallsBackOnTheLoopAndReports) {
  CorePeer peer(server);
  Socket socket = nsp.sockets().front();
  const RemoteSocket remote = nsp.fetch_sockets().future().get().at(0);
  auto one = socket.emit_with_ack<int>("q");
  auto flagged = socket.compress(Compress::no).emit_with_ack<int>("q");
  auto all = nsp.emit_with_ack<int>("q");
  auto of_remote = remote.emit_with_ack<int>("q");
  for (const char* answer : {"30[1]", "31[1]", "32[1]", "33[1]"}) peer.send(answer);
  auto failed = socket.emit_with_ack("q");
  peer.leave();

  ask_elsewhere(one, "one");
  ask_elsewhere(flagged, "flagged");
  ask_elsewhere(all, "all");
  ask_elsewhere(of_remote, "remote");
  ask_elsewhere(failed, "failed");
  ask_elsewhere(nsp.fetch_sockets(), "fetch");
  EXPECT_THAT(log, ElementsAre("one here", "flagged here", "all here", "remote here", "failed here",
                               "fetch here"));
  EXPECT_THAT(server.errors, ElementsAre("acknowledgement: one", "acknowledgement: flagged",
                                         "acknowledgement: all", "acknowledgement: remote",
                                         "acknowledgement: failed", "acknowledgement: fetch"));
}

TEST_F(CompletedTest, WhatACallbackThrowsDoesNotComeOutOfThen) {
  CorePeer peer(server);
  auto asked = nsp.sockets().front().emit_with_ack<int>("q");
  peer.send("30[1]");
  bool went_on = false;
  nsp.on("look", [&] {
    asked.then([](Reply<int>) { throw std::runtime_error("of the callback"); });
    went_on = true;
  });
  peer.send(R"(2["look"])");
  EXPECT_TRUE(went_on);
  EXPECT_THAT(server.errors, ElementsAre("acknowledgement: of the callback"));
}

TEST_F(CompletedTest, TheErrorHookIsToldWhichSocketWasAsked) {
  Log ids;
  nsp.on_handler_error([&](Socket& socket, const HandlerError&) { ids.push_back(socket.id()); });
  CorePeer peer(server);
  Socket socket = nsp.sockets().front();
  const std::string id = socket.id();
  auto asked = socket.emit_with_ack<int>("q");
  peer.send("30[1]");
  const auto throwing = [](const Reply<int>&) { throw 1; };
  asked.then(throwing);
  std::thread([&] { asked.then(throwing); }).join();
  server.loop().run();
  peer.leave();
  socket = Socket();
  asked.then(throwing);
  EXPECT_THAT(ids, ElementsAre(id, id, "")) << "once nobody holds it, nobody knows it";
}

TEST_F(CompletedTest, KeptAsDataOfItsSocketIsNoLeak) {
  std::weak_ptr<int> captured;
  {
    CorePeer peer(server);
    Socket socket = nsp.sockets().front();
    const auto kept = std::make_shared<int>(0);
    captured = kept;
    socket.data<std::shared_ptr<int>>() = kept;
    socket.data<Pending<Reply<int>>>() = socket.emit_with_ack<int>("q");
  }
  EXPECT_TRUE(captured.expired());
}

}  // namespace
}  // namespace socketio
