// SPDX-License-Identifier: MIT
// The buses of the adapters with a scripted Redis: what they subscribe to and publish, and what they
// make of messages that are none, their own, or another namespace's.
#include "redis/classic_bus.hpp"
#include "redis/sharded_bus.hpp"
#include "redis/single_client.hpp"
#include "redis/streams_bus.hpp"
#include "support/described_message.hpp"
#include "support/scripted_redis.hpp"
#include "support/simulated_connector.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace socketio::redis {
namespace {

using support::described;
using support::ScriptedRedis;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class RedisBuses : public testing::Test, public cluster::Bus::Listener {
 protected:
  std::unique_ptr<Client> client() {
    auto connector = std::make_unique<support::SimulatedConnector>(loop, redis.dial());
    connector->delay_min = connector->delay_max = support::milliseconds(1);
    auto made = std::make_unique<SingleClient>(loop, std::move(connector), ConnectionSettings{});
    client_ = made.get();
    return made;
  }
  void be_ready() {
    ASSERT_TRUE(loop.run_until([&] { return client_->is_ready(); }));
    settle();
  }
  void settle() {
    ASSERT_TRUE(loop.run_until([&] { return client_->subscriber().is_settled(); }));
  }
  /// Runs until Redis has got another command that begins so.
  bool hears(const std::string& beginning) {
    return loop.run_until(
        [&] { return testing::Matches(Contains(StartsWith(beginning)))(redis.commands()); });
  }
  void on_message(const cluster::MessagePtr& message) override {
    json seen = described(*message);
    seen["sender"] = message->sender;
    messages.push_back(std::move(seen));
  }
  static cluster::MessagePtr message(cluster::Body body, std::string nsp = "/") {
    return std::make_shared<cluster::Message>(
        cluster::Message{"node", std::move(nsp), std::move(body)});
  }
  static cluster::MessagePtr broadcast(std::vector<std::string> rooms,
                                       cluster::RequestId request = {}, std::string nsp = "/") {
    return message(
        cluster::Broadcast{{R"(["hi"])", {}}, {std::move(rooms), {}, {}}, std::move(request)},
        std::move(nsp));
  }
  /// The channels of what was published.
  std::vector<std::string> channels() {
    std::vector<std::string> names;
    for (const auto& words : redis.heard) {
      if (words[0].ends_with("PUBLISH")) names.push_back(words[1]);
    }
    return names;
  }
  std::string broadcast_of(const std::string& sender, const std::string& nsp = "/") {
    ClassicFormat format;
    return *format.encode({sender, nsp, cluster::Broadcast{{R"(["hi"])", {}}, {}, {}}});
  }
  /// To the connection for subscriptions.
  void say(const std::string& bytes) {
    const auto stream = redis.visits.front().lock();
    ASSERT_TRUE(stream);
    stream->write(bytes);
    loop.run_for(support::milliseconds(10));
  }
  void deliver(const std::string& channel, const std::string& payload) {
    say(ScriptedRedis::message(channel, payload));
  }

  support::SimulatedLoop loop{1};
  support::Network network{loop, {.piece_bytes = 64}};
  ScriptedRedis redis{network};
  SingleClient* client_ = nullptr;
  std::vector<json> messages;
};

TEST_F(RedisBuses, TheClassicOneSubscribesToWhatTheAdapterDoes) {
  ClassicBus bus("node", client(), {});
  bus.open("/", *this);
  be_ready();
  EXPECT_THAT(redis.commands(), Contains("PSUBSCRIBE socket.io#/#*"));
  EXPECT_THAT(redis.commands(), Contains("SUBSCRIBE socket.io-request#/#"));
  EXPECT_THAT(redis.commands(), Contains("SUBSCRIBE socket.io-response#/#"));
  EXPECT_THAT(redis.commands(), Contains("SUBSCRIBE socket.io-response#/#node#"));
  bus.close("/");
  settle();
  EXPECT_THAT(redis.commands(), Contains("UNSUBSCRIBE socket.io-request#/#"));
  EXPECT_EQ(client_->subscriber().names(), 0u);
}

TEST_F(RedisBuses, TheClassicOneHasChannelsForRoomsRequestsAndResponses) {
  ClassicBus bus("node", client(), {});
  bus.open("/", *this);
  be_ready();
  bus.publish(broadcast({}));
  bus.publish(broadcast({"a"}));
  bus.publish(broadcast({"a", "b"}));
  bus.publish(broadcast({"a"}, "request"));
  bus.publish(message(cluster::Goodbye{}));
  bus.answer("other", message(cluster::ClientCount{"request", 1, {}}));
  ASSERT_TRUE(hears("PUBLISH socket.io-response"));
  EXPECT_THAT(channels(), ElementsAre("socket.io#/#", "socket.io#/#a#", "socket.io#/#",
                                      "socket.io-request#/#", "socket.io-response#/#"));
}

TEST_F(RedisBuses, TheClassicOneMayRespondToTheNodeThatAsks) {
  ClassicBus bus("node", client(), {.key = "k", .responses = Responses::specific_channel});
  bus.open("/", *this);
  be_ready();
  bus.answer("other", message(cluster::ClientCount{"request", 1, {}}));
  bus.answer("", message(cluster::ClientCount{"request", 1, {}}));
  bus.answer("other", message(cluster::ServerSideAnswer{"request", {{"1", {}}}, {}}));
  ASSERT_TRUE(loop.run_until([&] { return channels().size() == 3; }));
  EXPECT_THAT(channels(), ElementsAre("k-response#/#other#", "k-response#/#", "k-response#/#"));
}

TEST_F(RedisBuses, WhatComesBackIsForAnotherNamespaceOrIsNoMessageIsIgnored) {
  ClassicBus bus("node", client(), {});
  bus.open("/", *this);
  be_ready();
  const auto deliver_broadcast = [&](const std::string& payload) {
    say(ScriptedRedis::array({"pmessage", "socket.io#/#*", "socket.io#/#", payload}));
  };
  deliver_broadcast(broadcast_of("node"));
  deliver_broadcast(broadcast_of("other", "/#b"));
  deliver_broadcast("nonsense");
  deliver("socket.io-request#/#", "{");
  deliver("socket.io-response#/#", "[]");
  EXPECT_THAT(messages, IsEmpty());
  EXPECT_EQ(bus.ignored(), 4u);
  deliver_broadcast(broadcast_of("other"));
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0]["sender"], "other");
}

TEST_F(RedisBuses, AskedForIdsOrRoomsTheClassicOneRespondsWithThese) {
  ClassicBus bus("node", client(), {});
  bus.open("/", *this);
  be_ready();
  const auto respond_to = [&](const std::string& request) {
    messages.clear();
    redis.heard.clear();
    deliver("socket.io-request#/#", request);
    EXPECT_FALSE(messages.empty()) << request;
    const auto id = messages.empty() ? "" : messages[0]["request"].get<std::string>();
    bus.answer("", message(cluster::Sockets{id, {{"s1", {}, {"s1", "a"}, {}}}, {}}));
    EXPECT_TRUE(hears("PUBLISH")) << request;
    return redis.heard.empty() ? "" : redis.heard.back().at(2);
  };
  EXPECT_EQ(respond_to(R"({"requestId":"r","type":0})"), R"({"requestId":"r","sockets":["s1"]})");
  EXPECT_EQ(respond_to(R"({"requestId":"r","type":1})"), R"({"requestId":"r","rooms":["a","s1"]})");
  EXPECT_EQ(respond_to(R"({"requestId":"r","type":2,"sid":"s1","room":"b"})"),
            R"({"requestId":"r"})");
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[0]["kind"], "FetchSockets");
  EXPECT_EQ(messages[1]["kind"], "SocketsJoin");
}

TEST_F(RedisBuses, VolatileEventsDoNotWaitForRedis) {
  ClassicBus bus("node", client(), {});
  bus.open("/", *this);
  cluster::Broadcast lost{{R"(["volatile"])", {}}, {}, {}};
  lost.options.flags.is_volatile = true;
  bus.publish(message(lost));
  bus.publish(broadcast({}));
  ASSERT_TRUE(hears("PUBLISH"));
  EXPECT_EQ(channels().size(), 1u);
  EXPECT_THAT(redis.heard.back().at(2), Not(testing::HasSubstr("volatile")));
}

TEST_F(RedisBuses, RedisCountsTheNodesOrDoesNot) {
  ClassicBus bus("node", client(), {});
  bus.open("/", *this);
  be_ready();
  std::string reply = "*2\r\n$1\r\na\r\n:3\r\n";
  redis.script = [&](const ScriptedRedis::Words& words) {
    return words[0] == "PUBSUB" ? std::optional(reply) : std::nullopt;
  };
  const auto count = [&] {
    std::optional<std::optional<std::size_t>> counted;
    bus.count_nodes("/", [&](std::optional<std::size_t> nodes) { counted = nodes; });
    EXPECT_TRUE(loop.run_until([&] { return counted.has_value(); }));
    return counted.value_or(std::nullopt);
  };
  EXPECT_EQ(count(), 3u);
  EXPECT_THAT(redis.commands(), Contains("PUBSUB NUMSUB socket.io-request#/#"));
  for (const char* const odd :
       {"*0\r\n", ":1\r\n", "-ERR no\r\n", "*2\r\n$1\r\na\r\n$1\r\n3\r\n"}) {
    reply = odd;
    EXPECT_EQ(count(), std::nullopt) << odd;
  }
}

TEST_F(RedisBuses, NodesAreCountedWhenThisOneIsAmongThem) {
  ClassicBus bus("node", client(), {});
  redis.script = [&](const ScriptedRedis::Words& words) -> std::optional<std::string> {
    if (words[0] == "PUBSUB") return "*2\r\n$1\r\na\r\n:2\r\n";
    if (words[0].ends_with("SUBSCRIBE")) return "";
    return std::nullopt;
  };
  bus.open("/", *this);
  std::optional<std::size_t> counted;
  bus.count_nodes("/", [&](std::optional<std::size_t> nodes) { counted = nodes; });
  ASSERT_TRUE(hears("PSUBSCRIBE"));
  loop.run_for(support::milliseconds(100));
  EXPECT_THAT(redis.commands(), Not(Contains(StartsWith("PUBSUB"))));
  for (int i = 0; i < 4; ++i) say("*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n");
  ASSERT_TRUE(loop.run_until([&] { return counted.has_value(); }));
  EXPECT_EQ(counted, 2u);
}

TEST_F(RedisBuses, TheShardedOneSubscribesToRoomsWhileItHasThem) {
  ShardedBus bus("node", client(), {});
  bus.open("/", *this);
  bus.on_room_created("/", "room");
  bus.on_room_created("/", "twenty-characters-ab");
  be_ready();
  EXPECT_THAT(redis.commands(), Contains("SSUBSCRIBE socket.io#/#"));
  EXPECT_THAT(redis.commands(), Contains("SSUBSCRIBE socket.io#/#node#"));
  EXPECT_THAT(redis.commands(), Contains("SSUBSCRIBE socket.io#/#room#"));
  EXPECT_THAT(redis.commands(), Not(Contains("SSUBSCRIBE socket.io#/#twenty-characters-ab#")));
  bus.on_room_deleted("/", "room");
  settle();
  EXPECT_THAT(redis.commands(), Contains("SUNSUBSCRIBE socket.io#/#room#"));
  bus.publish(broadcast({"room"}));
  bus.publish(broadcast({"twenty-characters-ab"}));
  bus.publish(broadcast({"room"}, "request"));
  bus.answer("other", message(cluster::ClientCount{"request", 1, {}}));
  ASSERT_TRUE(hears("SPUBLISH socket.io#/#other#"));
  EXPECT_THAT(channels(), ElementsAre("socket.io#/#room#", "socket.io#/#", "socket.io#/#",
                                      "socket.io#/#other#"));
}

TEST_F(RedisBuses, TheOneOfStreamsReadsFromTheEndOn) {
  int reads = 0;
  redis.script = [&](const ScriptedRedis::Words& words) -> std::optional<std::string> {
    if (words[0] == "XREVRANGE") return "*1\r\n*2\r\n$3\r\n7-1\r\n*0\r\n";
    if (words[0] != "XREAD") return std::nullopt;
    if (++reads > 1) return "";
    return "*1\r\n*2\r\n$9\r\nsocket.io\r\n*3\r\n"
           // No fields, then no message, then one.
           "*2\r\n$3\r\n7-2\r\n*0\r\n"
           "*2\r\n$3\r\n7-3\r\n" +
           ScriptedRedis::array({"nsp", "/", "type", "x"}) + "*2\r\n$3\r\n7-4\r\n" +
           ScriptedRedis::array({"uid", "other", "nsp", "/", "type", "3", "data",
                                 R"({"packet":{"type":2,"data":["hi"]},"opts":{}})"});
  };
  StreamsBus bus(loop, "node", client(), {});
  bus.open("/", *this);
  ASSERT_TRUE(loop.run_until([&] { return reads == 2; }));
  EXPECT_THAT(redis.commands(), Contains("XREAD COUNT 100 BLOCK 5000 STREAMS socket.io 7-1"));
  EXPECT_THAT(redis.commands(), Contains("XREAD COUNT 100 BLOCK 5000 STREAMS socket.io 7-4"));
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0]["event"], json::array({"hi"}));
  EXPECT_EQ(bus.ignored(), 1u);
}

TEST_F(RedisBuses, TheOneOfStreamsReadsOnceHoweverAConnectionEnds) {
  int reads = 0;
  redis.script = [&](const ScriptedRedis::Words& words) -> std::optional<std::string> {
    if (words[0] == "XREVRANGE") return "*0\r\n";
    if (words[0] != "XREAD") return std::nullopt;
    // The connection ends while the reader waits before it tries again.
    return ++reads == 1 ? "-UNBLOCKED the stream has gone\r\n" : "";
  };
  StreamsBus bus(loop, "node", client(), {});
  bus.open("/", *this);
  ASSERT_TRUE(loop.run_until([&] { return reads == 1; }));
  for (const auto& visit : redis.visits) {
    if (const auto stream = visit.lock()) stream->close();
  }
  ASSERT_TRUE(loop.run_until([&] { return reads == 2; }));
  loop.run_for(support::milliseconds(3'000));
  EXPECT_EQ(reads, 2);
}

TEST_F(RedisBuses, TheOneOfStreamsPublishesWhatIsAnsweredAndAddsTheRest) {
  redis.script = [](const ScriptedRedis::Words& words) -> std::optional<std::string> {
    if (words[0] == "XREVRANGE") return "*0\r\n";
    return words[0] == "XREAD" ? std::optional<std::string>("") : std::nullopt;
  };
  StreamsBus bus(loop, "node", client(), {});
  bus.open("/", *this);
  be_ready();
  bus.publish(message(cluster::SocketsJoin{{}, {"a"}}));
  bus.publish(broadcast({}, "request"));
  ASSERT_TRUE(hears("PUBLISH socket.io#/#"));
  EXPECT_THAT(redis.commands(),
              Contains(R"(XADD socket.io MAXLEN ~ 10000 * uid node nsp / type 4 data )"
                       R"({"opts":{"rooms":[],"except":[],"flags":{}},"rooms":["a"]})"));
}

TEST_F(RedisBuses, TheOneOfStreamsHasTheStreamsOfItsNamespaces) {
  redis.script = [](const ScriptedRedis::Words& words) -> std::optional<std::string> {
    if (words[0] == "XREVRANGE") return "*0\r\n";
    return words[0] == "XREAD" ? std::optional<std::string>("") : std::nullopt;
  };
  StreamsBus bus(loop, "node", client(), {.stream_name = "s", .stream_count = 3});
  bus.open("/", *this);
  bus.open("/custom", *this);
  bus.open("/dynamic-1", *this);
  // Official servers write to it as well, and do not read it.
  bus.open("/notifications", *this);
  be_ready();
  const std::string read = "XREAD COUNT 100 BLOCK 5000 STREAMS ";
  for (const char* const name : {"s-2 ", "s-1 ", "s--2 "}) EXPECT_TRUE(hears(read + name)) << name;
  for (const char* const nsp : {"/", "/dynamic-1", "/notifications"})
    bus.publish(message(cluster::SocketsJoin{{}, {"a"}}, nsp));
  EXPECT_TRUE(hears("XADD s-2 MAXLEN ~ 10000 * uid node nsp / "));
  EXPECT_TRUE(hears("XADD s-1 MAXLEN ~ 10000 * uid node nsp /dynamic-1 "));
  EXPECT_TRUE(hears("XADD s--2 MAXLEN ~ 10000 * uid node nsp /notifications "));
  EXPECT_THAT(redis.commands(), Not(Contains(StartsWith(read + "s-0"))));
  const auto readers = std::count_if(redis.heard.begin(), redis.heard.end(),
                                     [](const auto& words) { return words[0] == "XREAD"; });
  EXPECT_EQ(readers, 3) << "two namespaces share a stream";
}

TEST_F(RedisBuses, TheOneOfStreamsReadsWhatIsAddedInTheTurnThatOpensAStream) {
  bool is_added = false;
  const std::string id = "$3\r\n8-1\r\n";
  redis.script = [&](const ScriptedRedis::Words& words) -> std::optional<std::string> {
    if (words[0] == "XREVRANGE")
      return words[1] == "s-1" && is_added ? "*1\r\n*2\r\n" + id + "*0\r\n" : "*0\r\n";
    if (words[0] == "XADD") {
      is_added = true;
      return id;
    }
    if (words[0] != "XREAD") return std::nullopt;
    if (words[6] != "s-1" || words[7] != "0-0") return "";
    return "*1\r\n*2\r\n$3\r\ns-1\r\n*1\r\n*2\r\n" + id +
           ScriptedRedis::array({"uid", "node", "nsp", "/dynamic-1", "type", "3", "data",
                                 R"({"packet":{"type":2,"data":["hi"]},"opts":{}})"});
  };
  StreamsBus bus(loop, "node", client(), {.stream_name = "s", .stream_count = 3});
  bus.open("/", *this);
  be_ready();
  const auto sessions = bus.session_store("/dynamic-1");
  bus.open("/dynamic-1", *this);
  bus.publish(broadcast({}, {}, "/dynamic-1"));
  ASSERT_TRUE(loop.run_until([&] { return !messages.empty(); }));
  EXPECT_EQ(messages[0]["event"], json::array({"hi"}));
  EXPECT_TRUE(is_added);
}

TEST_F(RedisBuses, TheOneOfStreamsKnowsThePlaceInEachStream) {
  bool is_written = false;
  redis.script = [&](const ScriptedRedis::Words& words) -> std::optional<std::string> {
    if (words[0] == "XREVRANGE")
      return words[1] == "s-2" ? "*1\r\n*2\r\n$3\r\n7-1\r\n*0\r\n" : "*0\r\n";
    if (words[0] != "XREAD") return std::nullopt;
    if (words[6] == "s-2" || std::exchange(is_written, true)) return "";
    return "*1\r\n*2\r\n$3\r\ns-1\r\n*1\r\n*2\r\n$3\r\n8-2\r\n" +
           ScriptedRedis::array({"uid", "node", "nsp", "/dynamic-1", "type", "3", "data",
                                 R"({"packet":{"type":2,"data":["hi"]},"opts":{}})"});
  };
  StreamsBus bus(loop, "node", client(), {.stream_name = "s", .stream_count = 3});
  const auto first = bus.session_store("/");
  const auto second = bus.session_store("/dynamic-1");
  EXPECT_EQ(first, bus.session_store("/custom"));
  bus.open("/", *this);
  bus.open("/dynamic-1", *this);
  ASSERT_TRUE(
      loop.run_until([&] { return !messages.empty() && !first->position().offset.empty(); }));
  EXPECT_EQ(first->position().offset, "7-1");
  EXPECT_EQ(second->position().offset, "8-2");
  EXPECT_EQ(messages[0]["event"], json::array({"hi"})) << "its own event comes back";
}

TEST_F(RedisBuses, TheOneOfStreamsMaySpeakShardedPubSub) {
  StreamsBus bus(loop, "node", client(), {.pub_sub = SubscriptionKind::shard});
  bus.open("/", *this);
  be_ready();
  EXPECT_THAT(redis.commands(), Contains(StartsWith("SSUBSCRIBE socket.io#/#")));
  bus.publish(broadcast({}, "request"));
  bus.answer("other", message(cluster::ClientCount{"request", 1, {}}));
  bus.count_nodes("/", [](std::optional<std::size_t>) {});
  EXPECT_TRUE(hears("SPUBLISH socket.io#/# "));
  EXPECT_TRUE(hears("SPUBLISH socket.io#/#other# "));
  EXPECT_TRUE(hears("PUBSUB SHARDNUMSUB socket.io#/#"));
  EXPECT_THAT(redis.commands(), Not(Contains(StartsWith("SUBSCRIBE"))));
  EXPECT_THAT(redis.commands(), Not(Contains(StartsWith("PUBLISH"))));
}

}  // namespace
}  // namespace socketio::redis
