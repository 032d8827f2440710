// SPDX-License-Identifier: MIT
// Finding a master by sentinels in virtual time: sentinels that are not there, know nothing, say
// nonsense or want a password, and a master that is none.
#include "redis/connection.hpp"
#include "redis/sentinel_connector.hpp"
#include "support/scripted_ports.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace socketio::redis {
namespace {

using namespace std::chrono_literals;
using support::milliseconds;
using support::ScriptedPorts;
using support::ScriptedRedis;
using testing::ElementsAre;
using testing::HasSubstr;
using Words = ScriptedRedis::Words;
using Mode = support::SimulatedConnector::Mode;

class RedisSentinel : public testing::Test, protected Connection::Listener {
 protected:
  RedisSentinel() {
    settings.address.sentinels = {.endpoints = {{"a", 1}, {"b", 2}}, .master = "chat"};
    auto owned = std::make_unique<ScriptedPorts>(loop);
    ports = owned.get();
    for (const std::uint16_t sentinel : {1, 2}) says(sentinel, names(6));
    (*ports)[6].redis.script = [](const Words& words) -> std::optional<std::string> {
      if (words.front() == "ROLE") return "*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n";
      return {};
    };
    below = std::move(owned);
  }
  ~RedisSentinel() override {
    if (connection) connection->close();
  }

  static std::string names(int port) {
    return ScriptedRedis::array({"10.0.0.1", std::to_string(port)});
  }
  void says(std::uint16_t sentinel, std::string answer) {
    (*ports)[sentinel].redis.script =
        [answer = std::move(answer)](const Words& words) -> std::optional<std::string> {
      if (words.front() == "SENTINEL") return answer;
      return {};
    };
  }
  void open() {
    connector =
        std::make_unique<SentinelConnector>(loop, std::move(below), settings.address.sentinels);
    connection = Connection::make(loop, *connector, settings, *this);
    connection->open();
  }
  void reopen() {
    if (below) return open();
    connection->close();
    connection->open();
  }
  bool become(ConnectionState state) {
    return loop.run_until([&] { return connection->state() == state; });
  }

  void on_state(const StateChange& change) override {
    if (!change.why.empty()) failures.emplace_back(change.why);
  }
  void on_greeted() override { connection->declare_ready(); }
  bool take_push(const Reply&) override { return false; }

  support::SimulatedLoop loop{1};
  ConnectionSettings settings;
  ScriptedPorts* ports = nullptr;
  std::unique_ptr<Connector> below;
  std::unique_ptr<SentinelConnector> connector;
  std::shared_ptr<Connection> connection;
  std::vector<std::string> failures;
};

TEST_F(RedisSentinel, NamesTheMaster) {
  open();
  EXPECT_TRUE(become(ConnectionState::ready));
  EXPECT_THAT(ports->asked, ElementsAre(1, 6));
  EXPECT_THAT((*ports)[1].redis.commands(), ElementsAre("SENTINEL get-master-addr-by-name chat"));
  EXPECT_THAT((*ports)[6].redis.commands(), ElementsAre("ROLE", "PING"));
}

TEST_F(RedisSentinel, TheNextOneIsAskedIfOneDoesNotHelp) {
  for (const std::string& answer :
       {std::string("*-1\r\n"), std::string("-NOAUTH no\r\n"), std::string("+OK\r\n"), names(0),
        names(65'536), std::string("x\r\n"), ScriptedRedis::array({"", "6"}),
        "$9999\r\n" + std::string(9'999, 'x')}) {
    SCOPED_TRACE(answer.substr(0, 40));
    says(1, answer);
    ports->asked.clear();
    reopen();
    EXPECT_TRUE(become(ConnectionState::ready));
    EXPECT_EQ(ports->asked.back(), 6);
  }
}

TEST_F(RedisSentinel, OneThatIsNotThereIsPassedOver) {
  (*ports)[1].connector.mode = Mode::refuse;
  open();
  EXPECT_TRUE(become(ConnectionState::ready));
  EXPECT_THAT(ports->asked, ElementsAre(1, 2, 6));
  connection->reconnect("test");
  EXPECT_TRUE(become(ConnectionState::waiting));
  EXPECT_TRUE(become(ConnectionState::ready));
  EXPECT_THAT(ports->asked, ElementsAre(1, 2, 6, 2, 6)) << "the one that knew is asked first";
}

TEST_F(RedisSentinel, OneThatIsSilentIsPassedOver) {
  says(1, "");
  open();
  EXPECT_TRUE(become(ConnectionState::ready));
  EXPECT_GE(loop.elapsed(), SentinelConnector::sentinel_timeout);
  EXPECT_LT(loop.elapsed(), SentinelConnector::sentinel_timeout + 500ms);
  EXPECT_THAT(ports->asked, ElementsAre(1, 2, 6));
}

TEST_F(RedisSentinel, IfNoneHelpsTheLastReasonIsTold) {
  says(1, "*-1\r\n");
  (*ports)[2].connector.mode = Mode::refuse;
  open();
  EXPECT_TRUE(become(ConnectionState::waiting));
  EXPECT_THAT(failures, ElementsAre(HasSubstr("sentinel at b port 2: connect to")));
}

TEST_F(RedisSentinel, GetsAPasswordOfItsOwn) {
  settings.address.sentinels.user = "bob";
  settings.address.sentinels.password = "s";
  open();
  EXPECT_TRUE(become(ConnectionState::ready));
  EXPECT_THAT((*ports)[1].redis.commands(),
              ElementsAre("AUTH bob s", "SENTINEL get-master-addr-by-name chat"));
}

TEST_F(RedisSentinel, AMasterThatIsNoneIsLeft) {
  says(1, names(7));
  (*ports)[7].redis.script = [](const Words& words) -> std::optional<std::string> {
    if (words.front() == "ROLE") return "*2\r\n$5\r\nslave\r\n$1\r\nx\r\n";
    return {};
  };
  open();
  EXPECT_TRUE(become(ConnectionState::waiting));
  EXPECT_THAT(failures, ElementsAre("this is not the master"));
  says(1, names(6));
  EXPECT_TRUE(become(ConnectionState::ready));
}

TEST_F(RedisSentinel, TheSearchMayBeGivenUpAtAnyTime) {
  says(1, "");
  for (int time = 0; time < 20; ++time) {
    reopen();
    loop.run_for(milliseconds(time));
    connection->close();
    loop.run_for(5s);
    EXPECT_EQ(connection->state(), ConnectionState::closed);
  }
}

}  // namespace
}  // namespace socketio::redis
