// SPDX-License-Identifier: MIT
// What a server counts: events of each namespace, packets, and how long answers take.
#include "core/server/counters.hpp"

#include "support/core_peer.hpp"
#include "support/every_adapter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

namespace socketio {
namespace {

using namespace std::chrono_literals;
using core::NamespaceCounters;
using support::CorePeer;
using support::CoreServer;
using testing::ElementsAre;

class Counted : public support::EveryAdapterTest {
 protected:
  static core::Options counting() {
    core::Options made = options();
    made.metrics = true;
    made.namespaces_in_metrics = 3;
    return made;
  }
  /// Of an event with that name and no arguments.
  static std::size_t bytes_of(std::string_view event) { return event.size() + 5; }
  const NamespaceCounters& of(const std::string& name) {
    return server_.node.counters().named.at(name);
  }
  const NamespaceCounters& others() { return server_.node.counters().others; }
  std::vector<std::string> names() {
    std::vector<std::string> known;
    for (const auto& [name, counters] : server_.node.counters().named) known.push_back(name);
    return known;
  }
  static std::uint64_t sent(const NamespaceCounters& counters) {
    return counters.emitted[EmitResult::sent] + counters.emitted[EmitResult::queued];
  }
  std::uint64_t answers() {
    const auto& counts = server_.node.counters().ack_latency.counts;
    return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
  }

  CoreServer server_{counting()};
};

INSTANTIATE_TEST_SUITE_P(Adapters, Counted, support::every_adapter(), support::adapter_name);

TEST_P(Counted, SocketsAreThoseThatAreConnected) {
  EXPECT_EQ(of("/").sockets, 0U);
  {
    CorePeer first(server_);
    CorePeer second(server_);
    EXPECT_EQ(of("/").sockets, 2U);
    first.send("1");
    EXPECT_EQ(of("/").sockets, 1U);
    first.send("0");
    EXPECT_EQ(of("/").sockets, 2U);
  }
  EXPECT_EQ(of("/").sockets, 0U);
  EXPECT_EQ(of("/").connected, 3U);
}

TEST_P(Counted, ASocketThatIsRefusedNeverCounts) {
  server_.nsp.use([](Socket&, const Next& next) { next(MiddlewareError{"no"}); });
  CorePeer peer(server_);
  EXPECT_EQ(of("/").sockets, 0U);
  EXPECT_EQ(of("/").connected, 0U);
}

TEST_P(Counted, EventsReceivedAreThoseOfTheirNamespace) {
  Namespace other(server_.node.of("/b"));
  CorePeer peer(server_);
  peer.send("0/b,");
  for (int i = 0; i < 3; ++i) peer.send(R"(2["x"])");
  peer.send(R"(2/b,["nobody listens"])");
  peer.send(R"(3999[])");
  EXPECT_EQ(of("/").received, 3U);
  EXPECT_EQ(of("/b").received, 1U);
}

TEST_P(Counted, ABroadcastCountsOnceForEachReceiver) {
  CorePeer first(server_);
  CorePeer second(server_);
  CorePeer third(server_);
  const auto sockets = server_.nsp.sockets();
  sockets.front().emit("one");
  server_.nsp.emit("all");
  server_.nsp.emit("all");
  server_.nsp.except(sockets.front().id()).emit("others");
  server_.nsp.volatile_().emit("volatile");
  server_.loop().run();
  EXPECT_EQ(sent(of("/")), 1U + 2 * 3 + 2 + 3);
}

TEST_P(Counted, EventsThatASlowClientMissesAreDropped) {
  CorePeer slow(server_);
  CorePeer quick(server_);
  slow.become_busy();
  for (const Socket& socket : server_.nsp.sockets()) socket.volatile_().emit("x");
  server_.nsp.volatile_().emit("x");
  server_.loop().run();
  EXPECT_EQ(sent(of("/")), 2U);
  EXPECT_EQ(of("/").emitted[EmitResult::dropped], 2U);
}

TEST_P(Counted, NamespacesBeyondTheLimitShareTheirCounters) {
  server_.node.of_pattern([](std::string_view) { return true; });
  CorePeer peer(server_);
  for (const char* name : {"/1", "/2", "/3", "/4"}) peer.send("0" + std::string(name) + ",");
  EXPECT_THAT(names(), ElementsAre("/", "/1", "/2"));
  EXPECT_EQ(of("/2").sockets, 1U);
  EXPECT_EQ(others().sockets, 2U);
  peer.send(R"(2/3,["x"])");
  peer.send(R"(2/4,["x"])");
  EXPECT_EQ(others().received, 2U);
  EXPECT_EQ(of("/2").received, 0U);
}

TEST_P(Counted, WhatANamespaceHasCountedStaysWhenItEnds) {
  core::Options cleaning = counting();
  cleaning.cleanup_empty_child_namespaces = true;
  CoreServer server(cleaning);
  server.node.of_pattern([](std::string_view) { return true; });
  CorePeer peer(server);
  const std::size_t before = server.node.namespace_count();
  for (int round = 0; round < 2; ++round) {
    peer.send("0/1,");
    peer.send(R"(2/1,["x"])");
    peer.send("1/1,");
    EXPECT_EQ(server.node.namespace_count(), before);
  }
  const NamespaceCounters& counters = server.node.counters().named.at("/1");
  EXPECT_EQ(counters.received, 2U);
  EXPECT_EQ(counters.connected, 2U);
  EXPECT_EQ(counters.sockets, 0U);
}

TEST_P(Counted, AnAnswerCountsWithItsTime) {
  server_.nsp.on_connection([](const Socket& socket) {
    socket.emit_with_ack<json>("question").then([](const Reply<json>&) {});
  });
  CorePeer peer(server_, "0");
  server_.loop().pass(30ms);
  EXPECT_EQ(answers(), 0U);
  peer.send("30[1]");
  const DurationHistogram& latency = server_.node.counters().ack_latency;
  EXPECT_EQ(answers(), 1U);
  EXPECT_NEAR(latency.sum_seconds, 0.030, 0.001);
}

TEST_P(Counted, AQuestionWithoutAnAnswerHasNoTime) {
  CorePeer peer(server_);
  const Socket socket = server_.nsp.sockets().front();
  int failed = 0;
  const auto count = [&](const Reply<json>& reply) { failed += reply ? 0 : 1; };
  socket.timeout(10ms).emit_with_ack<json>("question").then(count);
  socket.emit_with_ack<json>("question").then(count);
  server_.loop().pass(20ms);
  peer.leave();
  EXPECT_EQ(failed, 2);
  EXPECT_EQ(answers(), 0U);
}

TEST_P(Counted, PacketsAndTheirDataAreCounted) {
  CorePeer first(server_);
  CorePeer second(server_);
  engine::Counters& counters = server_.counters();
  const auto before = counters;
  first.deliver(R"(2["question"])");
  EXPECT_EQ(counters.received.packets - before.received.packets, 1U);
  EXPECT_EQ(counters.received.bytes - before.received.bytes, bytes_of("question"));
  server_.nsp.sockets().front().emit("answer");
  EXPECT_EQ(counters.sent.packets - before.sent.packets, 1U);
  EXPECT_EQ(counters.sent.bytes - before.sent.bytes, bytes_of("answer"));
  server_.nsp.emit("all");
  server_.nsp.emit("also");
  server_.loop().run();
  EXPECT_EQ(counters.sent.packets - before.sent.packets, 1U + 4);
  EXPECT_EQ(counters.sent.bytes - before.sent.bytes,
            bytes_of("answer") + 2 * (bytes_of("all") + bytes_of("also")));
}

TEST_P(Counted, AnAttachmentIsAPacket) {
  CorePeer peer(server_);
  engine::Counters& counters = server_.counters();
  const auto before = counters.sent.packets;
  server_.nsp.emit("x", Bytes(4));
  server_.loop().run();
  EXPECT_EQ(counters.sent.packets - before, 2U);
}

TEST_P(Counted, AnObserverSeesWhatIsCounted) {
  std::vector<std::string> seen;
  server_.nsp.on_connection([&](const Socket& socket) {
    socket.conn().on_packet(
        [&](const engine::PacketView& packet) { seen.emplace_back(packet.data); });
  });
  CorePeer peer(server_);
  const auto before = server_.counters().received.packets;
  peer.deliver(R"(2["x"])");
  EXPECT_THAT(seen, ElementsAre(R"(2["x"])"));
  EXPECT_EQ(server_.counters().received.packets - before, 1U);
}

TEST_P(Counted, WithoutMetricsPacketsAndTimesAreNot) {
  core::Options quiet = counting();
  quiet.metrics = false;
  CoreServer server(quiet);
  server.nsp.on_connection([](const Socket& socket) {
    socket.conn().on_packet([](const engine::PacketView&) {});
    socket.emit_with_ack<json>("question").then([](const Reply<json>&) {});
  });
  CorePeer peer(server, "0");
  peer.send("30[1]");
  peer.deliver(R"(2["x"])");
  EXPECT_EQ(server.counters().received.packets, 0U);
  EXPECT_EQ(server.counters().sent.packets, 0U);
  EXPECT_EQ(server.node.counters().ack_latency.sum_seconds, 0);
  EXPECT_EQ(server.node.counters().named.at("/").received, 1U);
}

TEST_P(Counted, SessionsCountUntilTheyEnd) {
  engine::Counters& counters = server_.counters();
  using engine::TransportName;
  {
    CorePeer first(server_);
    CorePeer second(server_);
    EXPECT_EQ(counters.open[TransportName::websocket], 2U);
    second.send("nonsense");
    EXPECT_EQ(counters.open[TransportName::websocket], 1U);
    EXPECT_EQ(counters.closed[DisconnectReason::forced_close], 1U);
    EXPECT_EQ(server_.node.counters().bad_packets, 1U);
  }
  EXPECT_EQ(counters.open[TransportName::websocket], 0U);
  EXPECT_EQ(counters.opened[TransportName::websocket], 2U);
  EXPECT_EQ(counters.closed[DisconnectReason::transport_close], 1U);
}

}  // namespace
}  // namespace socketio
