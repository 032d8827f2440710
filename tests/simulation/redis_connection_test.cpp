// SPDX-License-Identifier: MIT
// A connection to Redis in virtual time, with a scripted Redis: each state and what leads out of
// it, what happens to commands meanwhile, and every limit.
#include "base/log.hpp"
#include "redis/connection.hpp"
#include "support/scripted_redis.hpp"
#include "support/simulated_connector.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace socketio::redis {
namespace {

using namespace std::chrono_literals;
using support::milliseconds;
using support::ScriptedRedis;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Words = ScriptedRedis::Words;
using Mode = support::SimulatedConnector::Mode;

std::string shown(const Answer& answer) {
  if (answer) {
    const auto* const number = answer->integer();
    return number ? std::to_string(*number) : std::string(answer->text());
  }
  switch (answer.error()) {
    case CommandErrc::dropped:
      return "dropped";
    case CommandErrc::expired:
      return "expired";
    case CommandErrc::lost:
      return "lost";
  }
  return "?";
}

class RedisConnection : public testing::Test, protected Connection::Listener {
 protected:
  ~RedisConnection() override {
    if (connection) connection->close();
  }

  void SetUp() override { connector.delay_min = connector.delay_max = milliseconds(1); }
  void open() {
    connection = Connection::make(loop, connector, settings, *this);
    connection->open();
  }
  /// Opens it and waits until it is ready; then what has happened is forgotten.
  void be_ready() {
    open();
    ASSERT_TRUE(loop.run_until([&] { return connection->is_ready(); }));
    states.clear();
    redis.heard.clear();
  }
  bool become(ConnectionState state) {
    return loop.run_until([&] { return connection->state() == state; });
  }
  OnAnswer keep() {
    return [this](const Answer& answer) { answers.push_back(shown(answer)); };
  }
  void echo(const std::string& text) { connection->send({"ECHO", text}, keep()); }
  /// From now on Redis is silent.
  void pull_the_cable() {
    for (const auto& stream : connector.streams()) stream->go_silent();
  }
  milliseconds time_until(ConnectionState state) {
    const auto start = loop.elapsed();
    EXPECT_TRUE(become(state));
    return loop.elapsed() - start;
  }

  void on_state(const StateChange& change) override {
    std::string text(to_string(change.now));
    if (!change.why.empty()) text += ": " + std::string(change.why);
    states.push_back(text);
    last_remedy = change.remedy;
  }
  void on_greeted() override { connection->declare_ready(); }
  bool take_push(const Reply&) override { return false; }

  support::SimulatedLoop loop{1};
  support::Network network{loop, {.piece_bytes = 7}};
  ScriptedRedis redis{network};
  support::SimulatedConnector connector{loop, redis.dial()};
  ConnectionSettings settings;
  std::shared_ptr<Connection> connection;
  std::vector<std::string> states;
  std::vector<std::string> answers;
  Remedy last_remedy = Remedy::none;
};

TEST_F(RedisConnection, GreetsAndIsReady) {
  open();
  EXPECT_TRUE(become(ConnectionState::ready));
  EXPECT_THAT(states, ElementsAre("connecting", "greeting", "restoring", "ready"));
  EXPECT_THAT(redis.commands(), ElementsAre("PING"));
  EXPECT_EQ(connection->counters().connects, 1U);
}

TEST_F(RedisConnection, GreetsWithPasswordDatabaseAndName) {
  settings.address.password = "secret";
  settings.address.database = 3;
  settings.name = "chat";
  be_ready();
  connection->close();
  settings.address.user = "ann";
  open();
  EXPECT_TRUE(become(ConnectionState::ready));
  EXPECT_THAT(redis.commands(),
              ElementsAre("AUTH ann secret", "SELECT 3", "CLIENT SETNAME chat", "PING"));
}

TEST_F(RedisConnection, SendsNothingElseBeforeItIsGreeted) {
  redis.script = [](const Words& words) -> std::optional<std::string> {
    if (words.front() == "PING") return "";
    return {};
  };
  open();
  echo("early");
  EXPECT_TRUE(become(ConnectionState::greeting));
  loop.run_for(1s);
  EXPECT_THAT(redis.commands(), ElementsAre("PING"));
  redis.say("+PONG\r\n");
  EXPECT_TRUE(loop.run_until([&] { return !answers.empty(); }));
  EXPECT_THAT(redis.commands(), ElementsAre("PING", "ECHO early"));
  EXPECT_THAT(answers, ElementsAre("early"));
}

TEST_F(RedisConnection, ANameThatIsRefusedDoesNotMatter) {
  settings.name = "chat";
  redis.script = [](const Words& words) -> std::optional<std::string> {
    if (words.front() == "CLIENT") return "-NOPERM no permissions\r\n";
    return {};
  };
  open();
  EXPECT_TRUE(become(ConnectionState::ready));
}

TEST_F(RedisConnection, AServerThatServesNobodyIsNotAboutTheName) {
  settings.name = "chat";
  std::string refusal;
  redis.script = [&](const Words& words) -> std::optional<std::string> {
    if (words.front() == "CLIENT") return refusal;
    return {};
  };
  for (const std::string text :
       {"DENIED Redis is running in protected mode", "ERR max number of clients reached",
        "NOAUTH Authentication required."}) {
    refusal = '-' + text + "\r\n";
    open();
    EXPECT_TRUE(become(ConnectionState::waiting));
    EXPECT_EQ(states.back(), "waiting: CLIENT SETNAME: " + text);
    connection->close();
  }
}

TEST_F(RedisConnection, WaitsForARedisThatIsLoading) {
  int refusals = 3;
  redis.script = [&](const Words& words) -> std::optional<std::string> {
    if (words.front() == "PING" && refusals-- > 0) return "-LOADING Redis is loading\r\n";
    return {};
  };
  open();
  EXPECT_TRUE(become(ConnectionState::waiting));
  EXPECT_EQ(states.back(), "waiting: PING: LOADING Redis is loading");
  EXPECT_EQ(last_remedy, Remedy::retry);
  EXPECT_TRUE(become(ConnectionState::ready));
  EXPECT_EQ(connection->counters().failures, 3U);
  EXPECT_LT(loop.elapsed(), 2s);
}

TEST_F(RedisConnection, AWrongPasswordIsTriedAtTheLongestInterval) {
  settings.address.password = "wrong";
  bool is_right = false;
  redis.script = [&](const Words& words) -> std::optional<std::string> {
    if (is_right) return {};
    return words.front() == "AUTH" ? "-WRONGPASS invalid\r\n"
                                   : "-NOAUTH Authentication required.\r\n";
  };
  open();
  EXPECT_TRUE(become(ConnectionState::waiting));
  EXPECT_EQ(states.back(), "waiting: AUTH: WRONGPASS invalid");
  EXPECT_EQ(last_remedy, Remedy::configuration);
  const auto rest = time_until(ConnectionState::connecting);
  EXPECT_GE(rest, settings.times.backoff_max - 1ms);
  EXPECT_TRUE(become(ConnectionState::waiting));
  is_right = true;
  EXPECT_TRUE(become(ConnectionState::ready)) << "somebody has set the password";
}

TEST_F(RedisConnection, AMissingPasswordIsNoticed) {
  redis.script = [](const Words&) { return "-NOAUTH Authentication required.\r\n"; };
  open();
  EXPECT_TRUE(become(ConnectionState::waiting));
  EXPECT_EQ(states.back(), "waiting: PING: NOAUTH Authentication required.");
  EXPECT_EQ(last_remedy, Remedy::configuration);
}

TEST_F(RedisConnection, WaitsLongerAfterEachFailureAndNotAlwaysAsLong) {
  connector.mode = Mode::refuse;
  open();
  std::vector<long> waits;
  for (int i = 0; i < 12; ++i) {
    EXPECT_TRUE(become(ConnectionState::waiting));
    waits.push_back(static_cast<long>(time_until(ConnectionState::connecting).count()));
  }
  EXPECT_GE(waits.front(), 50);
  EXPECT_LE(waits.front(), 151);
  EXPECT_GE(waits[5], 1'600);
  for (const long wait : waits) EXPECT_LE(wait, 5'001);
  EXPECT_THAT(states[1], HasSubstr("Connection refused"));
  connector.mode = Mode::answer;
  EXPECT_TRUE(become(ConnectionState::ready));
  connector.streams().back()->reset();
  EXPECT_TRUE(become(ConnectionState::waiting));
  EXPECT_GE(time_until(ConnectionState::connecting), 1'600ms) << "it has answered nothing";
  EXPECT_TRUE(become(ConnectionState::ready));
  echo("a");
  EXPECT_TRUE(loop.run_until([&] { return !answers.empty(); }));
  connector.streams().back()->reset();
  EXPECT_TRUE(become(ConnectionState::waiting));
  EXPECT_LE(time_until(ConnectionState::connecting), 151ms) << "the first wait is short again";
}

TEST_F(RedisConnection, AReplicaThatRefusesEachTimeIsTriedMoreAndMoreRarely) {
  redis.script = [](const Words& words) -> std::optional<std::string> {
    if (words.front() == "ECHO")
      return "-READONLY You can't write against a read only replica.\r\n";
    return {};
  };
  open();
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(become(ConnectionState::ready));
    echo("a");
    EXPECT_TRUE(become(ConnectionState::waiting));
  }
  EXPECT_GE(time_until(ConnectionState::connecting), 2'500ms - 1ms);
}

TEST_F(RedisConnection, AnAttemptHasADeadlineInEachState) {
  connector.mode = Mode::silence;
  open();
  EXPECT_EQ(time_until(ConnectionState::waiting), settings.times.connecting);
  EXPECT_EQ(states.back(), "waiting: no answer for 10.0 s");
  connector.mode = Mode::answer;
  redis.script = [](const Words&) { return ""; };
  EXPECT_TRUE(become(ConnectionState::connecting));
  EXPECT_EQ(time_until(ConnectionState::waiting), settings.times.connecting) << "while greeting";
  EXPECT_EQ(connection->counters().timeouts, 2U);
}

TEST_F(RedisConnection, AnswersComeInTheOrderOfTheCommands) {
  be_ready();
  for (int i = 0; i < 100; ++i) echo(std::to_string(i));
  EXPECT_THAT(answers, IsEmpty());
  EXPECT_TRUE(loop.run_until([&] { return answers.size() == 100; }));
  for (int i = 0; i < 100; ++i) EXPECT_EQ(answers[static_cast<std::size_t>(i)], std::to_string(i));
}

TEST_F(RedisConnection, AnErrorIsAnAnswer) {
  redis.script = [](const Words& words) -> std::optional<std::string> {
    if (words.front() == "ECHO") return "-OOM command not allowed\r\n";
    return {};
  };
  be_ready();
  echo("a");
  loop.run_for(1s);
  EXPECT_THAT(answers, ElementsAre("OOM command not allowed"));
  EXPECT_EQ(connection->counters().refused, 1U);
  EXPECT_TRUE(connection->is_ready());
}

TEST_F(RedisConnection, LossesOfWhichNobodyIsToldAreLoggedFromTimeToTime) {
  std::vector<std::string> log;
  LogLevels levels{};
  levels[static_cast<std::size_t>(LogScope::redis)] = LogLevel::warning;
  set_log_sink([&](LogScope, LogLevel, std::string_view line) { log.emplace_back(line); }, levels);
  settings.limits.waiting_commands = 1;
  redis.script = [](const Words& words) -> std::optional<std::string> {
    if (words.front() == "PUBLISH") return "-OOM command not allowed\r\n";
    return {};
  };
  open();
  for (int i = 0; i < 3; ++i) connection->send({"PUBLISH", "a", "b"});
  echo("c");
  EXPECT_THAT(log, ElementsAre(HasSubstr("dropped: too much waits")));
  EXPECT_TRUE(become(ConnectionState::ready));
  for (int i = 0; i < 130; ++i) {
    connection->send({"PUBLISH", "a", "b"});
    loop.run_for(1s);
  }
  set_log_sink({}, {});
  ASSERT_EQ(log.size(), 4U);
  for (std::size_t i = 1; i < 4; ++i) EXPECT_THAT(log[i], HasSubstr("refused: OOM"));
}

TEST_F(RedisConnection, AReplicaIsLeft) {
  redis.script = [](const Words& words) -> std::optional<std::string> {
    if (words.front() == "ECHO")
      return "-READONLY You can't write against a read only replica.\r\n";
    return {};
  };
  be_ready();
  echo("a");
  EXPECT_TRUE(become(ConnectionState::waiting));
  EXPECT_EQ(last_remedy, Remedy::fail_over);
  EXPECT_THAT(answers, ElementsAre(HasSubstr("READONLY")));
  EXPECT_TRUE(become(ConnectionState::ready));
}

TEST_F(RedisConnection, WhatWasSentIsLostWithTheConnectionAndWhatWaitedIsNot) {
  settings.limits.unanswered_commands = 2;
  redis.script = [](const Words& words) -> std::optional<std::string> {
    if (words.front() == "ECHO" && words.back() < "3") return "";
    return {};
  };
  be_ready();
  for (const char* text : {"1", "2", "3", "4"}) echo(text);
  loop.run_for(1s);
  EXPECT_THAT(redis.commands(), ElementsAre("ECHO 1", "ECHO 2"));
  connector.streams().back()->reset();
  EXPECT_TRUE(become(ConnectionState::waiting));
  echo("5");
  EXPECT_TRUE(loop.run_until([&] { return answers.size() == 5; }));
  EXPECT_THAT(answers, ElementsAre("lost", "lost", "3", "4", "5"));
  EXPECT_EQ(connection->counters().lost, 2U);
  EXPECT_EQ(connection->counters().breaks, 1U);
}

TEST_F(RedisConnection, CommandsThatWaitAreLimitedInNumber) {
  settings.limits.waiting_commands = 3;
  connector.mode = Mode::refuse;
  open();
  for (const char* text : {"1", "2", "3", "4"}) echo(text);
  EXPECT_THAT(answers, IsEmpty()) << "never before send() returns";
  loop.run_for(1ms);
  EXPECT_THAT(answers, ElementsAre("dropped"));
  connector.mode = Mode::answer;
  EXPECT_TRUE(loop.run_until([&] { return answers.size() == 4; }));
  EXPECT_THAT(answers, ElementsAre("dropped", "1", "2", "3"));
  EXPECT_EQ(connection->counters().dropped, 1U);
}

TEST_F(RedisConnection, CommandsThatWaitAreLimitedInBytes) {
  settings.limits.waiting_bytes = 1'000;
  connector.mode = Mode::refuse;
  open();
  echo(std::string(900, 'a'));
  echo(std::string(900, 'b'));
  echo("c");
  loop.run_for(1ms);
  EXPECT_THAT(answers, ElementsAre("dropped"));
  EXPECT_EQ(connection->waiting(), 2U);
}

TEST_F(RedisConnection, UnansweredCommandsAreLimitedInBytes) {
  settings.limits.unanswered_bytes = 1'000;
  redis.script = [](const Words& words) -> std::optional<std::string> {
    if (words.front() == "ECHO") return "";
    return {};
  };
  be_ready();
  // One that is larger than the limit goes alone.
  echo(std::string(2'000, 'a'));
  echo("b");
  loop.run_for(1s);
  EXPECT_EQ(redis.heard.size(), 1U);
  EXPECT_EQ(connection->unanswered(), 1U);
  redis.say("+a\r\n");
  loop.run_for(1s);
  EXPECT_EQ(redis.heard.size(), 2U);
}

TEST_F(RedisConnection, WhatWaitsForTooLongExpires) {
  connector.mode = Mode::refuse;
  open();
  echo("1");
  loop.run_for(settings.times.waiting - 1s);
  echo("2");
  EXPECT_THAT(answers, IsEmpty());
  loop.run_for(1s);
  EXPECT_THAT(answers, ElementsAre("expired"));
  connector.mode = Mode::answer;
  EXPECT_TRUE(loop.run_until([&] { return answers.size() == 2; }));
  EXPECT_THAT(answers, ElementsAre("expired", "2"));
  EXPECT_EQ(connection->counters().expired, 1U);
}

TEST_F(RedisConnection, AsksASilentRedisWhetherItIsThere) {
  be_ready();
  loop.run_for(4'900ms);
  EXPECT_THAT(redis.commands(), IsEmpty());
  loop.run_for(200ms);
  EXPECT_THAT(redis.commands(), ElementsAre("PING"));
  loop.run_for(60s);
  EXPECT_TRUE(connection->is_ready());
  EXPECT_EQ(connection->counters().breaks, 0U);
}

TEST_F(RedisConnection, NoticesABlackHole) {
  be_ready();
  pull_the_cable();
  const auto taken = time_until(ConnectionState::waiting);
  EXPECT_GE(taken, 9'900ms);
  EXPECT_LE(taken, 10'100ms);
  EXPECT_EQ(states.back(), "waiting: no answer for 5.0 s");
  EXPECT_TRUE(become(ConnectionState::ready));
}

TEST_F(RedisConnection, AnAnswerThatIsOwedTooLongBreaksTheConnection) {
  be_ready();
  pull_the_cable();
  echo("a");
  EXPECT_LE(time_until(ConnectionState::waiting), 5'100ms);
  loop.run_for(1ms);
  EXPECT_THAT(answers, ElementsAre("lost"));
  EXPECT_EQ(connection->counters().timeouts, 1U);
}

TEST_F(RedisConnection, ACommandThatWaitsInRedisHasItsOwnTimeout) {
  redis.script = [](const Words& words) -> std::optional<std::string> {
    if (words.front() == "XREAD") return "";
    return {};
  };
  be_ready();
  connection->send({"XREAD", "BLOCK", "20000"}, keep(), 25s);
  loop.run_for(20s);
  EXPECT_TRUE(connection->is_ready());
  redis.say("$-1\r\n");
  loop.run_for(1s);
  EXPECT_THAT(answers, ElementsAre(""));
  connection->send({"XREAD", "BLOCK", "20000"}, keep(), 25s);
  const auto taken = time_until(ConnectionState::waiting);
  EXPECT_GE(taken, 24'900ms);
  EXPECT_LE(taken, 25'100ms);
}

TEST_F(RedisConnection, GarbageBreaksTheConnection) {
  be_ready();
  echo("a");
  redis.say("HTTP/1.1 400 Bad Request\r\n\r\n");
  EXPECT_TRUE(become(ConnectionState::waiting));
  EXPECT_THAT(states.back(), HasSubstr("Redis does not speak its protocol"));
  EXPECT_EQ(connection->counters().violations, 1U);
  EXPECT_TRUE(become(ConnectionState::ready));
}

TEST_F(RedisConnection, AnAnswerToNoQuestionBreaksTheConnection) {
  be_ready();
  redis.say("+OK\r\n");
  EXPECT_TRUE(become(ConnectionState::waiting));
  EXPECT_EQ(connection->counters().violations, 1U);
}

TEST_F(RedisConnection, AReplyThatIsTooLargeBreaksTheConnection) {
  settings.limits.reply_bytes = 100;
  be_ready();
  echo(std::string(101, 'a'));
  EXPECT_TRUE(become(ConnectionState::waiting));
  loop.run_for(1ms);
  EXPECT_THAT(answers, ElementsAre("lost"));
  EXPECT_EQ(connection->counters().violations, 1U);
}

TEST_F(RedisConnection, NothingIsCalledAfterClose) {
  be_ready();
  pull_the_cable();
  echo("sent");
  loop.run_for(10ms);
  connection->close();
  echo("closed");
  const auto known = states.size();
  loop.run_for(60s);
  EXPECT_THAT(answers, IsEmpty());
  EXPECT_EQ(states.size(), known);
  EXPECT_EQ(connection->state(), ConnectionState::closed);
}

TEST_F(RedisConnection, WhatWasSentInTheTurnOfCloseStillLeaves) {
  settings.limits.unanswered_commands = 2;
  be_ready();
  for (const char* text : {"1", "2", "3"}) echo(text);
  connection->close();
  loop.run_for(10s);
  EXPECT_THAT(redis.commands(), ElementsAre("ECHO 1", "ECHO 2", "ECHO 3"));
  EXPECT_THAT(answers, IsEmpty());
  EXPECT_EQ(network.live_ends(), 0U) << network.open_ends();
}

TEST_F(RedisConnection, ARedisThatDoesNotReadIsNotWaitedForAtTheEnd) {
  be_ready();
  pull_the_cable();
  echo(std::string(1'000'000, 'a'));
  connection->close();
  loop.run_for(11s);
  EXPECT_THAT(connector.streams(), IsEmpty());
}

TEST_F(RedisConnection, MayBeClosedInEveryCallback) {
  be_ready();
  connection->send({"ECHO", "a"}, [this](const Answer& answer) {
    answers.push_back(shown(answer));
    connection->close();
  });
  echo("b");
  loop.run_for(60s);
  EXPECT_THAT(answers, ElementsAre("a"));
  EXPECT_EQ(network.live_ends(), 0U) << network.open_ends();
}

/// Redis comes and goes at random while numbers are published: those that arrive are in order, none
/// arrives twice, and each command has exactly one answer.
TEST_F(RedisConnection, OrderIsKeptWhateverHappens) {
  network.profile = {.delay_max = milliseconds(20), .piece_bytes = 9};
  settings.limits.unanswered_commands = 10;
  settings.limits.waiting_commands = 200;
  be_ready();
  constexpr int count = 3'000;
  std::vector<int> calls(count);
  for (int i = 0; i < count; ++i) {
    connection->send({"PUBLISH", "c", std::to_string(i)},
                     [&calls, i](const Answer&) { ++calls[static_cast<std::size_t>(i)]; });
    if (loop.dice().one_in(150)) {
      for (const auto& stream : connector.streams()) {
        loop.dice().one_in(2) ? stream->reset() : stream->go_silent();
      }
    }
    loop.run_for(milliseconds(loop.dice().below(20)));
  }
  loop.run_for(60s);
  EXPECT_THAT(calls, testing::Each(1));
  std::vector<int> arrived;
  for (const Words& words : redis.heard) {
    if (words.front() == "PUBLISH") arrived.push_back(std::stoi(words.back()));
  }
  EXPECT_TRUE(std::is_sorted(arrived.begin(), arrived.end()));
  EXPECT_EQ(std::adjacent_find(arrived.begin(), arrived.end()), arrived.end());
  EXPECT_GT(connection->counters().breaks, 3U);
  EXPECT_GT(arrived.size(), 1'000U);
}

}  // namespace
}  // namespace socketio::redis
