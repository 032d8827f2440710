// SPDX-License-Identifier: MIT
// A Redis Cluster in virtual time, of scripted servers: redirections, the order of what is sent for one
// slot, subscriptions that move, servers that are lost, and servers that disagree.
#include "redis/cluster_client.hpp"
#include "redis/stream_reader.hpp"
#include "support/scripted_ports.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace socketio::redis {
namespace {

using namespace std::chrono_literals;
using support::ScriptedPorts;
using support::ScriptedRedis;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using Words = ScriptedRedis::Words;
using Kind = SubscriptionKind;
using Port = std::uint16_t;
using Mode = support::SimulatedConnector::Mode;

// By their slots.
const std::string low = "foo{hash_tag}";  // 2515
const std::string high = "foo";           // 12182

/// The lower half of the slots is at port 1, the upper one at port 2.
class RedisCluster : public testing::Test {
 protected:
  RedisCluster() {
    settings.address.cluster = {{"h", 1}};
    auto owned = std::make_unique<ScriptedPorts>(loop);
    ports = owned.get();
    for (const Port port : {1, 2, 3, 4}) {
      redis(port).script = [this, port](const Words& words) { return answer(port, words); };
    }
    client = std::make_unique<ClusterClient>(
        loop, std::move(owned), settings, [this](Client::Presence presence, std::string_view) {
          presences.push_back(presence == Client::Presence::present ? "present" : "away");
        });
  }
  ~RedisCluster() override { client->close(); }

  ScriptedRedis& redis(Port port) { return (*ports)[port].redis; }

  std::string slots() const {
    std::string text = '*' + std::to_string(ranges.size()) + "\r\n";
    for (const auto& [first, last, servers] : ranges) {
      text += '*' + std::to_string(2 + servers.size()) + "\r\n:" + std::to_string(first) +
              "\r\n:" + std::to_string(last) + "\r\n";
      for (const Port port : servers)
        text += "*2\r\n" + ScriptedRedis::bulk("h") + ':' + std::to_string(port) + "\r\n";
    }
    return text;
  }
  std::optional<std::string> answer(Port port, const Words& words) {
    if (words.front() == "CLUSTER") return slots();
    if (words.size() > 1) {
      const auto refusal = refusals.find({port, words[1]});
      if (refusal != refusals.end()) return '-' + refusal->second + "\r\n";
    }
    if (words.front() == "PUBSUB") return "*2\r\n" + ScriptedRedis::bulk("c") + ":2\r\n";
    return {};
  }
  /// Has the server refuse all commands for that key.
  void refuse(Port port, const std::string& key, std::string error) {
    refusals[{port, key}] = std::move(error);
  }
  void accept(Port port, const std::string& key) { refusals.erase({port, key}); }

  void be_ready() {
    client->open();
    ASSERT_TRUE(loop.run_until([&] { return client->is_ready(); }));
  }
  /// The server has got it.
  bool hears(Port port, const std::string& command) {
    return loop.run_until(
        [&] { return testing::Matches(Contains(command))(redis(port).commands()); });
  }
  void send(const std::string& key, const std::string& value) {
    client->send_for(key, {"SET", key, value}, [this, value](const Answer& answer) {
      answers.push_back(value + ": " +
                        (answer ? std::string(answer->text()) : describe_error(answer.error())));
    });
  }
  static std::string describe_error(CommandErrc code) {
    return code == CommandErrc::lost      ? "lost"
           : code == CommandErrc::expired ? "expired"
                                          : "dropped";
  }
  bool answered(std::size_t count) {
    return loop.run_until([&] { return answers.size() == count; });
  }
  /// What the server was told to set, in order.
  std::vector<std::string> set_at(Port port) {
    std::vector<std::string> values;
    for (const Words& words : redis(port).heard) {
      if (words.front() == "SET") values.push_back(words.back());
      if (words.front() == "ASKING") values.emplace_back("ASKING");
    }
    return values;
  }
  Subscriber::Id listen(const std::string& name, Kind kind = Kind::shard) {
    return client->subscribe(
        kind, name, [this](const Message& message) { messages.emplace_back(message.payload); });
  }
  void lose(Port port) {
    (*ports)[port].connector.mode = Mode::refuse;
    for (const auto& stream : (*ports)[port].connector.streams()) stream->reset();
  }
  std::size_t connections(Port port) { return (*ports)[port].connector.streams().size(); }

  struct Range {
    int first;
    int last;
    std::vector<Port> servers;
  };
  support::SimulatedLoop loop{1};
  ConnectionSettings settings;
  ScriptedPorts* ports = nullptr;
  std::vector<Range> ranges{{0, 8'191, {1}}, {8'192, 16'383, {2}}};
  std::map<std::pair<Port, std::string>, std::string> refusals;
  std::vector<std::string> presences;
  std::vector<std::string> answers;
  std::vector<std::string> messages;
  std::unique_ptr<ClusterClient> client;
};

TEST_F(RedisCluster, EachCommandGoesToTheServerThatHasTheSlot) {
  be_ready();
  EXPECT_EQ(connections(2), 0U) << "it is not in use";
  send(low, "a");
  send(high, "b");
  ASSERT_TRUE(answered(2));
  EXPECT_THAT(set_at(1), ElementsAre("a"));
  EXPECT_THAT(set_at(2), ElementsAre("b"));
  EXPECT_THAT(presences, ElementsAre("present"));
  EXPECT_LT(loop.elapsed(), 100ms);
}

TEST_F(RedisCluster, WhatIsSentBeforeTheMapIsKnownWaits) {
  client->open();
  send(high, "a");
  send(high, "b");
  EXPECT_EQ(client->commands().held(), 2U);
  ASSERT_TRUE(answered(2));
  EXPECT_THAT(set_at(2), ElementsAre("a", "b"));
  EXPECT_EQ(client->commands().held(), 0U);
}

TEST_F(RedisCluster, WhatHasMovedIsSentAgainInOrder) {
  be_ready();
  const std::string moved = "-MOVED 12182 h:3\r\n";
  redis(2).script = [&](const Words& words) -> std::optional<std::string> {
    if (words.back() == "a") return moved;
    return words.front() == "SET" ? "" : answer(2, words);
  };
  for (const char* const value : {"a", "b", "c"}) send(high, value);
  ASSERT_TRUE(loop.run_until([&] { return client->commands().held() == 1; }));
  send(high, "d");
  loop.run_for(100ms);
  EXPECT_THAT(set_at(3), IsEmpty());
  redis(2).say(moved + moved);
  ASSERT_TRUE(answered(4));
  EXPECT_THAT(set_at(2), ElementsAre("a", "b", "c"));
  EXPECT_THAT(set_at(3), ElementsAre("a", "b", "c", "d"));
  EXPECT_THAT(answers, ElementsAre("a: OK", "b: OK", "c: OK", "d: OK"));
}

TEST_F(RedisCluster, ARedirectionMakesItAskWhereTheSlotsAre) {
  be_ready();
  ranges = {{0, 16'383, {3}}};
  refuse(2, high, "MOVED 12182 h:3");
  send(high, "a");
  ASSERT_TRUE(answered(1));
  loop.run_for(ClusterNodes::refresh * 2);
  send(low, "b");
  ASSERT_TRUE(answered(2));
  EXPECT_THAT(set_at(3), ElementsAre("a", "b"));
}

TEST_F(RedisCluster, WhileASlotMovesTheOtherServerIsAskedForTheKey) {
  be_ready();
  refuse(2, high, "ASK 12182 h:3");
  send(high, "a");
  send(high, "b");
  ASSERT_TRUE(answered(2));
  EXPECT_THAT(set_at(3), ElementsAre("ASKING", "a", "ASKING", "b"));
  accept(2, high);
  send(high, "c");
  ASSERT_TRUE(answered(3));
  EXPECT_THAT(set_at(2), ElementsAre("a", "b", "c")) << "it still has the slot";
  EXPECT_THAT(answers, ElementsAre("a: OK", "b: OK", "c: OK"));
}

TEST_F(RedisCluster, ServersThatDisagreeAreLeftAfterSomeHops) {
  be_ready();
  refuse(2, high, "MOVED 12182 h:3");
  refuse(3, high, "MOVED 12182 h:2");
  send(high, "a");
  ASSERT_TRUE(answered(1));
  EXPECT_THAT(answers.front(), testing::StartsWith("a: MOVED"));
  EXPECT_EQ(set_at(2).size() + set_at(3).size(), ClusterCommands::hop_limit + 1U);
}

TEST_F(RedisCluster, ASlotThatNobodyHasIsTriedAgainByOneCommand) {
  be_ready();
  refuse(2, high, "CLUSTERDOWN Hash slot not served");
  for (const char* const value : {"a", "b", "c"}) send(high, value);
  loop.run_for(ClusterCommands::retry * 5);
  send(high, "d");
  EXPECT_THAT(answers, IsEmpty());
  const auto tried = set_at(2);
  EXPECT_GE(tried.size(), 5U);
  for (std::size_t i = 3; i < tried.size(); ++i) EXPECT_EQ(tried[i], "a");
  redis(2).heard.clear();
  accept(2, high);
  ASSERT_TRUE(answered(4));
  EXPECT_THAT(set_at(2), ElementsAre("a", "b", "c", "d"));
}

TEST_F(RedisCluster, WhatWaitsTooLongForASlotIsGivenUp) {
  be_ready();
  refuse(2, high, "CLUSTERDOWN Hash slot not served");
  send(high, "a");
  loop.run_for(settings.times.waiting - 1s);
  EXPECT_THAT(answers, IsEmpty());
  loop.run_for(2s);
  EXPECT_THAT(answers, ElementsAre("a: expired"));
  EXPECT_EQ(client->commands().expired(), 1U);
}

TEST_F(RedisCluster, WhatWaitsForASlotIsLimited) {
  ranges.pop_back();
  client->open();
  loop.run_for(1s);
  EXPECT_FALSE(client->is_ready()) << "half of the slots has no server";
  for (std::size_t i = 0; i < settings.limits.waiting_commands; ++i) send(high, "x");
  send(high, "one too many");
  loop.run_for(10ms);
  EXPECT_THAT(answers, ElementsAre("one too many: dropped"));
  EXPECT_EQ(client->commands().dropped(), 1U);
}

TEST_F(RedisCluster, WhatWaitsForALostServerGoesToTheOneThatTakesOver) {
  be_ready();
  send(high, "a");
  ASSERT_TRUE(answered(1));
  redis(2).script = [](const Words&) -> std::optional<std::string> { return ""; };
  send(high, "b");
  ASSERT_TRUE(hears(2, "SET foo b"));
  lose(2);
  loop.run_for(10ms);
  send(high, "c");
  send(high, "d");
  loop.run_for(2s);
  EXPECT_THAT(answers, ElementsAre("a: OK", "b: lost"));
  EXPECT_FALSE(client->is_ready());
  ranges = {{0, 8'191, {1}}, {8'192, 16'383, {3}}};
  ASSERT_TRUE(answered(4));
  EXPECT_THAT(set_at(3), ElementsAre("c", "d")) << "what may have had its effect is not sent again";
  ASSERT_TRUE(loop.run_until([&] { return client->is_ready(); }));
  loop.run_for(1s);
  EXPECT_EQ(client->nodes().size(), 2U) << "the lost one is forgotten";
}

TEST_F(RedisCluster, IfAllAreLostThoseThatWereNamedAreAskedAgain) {
  be_ready();
  ranges = {{0, 16'383, {2}}};
  refuse(1, low, "MOVED 2515 h:2");
  send(low, "a");
  ASSERT_TRUE(answered(1));
  loop.run_for(3s);
  EXPECT_EQ(client->nodes().size(), 1U);
  lose(2);
  loop.run_for(10ms);
  ranges = {{0, 16'383, {3}}};
  send(low, "b");
  ASSERT_TRUE(answered(2));
  EXPECT_THAT(set_at(3), ElementsAre("b"));
}

TEST_F(RedisCluster, AServerThatIsNoClusterIsAskedAgain) {
  redis(1).script = [](const Words& words) -> std::optional<std::string> {
    if (words.front() == "CLUSTER") return "-ERR This instance has cluster support disabled\r\n";
    return {};
  };
  client->open();
  loop.run_for(5s);
  EXPECT_FALSE(client->is_ready());
  const auto asked =
      std::count(redis(1).heard.begin(), redis(1).heard.end(), Words{"CLUSTER", "SLOTS"});
  EXPECT_GE(asked, 5);
  EXPECT_LE(asked, 11);
}

TEST_F(RedisCluster, ASubscriptionIsAtTheServerThatHasItsSlot) {
  listen(low);
  client->open();
  listen(high);
  ASSERT_TRUE(hears(1, "SSUBSCRIBE " + low));
  ASSERT_TRUE(hears(2, "SSUBSCRIBE " + high));
  redis(2).say(ScriptedRedis::array({"smessage", high, "hello"}));
  ASSERT_TRUE(loop.run_until([&] { return !messages.empty(); }));
  EXPECT_THAT(messages, ElementsAre("hello"));
}

TEST_F(RedisCluster, ASubscriptionMovesWithItsSlot) {
  be_ready();
  const auto id = listen(high);
  ASSERT_TRUE(hears(2, "SSUBSCRIBE " + high));
  loop.run_for(100ms);
  refuse(2, high, "MOVED 12182 h:3");
  redis(2).say("*3\r\n" + ScriptedRedis::bulk("sunsubscribe") + ScriptedRedis::bulk(high) +
               ":0\r\n");
  ASSERT_TRUE(hears(3, "SSUBSCRIBE " + high));
  bool is_confirmed = false;
  client->await_confirmation(id, [&](Subscriber::Confirmation confirmation) {
    is_confirmed = confirmation == Subscriber::Confirmation::confirmed;
  });
  ASSERT_TRUE(loop.run_until([&] { return is_confirmed; }));
  redis(3).say(ScriptedRedis::array({"smessage", high, "hello"}));
  ASSERT_TRUE(loop.run_until([&] { return !messages.empty(); }));
  client->unsubscribe(id);
  ASSERT_TRUE(hears(3, "SUNSUBSCRIBE " + high));
}

TEST_F(RedisCluster, WhoAwaitsAConfirmationGetsItFromTheServerToWhichItHasMoved) {
  be_ready();
  refuse(2, high, "MOVED 12182 h:3");
  const auto id = listen(high);
  std::vector<Subscriber::Confirmation> confirmations;
  for (int i = 0; i < 2; ++i)
    client->await_confirmation(id,
                               [&](Subscriber::Confirmation one) { confirmations.push_back(one); });
  ASSERT_TRUE(loop.run_until([&] { return !confirmations.empty(); }));
  using Confirmation = Subscriber::Confirmation;
  EXPECT_THAT(confirmations, ElementsAre(Confirmation::confirmed, Confirmation::confirmed));
  EXPECT_THAT(redis(3).commands(), Contains("SSUBSCRIBE " + high));
}

TEST_F(RedisCluster, AnEmptyMapIsNone) {
  be_ready();
  ranges.clear();  // as a server answers that has not joined yet
  refuse(1, low, "MOVED 2515 h:2");
  send(low, "1");
  loop.run_for(5s);
  EXPECT_THAT(presences, ElementsAre("present"));
}

TEST_F(RedisCluster, WithoutAServerThereIsNoConfirmation) {
  ranges.pop_back();
  client->open();
  loop.run_for(1s);
  const auto id = listen(high);
  std::optional<Subscriber::Confirmation> confirmation;
  client->await_confirmation(id, [&](Subscriber::Confirmation one) { confirmation = one; });
  EXPECT_EQ(confirmation, Subscriber::Confirmation::not_now);
}

TEST_F(RedisCluster, WhatEveryServerTakesStaysAtOneOfThem) {
  ranges = {{0, 8'191, {2}}, {8'192, 16'383, {4}}};
  be_ready();
  listen("c", Kind::channel);
  listen("p*", Kind::pattern);
  for (int i = 0; i < 10; ++i) client->send({"PUBLISH", "c", "x"});
  loop.run_for(1s);
  const Port home = redis(2).heard.size() > redis(4).heard.size() ? 2 : 4;
  EXPECT_THAT(redis(home).commands(), AllOf(Contains("SUBSCRIBE c"), Contains("PSUBSCRIBE p*"),
                                            Contains("PUBLISH c x").Times(10)));
  const Port other = 3;
  ranges = {{0, 16'383, {other}}};
  lose(home);
  ASSERT_TRUE(hears(other, "SUBSCRIBE c"));
  ASSERT_TRUE(hears(other, "PSUBSCRIBE p*"));
  client->send({"PUBLISH", "c", "y"});
  ASSERT_TRUE(hears(other, "PUBLISH c y"));
}

TEST_F(RedisCluster, AllAreAskedReplicasToo) {
  ranges = {{0, 8'191, {1, 4}}, {8'192, 16'383, {2}}};
  be_ready();
  std::optional<std::size_t> count;
  const auto ask = [&] {
    count.reset();
    client->ask_all({"PUBSUB", "NUMSUB", "c"},
                    [&](const std::vector<Reply>& replies) { count = replies.size(); });
    EXPECT_TRUE(loop.run_until([&] { return count.has_value(); }));
    return count.value_or(99);
  };
  EXPECT_EQ(ask(), 3U);
  lose(4);
  loop.run_for(1s);
  EXPECT_EQ(ask(), 2U) << "a replica may be missing";
  lose(2);
  loop.run_for(1s);
  EXPECT_EQ(ask(), 0U) << "a master must not";
}

TEST_F(RedisCluster, AReaderFollowsTheServerOfItsStream) {
  be_ready();
  const auto read = [](const Words& words) -> std::optional<std::string> {
    if (words.front() == "XREVRANGE" || words.front() == "XRANGE") return "*0\r\n";
    if (words.front() == "XREAD") return "";
    return {};
  };
  redis(2).script = redis(3).script = read;
  StreamReader reader(loop, client->connector_for(high), client->settings(), {.stream = high},
                      [](const std::string&, const std::vector<Reply>&) {});
  reader.open();
  const std::string reading = "XREAD COUNT 100 BLOCK 5000 STREAMS foo 0-0";
  ASSERT_TRUE(hears(2, reading));
  ranges = {{0, 8'191, {1}}, {8'192, 16'383, {3}}};
  redis(2).say("-MOVED 12182 h:3\r\n");
  ASSERT_TRUE(hears(3, reading));
  reader.close();
}

TEST_F(RedisCluster, MayBeClosedAtAnyTime) {
  for (int time = 0; time < 20; ++time) {
    auto owned = std::make_unique<ScriptedPorts>(loop);
    ScriptedPorts& own = *owned;
    for (const Port port : {1, 2}) {
      own[port].redis.script = [this](const Words& words) -> std::optional<std::string> {
        if (words.front() == "CLUSTER") return slots();
        return {};
      };
    }
    auto other = std::make_unique<ClusterClient>(loop, std::move(owned), settings);
    bool was_called = false;
    other->open();
    other->subscribe(Kind::shard, high, [](const Message&) {});
    loop.run_for(std::chrono::milliseconds(time));
    other->send_for(high, {"SET", high, "x"}, [&](const Answer&) { was_called = true; });
    other->close();
    loop.run_for(1s);
    other.reset();
    loop.run_for(60s);
    EXPECT_FALSE(was_called);
  }
}

}  // namespace
}  // namespace socketio::redis
