// SPDX-License-Identifier: MIT
// What the nodes of a cluster do for each other, on a bus that counts them, on one that does not, and
// across a node that connects two buses.
#include "cluster/adapter.hpp"
#include "support/cluster_town.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace socketio {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using support::ClusterTown;
using support::CorePeer;
using support::MemoryNetwork;
using support::TownNode;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using Kind = MemoryNetwork::Kind;
using Names = std::vector<std::string>;

/// What a Pending has completed with, once it has.
template <class R>
class Result {
 public:
  explicit Result(Pending<R> pending) {
    pending.then([value = value_](R result) { *value = std::move(result); });
  }
  bool known() const { return value_->has_value(); }
  const R& operator*() const { return value_->value(); }
  const R* operator->() const { return &value_->value(); }

 private:
  std::shared_ptr<std::optional<R>> value_ = std::make_shared<std::optional<R>>();
};

std::vector<std::string> ids_of(const std::vector<RemoteSocket>& sockets) {
  std::vector<std::string> ids;
  for (const RemoteSocket& socket : sockets) ids.push_back(socket.id);
  return ids;
}

/// Three nodes on one bus, with a client each.
class ClusterAdapterTest : public testing::TestWithParam<Kind> {
 protected:
  ClusterAdapterTest() {
    for (TownNode* const node : {&a, &b, &c}) node->connect();
    town.settle();
    for (TownNode* const node : {&a, &b, &c}) node->peers[0]->received();
  }

  Names received(TownNode& node) {
    town.settle();
    return node.peers[0]->received();
  }

  ClusterTown town;
  const std::shared_ptr<MemoryNetwork> bus = town.network(GetParam());
  TownNode& a = town.add("a", {{bus}});
  TownNode& b = town.add("b", {{bus}});
  TownNode& c = town.add("c", {{bus}});
};

TEST_P(ClusterAdapterTest, ABroadcastReachesTheClientsOfAllNodes) {
  a.io().emit("hello", 1, Bytes{7});
  for (TownNode* const node : {&a, &b, &c}) {
    EXPECT_EQ(received(*node).size(), 2U) << node->name;  // with the attachment
  }
}

TEST_P(ClusterAdapterTest, RoomsAndExceptionsHoldOnAllNodes) {
  a.sockets[0].join("x");
  b.sockets[0].join({"x", "y"});
  c.io().to("x").except("y").emit("hello");
  EXPECT_THAT(received(a), ElementsAre("42[\"hello\"]"));
  EXPECT_THAT(received(b), IsEmpty());
  EXPECT_THAT(received(c), IsEmpty());
}

TEST_P(ClusterAdapterTest, WhatIsLocalStaysHere) {
  const std::size_t sent = bus->sent();
  a.io().local().emit("hello");
  a.io().local().sockets_join("x");
  Result found(a.io().local().fetch_sockets());
  EXPECT_THAT(ids_of(*found), ElementsAre(a.sockets[0].id()));
  EXPECT_THAT(received(a), ElementsAre("42[\"hello\"]"));
  EXPECT_THAT(received(b), IsEmpty());
  EXPECT_EQ(bus->sent(), sent);
}

TEST_P(ClusterAdapterTest, AnEventToOneSocketFindsItAtAnotherNode) {
  a.io().to(c.sockets[0].id()).emit("hello");
  EXPECT_THAT(received(c), ElementsAre("42[\"hello\"]"));
  EXPECT_THAT(received(b), IsEmpty());
}

TEST_P(ClusterAdapterTest, SocketsAreFoundAtAllNodes) {
  b.sockets[0].data() = {{"name", "bob"}};
  b.sockets[0].join("x");
  Result all(a.io().fetch_sockets());
  Result some(a.io().in("x").fetch_sockets());
  town.settle();
  ASSERT_TRUE(all.known());
  EXPECT_THAT(ids_of(*all),
              UnorderedElementsAre(a.sockets[0].id(), b.sockets[0].id(), c.sockets[0].id()));
  EXPECT_EQ(all->missing_nodes().count, 0U);
  ASSERT_EQ(some->size(), 1U);
  EXPECT_EQ(some->at(0).id, b.sockets[0].id());
  EXPECT_EQ(some->at(0).data, (json{{"name", "bob"}}));
  EXPECT_THAT(some->at(0).rooms, UnorderedElementsAre(b.sockets[0].id(), "x"));
}

TEST_P(ClusterAdapterTest, ARemoteSocketIsReachedWhereverItIs) {
  Result found(a.io().in(b.sockets[0].id()).fetch_sockets());
  town.settle();
  ASSERT_EQ(found->size(), 1U);
  const RemoteSocket& remote = found->at(0);
  remote.join("x");
  remote.emit("hello");
  EXPECT_THAT(received(b), ElementsAre("42[\"hello\"]"));
  EXPECT_THAT(b.sockets[0].rooms(), UnorderedElementsAre(b.sockets[0].id(), "x"));
  remote.leave("x");
  Result answer(remote.emit_with_ack<std::string>("question"));
  EXPECT_THAT(received(b), ElementsAre("420[\"question\"]"));
  b.peers[0]->send("30[\"yes\"]");
  town.settle();
  EXPECT_EQ(**answer, "yes");
  EXPECT_THAT(b.sockets[0].rooms(), ElementsAre(b.sockets[0].id()));
  remote.disconnect();
  town.settle();
  EXPECT_FALSE(b.sockets[0].connected());
}

TEST_P(ClusterAdapterTest, SocketsJoinLeaveAndDisconnectAtAllNodes) {
  a.io().sockets_join({"x", "y"});
  town.settle();
  EXPECT_THAT(c.sockets[0].rooms(), UnorderedElementsAre(c.sockets[0].id(), "x", "y"));
  a.io().in("x").sockets_leave("y");
  town.settle();
  EXPECT_THAT(c.sockets[0].rooms(), UnorderedElementsAre(c.sockets[0].id(), "x"));
  a.io().except(a.sockets[0].id()).disconnect_sockets();
  town.settle();
  EXPECT_TRUE(a.sockets[0].connected());
  EXPECT_FALSE(b.sockets[0].connected());
  EXPECT_FALSE(c.sockets[0].connected());
}

TEST_P(ClusterAdapterTest, ClientsOfAllNodesAnswer) {
  Result answers(a.io().emit_with_ack<int>("question"));
  EXPECT_THAT(received(a), ElementsAre("420[\"question\"]"));
  EXPECT_THAT(received(b), ElementsAre("420[\"question\"]"));
  a.peers[0]->send("30[1]");
  b.peers[0]->send("30[2]");
  town.settle();
  EXPECT_FALSE(answers.known());
  c.peers[0]->send("30[3]");
  town.settle();
  ASSERT_TRUE(answers.known());
  EXPECT_THAT(**answers, UnorderedElementsAre(1, 2, 3));
}

TEST_P(ClusterAdapterTest, AClientThatLeavesOrIsSilentIsAnErrorOfItsOwn) {
  Result answers(a.io().timeout(seconds(1)).emit_with_ack<int>("question"));
  received(a);
  a.peers[0]->send("30[1]");
  b.peers[0]->leave();
  town.pass(milliseconds(1'100));
  ASSERT_TRUE(answers.known());
  EXPECT_EQ(answers->missing(), 2U);
  EXPECT_EQ(answers->missing_nodes().count, 0U);
  EXPECT_THAT(answers->values(), ElementsAre(1));
}

TEST_P(ClusterAdapterTest, ANodeThatIsCutOffIsMissing) {
  bus->cut("a", "b");
  Result found(a.io().fetch_sockets());
  Result answers(a.io().server_side_emit_with_ack("question"));
  Result clients(a.io().timeout(seconds(1)).emit_with_ack<int>("question"));
  c.io().on_server_side_emit("question", [] { return 1; });
  town.settle();
  a.peers[0]->send("30[1]");
  c.peers[0]->send("30[3]");
  EXPECT_FALSE(found.known());
  town.pass(milliseconds(1'100));
  ASSERT_TRUE(clients.known());
  EXPECT_THAT(clients->values(), UnorderedElementsAre(1, 3));
  EXPECT_EQ(clients->error(), Errc::timeout);
  EXPECT_EQ(clients->missing_nodes().count, 1U);
  town.pass(milliseconds(4'000));
  ASSERT_TRUE(found.known());
  EXPECT_EQ(found->size(), 2U);
  EXPECT_EQ(found->missing_nodes().count, 1U);
  ASSERT_TRUE(answers.known());
  EXPECT_EQ(answers->missing_nodes().count, 1U);
  if (GetParam() == Kind::heard) {
    EXPECT_EQ(found->missing_nodes().ids, Names{"b"});
    EXPECT_EQ(answers->missing_nodes().ids, Names{"b"});
  }
}

TEST_P(ClusterAdapterTest, ANodeThatLeavesCompletesWhatWaitsForIt) {
  Result answers(a.io().emit_with_ack<int>("question"));
  town.settle();
  a.peers[0]->send("30[1]");
  b.peers[0]->send("30[2]");
  town.settle();
  EXPECT_FALSE(answers.known());
  // Its Goodbye is all that is heard of it.
  c.cluster->leave();
  town.settle();
  ASSERT_TRUE(answers.known());
  EXPECT_THAT(answers->values(), UnorderedElementsAre(1, 2));
  EXPECT_EQ(answers->error(), Errc::disconnected);
}

TEST_P(ClusterAdapterTest, WhoIsToldThatANodeHasLeftMayLeaveAtOnce) {
  bool has_left = false;
  a.io().emit_with_ack<int>("question").then([&](const Replies<int>&) {
    a.cluster->leave();
    has_left = true;
  });
  town.settle();
  a.peers[0]->send("30[1]");
  b.peers[0]->send("30[2]");
  town.settle();
  // Another request waits when the first one ends with the client that has left.
  Result found(a.io().fetch_sockets());
  c.cluster->leave();
  town.settle();
  EXPECT_TRUE(has_left);
  EXPECT_TRUE(found.known());
}

// The goodbye may come behind the request of somebody who has not counted that node any more.
TEST_P(ClusterAdapterTest, ANodeThatLeavesStandsForNobodyElse) {
  c.cluster->leave();
  Result found(a.io().fetch_sockets());
  town.settle();
  ASSERT_TRUE(found.known());
  EXPECT_EQ(found->size(), 2U);
  EXPECT_EQ(found->missing_nodes().count, 0U);
}

// Of those who are counted again, nobody knows who has answered before.
TEST_P(ClusterAdapterTest, ANodeThatAnsweredAndCrashedStandsForNobodyElse) {
  TownNode& d = town.add("d", {{bus}});
  town.settle();
  std::optional<Ack<int>> of_c;
  std::optional<Ack<int>> of_d;
  b.io().on_server_side_emit("question", [] { return 2; });
  c.io().on_server_side_emit("question", [&](Ack<int> answer) { of_c = std::move(answer); });
  d.io().on_server_side_emit("question", [&](Ack<int> answer) { of_d = std::move(answer); });
  Result answers(a.io().server_side_emit_with_ack<int>("question"));
  town.settle();
  bus->kill("b");
  c.cluster->leave();
  town.settle();
  EXPECT_FALSE(answers.known());
  (*of_d)(4);
  town.settle();
  ASSERT_TRUE(answers.known());
  EXPECT_THAT(answers->values(), UnorderedElementsAre(2, 4));
  EXPECT_EQ(answers->missing_nodes().count, 0U);
}

TEST_P(ClusterAdapterTest, WhoLeavesWaitsForNothingMore) {
  bus->cut("a", "b");
  Result found(a.io().fetch_sockets());
  Result clients(a.io().emit_with_ack("question"));
  a.peers[0]->send("30[1]");
  a.cluster->leave();
  town.settle();
  EXPECT_TRUE(found.known());
  EXPECT_TRUE(clients.known());
  // And goes on alone.
  a.io().emit("hello");
  EXPECT_THAT(received(a), testing::Contains("42[\"hello\"]"));
  EXPECT_THAT(received(b), testing::Not(testing::Contains("42[\"hello\"]")));
  Result alone(a.io().fetch_sockets());
  ASSERT_TRUE(alone.known());
  EXPECT_EQ(alone->size(), 1U);
}

TEST_P(ClusterAdapterTest, EventsForServersReachTheOthersAlone) {
  std::vector<std::string> log;
  for (TownNode* const node : {&a, &b, &c}) {
    node->io().on_server_side_emit("reload", [&log, node](const std::string& what, int n) {
      log.push_back(node->name + what + std::to_string(n));
    });
  }
  a.io().server_side_emit("reload", "x", 2);
  town.settle();
  EXPECT_THAT(log, UnorderedElementsAre("bx2", "cx2"));
  EXPECT_THAT(received(b), IsEmpty());
}

TEST_P(ClusterAdapterTest, OtherServersAnswer) {
  b.io().on_server_side_emit("question", [](int n) { return n + 1; });
  std::optional<Ack<int>> later;
  c.io().on_server_side_emit("question", [&](int, Ack<int> answer) { later = std::move(answer); });
  Result answers(a.io().server_side_emit_with_ack<int>("question", 1));
  town.settle();
  EXPECT_FALSE(answers.known());
  (*later)(7);
  (*later)(8);
  town.settle();
  ASSERT_TRUE(answers.known());
  EXPECT_THAT(**answers, UnorderedElementsAre(2, 7));
}

TEST_P(ClusterAdapterTest, AServerThatHasNoAnswerSaysSo) {
  b.io().on_server_side_emit("question", [] {});
  c.io().on_server_side_emit("question", [](Ack<int>) {});
  Result answers(a.io().server_side_emit_with_ack<int>("question"));
  town.settle();
  ASSERT_TRUE(answers.known());
  EXPECT_TRUE(answers->has_value());
  EXPECT_THAT(answers->values(), IsEmpty());
}

TEST_P(ClusterAdapterTest, AnAnswerOfAnotherTypeIsAnError) {
  b.io().on_server_side_emit("question", [] { return "text"; });
  Result answers(a.io().server_side_emit_with_ack<int>("question"));
  town.settle();
  ASSERT_TRUE(answers.known());
  EXPECT_EQ(answers->missing(), 1U);
  EXPECT_EQ(answers->error(), Errc::bad_answer);
}

TEST_P(ClusterAdapterTest, AnswersCarryBinary) {
  b.io().on_server_side_emit("question", [](const Bytes& bytes) { return bytes; });
  Result answers(a.io().server_side_emit_with_ack<Bytes>("question", Bytes{1, 2, 3}));
  town.settle();
  ASSERT_TRUE(answers.known());
  EXPECT_THAT(answers->values(), ElementsAre(Bytes{1, 2, 3}));
}

TEST_P(ClusterAdapterTest, NamespacesKeepApart) {
  Namespace at_a(a.server->node.of("/x"));
  Namespace at_b(b.server->node.of("/x"));
  int seen = 0;
  at_b.on_server_side_emit("hello", [&] { ++seen; });
  b.io().on_server_side_emit("hello", [&] { seen += 100; });
  at_a.server_side_emit("hello");
  at_a.emit("hello");
  EXPECT_THAT(received(b), IsEmpty());
  EXPECT_EQ(seen, 1);
}

TEST_P(ClusterAdapterTest, TheBusIsToldOfRoomsAsTheyComeAndGo) {
  EXPECT_THAT(bus->rooms("a"), ElementsAre("/ " + a.sockets[0].id()));
  a.sockets[0].join("x");
  CorePeer& second = a.connect();
  a.sockets[1].join("x");
  EXPECT_TRUE(bus->rooms("a").contains("/ x"));
  a.sockets[0].leave("x");
  EXPECT_TRUE(bus->rooms("a").contains("/ x"));
  second.leave();
  EXPECT_THAT(bus->rooms("a"), ElementsAre("/ " + a.sockets[0].id()));
}

TEST_P(ClusterAdapterTest, ServersAreCounted) {
  std::size_t servers = 0;
  a.server->node.of("/")->adapter().server_count([&](std::size_t count) { servers = count; });
  town.settle();
  EXPECT_EQ(servers, 3U);
}

TEST_P(ClusterAdapterTest, ANamespaceThatHasEndedIsLeft) {
  EXPECT_EQ(a.cluster->namespace_count(), 1U);
  {
    const auto alone = std::make_shared<core::NamespaceState>(
        a.server->node.link(), "/gone", nullptr, a.server->node.options().adapter);
    alone->adapter().init();
    EXPECT_EQ(a.cluster->namespace_count(), 2U);
  }
  town.settle();
  EXPECT_EQ(a.cluster->namespace_count(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Buses, ClusterAdapterTest, testing::Values(Kind::heard, Kind::counted),
                         [](const auto& instance) {
                           return instance.param == Kind::heard ? "Heard" : "Counted";
                         });

// --- Who is there, without a bus that counts ---

TEST(ClusterMembership, ASilentNodeIsGoneAfterItsTimeout) {
  ClusterTown town;
  const auto bus = town.network(Kind::heard);
  TownNode& a = town.add("a", {{bus}});
  town.add("b", {{bus}}).connect();
  town.pass(seconds(21));  // heartbeats keep it
  Result both(a.io().fetch_sockets());
  town.settle();
  ASSERT_TRUE(both.known());
  EXPECT_EQ(both->size(), 1U);
  bus->kill("b");
  town.pass(milliseconds(10'500));
  Result waiting(a.io().fetch_sockets());
  EXPECT_FALSE(waiting.known());
  town.pass(seconds(2));
  ASSERT_TRUE(waiting.known());
  EXPECT_EQ(waiting->missing_nodes().count, 0U);
}

TEST(ClusterMembership, ANodeThatCannotBeCountedMayBeMissing) {
  ClusterTown town;
  const auto bus = town.network(Kind::counted);
  TownNode& a = town.add("a", {{bus}});
  a.connect();
  bus->refuse_to_count();
  Result found(a.io().fetch_sockets());
  town.settle();
  ASSERT_TRUE(found.known());
  EXPECT_EQ(found->size(), 1U);
  EXPECT_EQ(found->missing_nodes().count, 1U);
}

TEST(ClusterMembership, RequestsBeyondTheLimitEndAtOnce) {
  ClusterTown town;
  const auto bus = town.network(Kind::counted);
  cluster::ClusterOptions options;
  options.requests = 2;
  TownNode& a = town.add("a", {{bus}}, options);
  town.add("b", {{bus}});
  bus->cut("a", "b");
  Result first(a.io().fetch_sockets());
  Result second(a.io().server_side_emit_with_ack("question"));
  Result third(a.io().fetch_sockets());
  EXPECT_FALSE(first.known());
  EXPECT_FALSE(second.known());
  ASSERT_TRUE(third.known());
  EXPECT_EQ(third->missing_nodes().count, 1U);
}

// --- Two processes of two loops each, which a bus between servers joins ---

class ClusterBridgeTest : public testing::Test {
 protected:
  ClusterBridgeTest() {
    for (const auto& node : town.nodes()) {
      node->connect();
      node->io().on_server_side_emit("question", [this, name = node->name] {
        asked.push_back(name);
        return name;
      });
    }
    town.settle();
    for (const auto& node : town.nodes()) node->peers[0]->received();
  }

  std::vector<std::string> who_received(const std::string& packet) {
    town.settle();
    std::vector<std::string> who;
    for (const auto& node : town.nodes()) {
      const Names received = node->peers[0]->received();
      if (received.empty()) continue;
      EXPECT_THAT(received, ElementsAre(packet)) << node->name;
      who.push_back(node->name);
    }
    return who;
  }

  ClusterTown town;
  const std::shared_ptr<MemoryNetwork> servers = town.network(Kind::counted);
  const std::shared_ptr<MemoryNetwork> loops1 = town.network(Kind::named);
  const std::shared_ptr<MemoryNetwork> loops2 = town.network(Kind::named);
  TownNode& a0 = town.add("a0", {{loops1, cluster::Peers::loops}, {servers}});
  TownNode& a1 = town.add("a1", {{loops1, cluster::Peers::loops}});
  TownNode& b0 = town.add("b0", {{loops2, cluster::Peers::loops}, {servers}});
  TownNode& b1 = town.add("b1", {{loops2, cluster::Peers::loops}});
  std::vector<std::string> asked;
};

TEST_F(ClusterBridgeTest, ABroadcastReachesEachClientOnceWhereverItBegins) {
  for (const auto& node : town.nodes()) {
    node->io().emit("hello");
    EXPECT_THAT(who_received("42[\"hello\"]"), UnorderedElementsAre("a0", "a1", "b0", "b1"));
  }
}

TEST_F(ClusterBridgeTest, SocketsAreFoundBehindBridges) {
  for (const auto& node : town.nodes()) {
    Result found(node->io().fetch_sockets());
    town.settle();
    ASSERT_TRUE(found.known());
    EXPECT_EQ(found->size(), 4U);
    EXPECT_EQ(found->missing_nodes().count, 0U);
  }
}

TEST_F(ClusterBridgeTest, ClientsBehindBridgesAnswer) {
  Result answers(a1.io().emit_with_ack<int>("question"));
  EXPECT_THAT(who_received("420[\"question\"]"), UnorderedElementsAre("a0", "a1", "b0", "b1"));
  int n = 0;
  for (const auto& node : town.nodes()) node->peers[0]->send("30[" + std::to_string(++n) + "]");
  town.settle();
  ASSERT_TRUE(answers.known());
  EXPECT_THAT(**answers, UnorderedElementsAre(1, 2, 3, 4));
}

TEST_F(ClusterBridgeTest, AClientMayAnswerBeforeALoopHasCountedItsOwn) {
  loops2->cut("b0", "b1");
  Result answers(a0.io().emit_with_ack<int>("question"));
  town.settle();
  b0.peers[0]->send("30[3]");
  town.pass(milliseconds(3'100));
  a0.peers[0]->send("30[1]");
  a1.peers[0]->send("30[2]");
  town.settle();
  ASSERT_TRUE(answers.known());
  EXPECT_THAT(answers->values(), UnorderedElementsAre(1, 2, 3));
  EXPECT_EQ(answers->missing(), 0U);
  EXPECT_EQ(answers->missing_nodes().count, 1U);
}

TEST_F(ClusterBridgeTest, AProcessIsOneServer) {
  for (TownNode* const node : {&a0, &a1}) {
    asked.clear();
    Result answers(node->io().server_side_emit_with_ack<std::string>("question"));
    town.settle();
    ASSERT_TRUE(answers.known()) << node->name;
    EXPECT_THAT(**answers, ElementsAre("b0"));
    EXPECT_THAT(asked, ElementsAre("b0"));
    node->io().server_side_emit("question");
    town.settle();
    EXPECT_THAT(asked, ElementsAre("b0", "b0"));
  }
}

TEST_F(ClusterBridgeTest, WhatIsMissingBehindABridgeIsMissing) {
  servers->cut("a0", "b0");
  Result found(a1.io().fetch_sockets());
  Result answers(a1.io().server_side_emit_with_ack("question"));
  town.pass(milliseconds(5'100));
  ASSERT_TRUE(found.known());
  EXPECT_EQ(found->size(), 2U);
  EXPECT_EQ(found->missing_nodes().count, 1U);
  ASSERT_TRUE(answers.known());
  EXPECT_EQ(answers->missing_nodes().count, 1U);
}

TEST_F(ClusterBridgeTest, ALoopThatHangsCostsOthersNothingOfTheRest) {
  loops2->cut("b0", "b1");
  Result found(a1.io().fetch_sockets());
  town.pass(milliseconds(5'100));
  ASSERT_TRUE(found.known());
  // b0 answers for itself in time.
  EXPECT_EQ(found->size(), 3U);
}

TEST_F(ClusterBridgeTest, ANamespaceOfOneLoopIsReachedFromOutside) {
  Namespace at_a(a1.server->node.of("/x"));
  Namespace at_b(b1.server->node.of("/x"));
  CorePeer peer(*b1.server, "0/x,");
  town.settle();
  peer.received();
  at_a.emit("hello");
  Result found(at_a.fetch_sockets());
  town.settle();
  EXPECT_THAT(peer.received(), ElementsAre("42/x,[\"hello\"]"));
  ASSERT_TRUE(found.known());
  EXPECT_EQ(found->size(), 1U);
  EXPECT_EQ(a0.cluster->namespace_count(), 2U);
}

TEST_F(ClusterBridgeTest, ServersKnowOfTheRoomsOfAllLoops) {
  a1.sockets[0].join("x");
  a0.sockets[0].join("x");
  EXPECT_TRUE(servers->rooms("a0").contains("/ x"));
  a0.sockets[0].leave("x");
  EXPECT_TRUE(servers->rooms("a0").contains("/ x"));
  a1.sockets[0].leave("x");
  EXPECT_FALSE(servers->rooms("a0").contains("/ x"));
}

}  // namespace
}  // namespace socketio
