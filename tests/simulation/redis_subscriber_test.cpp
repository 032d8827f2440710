// SPDX-License-Identifier: MIT
// Subscriptions in virtual time, with a scripted Redis: they are counted, restored before the
// connection is ready, and always what their users want in the end.
#include "redis/single_client.hpp"
#include "redis/subscriber.hpp"
#include "support/scripted_redis.hpp"
#include "support/simulated_connector.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace socketio::redis {
namespace {

using namespace std::chrono_literals;
using support::milliseconds;
using support::ScriptedRedis;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using Words = ScriptedRedis::Words;
using Kind = SubscriptionKind;

class RedisSubscriber : public testing::Test {
 protected:
  RedisSubscriber() {
    connector.delay_min = connector.delay_max = milliseconds(1);
    subscriber = std::make_unique<Subscriber>(
        loop, connector, settings,
        [this](const StateChange& change) { states.emplace_back(to_string(change.now)); });
  }

  void be_ready() {
    subscriber->open();
    ASSERT_TRUE(become(ConnectionState::ready));
    forget();
  }
  void forget() {
    states.clear();
    redis.heard.clear();
  }
  bool become(ConnectionState state) {
    return loop.run_until([&] { return subscriber->connection().state() == state; });
  }
  bool settle() {
    return loop.run_until([&] { return subscriber->is_settled(); });
  }
  Subscriber::Id listen(const std::string& name, Kind kind = Kind::channel) {
    return subscriber->subscribe(kind, name, [this, name](const Message& message) {
      messages.push_back(name + ": " + std::string(message.channel) + '=' +
                         std::string(message.payload));
    });
  }
  void break_off() {
    connector.streams().back()->reset();
    ASSERT_TRUE(become(ConnectionState::waiting));
    redis.heard.clear();
  }

  support::SimulatedLoop loop{1};
  support::Network network{loop, {.piece_bytes = 7}};
  ScriptedRedis redis{network};
  support::SimulatedConnector connector{loop, redis.dial()};
  ConnectionSettings settings;
  std::vector<std::string> states;
  std::vector<std::string> messages;
  std::unique_ptr<Subscriber> subscriber;
};

TEST_F(RedisSubscriber, SubscribesAndHears) {
  be_ready();
  listen("a");
  listen("s", Kind::shard);
  listen("p*", Kind::pattern);
  EXPECT_TRUE(settle());
  EXPECT_THAT(redis.commands(), ElementsAre("SUBSCRIBE a", "SSUBSCRIBE s", "PSUBSCRIBE p*"));
  redis.say(ScriptedRedis::message("a", "1"));
  redis.say(ScriptedRedis::array({"smessage", "s", "2"}));
  redis.say(ScriptedRedis::array({"pmessage", "p*", "pq", "3"}));
  redis.say(ScriptedRedis::message("unknown", "4"));
  EXPECT_TRUE(loop.run_until([&] { return subscriber->messages() == 4; }));
  EXPECT_THAT(messages, ElementsAre("a: a=1", "s: s=2", "p*: pq=3"));
}

TEST_F(RedisSubscriber, UsersOfAChannelShareOneSubscription) {
  be_ready();
  const auto first = listen("a");
  const auto second = listen("a");
  EXPECT_TRUE(settle());
  redis.say(ScriptedRedis::message("a", "1"));
  loop.run_for(1s);
  EXPECT_THAT(messages, ElementsAre("a: a=1", "a: a=1"));
  subscriber->unsubscribe(first);
  EXPECT_TRUE(settle());
  EXPECT_THAT(redis.commands(), ElementsAre("SUBSCRIBE a"));
  subscriber->unsubscribe(second);
  EXPECT_TRUE(settle());
  EXPECT_THAT(redis.commands(), ElementsAre("SUBSCRIBE a", "UNSUBSCRIBE a"));
  EXPECT_EQ(subscriber->names(), 0U);
  subscriber->unsubscribe(second);
}

TEST_F(RedisSubscriber, RestoresEverythingBeforeItIsReady) {
  be_ready();
  listen("a");
  listen("b");
  const auto gone = listen("c");
  listen("p*", Kind::pattern);
  EXPECT_TRUE(settle());
  subscriber->unsubscribe(gone);
  EXPECT_TRUE(settle());
  break_off();
  redis.script = [](const Words& words) -> std::optional<std::string> {
    if (words.back() == "b") return "";
    return {};
  };
  loop.run_for(2s);
  EXPECT_EQ(subscriber->connection().state(), ConnectionState::restoring);
  EXPECT_THAT(redis.commands(),
              UnorderedElementsAre("PING", "SUBSCRIBE a", "SUBSCRIBE b", "PSUBSCRIBE p*"));
  redis.say("*3\r\n$9\r\nsubscribe\r\n$1\r\nb\r\n:1\r\n");
  EXPECT_TRUE(become(ConnectionState::ready));
}

TEST_F(RedisSubscriber, RestoresMoreThanMayBeUnderway) {
  constexpr std::size_t count = Subscriber::unanswered_limit * 3;
  for (std::size_t i = 0; i < count; ++i) listen("channel " + std::to_string(i));
  std::size_t most = 0;
  subscriber->open();
  EXPECT_TRUE(loop.run_until([&] {
    most = std::max(most, subscriber->connection().unanswered());
    return subscriber->connection().is_ready();
  }));
  EXPECT_EQ(redis.heard.size(), count + 1);
  EXPECT_EQ(most, Subscriber::unanswered_limit);
}

TEST_F(RedisSubscriber, WhatChangesWhileItIsAwayCostsNothing) {
  be_ready();
  const auto a = listen("a");
  EXPECT_TRUE(settle());
  break_off();
  subscriber->unsubscribe(a);
  for (int i = 0; i < 1'000; ++i) subscriber->unsubscribe(listen("toggled"));
  listen("b");
  EXPECT_TRUE(become(ConnectionState::ready));
  EXPECT_THAT(redis.commands(), ElementsAre("PING", "SUBSCRIBE b"));
}

TEST_F(RedisSubscriber, WhatChangesWhileItRestoresDoesNotDelayReadiness) {
  listen("a");
  redis.script = [](const Words& words) -> std::optional<std::string> {
    if (words.back() == "late") return "";
    return {};
  };
  subscriber->open();
  EXPECT_TRUE(become(ConnectionState::restoring));
  listen("late");
  EXPECT_TRUE(become(ConnectionState::ready));
  EXPECT_FALSE(subscriber->is_settled());
}

TEST_F(RedisSubscriber, ARefusedChannelDoesNotStopTheOthers) {
  redis.script = [](const Words& words) -> std::optional<std::string> {
    if (words.back() == "b") return "-NOPERM no permissions to access a channel\r\n";
    return {};
  };
  listen("a");
  listen("b");
  listen("c");
  subscriber->open();
  EXPECT_TRUE(become(ConnectionState::ready));
  EXPECT_EQ(subscriber->refused(), 1U);
  redis.say(ScriptedRedis::message("c", "1"));
  loop.run_for(1s);
  EXPECT_THAT(messages, ElementsAre("c: c=1"));
}

TEST_F(RedisSubscriber, WhatIsRefusedForNowIsTriedAgain) {
  int refusals = 3;
  redis.script = [&](const Words& words) -> std::optional<std::string> {
    if (words.back() == "b" && refusals-- > 0) return "-BUSY Redis is busy running a script.\r\n";
    return {};
  };
  listen("a");
  const auto id = listen("b");
  subscriber->open();
  EXPECT_TRUE(become(ConnectionState::ready));
  std::vector<Subscriber::Confirmation> confirmations;
  const auto keep = [&](Subscriber::Confirmation one) { confirmations.push_back(one); };
  subscriber->await_confirmation(id, keep);
  EXPECT_THAT(confirmations, IsEmpty());
  loop.run_for(5s);
  EXPECT_EQ(subscriber->refused(), 3U);
  redis.say(ScriptedRedis::message("b", "1"));
  loop.run_for(1s);
  EXPECT_THAT(messages, ElementsAre("b: b=1"));
  subscriber->await_confirmation(id, keep);
  EXPECT_THAT(confirmations,
              ElementsAre(Subscriber::Confirmation::not_now, Subscriber::Confirmation::confirmed));
}

TEST_F(RedisSubscriber, WhoeverWaitsForAConfirmationDoesNotWaitForEver) {
  const auto id = listen("a");
  std::vector<Subscriber::Confirmation> confirmations;
  subscriber->await_confirmation(
      id, [&](Subscriber::Confirmation one) { confirmations.push_back(one); });
  loop.run_for(Times{}.waiting + 1s);
  EXPECT_THAT(confirmations, ElementsAre(Subscriber::Confirmation::not_now));
}

TEST_F(RedisSubscriber, UsersComeAndGoInCallbacks) {
  be_ready();
  Subscriber::Id second = 0;
  subscriber->subscribe(Kind::channel, "a", [&](const Message&) {
    messages.emplace_back("first");
    subscriber->unsubscribe(std::exchange(second, 0));
    listen("a");
    listen("b");
  });
  second = listen("a");
  EXPECT_TRUE(settle());
  redis.say(ScriptedRedis::message("a", "1"));
  loop.run_for(1s);
  EXPECT_THAT(messages, ElementsAre("first")) << "one has gone, and one came too late";
  EXPECT_THAT(redis.commands(), ElementsAre("SUBSCRIBE a", "SUBSCRIBE b"));
}

TEST_F(RedisSubscriber, AChannelMayHaveTheNameOfAPush) {
  be_ready();
  listen("message");
  EXPECT_TRUE(settle());
  redis.say(ScriptedRedis::message("message", "message"));
  loop.run_for(1s);
  EXPECT_THAT(messages, ElementsAre("message: message=message"));
}

TEST_F(RedisSubscriber, AsksASilentRedisWhetherItIsThere) {
  be_ready();
  listen("a");
  EXPECT_TRUE(settle());
  redis.script = [](const Words& words) -> std::optional<std::string> {
    if (words.front() == "PING") return ScriptedRedis::array({"pong", ""});
    return {};
  };
  loop.run_for(60s);
  EXPECT_TRUE(subscriber->connection().is_ready());
  EXPECT_GE(redis.heard.size(), 10U);
}

/// Users come and go at random while Redis does, too: in the end Redis knows exactly the channels
/// that somebody wants.
TEST_F(RedisSubscriber, RedisKnowsWhatIsWantedWhateverHappens) {
  network.profile.delay_max = milliseconds(30);
  std::set<std::string> known;
  redis.script = [&](const Words& words) -> std::optional<std::string> {
    if (words.front() == "PING") known.clear();  // a new connection, since it never falls silent
    if (words.front() == "SUBSCRIBE") known.insert(words.back());
    if (words.front() == "UNSUBSCRIBE") known.erase(words.back());
    return {};
  };
  subscriber->open();
  std::vector<std::pair<Subscriber::Id, std::string>> wanted;
  for (int i = 0; i < 5'000; ++i) {
    if (!wanted.empty() && loop.dice().one_in(2)) {
      const auto at = wanted.begin() + static_cast<long>(loop.dice().below(wanted.size()));
      subscriber->unsubscribe(at->first);
      wanted.erase(at);
    } else {
      const std::string name = std::to_string(loop.dice().below(20));
      wanted.emplace_back(listen(name), name);
    }
    if (loop.dice().one_in(100)) {
      for (const auto& stream : connector.streams()) stream->reset();
    }
    loop.run_for(milliseconds(loop.dice().below(10)));
  }
  EXPECT_TRUE(loop.run_until(
      [&] { return subscriber->connection().is_ready() && subscriber->is_settled(); }));
  std::set<std::string> names;
  for (const auto& [id, name] : wanted) names.insert(name);
  EXPECT_EQ(known, names);
}

// --- What a cluster does when a slot moves ---

std::string end_of(const std::string& name) {
  return "*3\r\n" + ScriptedRedis::bulk("sunsubscribe") + ScriptedRedis::bulk(name) + ":0\r\n";
}

TEST_F(RedisSubscriber, WhatRedisEndsItselfIsSubscribedAgain) {
  be_ready();
  listen("foo", Kind::shard);
  EXPECT_TRUE(settle());
  forget();
  redis.say(end_of("foo") + end_of("unknown"));
  EXPECT_TRUE(loop.run_until([&] { return !redis.heard.empty() && subscriber->is_settled(); }));
  EXPECT_THAT(redis.commands(), ElementsAre("SSUBSCRIBE foo"));
  EXPECT_TRUE(subscriber->connection().is_ready());
  EXPECT_THAT(states, IsEmpty());
}

TEST_F(RedisSubscriber, AnEndThatCrossesItsRequestDoesNotDisturbTheNextAnswers) {
  be_ready();
  const auto id = listen("foo", Kind::shard);
  EXPECT_TRUE(settle());
  forget();
  redis.script = [](const Words& words) -> std::optional<std::string> {
    if (words.front() == "SUNSUBSCRIBE") return end_of("foo") + "-MOVED 12182 h:3\r\n";
    return {};
  };
  subscriber->unsubscribe(id);
  listen("other", Kind::shard);
  EXPECT_TRUE(settle());
  loop.run_for(1s);
  EXPECT_THAT(redis.commands(), ElementsAre("SUNSUBSCRIBE foo", "SSUBSCRIBE other"));
  EXPECT_EQ(subscriber->refused(), 0U);
  EXPECT_THAT(states, IsEmpty());
}

TEST(RedisClient, IsPresentWhenBothConnectionsAreReady) {
  support::SimulatedLoop loop{1};
  support::Network network{loop};
  ScriptedRedis redis{network};
  std::vector<std::string> events;
  {
    auto owned = std::make_unique<support::SimulatedConnector>(loop, redis.dial());
    auto& connector = *owned;
    connector.delay_min = connector.delay_max = milliseconds(1);
    SingleClient client(
        loop, std::move(owned), {}, [&](Client::Presence presence, std::string_view) {
          events.emplace_back(presence == Client::Presence::present ? "present" : "away");
        });
    client.subscribe(Kind::channel, "c",
                     [&](const Message& message) { events.emplace_back(message.payload); });
    client.open();
    EXPECT_TRUE(loop.run_until([&] { return client.is_ready(); }));
    EXPECT_THAT(events, ElementsAre("present"));
    connector.streams().front()->reset();
    EXPECT_TRUE(loop.run_until([&] { return !client.is_ready(); }));
    EXPECT_TRUE(loop.run_until([&] { return client.is_ready(); }));
    EXPECT_THAT(events, ElementsAre("present", "away", "present"));
    events.clear();
  }
  loop.run_for(60s);
  EXPECT_THAT(events, IsEmpty());
  EXPECT_EQ(network.live_ends(), 0U) << network.open_ends();
}

}  // namespace
}  // namespace socketio::redis
