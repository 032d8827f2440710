// SPDX-License-Identifier: MIT
// Connection state recovery as a client sees it: what CONNECT is answered with, and what is
// sent again.
#include "core/server/recovery.hpp"

#include "support/core_peer.hpp"
#include "support/every_adapter.hpp"

#include <socketio/namespace.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace socketio {
namespace {

using std::chrono::milliseconds;
using support::CorePeer;
using support::CoreServer;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

/// What is said of a client in the answer to its CONNECT.
struct Identity {
  std::string sid;
  std::string pid;
  friend bool operator==(const Identity&, const Identity&) = default;
};

class RecoveryTest : public support::EveryAdapterTest {
 protected:
  static core::Options recovering() {
    core::Options made = options();
    made.recovery.emplace();
    return made;
  }

  explicit RecoveryTest(const core::Options& made = recovering()) : server(made) {
    server.nsp.on_connection([this](Socket connected) { socket = std::move(connected); });
  }
  ~RecoveryTest() override { socket = Socket(); }

  /// The identity in the answer to CONNECT, which comes first. Removes it.
  static Identity take_identity(std::vector<std::string>& received) {
    if (received.empty() || received.front().substr(0, 2) != "40") {
      ADD_FAILURE() << "no answer to CONNECT";
      return {};
    }
    const json payload = json::parse(received.front().substr(2));
    received.erase(received.begin());
    return {payload.at("sid"), payload.value("pid", "")};
  }
  std::unique_ptr<CorePeer> join(Identity& identity) {
    auto peer = std::make_unique<CorePeer>(server, "0");
    auto received = peer->received();
    identity = take_identity(received);
    return peer;
  }
  std::unique_ptr<CorePeer> join() { return join(me); }
  /// Comes back with `offset`, which may be empty; returns what is sent again.
  std::vector<std::string> come_back(const std::string& offset) {
    json auth{{"pid", me.pid}};
    if (!offset.empty()) auth["offset"] = offset;
    again = std::make_unique<CorePeer>(server, "0" + auth.dump());
    auto received = again->received();
    now = take_identity(received);
    return received;
  }
  static std::string offset(int number) { return "1700000000000-" + std::to_string(number); }
  static std::string event(const std::string& name, int number) {
    return R"(42[")" + name + R"(",")" + offset(number) + R"("])";
  }
  bool is_recovered() const { return now == me && socket.recovered(); }
  bool is_new() const { return now.pid != me.pid && now.sid != me.sid && !socket.recovered(); }

  CoreServer server;
  Socket socket;
  Identity me;
  Identity now;
  std::unique_ptr<CorePeer> again;
};

TEST_P(RecoveryTest, WhatWasSentWhileItWasAwayIsSentAgainOnceAndInOrder) {
  auto peer = join();
  EXPECT_FALSE(socket.recovered());
  EXPECT_EQ(me.pid.size(), 20U);
  EXPECT_NE(me.pid, me.sid);
  server.nsp.emit("a");
  EXPECT_THAT(peer->received(), ElementsAre(event("a", 0)));
  peer->leave();
  server.nsp.emit("b");
  server.nsp.emit("c");
  EXPECT_THAT(come_back(offset(0)), ElementsAre(event("b", 1), event("c", 2)));
  EXPECT_TRUE(is_recovered());
  server.nsp.emit("d");
  EXPECT_THAT(again->received(), ElementsAre(event("d", 3)));
}

TEST_P(RecoveryTest, WhatWasLostOnTheWayIsSentAgain) {
  auto peer = join();
  server.nsp.emit("a");
  socket.emit("b");
  server.nsp.emit("c");
  EXPECT_THAT(peer->received(), ElementsAre(event("a", 0), event("b", 1), event("c", 2)));
  peer->leave();
  EXPECT_THAT(come_back(offset(0)), ElementsAre(event("b", 1), event("c", 2)));
  EXPECT_TRUE(is_recovered());
}

TEST_P(RecoveryTest, AClientThatHasReceivedNothingComesBackWithoutOffset) {
  join()->leave();
  server.nsp.emit("a");
  EXPECT_THAT(come_back(""), ElementsAre(event("a", 0)));
  EXPECT_TRUE(is_recovered());
}

TEST_P(RecoveryTest, TheFirstEventMayBeLostOnTheWay) {
  const CorePeer other(server);
  server.nsp.emit("before it came");
  auto peer = join();
  socket.emit("welcome");
  peer->leave();
  EXPECT_THAT(come_back(""), ElementsAre(event("welcome", 1)));
  EXPECT_TRUE(is_recovered());
}

TEST_P(RecoveryTest, ASecondRecoveryWithoutAnyEventBetween) {
  auto peer = join();
  server.nsp.emit("a");
  peer->leave();
  EXPECT_THAT(come_back(offset(0)), IsEmpty());
  EXPECT_TRUE(is_recovered());
  again->leave();
  server.nsp.emit("b");
  EXPECT_THAT(come_back(offset(0)), ElementsAre(event("b", 1)));
  EXPECT_TRUE(is_recovered());
  again->leave();
  EXPECT_THAT(come_back(offset(0)), ElementsAre(event("b", 1))) << "it was lost again";
  EXPECT_TRUE(is_recovered());
  again->leave();
  EXPECT_THAT(come_back(offset(1)), IsEmpty());
  EXPECT_TRUE(is_recovered());
}

TEST_P(RecoveryTest, RoomsAndDataComeBack) {
  auto peer = join();
  socket.join({"a", "b"});
  socket.data()["name"] = "Ada";
  socket.data<int>() = 7;
  const auto rooms = socket.rooms();
  peer->leave();
  server.nsp.to("a").emit("to a");
  server.nsp.to("c").emit("to c");
  server.nsp.to({"a", "c"}).except("b").emit("not to b");
  server.nsp.to(me.sid).emit("to it");
  EXPECT_THAT(come_back(""), ElementsAre(event("to a", 0), event("to it", 3)));
  EXPECT_TRUE(is_recovered());
  EXPECT_THAT(socket.rooms(), testing::UnorderedElementsAreArray(rooms));
  EXPECT_EQ(socket.data()["name"], "Ada");
  EXPECT_EQ(socket.data<int>(), 7);
  server.nsp.to("b").emit("to b");
  EXPECT_THAT(again->received(), ElementsAre(event("to b", 4)));
}

TEST_P(RecoveryTest, WhatWasSentBeforeItJoinedARoomIsNotSentAgain) {
  auto peer = join();
  server.nsp.to("late").emit("not for it");
  socket.join("late");
  server.nsp.to("late").emit("for it");
  peer->leave();
  EXPECT_THAT(come_back(""), ElementsAre(event("for it", 1)));
  EXPECT_TRUE(is_recovered());
}

TEST_P(RecoveryTest, WhatWasLostBeforeItLeftARoomIsSentAgain) {
  auto peer = join();
  socket.join("left");
  server.nsp.to("left").emit("for it");
  socket.leave("left");
  server.nsp.to("left").emit("not for it");
  peer->leave();
  EXPECT_THAT(come_back(""), ElementsAre(event("for it", 0)));
  EXPECT_TRUE(is_recovered());
}

TEST_P(RecoveryTest, WhatIsEmittedToASocketThatIsAwayReachesItWhenItIsBack) {
  auto peer = join();
  const Socket former = socket;
  peer->leave();
  EXPECT_EQ(former.emit("a"), EmitResult::queued);
  EXPECT_EQ(former.volatile_().emit("b"), EmitResult::not_connected);
  EXPECT_THAT(come_back(""), ElementsAre(event("a", 0)));
  EXPECT_EQ(former.emit("c"), EmitResult::queued);
  EXPECT_THAT(again->received(), ElementsAre(event("c", 1)));
  again->send("1");
  EXPECT_EQ(socket.emit("d"), EmitResult::not_connected) << "it has left for good";
}

TEST_P(RecoveryTest, ARoomThatItLeftAfterItHadEverythingDoesNotMatter) {
  auto peer = join();
  socket.join("a");
  server.nsp.to("a").emit("e");
  socket.leave("a");
  peer->leave();
  server.nsp.to("a").emit("not for it");
  EXPECT_THAT(come_back(offset(0)), IsEmpty());
  EXPECT_TRUE(is_recovered());
}

TEST_P(RecoveryTest, VolatileEventsAndQuestionsHaveNoOffset) {
  auto peer = join();
  server.nsp.volatile_().emit("a");
  socket.volatile_().emit("b");
  socket.emit_with_ack("c").then([](const Reply<json>&) {});
  EXPECT_THAT(peer->received(), ElementsAre(R"(42["a"])", R"(42["b"])", R"(420["c"])"));
  peer->leave();
  server.nsp.volatile_().emit("d");
  EXPECT_THAT(come_back(""), IsEmpty());
  EXPECT_TRUE(is_recovered());
}

TEST_P(RecoveryTest, AttachmentsAreSentAgain) {
  join()->leave();
  server.nsp.emit("file", Bytes{'h', 'i'});
  EXPECT_THAT(come_back(""),
              ElementsAre(R"(451-["file",{"_placeholder":true,"num":0},")" + offset(0) + R"("])",
                          "binary:hi"));
}

TEST_P(RecoveryTest, WhoSaidGoodbyeIsNew) {
  auto peer = join();
  peer->send("1");
  EXPECT_THAT(come_back(""), IsEmpty());
  EXPECT_TRUE(is_new());
  me = now;
  socket.disconnect();
  EXPECT_THAT(come_back(""), IsEmpty());
  EXPECT_TRUE(is_new());
}

TEST_P(RecoveryTest, TheEndOfTheServerForgetsEverything) {
  auto peer = join();
  socket.on_disconnect([&] { server.nsp.emit("left"); });
  Identity other;
  join(other)->leave();
  server.node.close();
  server.nsp.emit("nobody is there");
  peer->leave();
  server.loop().run();
  EXPECT_FALSE(server.loop().timers().next_deadline()) << "it would keep the server running";
}

TEST_P(RecoveryTest, AnUnknownOffsetOrIdIsNew) {
  join()->leave();
  EXPECT_THAT(come_back("a word"), IsEmpty());
  EXPECT_TRUE(is_new());
  for (const char* const auth : {R"({"pid":1})", R"({"pid":"x","offset":"y"})", R"({"offset":"y"})",
                                 R"({"pid":""})", R"(["pid"])"}) {
    CorePeer peer(server, std::string("0") + auth);
    EXPECT_FALSE(socket.recovered()) << auth;
  }
}

TEST_P(RecoveryTest, ASessionIsContinuedOnlyOnce) {
  join()->leave();
  come_back("");
  EXPECT_TRUE(is_recovered());
  again->leave();
  const auto first = std::move(again);
  come_back("");
  EXPECT_TRUE(is_recovered());
  again->send("1");
  come_back("");
  EXPECT_TRUE(is_new());
}

TEST_P(RecoveryTest, AClientThatIsBackBeforeItsOldConnectionHasEndedTakesItsPlace) {
  auto peer = join();
  std::optional<DisconnectReason> why;
  socket.on_disconnect([&](DisconnectReason reason) { why = reason; });
  server.nsp.emit("lost");
  EXPECT_THAT(come_back(""), ElementsAre(event("lost", 0)));
  EXPECT_TRUE(is_recovered());
  EXPECT_EQ(why, DisconnectReason::transport_close);
  EXPECT_TRUE(peer->is_closed());
  server.nsp.emit("a");
  EXPECT_THAT(again->received(), ElementsAre(event("a", 1)));
  peer->leave();
  EXPECT_TRUE(socket.connected()) << "the end of the old connection does not concern the new one";
}

TEST_P(RecoveryTest, WhatADisconnectHandlerSendsIsNotMissed) {
  auto peer = join();
  socket.on_disconnecting([&] { server.nsp.emit("leaving"); });
  socket.on_disconnect([&] { server.nsp.emit("left"); });
  peer->leave();
  EXPECT_THAT(come_back(""), ElementsAre(event("leaving", 0), event("left", 1)));
  EXPECT_TRUE(is_recovered());
}

TEST_P(RecoveryTest, WhatAHandlerOfOutgoingEventsSendsComesFirst) {
  auto peer = join();
  bool once = false;
  socket.on_any_outgoing([&] {
    if (!std::exchange(once, true)) socket.emit("inner");
  });
  server.nsp.emit("outer");
  EXPECT_THAT(peer->received(), ElementsAre(event("inner", 0), event("outer", 1)));
}

TEST_P(RecoveryTest, MiddlewaresAreSkipped) {
  int calls = 0;
  server.nsp.use([&](Socket&, Next next) {
    ++calls;
    next();
  });
  join()->leave();
  EXPECT_EQ(calls, 1);
  come_back("");
  EXPECT_TRUE(is_recovered());
  EXPECT_EQ(calls, 1);
}

TEST_P(RecoveryTest, ExpiresAfterItsTime) {
  join()->leave();
  server.loop().pass(milliseconds(120'000));
  server.nsp.emit("a");
  EXPECT_THAT(come_back(""), ElementsAre(event("a", 0)));
  EXPECT_TRUE(is_recovered());
  again->leave();
  server.loop().pass(milliseconds(120'001));
  EXPECT_THAT(come_back(""), IsEmpty());
  EXPECT_TRUE(is_new());
}

TEST_P(RecoveryTest, WhatWasLostOnTheWayAgainMustStillBeInTheLog) {
  join()->leave();
  server.nsp.emit("a");
  server.loop().pass(milliseconds(100'000));
  EXPECT_THAT(come_back(""), ElementsAre(event("a", 0)));
  EXPECT_TRUE(is_recovered());
  // The answer is lost with the connection.
  again->leave();
  server.loop().pass(milliseconds(119'000));
  EXPECT_THAT(come_back(""), IsEmpty()) << "it is not in the log any more";
  EXPECT_TRUE(is_new());
}

INSTANTIATE_TEST_SUITE_P(Adapters, RecoveryTest, support::every_adapter(), support::adapter_name);

/// What a middleware decides about clients that come back.
class RecoveryMiddlewareTest : public RecoveryTest {
 protected:
  static core::Options asking() {
    core::Options made = recovering();
    made.recovery->skip_middlewares = false;
    made.recovery->log_packets = 2;
    return made;
  }
  RecoveryMiddlewareTest() : RecoveryTest(asking()) {
    server.nsp.use([this](Socket& joining, Next next) {
      middleware_saw.push_back(joining.recovered());
      if (waits) {
        waiting = std::move(next);
      } else if (refuses) {
        next(MiddlewareError{"no"});
      } else {
        if (!leaves.empty()) joining.leave(leaves);
        next();
      }
    });
  }

  std::vector<bool> middleware_saw;
  bool refuses = false;
  bool waits = false;
  std::string leaves;
  std::optional<Next> waiting;
};

TEST_P(RecoveryMiddlewareTest, WhoIsRefusedGetsNothing) {
  join()->leave();
  server.nsp.emit("secret");
  refuses = true;
  CorePeer peer(server, R"(0{"pid":")" + me.pid + R"("})");
  EXPECT_THAT(peer.received(), ElementsAre(R"(44{"message":"no"})"));
  EXPECT_THAT(middleware_saw, ElementsAre(false, true));
}

TEST_P(RecoveryMiddlewareTest, WhatIsSentMeanwhileIsSentOnce) {
  join()->leave();
  server.nsp.emit("a");
  waits = true;
  CorePeer peer(server, R"(0{"pid":")" + me.pid + R"("})");
  EXPECT_THAT(peer.received(), IsEmpty());
  server.nsp.emit("b");
  (*waiting)();
  auto received = peer.received();
  EXPECT_EQ(take_identity(received), me);
  EXPECT_THAT(received, ElementsAre(event("a", 0), event("b", 1)));
  EXPECT_TRUE(socket.recovered());
}

TEST_P(RecoveryMiddlewareTest, WhatTheLogHasForgottenMeanwhileMakesItNew) {
  join()->leave();
  waits = true;
  CorePeer peer(server, R"(0{"pid":")" + me.pid + R"("})");
  for (int i = 0; i < 3; ++i) server.nsp.emit("e");
  (*waiting)();
  auto received = peer.received();
  EXPECT_NE(take_identity(received).pid, me.pid);
  EXPECT_THAT(received, IsEmpty());
  EXPECT_FALSE(socket.recovered());
}

TEST_P(RecoveryMiddlewareTest, AConnectionThatBreaksMeanwhileIsNoEnd) {
  join()->leave();
  server.nsp.emit("a");
  waits = true;
  CorePeer(server, R"(0{"pid":")" + me.pid + R"("})");
  CorePeer half_open(server, R"(0{"pid":")" + me.pid + R"("})");
  waits = false;
  EXPECT_THAT(come_back(""), ElementsAre(event("a", 0)));
  EXPECT_TRUE(is_recovered());
  EXPECT_TRUE(half_open.is_closed());
}

TEST_P(RecoveryMiddlewareTest, MayTakeItOutOfARoom) {
  auto peer = join();
  socket.join({"a", "b"});
  peer->leave();
  server.nsp.to("a").emit("a");
  server.nsp.to("b").emit("b");
  leaves = "a";
  EXPECT_THAT(come_back(""), ElementsAre(event("b", 1)));
}

INSTANTIATE_TEST_SUITE_P(Adapters, RecoveryMiddlewareTest, support::every_adapter(),
                         support::adapter_name);

/// Each limit, at the limit and one past it.
class RecoveryLimitsTest : public RecoveryTest {
 protected:
  static core::Options small() {
    core::Options made = recovering();
    made.recovery->log_packets = 3;
    made.recovery->sessions = 2;
    return made;
  }
  RecoveryLimitsTest() : RecoveryTest(small()) {}
};

TEST_P(RecoveryLimitsTest, TheLog) {
  join()->leave();
  for (int i = 0; i < 3; ++i) server.nsp.emit("e");
  EXPECT_THAT(come_back(""), testing::SizeIs(3));
  EXPECT_TRUE(is_recovered());
  again->leave();
  server.nsp.emit("e");
  EXPECT_THAT(come_back(""), IsEmpty());
  EXPECT_TRUE(is_new());
}

TEST_P(RecoveryLimitsTest, WhatWasForOthersMayHaveBeenForgotten) {
  auto peer = join();
  server.nsp.emit("a");
  for (int i = 0; i < 10; ++i) server.nsp.to("elsewhere").emit("e");
  peer->leave();
  EXPECT_THAT(come_back(offset(0)), IsEmpty());
  EXPECT_TRUE(is_recovered());
  again->leave();
  server.nsp.emit("b");
  EXPECT_THAT(come_back(offset(0)), ElementsAre(event("b", 11)));
  EXPECT_TRUE(is_recovered());
}

TEST_P(RecoveryLimitsTest, TheSessions) {
  join()->leave();
  Identity others;
  join(others)->leave();
  come_back("");
  EXPECT_TRUE(is_recovered());
  again->leave();
  join(others)->leave();
  EXPECT_THAT(come_back(""), IsEmpty()) << "others came after it";
  EXPECT_TRUE(is_recovered());
  again->leave();
  for (int i = 0; i < 2; ++i) join(others)->leave();
  come_back("");
  EXPECT_TRUE(is_new());
}

INSTANTIATE_TEST_SUITE_P(Adapters, RecoveryLimitsTest, support::every_adapter(),
                         support::adapter_name);

class ReplayLimitTest : public RecoveryTest {
 protected:
  static core::Options small() {
    // The text, its offset, and the header of its frame.
    const std::size_t event_bytes = std::string(R"(["e","1700000000000-0"])").size() + 12;
    core::Options made = recovering();
    made.recovery->replay_bytes = 2 * event_bytes;
    return made;
  }
  ReplayLimitTest() : RecoveryTest(small()) {}
};

TEST_P(ReplayLimitTest, BeyondItNothingIsSentAgain) {
  join()->leave();
  for (int i = 0; i < 2; ++i) server.nsp.emit("e");
  EXPECT_THAT(come_back(""), testing::SizeIs(2));
  EXPECT_TRUE(is_recovered());
  again->leave();
  server.nsp.emit("e");
  EXPECT_THAT(come_back(""), IsEmpty());
  EXPECT_NE(now.pid, me.pid);
  EXPECT_FALSE(socket.recovered());
}

INSTANTIATE_TEST_SUITE_P(Adapters, ReplayLimitTest, support::every_adapter(),
                         support::adapter_name);

}  // namespace
}  // namespace socketio
