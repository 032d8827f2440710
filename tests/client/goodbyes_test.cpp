// SPDX-License-Identifier: MIT
// What was emitted just before a goodbye reaches the handlers of the official server, whichever
// version it is, in order and before it hears of the end.
#include "client/support/test_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <tuple>

namespace socketio::support {
namespace {

class Goodbyes : public testing::TestWithParam<std::tuple<std::string, std::string>> {
 protected:
  static std::string transport() { return std::get<1>(GetParam()); }
  /// Tells the server the numbers from 0 on, `count` of them.
  static void tell(const ClientSocket& socket, int count) {
    for (int i = 0; i < count; ++i) socket.emit("tell", i);
  }
  /// All of tell(), and then the end.
  void expect_told(int count, const std::string& end) {
    const std::string last = "disconnect " + end;
    ASSERT_TRUE(server.log->wait_for(last));
    Log::Lines expected;
    for (int i = 0; i < count; ++i) expected.push_back("tell [" + std::to_string(i) + "]");
    expected.push_back(last);
    Log::Lines told = server.log->lines();
    std::erase_if(told, [&](const auto& line) { return line != last && !line.starts_with("tell"); });
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

TEST_P(Goodbyes, DisconnectOfTheClient) {
  ASSERT_TRUE(client->connect());
  tell(client->socket, 100);
  client->client.disconnect();
  expect_told(100, "/ transport close");
}

}  // namespace
}  // namespace socketio::support
