// SPDX-License-Identifier: MIT
// What was emitted just before a disconnect reaches the handlers of the official server, in any of
// its versions, in order, and before the server notices the end.
#include "client/support/test_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <tuple>

namespace socketio::support {
namespace {

class Goodbyes : public testing::TestWithParam<std::tuple<std::string, std::string>> {
 protected:
  static std::string transport() { return std::get<1>(GetParam()); }
  /// Emits "tell" with the numbers from 0 to `count` - 1.
  static void tell(const ClientSocket& socket, int count) {
    for (int i = 0; i < count; ++i) socket.emit("tell", i);
  }
  /// Expects all events of tell(), and then the end.
  void expect_told(int count, const std::string& end) {
    const std::string last = "disconnect " + end;
    ASSERT_TRUE(server.log->wait_for(last));
    Log::Lines expected;
    for (int i = 0; i < count; ++i) expected.push_back("tell [" + std::to_string(i) + "]");
    expected.push_back(last);
    Log::Lines told = server.log->lines();
    std::erase_if(told,
                  [&](const auto& line) { return line != last && !line.starts_with("tell"); });
    EXPECT_EQ(told, expected);
  }

  OfficialServer server{json::object(), {{"package", std::get<0>(GetParam())}}};
  std::unique_ptr<TestClient> client = std::make_unique<TestClient>(server, only(transport()));
};
INSTANTIATE_TEST_SUITE_P(Versions, Goodbyes,
                         testing::Combine(testing::Values("socket.io", "socket.io-4.0",
                                                          "socket.io-3.0"),
                                          testing::Values("polling", "websocket")),
                         [](const auto& tested) {
                           std::string name = std::get<0>(tested.param) + std::get<1>(tested.param);
                           std::erase_if(name, [](char c) { return c == '.' || c == '-'; });
                           return name;
                         });

TEST_P(Goodbyes, Disconnect) {
  ASSERT_TRUE(client->connect());
  tell(client->socket, 100);
  client->socket.disconnect();
  expect_told(100, "/ client namespace disconnect");
  ASSERT_TRUE(client->log.wait_for("close forced close"));
}

TEST_P(Goodbyes, DisconnectAfterOneEvent) {
  ASSERT_TRUE(client->connect());
  tell(client->socket, 1);
  client->socket.disconnect();
  expect_told(1, "/ client namespace disconnect");
}

TEST_P(Goodbyes, StopAndJoin) {
  ASSERT_TRUE(client->connect());
  tell(client->socket, 100);
  client->client.stop();
  client->client.join();
  client.reset();
  expect_told(100, "/ client namespace disconnect");
}

TEST_P(Goodbyes, StopWithSeveralNamespaces) {
  const ClientSocket admin = client->join("/admin");
  const ClientSocket custom = client->join("/custom");
  ASSERT_TRUE(client->connect());
  ASSERT_TRUE(client->log.wait_for("/admin connect"));
  ASSERT_TRUE(client->log.wait_for("/custom connect"));
  for (int i = 0; i < 100; i += 2) {
    admin.emit("tell", i);
    custom.emit("tell", i + 1);
  }
  client->client.stop();
  client->client.join();
  client.reset();
  ASSERT_TRUE(server.log->wait_for("disconnect /admin client namespace disconnect"));
  expect_told(100, "/custom client namespace disconnect");
}

TEST_P(Goodbyes, Destruction) {
  ASSERT_TRUE(client->connect());
  tell(client->socket, 100);
  client.reset();
  ASSERT_TRUE(server.log->wait_for_prefix("disconnect / transport "));
  // Over polling a request may have been underway.
  if (transport() == "websocket") {
    EXPECT_EQ(server.said("tell ").size(), 100U);
  }
}

TEST_P(Goodbyes, InAHandler) {
  client->socket.on("echo", [this](ClientSocket& socket) {
    tell(socket, 100);
    socket.disconnect();
    EXPECT_FALSE(socket.connected());
    EXPECT_FALSE(socket.active());
    EXPECT_EQ(client->log.count("disconnect io client disconnect"), 1U);
    EXPECT_EQ(client->log.count("close forced close"), 1U);
  });
  ASSERT_TRUE(client->connect());
  client->socket.emit("echo");
  expect_told(100, "/ client namespace disconnect");
}

TEST_P(Goodbyes, OfOneNamespaceStayInOrderWithTheOthers) {
  const ClientSocket admin = client->join("/admin");
  ASSERT_TRUE(client->connect());
  ASSERT_TRUE(client->log.wait_for("/admin connect"));
  tell(client->socket, 50);
  client->socket.disconnect();
  for (int i = 50; i < 100; ++i) admin.emit("tell", i);
  client->socket.connect();
  ASSERT_TRUE(client->log.wait_for("connect", 2));
  client->expect_served();
  admin.disconnect();
  expect_told(100, "/admin client namespace disconnect");
  const auto lines = server.log->lines();
  const auto end =
      std::find(lines.begin(), lines.end(), "disconnect / client namespace disconnect");
  ASSERT_NE(end, lines.end());
  // Servers of version 3 may run handlers after the end of their socket.
  EXPECT_EQ(*(end - 1), "tell [49]");
  EXPECT_EQ(*(end + 1), "tell [50]");
}

TEST_P(Goodbyes, AgainAndAgain) {
  client->socket.on_connect([this, told = 0]() mutable {
    client->socket.emit("tell", told++);
    client->socket.disconnect();
    if (told < 10) client->socket.connect();
  });
  client->start();
  ASSERT_TRUE(server.log->wait_for("disconnect / client namespace disconnect", 10));
  EXPECT_EQ(server.said("tell ").size(), 10U);
}

TEST_P(Goodbyes, ReplacedAtOnceByAnotherConnection) {
  ASSERT_TRUE(client->connect());
  tell(client->socket, 100);
  client->socket.on_disconnect([this] {
    if (client->log.count("disconnect io client disconnect") > 1) return;
    client->socket.connect();
    client->socket.disconnect();
    client->socket.connect();
  });
  client->socket.disconnect();
  expect_told(100, "/ client namespace disconnect");
  ASSERT_TRUE(client->log.wait_for("connect", 2));
}

TEST_P(Goodbyes, WithAttachmentsThatTakeMoreThanOneRead) {
  ASSERT_TRUE(client->connect());
  for (int i = 0; i < 5; ++i) client->socket.emit("tell", i, Bytes(100'000));
  client->socket.disconnect();
  ASSERT_TRUE(server.log->wait_for("disconnect / client namespace disconnect"));
  EXPECT_EQ(server.said("tell ").size(), 5U);
}

TEST_P(Goodbyes, DuringTheUpgrade) {
  for (std::size_t i = 0; i < 30; ++i) {
    TestClient upgrading(server);
    const ClientSocket socket = upgrading.socket;
    socket.on("echo", [socket](std::size_t rounds) {
      if (rounds > 0) return static_cast<void>(socket.emit("echo", rounds - 1));
      tell(socket, 20);
      socket.disconnect();
    });
    socket.on_connect([socket, i] { socket.emit("echo", i % 6); });
    upgrading.start();
    ASSERT_TRUE(server.log->wait_for("disconnect / client namespace disconnect", i + 1));
    ASSERT_EQ(server.said("tell ").size(), 20 * (i + 1));
  }
}

TEST_P(Goodbyes, DisconnectOfTheClient) {
  ASSERT_TRUE(client->connect());
  tell(client->socket, 100);
  client->client.disconnect();
  expect_told(100, "/ transport close");
}

}  // namespace
}  // namespace socketio::support
