// SPDX-License-Identifier: MIT
// A client's socket in virtual time: buffers, acknowledgements, joining, and refusals.
#include "support/client_town.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace socketio::support {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

/// A server that logs what it receives, and a client with one socket.
class ClientSocketTest : public testing::Test {
 protected:
  explicit ClientSocketTest(const core::ManagerOptions& options = steady(),
                            const NetworkProfile& profile = {})
      : town(
            1, [this](SimulatedServer& server) { set_up(server); }, options, {}, profile) {}

  void set_up(SimulatedServer& server) {
    Namespace nsp = server.of();
    nsp.on("say", [this](Socket&, std::string text) { heard.push_back(std::move(text)); });
    nsp.on("bytes", [this](Socket&, Bytes bytes) {
      heard.push_back(std::to_string(bytes.size()) + " bytes");
    });
    nsp.on("add", [](Socket&, int a, int b) { return a + b; });
    nsp.on("silence", [](Socket&, Ack<int>) {});
    nsp.on("later", [this](Socket&, Ack<int> done) { owed.push_back(done); });
    nsp.on("leave", [](Socket& leaving) { leaving.disconnect(); });
    nsp.on_connection([this](Socket joined) { server_socket = joined; });
  }
  void connect() { ASSERT_TRUE(town.run_until_connected(socket)); }
  void note(std::string what, Pending<Reply<int>> pending) {
    pending.then([this, what](Reply<int> reply) {
      answers.push_back(what + ": " + (reply ? std::to_string(*reply) : reply.error().message()));
    });
  }
  void settle() { town.loop.run_for(milliseconds(100)); }

  std::vector<std::string> heard;
  std::vector<std::string> answers;
  std::vector<Ack<int>> owed;
  Socket server_socket;
  ClientTown town;
  ClientSocket socket = town.socket();
};

TEST_F(ClientSocketTest, WhatIsEmittedBeforeItConnectsLeavesInOrderBeforeItSaysSo) {
  std::vector<std::string> order;
  socket.on_connect([&] {
    socket.emit("say", "in connect");
    order.push_back("connect");
  });
  socket.on_any_outgoing([&](std::string_view event, const json& arguments) {
    order.push_back(std::string(event) + arguments.dump());
  });
  EXPECT_EQ(socket.emit("say", "first"), EmitResult::queued);
  EXPECT_EQ(socket.emit("bytes", Bytes(3)), EmitResult::queued);
  EXPECT_EQ(socket.emit("say", "last"), EmitResult::queued);
  EXPECT_EQ(socket.volatile_().emit("say", "never"), EmitResult::dropped);
  connect();
  settle();
  EXPECT_THAT(heard, ElementsAre("first", "3 bytes", "last", "in connect"));
  ASSERT_EQ(order.size(), 5U);
  EXPECT_EQ(order[0], R"(say["first"])");
  EXPECT_EQ(order[3], R"(say["in connect"])");
  EXPECT_EQ(order[4], "connect");
}

TEST_F(ClientSocketTest, AnEventOnABrokenConnectionIsKeptForTheNext) {
  connect();
  town.stop_server();
  settle();
  socket.emit("say", "kept");
  note("add", socket.emit_with_ack<int>("add", 1, 2));
  town.start_server();
  connect();
  settle();
  EXPECT_THAT(heard, ElementsAre("kept"));
  EXPECT_THAT(answers, ElementsAre("add: 3"));
}

TEST_F(ClientSocketTest, AcknowledgementsComeOnce) {
  connect();
  note("add", socket.emit_with_ack<int>("add", 20, 22));
  note("bad", socket.emit_with_ack<int>("add", "x"));
  note("late", socket.timeout(milliseconds(50)).emit_with_ack<int>("later"));
  note("unanswered", socket.emit_with_ack<int>("later"));
  settle();
  EXPECT_THAT(answers, ElementsAre("add: 42", "late: operation has timed out"));
  ASSERT_EQ(owed.size(), 2U);
  owed[0](1);
  owed[1](2);
  owed[1](3);
  settle();
  EXPECT_THAT(answers, ElementsAre("add: 42", "late: operation has timed out", "unanswered: 2"));
}

TEST_F(ClientSocketTest, TheServerMayAskToo) {
  connect();
  socket.on("question", [](int a, int b) { return a * b; });
  socket.on("slow", [this](Ack<int> done) { owed.push_back(done); });
  std::vector<int> replies;
  const auto take = [&](Reply<int> reply) { replies.push_back(reply ? *reply : -1); };
  server_socket.emit_with_ack<int>("question", 6, 7).then(take);
  server_socket.emit_with_ack<int>("slow").then(take);
  settle();
  EXPECT_THAT(replies, ElementsAre(42));
  ASSERT_EQ(owed.size(), 1U);
  owed[0](5);
  settle();
  EXPECT_THAT(replies, ElementsAre(42, 5));
}

TEST_F(ClientSocketTest, AnAcknowledgementOfAnOldConnectionAnswersNothingOnTheNext) {
  connect();
  socket.on("slow", [this](Ack<int> done) { owed.push_back(done); });
  std::vector<int> replies;
  const auto take = [&](Reply<int> reply) { replies.push_back(reply ? *reply : -1); };
  server_socket.emit_with_ack<int>("slow").then(take);
  settle();
  town.cut();
  settle();
  connect();
  server_socket.emit_with_ack<int>("slow").then(take);
  settle();
  ASSERT_EQ(owed.size(), 2U);
  owed[0](1);
  settle();
  EXPECT_THAT(replies, ElementsAre(-1));
  owed[1](2);
  settle();
  EXPECT_THAT(replies, ElementsAre(-1, 2));
}

TEST_F(ClientSocketTest, AcknowledgementsFailWithTheConnectionUnlessTheirEventStillWaits) {
  connect();
  note("sent", socket.emit_with_ack<int>("silence"));
  settle();
  town.cut();
  settle();
  EXPECT_THAT(answers, ElementsAre("sent: socket has been disconnected"));
  note("kept", socket.emit_with_ack<int>("add", 1, 1));
  town.stop_server();
  town.loop.run_for(seconds(20));
  EXPECT_EQ(answers.size(), 1U);
  town.start_server();
  connect();
  settle();
  EXPECT_EQ(answers.back(), "kept: 2");
}

TEST_F(ClientSocketTest, WhatIsAskedWhileTheConnectionEndsWaitsForTheNext) {
  connect();
  socket.on_disconnect([this] { note("kept", socket.emit_with_ack<int>("add", 1, 2)); });
  town.cut();
  settle();
  EXPECT_THAT(answers, IsEmpty());
  connect();
  settle();
  EXPECT_THAT(answers, ElementsAre("kept: 3"));
}

TEST_F(ClientSocketTest, AnEventThatTimedOutWhileItWaitedIsNotSent) {
  town.connector.mode = SimulatedConnector::Mode::refuse;
  note("say", socket.timeout(milliseconds(200)).emit_with_ack<int>("say", "too late"));
  socket.emit("say", "in time");
  town.loop.run_for(milliseconds(300));
  EXPECT_THAT(answers, ElementsAre("say: operation has timed out"));
  town.connector.mode = SimulatedConnector::Mode::answer;
  connect();
  settle();
  EXPECT_THAT(heard, ElementsAre("in time"));
}

TEST_F(ClientSocketTest, EveryAnswerComesWhenTheClientEnds) {
  connect();
  note("sent", socket.emit_with_ack<int>("silence"));
  settle();
  town.cut();
  settle();
  note("kept", socket.emit_with_ack<int>("add", 1, 1));
  settle();
  note("posted", socket.emit_with_ack<int>("add", 1, 1));
  town.end_client();
  settle();
  EXPECT_THAT(answers, testing::UnorderedElementsAre("sent: socket has been disconnected",
                                                     "kept: socket has been disconnected",
                                                     "posted: socket has been disconnected"));
  note("afterwards", socket.emit_with_ack<int>("add", 1, 1));
  EXPECT_EQ(answers.back(), "afterwards: socket has been disconnected");
  EXPECT_EQ(socket.emit("say", "afterwards"), EmitResult::not_connected);
  EXPECT_FALSE(socket.connected());
  EXPECT_EQ(socket.id(), "");
  socket.connect();
  socket.disconnect();
  EXPECT_EQ(socket.on("event", [] {}), 0U);
}

TEST_F(ClientSocketTest, ReservedNamesAreRefused) {
  for (const char* const name : {"connect", "connect_error", "disconnect", "disconnecting",
                                 "newListener", "removeListener"}) {
    EXPECT_THROW(socket.emit(name), std::invalid_argument) << name;
    EXPECT_THROW((void)socket.emit_with_ack(name, 1), std::invalid_argument) << name;
  }
  EXPECT_EQ(socket.emit("connect\"", 1), EmitResult::queued);
}

TEST_F(ClientSocketTest, VolatileEventsNeedAConnectionThatCanSend) {
  socket.volatile_().emit("say", "not yet");
  settle();
  connect();
  socket.volatile_().emit("say", "now");
  settle();
  EXPECT_THAT(heard, ElementsAre("now"));
  EmitResult first = EmitResult::dropped;
  EmitResult second = EmitResult::sent;
  socket.on("go", [&] {
    first = socket.emit("bytes", Bytes(100'000));
    second = socket.volatile_().emit("say", "in its way");
  });
  server_socket.emit("go");
  settle();
  EXPECT_EQ(first, EmitResult::sent);
  EXPECT_EQ(second, EmitResult::dropped);
  EXPECT_THAT(heard, ElementsAre("now", "100000 bytes"));
}

TEST_F(ClientSocketTest, TheServerThrowsItOut) {
  town.watch(socket);
  connect();
  town.log.clear();
  socket.emit("leave");
  town.loop.run_for(seconds(60));
  EXPECT_THAT(town.log, ElementsAre("close forced close", "disconnect io server disconnect"));
  EXPECT_FALSE(socket.active()) << "the server wants it so: no reconnection";
  socket.connect();
  EXPECT_TRUE(town.run_until_connected(socket));
}

TEST_F(ClientSocketTest, HandlersComeAndGo) {
  connect();
  std::vector<std::string> order;
  socket.on_any([&](std::string_view event, const json& arguments) {
    order.push_back("any " + std::string(event) + arguments.dump());
  });
  socket.prepend_any([&](std::string_view, const json&) { order.push_back("before any"); });
  const HandlerId always = socket.on("news", [&](int n) { order.push_back(std::to_string(n)); });
  socket.once("news", [&](ClientSocket& self) { order.push_back("once " + self.nsp()); });
  server_socket.emit("news", 1);
  server_socket.emit("news", 2);
  settle();
  EXPECT_THAT(order, ElementsAre("before any", "any news[1]", "1", "once /", "before any",
                                 "any news[2]", "2"));
  order.clear();
  socket.off("news", always);
  socket.off_any();
  const HandlerId connected = socket.on_connect([&] { order.push_back("connect"); });
  const HandlerId ended = socket.on_disconnect([&] { order.push_back("disconnect"); });
  socket.off_lifecycle(connected);
  server_socket.emit("news", 3);
  town.cut();
  settle();
  connect();
  EXPECT_THAT(order, ElementsAre("disconnect"));
  socket.off_lifecycle(ended);
  town.cut();
  settle();
  EXPECT_THAT(order, ElementsAre("disconnect"));
}

TEST_F(ClientSocketTest, WhatGoesWrongInHandlersIsReported) {
  town.watch(socket);
  connect();
  town.log.clear();
  socket.on("number", [](int) {});
  socket.on("thrower", [] { throw std::runtime_error("no good"); });
  server_socket.emit("number", "text");
  server_socket.emit("thrower");
  socket.emit_with_ack<int>("add", 1, 1).then([](Reply<int>) {
    throw std::runtime_error("nor this");
  });
  settle();
  EXPECT_THAT(town.log,
              ElementsAre("error number: argument 0 is missing or has another type than the "
                          "handler's",
                          "error thrower: no good", "error acknowledgement: nor this"));
  EXPECT_TRUE(socket.connected());
}

TEST_F(ClientSocketTest, WhatHandlersOfTheConnectionThrowIsReportedToo) {
  town.watch(socket);
  town.manager->change_events(
      [](auto& events) { events.open.add([] { throw std::runtime_error("not now"); }); });
  connect();
  EXPECT_THAT(town.log, ElementsAre("open", "error connection: not now", "connect"));
}

// An application that keeps emitting while it is offline.
TEST_F(ClientSocketTest, TheOfflineBufferHasItsLimit) {
  auto options = steady();
  options.offline_buffer_bytes = 10'000;
  ClientTown small(1, {}, options);
  small.connector.mode = SimulatedConnector::Mode::refuse;
  const ClientSocket sender = small.socket();
  const std::string text(1'000, 'x');
  const auto fill = [&] {
    EmitResult result = EmitResult::queued;
    std::size_t count = 0;
    for (; result == EmitResult::queued && count < 100; ++count) result = sender.emit("say", text);
    EXPECT_EQ(result, EmitResult::dropped);
    return count;
  };
  EXPECT_EQ(fill(), 9U) << "before the loop has seen any";
  small.loop.run_for(milliseconds(10));
  EXPECT_EQ(fill(), 1U) << "they wait on the loop now";
  EXPECT_EQ(sender.emit_with_ack("say", text).future().get().error(),
            make_error_code(Errc::dropped));
  small.connector.mode = SimulatedConnector::Mode::answer;
  EXPECT_TRUE(small.run_until_connected(sender));
  EXPECT_EQ(sender.emit("say", text), EmitResult::sent);
}

TEST_F(ClientSocketTest, PendingAcknowledgementsHaveTheirLimit) {
  auto options = steady();
  options.pending_acks = 3;
  ClientTown small(
      1, [this](SimulatedServer& server) { set_up(server); }, options);
  const ClientSocket asker = small.socket();
  ASSERT_TRUE(small.run_until_connected(asker));
  for (int i = 0; i < 4; ++i) note(std::to_string(i), asker.emit_with_ack<int>("later"));
  small.loop.run_for(milliseconds(10));
  EXPECT_THAT(answers, ElementsAre("3: too many acknowledgements are pending"));
  for (const auto& done : owed) done(0);
  small.loop.run_for(milliseconds(10));
  EXPECT_EQ(answers.size(), 4U);
}

/// A server that has stopped reading, and a client whose out-buffer has been filled from outside
/// the loop, as by another thread.
class SlowServerTest : public ClientSocketTest {
 protected:
  SlowServerTest() : ClientSocketTest(options(), {milliseconds(0), milliseconds(0), 0, 4'096}) {}
  void SetUp() override {
    connect();
    reader = town.server->last_server_end();
    reader->pause_reading();
    EmitResult result = EmitResult::sent;
    for (int i = 0; i < 200 && result != EmitResult::dropped; ++i) result = emit_in_a_turn();
    ASSERT_EQ(result, EmitResult::dropped);
    heard.clear();
    reader->resume_reading();
  }
  EmitResult emit_in_a_turn() {
    const EmitResult result = socket.emit("bytes", Bytes(10'000));
    town.loop.run_for(milliseconds(1));
    return result;
  }
  static core::ManagerOptions options() {
    auto options = steady();
    options.out_buffer_bytes = 100'000;
    return options;
  }

  std::shared_ptr<SimulatedStream> reader;
};

TEST_F(SlowServerTest, WhatWaitsForItIsBounded) {
  town.loop.run_for(seconds(1));
  EXPECT_GE(heard.size(), 9U);
  EXPECT_LE(heard.size(), 11U) << "the rest was dropped whole";
  EXPECT_TRUE(socket.connected());
  EXPECT_EQ(emit_in_a_turn(), EmitResult::sent) << "there is room again";
}

TEST_F(SlowServerTest, RoomThatCameBackIsSeenBeforeAllOfItHas) {
  ASSERT_TRUE(town.run_until([&] { return heard.size() == 3; }));
  reader->pause_reading();
  emit_in_a_turn();
  EXPECT_EQ(emit_in_a_turn(), EmitResult::sent);
  EXPECT_EQ(heard.size(), 3U) << "most of it still waits";
}

// In JavaScript, zero retries mean that the feature is off.
TEST_F(ClientSocketTest, NoRetriesAreNoQueue) {
  ClientTown plain(
      1, [this](SimulatedServer& server) { set_up(server); }, steady());
  const ClientSocket sender = plain.socket("/", {.retries = 0});
  ASSERT_TRUE(plain.run_until_connected(sender));
  sender.emit("nobody answers", 1);
  sender.emit("bytes", Bytes(1));
  plain.loop.run_for(milliseconds(10));
  EXPECT_EQ(heard.size(), 1U);
}

TEST_F(ClientSocketTest, AnEventLargerThanTheOutBufferGoesAlone) {
  auto options = steady();
  options.out_buffer_bytes = 1'000;
  ClientTown narrow(
      1, [this](SimulatedServer& server) { set_up(server); }, options);
  const ClientSocket sender = narrow.socket();
  ASSERT_TRUE(narrow.run_until_connected(sender));
  EXPECT_EQ(sender.emit("bytes", Bytes(10'000)), EmitResult::sent);
  EXPECT_EQ(sender.emit("bytes", Bytes(10'000)), EmitResult::dropped) << "not behind another";
  narrow.loop.run_for(milliseconds(10));
  EXPECT_EQ(heard.size(), 1U);
}

TEST_F(ClientSocketTest, EveryHookMayBeACoroutine) {
  std::vector<std::string> log;
  Pending<int> step;
  socket.on_connect([&]() -> Task<> {
    log.push_back("connect");
    co_await step;
    log.push_back("connect ended");
  });
  socket.on_any_outgoing([&](std::string_view event, const json&) -> Task<> {
    log.push_back("outgoing " + std::string(event));
    co_return;
  });
  socket.on_any([&](std::string_view event, const json& arguments) -> Task<> {
    log.push_back(std::string(event) + arguments.dump());
    co_return;
  });
  socket.prepend_any([&](std::string_view, const json&) -> Task<> {
    log.push_back("first");
    co_return;
  });
  socket.on_disconnect([&](DisconnectReason why) -> Task<> {
    log.push_back(std::string(to_string(why)));
    co_return;
  });
  socket.on_connect_error([&](const ConnectionError&) -> Task<> {
    log.push_back("connect error");
    co_return;
  });
  connect();
  step.complete(1);
  server_socket.emit("in", 1);
  settle();
  socket.emit("out");
  town.stop_server();
  ASSERT_TRUE(town.run_until([&] { return log.size() > 6; }));
  EXPECT_THAT(log, ElementsAre("connect", "connect ended", "first", "in[1]", "outgoing out",
                               "transport close", "connect error"));
}

TEST_F(ClientSocketTest, WhatACoroutineThrowsReachesTheErrorHook) {
  std::vector<std::string> errors;
  const auto thrower = []() -> Task<> {
    throw std::runtime_error("thrown");
    co_return;
  };
  socket.on_handler_error(
      [&](const HandlerError& error) { errors.push_back(error.event + ": " + error.message); });
  socket.on_connect(thrower);
  socket.on_any(thrower);
  socket.on_disconnect(thrower);
  connect();
  server_socket.emit("in", 1);
  settle();
  socket.disconnect();
  settle();
  EXPECT_THAT(errors, ElementsAre("connect: thrown", "in: thrown", "disconnect: thrown"));
}

TEST_F(ClientSocketTest, WhatACoroutineThrowsElsewhereIsToldWhereTheClientRuns) {
  std::vector<std::string> errors;
  Pending<int> step;
  const auto fails_late = [&]() -> Task<> {
    co_await step;
    throw std::runtime_error("thrown");
  };
  socket.on_handler_error([&](const HandlerError& error) { errors.push_back(error.event); });
  const auto fail_elsewhere = [&] {
    step.complete(1);
    EXPECT_THAT(errors, IsEmpty()) << "not inside the client";
    settle();
    step = {};
    return std::exchange(errors, {});
  };
  socket.on("event", fails_late);
  connect();
  server_socket.emit("event");
  settle();
  EXPECT_THAT(fail_elsewhere(), ElementsAre("event"));
  socket.on_disconnect(fails_late);
  socket.disconnect();
  settle();
  EXPECT_THAT(fail_elsewhere(), ElementsAre("disconnect"));
}

}  // namespace
}  // namespace socketio::support
