// SPDX-License-Identifier: MIT
// The connection to a real Redis: TCP, TLS, a UNIX socket, passwords and databases, a Redis that is
// killed, restarted or paused in the middle of traffic, and servers that are none.
#include "base/log.hpp"
#include "net/direct_connector.hpp"
#include "redis/single_client.hpp"
#include "support/loop_server.hpp"
#include "support/redis_server.hpp"

#include <socketio/redis.hpp>
#include <socketio/redis_emitter.hpp>
#include <socketio/server.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace socketio::redis {
namespace {

using namespace std::chrono_literals;
using support::Authority;
using support::RedisServer;
using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::StartsWith;

class RedisServing : public testing::Test {
 protected:
  RedisServing() {
    LogLevels levels{};
    levels[static_cast<std::size_t>(LogScope::redis)] = LogLevel::info;
    set_log_sink(
        [this](LogScope, LogLevel level, std::string_view line) {
          log.push_back((level == LogLevel::error ? "error: " : "") + std::string(line));
        },
        levels);
  }
  ~RedisServing() override {
    if (client) client->close();
    set_log_sink({}, {});
  }

  void open(const std::string& url, const net::TlsSettings& tls = {}) {
    const auto address = parse_url(url);
    ASSERT_TRUE(address) << url;
    settings.address = *address;
    client = std::make_unique<SingleClient>(
        *driver.loop(), std::make_unique<net::DirectConnector>(driver.loop(), tls), settings);
    client->open();
  }
  bool be_ready() {
    return driver.run_until(
        [&] { return client->is_ready() && client->subscriber().is_settled(); });
  }
  /// The answer to a command, as a text; without a reply, a word.
  std::string ask(std::initializer_list<std::string_view> words) {
    std::optional<std::string> text;
    client->send(Command(words), [&](const Answer& answer) {
      text = !answer             ? "none"
             : answer->integer() ? std::to_string(*answer->integer())
                                 : std::string(answer->text());
    });
    driver.run_until([&] { return text.has_value(); });
    return text.value_or("");
  }
  void listen(const std::string& channel) {
    client->subscribe(SubscriptionKind::channel, channel,
                      [this](const Message& message) { heard.emplace_back(message.payload); });
  }
  void publish(const std::string& text) {
    client->send({"PUBLISH", "chat", text}, [this](const Answer& answer) {
      ++answered;
      if (!answer && answer.error() == CommandErrc::lost) ++lost;
    });
  }
  bool hear(const std::string& text) {
    return driver.run_until(
        [&] { return std::find(heard.begin(), heard.end(), text) != heard.end(); });
  }
  /// Whether what was published arrives.
  bool works() {
    listen("chat");
    if (!be_ready()) return false;
    publish("hello");
    return hear("hello");
  }
  /// Waits until the connection for commands has failed so often.
  bool fail(std::uint64_t times) {
    return driver.run_until([&] { return client->commands().counters().failures >= times; });
  }

  support::LoopDriver driver;
  ConnectionSettings settings;
  std::vector<std::string> heard;
  std::vector<std::string> log;
  int answered = 0;
  int lost = 0;
  std::unique_ptr<SingleClient> client;
};

TEST_F(RedisServing, OverTcp) {
  RedisServer redis;
  open(redis.url());
  EXPECT_TRUE(works());
  EXPECT_EQ(ask({"ECHO", std::string(3'000'000, 'x')}).size(), 3'000'000U);
}

TEST_F(RedisServing, OverAUnixSocket) {
  RedisServer redis;
  open("unix://" + redis.socket_path());
  EXPECT_TRUE(works());
}

TEST_F(RedisServing, AUnixSocketThatIsNotThereIsAFailureLikeOthers) {
  RedisServer redis;
  redis.kill();
  open("unix://" + redis.socket_path());
  fail(2);
  EXPECT_EQ(log.front(), "no connection to " + redis.socket_path() +
                             " for subscriptions: connect to " + redis.socket_path() +
                             ": Connection refused");
  EXPECT_EQ(log.size(), 2U) << "the same reason is said once for each connection";
  redis.start();
  EXPECT_TRUE(works());
}

TEST_F(RedisServing, WithTls) {
  const Authority authority;
  RedisServer redis({.identity = authority.issue({})});
  open(redis.url(), {.ca_pem = authority.root().certificate_pem()});
  EXPECT_TRUE(works());
}

TEST_F(RedisServing, ACertificateOfAStrangerIsRefused) {
  const Authority authority;
  RedisServer redis({.identity = authority.issue({})});
  open(redis.url(), {.ca_pem = Authority().root().certificate_pem()});
  fail(2);
  EXPECT_EQ(client->commands().counters().connects, 0U);
  EXPECT_THAT(log, Each(HasSubstr("certificate")));
}

TEST_F(RedisServing, WithPasswordNameAndDatabase) {
  RedisServer redis({.password = "secret"});
  settings.name = "chat";
  open(redis.url() + "/3");
  EXPECT_TRUE(works());
  EXPECT_EQ(ask({"CLIENT", "GETNAME"}), "chat");
  EXPECT_EQ(ask({"SET", "key", "of 3"}), "OK");
  EXPECT_EQ(ask({"SELECT", "0"}), "OK");
  EXPECT_EQ(ask({"GET", "key"}), "");
}

TEST_F(RedisServing, WithAWrongPasswordItSaysSoAndTriesRarely) {
  RedisServer redis({.password = "secret"});
  open("redis://:wrong@127.0.0.1:" + std::to_string(redis.port()));
  fail(1);
  EXPECT_EQ(client->commands().state(), ConnectionState::waiting);
  EXPECT_THAT(log.front(), StartsWith("error: no connection to 127.0.0.1 port "));
  EXPECT_THAT(log.front(), HasSubstr("AUTH: WRONGPASS"));
}

TEST_F(RedisServing, ADatabaseThatDoesNotExistIsAFailure) {
  RedisServer redis;
  open(redis.url() + "/99");
  fail(1);
  EXPECT_EQ(client->commands().counters().connects, 0U);
  EXPECT_THAT(log.front(), HasSubstr("SELECT: ERR DB index is out of range"));
}

TEST_F(RedisServing, AFullRedisRefusesWhatStoresAndStillPublishes) {
  RedisServer redis({.settings = {"--maxmemory", "1mb"}});
  open(redis.url());
  ASSERT_TRUE(be_ready());
  EXPECT_THAT(ask({"SET", "key", std::string(1'000'000, 'x')}), StartsWith("OOM"));
  EXPECT_TRUE(works());
  EXPECT_EQ(client->commands().counters().breaks, 0U);
}

TEST_F(RedisServing, AUserWhoMayNotSubscribeIsTold) {
  RedisServer redis({.settings = {"--user", "ann", "on", ">secret", "+@all", "&allowed", "~*"}});
  open("redis://ann:secret@127.0.0.1:" + std::to_string(redis.port()));
  listen("allowed");
  listen("forbidden");
  ASSERT_TRUE(be_ready());
  EXPECT_EQ(client->subscriber().refused(), 1U);
  EXPECT_THAT(log, Contains(StartsWith("error: Redis refuses SUBSCRIBE forbidden: NOPERM")));
}

TEST_F(RedisServing, IsThereAgainAfterARestartInTheMiddleOfTraffic) {
  RedisServer redis;
  open(redis.url());
  listen("chat");
  ASSERT_TRUE(be_ready());
  int next = 0;
  const auto publish_some = [&] {
    for (int i = 0; i < 50; ++i) publish(std::to_string(next++));
  };
  for (int round = 0; round < 3; ++round) {
    publish_some();
    driver.run_until([&] { return !heard.empty(); });
    publish_some();
    redis.kill();
    publish_some();
    driver.run_until([&] { return !client->is_ready(); });
    publish_some();
    redis.start();
    ASSERT_TRUE(be_ready());
    publish("round " + std::to_string(round));
    ASSERT_TRUE(hear("round " + std::to_string(round)));
    driver.run_until([&] { return client->commands().unanswered() == 0; });
  }
  EXPECT_EQ(answered, next + 3);
  std::vector<int> numbers;
  for (const std::string& text : heard) {
    if (!text.starts_with("round")) numbers.push_back(std::stoi(text));
  }
  EXPECT_TRUE(std::is_sorted(numbers.begin(), numbers.end()));
  EXPECT_EQ(std::adjacent_find(numbers.begin(), numbers.end()), numbers.end());
  EXPECT_EQ(client->commands().counters().breaks, 3U);
}

TEST_F(RedisServing, IsThereAgainAfterAPauseThatWasTooLong) {
  RedisServer redis;
  settings.times.answer = settings.times.silence = 200ms;
  settings.times.connecting = 500ms;
  open(redis.url());
  ASSERT_TRUE(works());
  redis.pause();
  publish("while it sleeps");
  driver.run_until([&] {
    return client->commands().counters().timeouts > 1 &&
           client->subscriber().connection().counters().timeouts > 1;
  });
  EXPECT_EQ(lost, 1);
  publish("after its sleep");
  redis.resume();
  ASSERT_TRUE(be_ready());
  publish("awake");
  EXPECT_TRUE(hear("awake"));
}

TEST_F(RedisServing, ACallbackThatThrowsEndsTheConnectionAlone) {
  RedisServer redis;
  open(redis.url());
  ASSERT_TRUE(be_ready());
  int reports = 0;
  driver.loop()->set_exception_hook([&] { ++reports; });
  client->send({"PING"}, [](const Answer&) { throw std::runtime_error("no"); });
  driver.run_until([&] { return client->commands().counters().breaks == 1; });
  EXPECT_EQ(reports, 1);
  EXPECT_TRUE(works());
}

TEST_F(RedisServing, WhatIsPublishedInTheTurnOfTheEndArrives) {
  const Authority authority;
  RedisServer redis({.identity = authority.issue({})});
  const net::TlsSettings tls{.ca_pem = authority.root().certificate_pem()};
  open(redis.url(), tls);
  ASSERT_TRUE(works());
  const auto streams = std::make_shared<net::OpenStreams>(driver.loop());
  auto other = std::make_unique<SingleClient>(
      *driver.loop(), std::make_unique<net::DirectConnector>(driver.loop(), tls, streams),
      settings);
  other->open();
  ASSERT_TRUE(driver.run_until([&] { return other->is_ready(); }));
  other->send({"PUBLISH", "chat", std::string(3'000'000, 'x')});
  other->send({"PUBLISH", "chat", "bye"});
  other->close();
  other = nullptr;
  EXPECT_TRUE(hear("bye"));
  EXPECT_TRUE(driver.run_until([&] { return streams->empty(); }));
}

/// A server with so many loops emits something in the turn in which it closes.
void say_bye(const std::string& url, std::size_t threads, const std::function<bool()>& is_ready) {
  Server io({.threads = threads, .adapter = redis_adapter({.url = url})});
  std::thread running([&] { io.run(); });
  while (!is_ready()) io.emit("hello");
  io.post([&] {
    io.emit("bye");
    io.close();
  });
  running.join();
}

TEST_F(RedisServing, WhatAServerEmitsBeforeItClosesReachesOthers) {
  // Lines of other threads.
  set_log_sink({}, {});
  RedisServer redis;
  open(redis.url());
  std::size_t byes = 0;
  client->subscribe(SubscriptionKind::pattern, "socket.io#/#*", [&](const Message& message) {
    heard.emplace_back("any");
    if (message.payload.find("bye") != std::string_view::npos) ++byes;
  });
  ASSERT_TRUE(be_ready());
  for (const std::size_t threads : {1U, 2U}) {
    heard.clear();
    byes = 0;
    say_bye(redis.url(), threads, [&] {
      // A moment, for what was emitted to arrive.
      int looks = 0;
      driver.run_until([&] { return ++looks == 2; });
      return !heard.empty();
    });
    EXPECT_TRUE(driver.run_until([&] { return byes == 1; })) << threads;
  }
}

TEST_F(RedisServing, AnEmitterSaysWhatRedisCannotTake) {
  set_log_sink({}, {});
  RedisServer redis;
  open(redis.url());
  std::size_t arrived = 0;
  client->subscribe(SubscriptionKind::channel, "socket.io#/#", [&](const Message&) { ++arrived; });
  ASSERT_TRUE(be_ready());
  redis.pause();
  const Emitter emitter({.url = redis.url()});
  const std::size_t limit = Limits{}.waiting_commands;
  for (std::size_t i = 0; i < limit; ++i) ASSERT_EQ(emitter.emit("x"), EmitResult::sent) << i;
  EXPECT_EQ(emitter.emit("x"), EmitResult::dropped);
  const Emitter other({.url = redis.url()});
  const std::string half(Limits{}.waiting_bytes / 2, 'x');
  EXPECT_EQ(other.emit(half), EmitResult::sent);
  EXPECT_EQ(other.emit(half), EmitResult::dropped);
  redis.resume();
  EXPECT_TRUE(driver.run_until([&] { return arrived == limit + 1; }));
}

TEST_F(RedisServing, AnEmitterCountsWhatRedisRefuses) {
  RedisServer redis;
  open(redis.url());
  ASSERT_TRUE(be_ready());
  const Emitter emitter({.url = redis.url()});
  ask({"ACL", "SETUSER", "default", "-publish"});
  EXPECT_EQ(emitter.emit("x"), EmitResult::sent);
  EXPECT_TRUE(support::eventually([&] { return emitter.lost() == 1; }));
  EXPECT_EQ(emitter.of("/other").emit("x"), EmitResult::sent);
  EXPECT_TRUE(support::eventually([&] { return emitter.of("/other").lost() == 2; }));
}

TEST_F(RedisServing, FollowsTheSentinelsToANewMaster) {
  RedisServer old_master;
  RedisServer replica(
      {.settings = {"--replicaof", "127.0.0.1", std::to_string(old_master.port())}});
  RedisServer sentinel({.watches = old_master.port()});
  RedisServer dead;
  dead.kill();
  const std::string here = "127.0.0.1:";
  open("redis+sentinel://" + here + std::to_string(dead.port()) + "," + here +
       std::to_string(sentinel.port()) + "/chat");
  ASSERT_TRUE(works());
  // A sentinel takes over only to a replica that it knows.
  driver.run_until([&] {
    return ask({"INFO", "replication"}).find("slave0:") != std::string::npos;
  });
  old_master.kill();
  driver.run_until([&] { return client->commands().counters().connects == 2; });
  ASSERT_TRUE(be_ready());
  publish("after the failover");
  EXPECT_TRUE(hear("after the failover"));
  EXPECT_THAT(ask({"INFO", "replication"}), HasSubstr("role:master"));
  EXPECT_THAT(ask({"INFO", "server"}), HasSubstr("tcp_port:" + std::to_string(replica.port())));
}

/// Sends what no Redis sends to whoever connects.
class Liar final : public StreamHandler {
 public:
  Liar(std::shared_ptr<Stream> stream, std::string bytes)
      : stream_(std::move(stream)), bytes_(std::move(bytes)) {}
  void on_bytes(std::span<char>) override { on_drain(); }
  void on_drain() override {
    if (!stream_) return;
    stream_->want_drain();
    stream_->write(bytes_);
  }
  void on_close() override { stream_.reset(); }

 private:
  std::shared_ptr<Stream> stream_;
  const std::string bytes_;
};

TEST_F(RedisServing, LiarsAreLeft) {
  for (const std::string& lie :
       {std::string("HTTP/1.1 400 Bad Request\r\n\r\n"), std::string("*4294967295\r\n"),
        std::string("$9999999999\r\n"), std::string(10'000, '*'), std::string(10'000, '+'),
        std::string("*1\r\n*1\r\n*1\r\n*1\r\n"), std::string("+OK\r\n")}) {
    support::LoopServer server(driver, [&](const std::shared_ptr<Stream>& stream) {
      return std::make_shared<Liar>(stream, lie);
    });
    open("redis://127.0.0.1:" + std::to_string(server.port()));
    driver.run_until([&] { return client->commands().counters().violations > 0; });
    client->close();
  }
}

}  // namespace
}  // namespace socketio::redis
