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
  // As a server answers that has not joined yet.
  ranges.clear();
  refuse(1, low, "MOVED 2515 h:2");
  send(low, "1");
  ASSERT_TRUE(answered(1));
  loop.run_for(5s);
  EXPECT_THAT(redis(1).commands(), Contains("CLUSTER SLOTS"));
  EXPECT_TRUE(client->is_ready());
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

// --- A cluster whose slots move all the time ---

/// Servers that redirect, and end subscriptions, as Redis does.
class MovingCluster {
 public:
  static constexpr Port servers = 3;

  MovingCluster(support::SimulatedLoop& loop, ScriptedPorts& ports) : loop_(loop), ports_(ports) {
    for (Port port = 1; port <= servers; ++port) {
      ports_[port].redis.script = [this, port](const Words& words) { return answer(port, words); };
    }
  }

  /// Not at once after it has moved: if a slot came back to a server that has just refused one command,
  /// it would accept the next one, which was sent with it.
  void move(const std::string& key) {
    const Slot slot = slot_of(key);
    if (loop_.now() < rests_until_[slot]) return;
    rests_until_[slot] = loop_.now() + 50ms;
    const Port before = owner(slot);
    Port now = before;
    while (now == before) now = static_cast<Port>(loop_.dice().between(1, servers));
    owners_[slot] = now;
    auto& subscribed = subscribers_[before];
    for (auto one = subscribed.begin(); one != subscribed.end();) {
      const auto& [name, stream] = *one;
      if (slot_of(name) != slot) {
        ++one;
        continue;
      }
      if (const auto open = stream.lock())
        open->write("*3\r\n" + ScriptedRedis::bulk("sunsubscribe") + ScriptedRedis::bulk(name) +
                    ":0\r\n");
      one = subscribed.erase(one);
    }
  }
  bool has_subscriber(const std::string& name) {
    return subscribers_[owner(slot_of(name))].contains(name);
  }
  std::size_t subscribers() const {
    std::size_t sum = 0;
    for (const auto& [port, names] : subscribers_) sum += names.size();
    return sum;
  }

  std::vector<std::pair<std::string, int>> set;
  int redirected = 0;

 private:
  Port owner(Slot slot) const {
    const auto found = owners_.find(slot);
    return found == owners_.end() ? 1 : found->second;
  }
  std::string slots() const {
    std::string text;
    int first = 0;
    int ranges = 0;
    const auto add = [&](int last, Port port) {
      if (last < first) return;
      text += "*3\r\n:" + std::to_string(first) + "\r\n:" + std::to_string(last) + "\r\n*2\r\n" +
              ScriptedRedis::bulk("h") + ':' + std::to_string(port) + "\r\n";
      first = last + 1;
      ++ranges;
    };
    for (const auto& [slot, port] : owners_) {
      add(slot - 1, 1);
      add(slot, port);
    }
    add(slot_count - 1, 1);
    return '*' + std::to_string(ranges) + "\r\n" + text;
  }
  std::optional<std::string> answer(Port port, const Words& words) {
    if (words.front() == "CLUSTER") return slots();
    const bool is_keyed = words.front() == "SET" || words.front().ends_with("SUBSCRIBE");
    if (!is_keyed) return {};
    const std::string& key = words.at(1);
    const Slot slot = slot_of(key);
    redirected += owner(slot) != port;
    if (owner(slot) != port)
      return "-MOVED " + std::to_string(slot) + " h:" + std::to_string(owner(slot)) + "\r\n";
    if (words.front() == "SET") set.emplace_back(key, std::stoi(words.at(2)));
    if (words.front() == "SSUBSCRIBE")
      subscribers_[port].insert_or_assign(key, ports_[port].redis.asking);
    if (words.front() == "SUNSUBSCRIBE") subscribers_[port].erase(key);
    return {};
  }

  support::SimulatedLoop& loop_;
  ScriptedPorts& ports_;
  std::map<Slot, Port> owners_;
  std::map<Slot, TimePoint> rests_until_;
  std::map<Port, std::map<std::string, std::weak_ptr<Stream>>> subscribers_;
};

class RedisClusterSeeds : public testing::TestWithParam<std::uint64_t> {};

TEST_P(RedisClusterSeeds, CommandsKeepTheirOrderAndSubscriptionsEndWhereTheSlotsAre) {
  support::SimulatedLoop loop{GetParam()};
  auto owned = std::make_unique<ScriptedPorts>(
      loop, support::NetworkProfile{
                .delay_min = {}, .delay_max = std::chrono::milliseconds(3), .piece_bytes = 32});
  ScriptedPorts& ports = *owned;
  MovingCluster cluster(loop, ports);
  ConnectionSettings settings;
  settings.address.cluster = {{"h", 1}, {"h", 2}};
  ClusterClient client(loop, std::move(owned), settings);
  client.open();
  ASSERT_TRUE(loop.run_until([&] { return client.is_ready(); }));
  const std::vector<std::string> keys{"a", "{a}b", "c", "d"};
  std::map<std::string, Subscriber::Id> subscribed;
  std::map<std::string, int> sent;
  int answered = 0;
  for (int step = 0; step < 300; ++step) {
    const std::string& key = keys[loop.dice().between(0, keys.size() - 1)];
    switch (loop.dice().between(0, 5)) {
      case 0:
        cluster.move(key);
        break;
      case 1:
        if (const auto found = subscribed.find(key); found != subscribed.end()) {
          client.unsubscribe(found->second);
          subscribed.erase(found);
        } else {
          subscribed[key] = client.subscribe(Kind::shard, key, [](const Message&) {});
        }
        break;
      case 2:
        loop.run_for(std::chrono::milliseconds(loop.dice().between(0, 20)));
        break;
      default:
        client.send_for(key, {"SET", key, std::to_string(++sent[key])},
                        [&](const Answer& answer) { answered += answer && !answer->is_error(); });
    }
  }
  int total = 0;
  for (const auto& [key, count] : sent) total += count;
  EXPECT_TRUE(loop.run_until([&] { return answered == total; })) << answered << " of " << total;
  std::map<std::string, int> last;
  for (const auto& [key, value] : cluster.set) EXPECT_EQ(value, ++last[key]) << key;
  EXPECT_TRUE(loop.run_until([&] {
    return cluster.subscribers() == subscribed.size() &&
           std::all_of(subscribed.begin(), subscribed.end(),
                       [&](const auto& one) { return cluster.has_subscriber(one.first); });
  }));
  EXPECT_EQ(client.commands().held(), 0U);
  EXPECT_GT(cluster.redirected, 0);
  client.close();
  loop.run_for(1s);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RedisClusterSeeds, testing::Range<std::uint64_t>(1, 101));

}  // namespace
}  // namespace socketio::redis
