// SPDX-License-Identifier: MIT
// server_side_emit where there is no other server, its handlers, and what it refuses. That it reaches
// other servers is in cluster_adapter_test.
#include "support/cluster_town.hpp"
#include "support/core_peer.hpp"

#include <socketio/log.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace socketio {
namespace {

using std::chrono::milliseconds;
using support::ClusterTown;
using support::CoreServer;
using support::MemoryNetwork;
using support::TownNode;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(ServerSideEmit, WithoutOtherServersNobodyAnswersAndTheLogSaysSoOnce) {
  CoreServer server;
  int warnings = 0;
  log::set_sink([&](const log::Record&) { ++warnings; }, "core:warning");
  server.nsp.on_server_side_emit("hello", [] { return 1; });
  server.nsp.server_side_emit("hello", 1);
  std::optional<Replies<int>> replies;
  server.nsp.server_side_emit_with_ack<int>("hello").then(
      [&](Replies<int> all) { replies = std::move(all); });
  ASSERT_TRUE(replies);
  EXPECT_TRUE(replies->has_value());
  EXPECT_THAT(replies->values(), IsEmpty());
  EXPECT_EQ(warnings, 1);
  log::set_sink({});
}

TEST(ServerSideEmit, NamesOfTheServersOwnEventsAreReserved) {
  CoreServer server;
  for (const char* const name : {"connect", "connection", "new_namespace"}) {
    EXPECT_THROW(server.nsp.server_side_emit(name), std::invalid_argument);
    EXPECT_THROW(static_cast<void>(server.nsp.server_side_emit_with_ack(name)),
                 std::invalid_argument);
  }
  // As in JavaScript, those that are reserved for sockets are not.
  EXPECT_NO_THROW(server.nsp.server_side_emit("disconnect"));
}

TEST(ServerSideEmit, TheNamespaceOfNoSocketReachesNobody) {
  const Namespace nobodys = Socket().nsp();
  nobodys.server_side_emit("hello");
  bool is_done = false;
  nobodys.server_side_emit_with_ack("hello").then([&] { is_done = true; });
  EXPECT_TRUE(is_done);
}

class ServerSideHandlersTest : public testing::Test {
 protected:
  ServerSideHandlersTest() { town.settle(); }

  ClusterTown town;
  const std::shared_ptr<MemoryNetwork> bus = town.network(MemoryNetwork::Kind::counted);
  TownNode& a = town.add("a", {{bus}});
  TownNode& b = town.add("b", {{bus}});
};

TEST_F(ServerSideHandlersTest, WhatAHandlerThrowsReachesTheErrorHookAndIsNoAnswer) {
  b.io().on_server_side_emit("hello", []() -> int { throw std::runtime_error("no"); });
  b.io().on_server_side_emit("typed", [](int) { return 1; });
  int completed = 0;
  a.io().server_side_emit_with_ack("hello").then([&] { ++completed; });
  a.io().server_side_emit_with_ack("typed", "text").then([&] { ++completed; });
  town.settle();
  EXPECT_EQ(completed, 2);
  EXPECT_THAT(b.server->errors, ElementsAre("hello: no", testing::HasSubstr("typed: argument 0")));
}

TEST_F(ServerSideHandlersTest, HandlersMayBeTakenOff) {
  int seen = 0;
  const HandlerId first = b.io().on_server_side_emit("hello", [&] { ++seen; });
  b.io().on_server_side_emit("hello", [&] { seen += 10; });
  b.io().off_server_side_emit("hello", first);
  a.io().server_side_emit("hello");
  town.settle();
  EXPECT_EQ(seen, 10);
  b.io().off_server_side_emit("hello");
  a.io().server_side_emit("hello");
  town.settle();
  EXPECT_EQ(seen, 10);
}

TEST_F(ServerSideHandlersTest, OtherThreadsMayEmitAndAnswer) {
  std::optional<Ack<std::string>> answer;
  b.io().on_server_side_emit("hello", [&](Ack<std::string> ack) { answer = std::move(ack); });
  std::optional<Replies<std::string>> replies;
  std::thread([&] {
    a.io().server_side_emit("hello");
    a.io().server_side_emit_with_ack<std::string>("hello").then(
        [&](Replies<std::string> all) { replies = std::move(all); });
  }).join();
  town.settle();
  ASSERT_TRUE(answer && *answer);
  std::thread([&] {
    (*answer)("yes");
    answer.reset();
  }).join();
  town.settle();
  ASSERT_TRUE(replies);
  EXPECT_THAT(**replies, ElementsAre("yes"));
}

TEST_F(ServerSideHandlersTest, AnAckThatIsDroppedOnAnotherThreadIsNoAnswer) {
  std::optional<Ack<std::string>> answer;
  b.io().on_server_side_emit("hello", [&](Ack<std::string> ack) { answer = std::move(ack); });
  bool is_done = false;
  a.io().server_side_emit_with_ack("hello").then([&] { is_done = true; });
  town.settle();
  EXPECT_FALSE(is_done);
  std::thread([&] { answer.reset(); }).join();
  town.settle();
  EXPECT_TRUE(is_done);
}

TEST_F(ServerSideHandlersTest, WhatIsNoEventHasNoHandler) {
  const auto emitter = bus->make_bus("x");
  for (const char* const text : {"", "{}", "[", "[]", "[7]", "[null]"}) {
    emitter->publish(std::make_shared<const cluster::Message>(
        cluster::Message{"x", "/", cluster::ServerSideEmit{{text, {}}, "request"}}));
  }
  town.settle();
  EXPECT_THAT(b.server->errors, IsEmpty());
}

}  // namespace
}  // namespace socketio
