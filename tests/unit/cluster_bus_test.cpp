// SPDX-License-Identifier: MIT
// An adapter of the application's own: whatever its bus does, servers on it are one for their clients,
// within limits, and what arrives that is no message harms nobody.
#include "base/log.hpp"
#include "server/bytes_bus.hpp"
#include "support/cluster_town.hpp"
#include "support/own_bus.hpp"

#include <socketio/server.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace socketio {
namespace {

using namespace std::chrono_literals;
using server::BytesBus;
using support::AnsweringBus;
using support::ManualLoop;
using support::OwnBus;
using support::OwnNetwork;
using support::TownNode;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

template <class R>
std::shared_ptr<std::optional<R>> result_of(Pending<R> pending) {
  auto result = std::make_shared<std::optional<R>>();
  pending.then([result](R value) { *result = std::move(value); });
  return result;
}

class ClusterBusTest : public testing::Test {
 protected:
  template <class Bus = AnsweringBus>
  TownNode& add() {
    auto bus = std::make_unique<BytesBus>(
        *loop,
        [this](ClusterBus::Receiver receiver) {
          return std::make_unique<Bus>(network, std::move(receiver));
        },
        ClusterAdapterOptions());
    buses.push_back(bus.get());
    nodes.push_back(
        std::make_unique<TownNode>(loop, "node", std::move(bus), cluster::ClusterOptions()));
    nodes.back()->connect();
    loop->run();
    return *nodes.back();
  }
  static std::vector<std::string> received(TownNode& node) { return node.peers[0]->received(); }
  /// Time goes on in small steps, so that heartbeats have theirs.
  void pass(std::chrono::milliseconds time) {
    for (; time > 0ms; time -= 100ms) loop->pass(100ms);
  }
  std::size_t servers(TownNode& node) {
    const auto count = result_of(node.io().server_count());
    loop->run();
    return count->value();
  }

  std::shared_ptr<ManualLoop> loop = std::make_shared<ManualLoop>();
  std::shared_ptr<OwnNetwork> network = std::make_shared<OwnNetwork>();
  std::vector<BytesBus*> buses;
  std::vector<std::unique_ptr<TownNode>> nodes;
};

TEST_F(ClusterBusTest, EventsReachTheClientsOfAllServersOnce) {
  TownNode& a = add();
  TownNode& b = add();
  b.sockets[0].join("x");
  a.io().to("x").emit("hello", 1);
  a.io().emit("bytes", Bytes{7});
  b.io().except("x").emit("bye");
  EXPECT_THAT(received(a), ElementsAre("451-[\"bytes\",{\"_placeholder\":true,\"num\":0}]",
                                       "binary:\x07", "42[\"bye\"]"));
  EXPECT_THAT(received(b), ElementsAre("42[\"hello\",1]", testing::_, "binary:\x07"));
}

TEST_F(ClusterBusTest, TheBytesAreJsonUnlessBinaryDataIsInThem) {
  TownNode& a = add();
  network->published.clear();
  a.io().emit("hello");
  a.io().emit("bytes", Bytes{7});
  ASSERT_THAT(network->published, SizeIs(2));
  EXPECT_EQ(
      json::parse(network->published[0]),
      (json{{"type", 3},
            {"data",
             {{"packet", {{"type", 2}, {"data", {"hello"}}}},
              {"opts",
               {{"rooms", json::array()}, {"except", json::array()}, {"flags", json::object()}}}}},
            {"uid", buses[0]->node_id()},
            {"nsp", "/"}}));
  EXPECT_FALSE(network->published[1].starts_with('{'));
}

TEST_F(ClusterBusTest, RequestsAreAnswered) {
  TownNode& a = add();
  TownNode& b = add();
  b.sockets[0].join("x");
  b.io().on_server_side_emit("sum", [](int left, int right) { return left + right; });
  const auto answers = network->answers;
  const auto found = result_of(a.io().in("x").fetch_sockets());
  const auto sums = result_of(a.io().server_side_emit_with_ack<int>("sum", 20, 22));
  const auto votes = result_of(a.io().in("x").emit_with_ack<std::string>("vote"));
  EXPECT_THAT(received(b), ElementsAre("420[\"vote\"]"));
  b.peers[0]->send("30[\"yes\"]");
  loop->run();
  ASSERT_TRUE(*found && *sums && *votes);
  EXPECT_EQ((*found)->at(0).id, b.sockets[0].id());
  EXPECT_THAT((*sums)->values(), ElementsAre(42));
  EXPECT_THAT((*votes)->values(), ElementsAre("yes"));
  // The sockets, the sum, the number of clients and what one says.
  EXPECT_EQ(network->answers, answers + 4);
}

TEST_F(ClusterBusTest, ABusThatOnlyPublishesDoesToo) {
  TownNode& a = add<OwnBus>();
  add<OwnBus>();
  add<OwnBus>();
  const auto found = result_of(a.io().fetch_sockets());
  loop->run();
  ASSERT_TRUE(*found);
  EXPECT_THAT(**found, SizeIs(3));
  EXPECT_EQ(network->answers, 0U);
}

TEST_F(ClusterBusTest, ServersAreCountedByTheirHeartbeats) {
  TownNode& a = add();
  TownNode& b = add();
  TownNode& c = add();
  EXPECT_EQ(servers(a), 3U);
  pass(30s);
  EXPECT_EQ(servers(a), 3U);
  // One says goodbye, and one is killed.
  b.leave();
  loop->run();
  EXPECT_EQ(servers(a), 2U);
  network->remove(buses[2]->node_id());
  const auto found = result_of(a.io().timeout(20s).fetch_sockets());
  loop->run();
  EXPECT_FALSE(*found);
  pass(12s);
  ASSERT_TRUE(*found);
  EXPECT_THAT(**found, ElementsAre(testing::Field(&RemoteSocket::id, a.sockets[0].id())));
  EXPECT_EQ(servers(a), 1U);
  EXPECT_EQ(servers(c), 1U);
}

TEST_F(ClusterBusTest, WhatIsNoMessageIsIgnored) {
  TownNode& a = add();
  TownNode& b = add();
  network->published.clear();
  b.io().emit("hello");
  received(a);
  const json message = json::parse(network->published.at(0));
  const auto changed = [&](const char* name, const json& value) {
    json other = message;
    other[name] = value;
    return other.dump();
  };
  const ClusterBus::Receiver receiver = network->receiver(buses[0]->node_id());
  const std::vector<std::string> none = {
      "",
      "{",
      std::string(100, '{'),
      std::string("\xc1\xff\x00", 3),
      "null",
      changed("type", 99),
      changed("type", "3"),
      changed("data", nullptr),
      changed("uid", ""),
      changed("uid", "../../etc/passwd"),
      changed("uid", std::string(65, 'a')),
  };
  for (const std::string& bytes : none) EXPECT_TRUE(receiver.receive(bytes));
  EXPECT_THAT(received(a), IsEmpty());
  EXPECT_EQ(buses[0]->ignored(), none.size());
  // What is for a namespace that is not open, or its own, is nothing to complain about.
  receiver.receive(changed("nsp", "/other"));
  receiver.receive(changed("uid", buses[0]->node_id()));
  EXPECT_THAT(received(a), IsEmpty());
  EXPECT_EQ(buses[0]->ignored(), none.size());
  receiver.receive(changed("uid", std::string(64, 'a')));
  receiver.receive(changed("uid", "emitter"));
  EXPECT_THAT(received(a), ElementsAre("42[\"hello\"]", "42[\"hello\"]"));
}

TEST_F(ClusterBusTest, WhatArrivesWaitsWithinLimits) {
  std::optional<ClusterBus::Receiver> receiver;
  const auto make = [&](ClusterBus::Receiver given) {
    receiver = given;
    return std::make_unique<OwnBus>(network, std::move(given));
  };
  {
    BytesBus bus(*loop, make,
                 {.message_bytes = 10, .waiting_messages = 300, .waiting_bytes = 1'000});
    EXPECT_FALSE(receiver->receive(std::string(11, ' ')));
    for (int i = 0; i < 300; ++i) EXPECT_TRUE(receiver->receive("1"));
    EXPECT_FALSE(receiver->receive("1"));
    loop->run();
    EXPECT_EQ(bus.ignored(), 300U);
    for (int i = 0; i < 100; ++i) EXPECT_TRUE(receiver->receive(std::string(10, ' ')));
    EXPECT_FALSE(receiver->receive("1"));
    loop->run();
    EXPECT_EQ(bus.ignored(), 400U);
    EXPECT_TRUE(receiver->receive("1"));
  }
  EXPECT_FALSE(receiver->receive("1"));
  EXPECT_THAT(receiver->node_id(), SizeIs(20));
  loop->run();
}

class FailingBus final : public ClusterBus {
 public:
  void publish(const std::string&, std::string_view) override { throw std::runtime_error("away"); }
  void open(const std::string&) override { throw 1; }
};

TEST_F(ClusterBusTest, WhatTheBusThrowsCostsAMessage) {
  std::vector<std::string> lines;
  LogLevels levels;
  levels.fill(LogLevel::warning);
  set_log_sink([&](LogScope, LogLevel, std::string_view line) { lines.emplace_back(line); },
               levels);
  auto bus = std::make_unique<BytesBus>(
      *loop, [](const ClusterBus::Receiver&) { return std::make_unique<FailingBus>(); },
      ClusterAdapterOptions());
  BytesBus& failing = *bus;
  TownNode node(loop, "a", std::move(bus), {});
  node.connect();
  node.io().emit("hello");
  EXPECT_THAT(received(node), ElementsAre("42[\"hello\"]"));
  set_log_sink({}, {});
  // open(), the message that greets the others, and the event.
  EXPECT_EQ(failing.lost(), 3U);
  EXPECT_THAT(lines, ElementsAre("the adapter's bus has failed 1 times: an exception",
                                 "the adapter's bus has failed 2 times: away"));
}

TEST_F(ClusterBusTest, ABusThatCannotBeMadeLeavesTheServersConstructor) {
  std::optional<ClusterBus::Receiver> receiver;
  const ServerOptions options{
      .adapter = cluster_adapter([&](ClusterBus::Receiver given) -> std::unique_ptr<ClusterBus> {
        receiver = std::move(given);
        throw std::runtime_error("no");
      })};
  EXPECT_THROW(Server io(options), std::runtime_error);
  EXPECT_FALSE(receiver->receive("1"));
  const auto none = [](const ClusterBus::Receiver&) { return std::unique_ptr<ClusterBus>(); };
  EXPECT_THROW(Server io({.adapter = cluster_adapter(none)}), std::invalid_argument);
}

TEST_F(ClusterBusTest, TimesHaveToMakeSense) {
  const auto make = [](const ClusterBus::Receiver&) { return std::make_unique<FailingBus>(); };
  EXPECT_THROW(cluster_adapter(nullptr), std::invalid_argument);
  EXPECT_THROW(cluster_adapter(make, {.heartbeat_interval = 0s}), std::invalid_argument);
  EXPECT_THROW(cluster_adapter(make, {.requests_timeout = 0s}), std::invalid_argument);
  EXPECT_THROW(cluster_adapter(make, {.heartbeat_interval = 1s, .heartbeat_timeout = 1s}),
               std::invalid_argument);
}

}  // namespace
}  // namespace socketio
