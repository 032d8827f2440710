// SPDX-License-Identifier: MIT
// engine::Client with the official Engine.IO server.
#include "client/support/test_client.hpp"

#include <socketio/engine_client.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace socketio::support {
namespace {

using engine::Message;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class PlainEngine : public testing::TestWithParam<std::vector<std::string>> {
 protected:
  static ClientOptions options() {
    ClientOptions options;
    options.transports = GetParam();
    return options;
  }
  /// Logs "open", "<message>" or "binary of <n>", "upgrade <transport>", "ping", "close <reason>".
  void watch(engine::Client& client) {
    client.on_open([this] { log.add("open"); });
    client.on_message([this](Message message) {
      log.add(message.is_binary ? "binary of " + std::to_string(message.data.size())
                                : std::string(message.data));
    });
    client.on_upgrade(
        [this](std::string_view transport) { log.add("upgrade " + std::string(transport)); });
    client.on_ping([this] { log.add("ping"); });
    client.on_close(
        [this](DisconnectReason why) { log.add("close " + std::string(to_string(why))); });
  }

  Log log;
};

INSTANTIATE_TEST_SUITE_P(Transports, PlainEngine,
                         testing::Values(std::vector<std::string>{"polling"},
                                         std::vector<std::string>{"websocket"},
                                         std::vector<std::string>{"polling", "websocket"}));

TEST_P(PlainEngine, MessagesComeBackInOrder) {
  OfficialEngine server;
  engine::Client client(server.url("/path?q=1"), options());
  watch(client);
  client.send("first");
  client.send(Bytes(70'000, 7));
  client.send("€ \U0001F680");
  client.start();
  ASSERT_TRUE(log.wait_for("€ \U0001F680"));
  EXPECT_THAT(log.lines().front(), "open");
  client.send("last");
  client.stop();
  client.join();
  EXPECT_TRUE(log.wait_for("close forced close"));
  EXPECT_TRUE(server.log->wait_for("close transport close"));
  EXPECT_THAT(server.said("open"), ElementsAre(HasSubstr("/engine.io/?")));
  EXPECT_THAT(server.said("open"), ElementsAre(HasSubstr("q=1")));
}

TEST_P(PlainEngine, TheServerEndsTheSession) {
  OfficialEngine server;
  engine::Client client(server.url(), options());
  watch(client);
  client.send("close");
  client.start();
  EXPECT_TRUE(log.wait_for("close transport close"));
  EXPECT_TRUE(server.log->wait_for("close forced close"));
}

TEST_P(PlainEngine, LivesThroughHeartbeats) {
  OfficialEngine server({{"pingInterval", 30}, {"pingTimeout", 5'000}});
  engine::Client client(server.url(), options());
  watch(client);
  client.start();
  ASSERT_TRUE(log.wait_for("ping", 5));
  client.send("still here");
  EXPECT_TRUE(log.wait_for("still here"));
}

TEST(PlainEngineUpgrade, IsToldToTheApplication) {
  OfficialEngine server;
  Log log;
  engine::Client client(server.url());
  client.on_upgrade([&](std::string_view transport) { log.add(std::string(transport)); });
  client.start();
  EXPECT_TRUE(log.wait_for("websocket"));
  EXPECT_TRUE(server.log->wait_for("upgrade websocket"));
}

TEST(PlainEngineRefusal, SaysWhatTheServerSaid) {
  OfficialEngine server;
  Log log;
  ClientOptions options = only("polling");
  options.path = "/elsewhere";
  engine::Client client(server.url(), options);
  client.on_close([&](DisconnectReason why, const ConnectionError& cause) {
    log.add(std::string(to_string(why)) + ": " + cause.message + " " +
            std::to_string(cause.status));
  });
  client.start();
  EXPECT_TRUE(log.wait_for("transport error: xhr poll error 404"));
}

}  // namespace
}  // namespace socketio::support
