// SPDX-License-Identifier: MIT
// How connections end: each reason, with the official names on both sides.
#include "client/support/test_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace socketio::support {
namespace {

class Disconnecting : public testing::TestWithParam<std::string> {
 protected:
  OfficialServer server;
  TestClient client{server, only(GetParam())};
};
INSTANTIATE_TEST_SUITE_P(Transports, Disconnecting, testing::Values("polling", "websocket"),
                         [](const auto& tested) { return tested.param; });

TEST_P(Disconnecting, ByTheClient) {
  ASSERT_TRUE(client.connect());
  client.socket.disconnect();
  ASSERT_TRUE(client.log.wait_for("disconnect io client disconnect"));
  ASSERT_TRUE(client.log.wait_for("close forced close"));
  server.log->wait_for("disconnect / client namespace disconnect");
  EXPECT_FALSE(client.socket.connected());
  EXPECT_FALSE(client.socket.active());
  EXPECT_EQ(client.socket.id(), "");
  EXPECT_EQ(client.socket.transport(), "");
}

TEST_P(Disconnecting, ByTheServer) {
  ASSERT_TRUE(client.connect());
  client.socket.emit("leave me");
  ASSERT_TRUE(client.log.wait_for("disconnect io server disconnect"));
  server.log->wait_for("disconnect / server namespace disconnect");
  EXPECT_FALSE(client.socket.active());
  // It was the only socket, so the connection closes and is not opened again.
  ASSERT_TRUE(client.log.wait_for("close forced close"));
  EXPECT_TRUE(client.log.lines("reconnect").empty());
}

TEST_P(Disconnecting, ByTheServerWithTheConnection) {
  ASSERT_TRUE(client.connect());
  client.socket.emit("close me");
  ASSERT_TRUE(client.log.wait_for("disconnect io server disconnect"));
  ASSERT_TRUE(client.log.wait_for_prefix("close "));
  EXPECT_FALSE(client.socket.active());
  EXPECT_TRUE(client.log.lines("reconnect").empty());
}

TEST_P(Disconnecting, ComesBackWhenToldAfterTheServerEndedIt) {
  client.socket.on_disconnect([&](DisconnectReason why) {
    if (to_string(why) == "io server disconnect") client.socket.connect();
  });
  ASSERT_TRUE(client.connect());
  client.socket.emit("leave me");
  ASSERT_TRUE(client.log.wait_for("connect", 2));
  client.expect_served();
}

TEST_P(Disconnecting, ServerClosesTheTransport) {
  ASSERT_TRUE(client.connect());
  server.ask("closeEngine");
  ASSERT_TRUE(client.log.wait_for("disconnect transport close"));
  ASSERT_TRUE(client.log.wait_for("close transport close"));
  server.log->wait_for("disconnect / forced close");
  const ConnectionError cause = client.latest("disconnect");
  if (GetParam() == "polling") {
    EXPECT_EQ(cause.details, "transport closed by the server");
  } else {
    EXPECT_EQ(cause.close_code, 1005) << "a close frame without a code";
  }
  ASSERT_TRUE(client.log.wait_for("connect", 2));
}

TEST_P(Disconnecting, ServerShutsDown) {
  ASSERT_TRUE(client.connect());
  server.ask("close");
  // A client that polls may find its session gone, which is an error, also for official clients.
  ASSERT_TRUE(client.log.wait_for_prefix("disconnect transport "));
  server.log->wait_for("disconnect / server shutting down");
  EXPECT_TRUE(client.socket.active());
}

TEST_P(Disconnecting, NetworkBreaks) {
  for (const char* how : {"close", "reset"}) {
    Relay relay(server.port);
    TestClient remote(relay.url(), only(GetParam()));
    ASSERT_TRUE(remote.connect());
    remote.expect_served();
    relay.ask("cut", {{"how", how}});
    server.ask("cut");
    ASSERT_TRUE(remote.log.wait_for_prefix("disconnect "));
    // As in JavaScript: a request that breaks is an error, but a WebSocket that breaks is closed.
    EXPECT_EQ(remote.log.lines("disconnect").at(0),
              GetParam() == "polling" ? "disconnect transport error" : "disconnect transport close")
        << how;
    const ConnectionError cause = remote.latest("disconnect");
    EXPECT_NE(cause.details, "") << how;
    if (how == std::string("reset")) {
      EXPECT_EQ(cause.code, std::errc::connection_reset);
    }
    ASSERT_TRUE(remote.log.wait_for("connect", 2));
    remote.expect_served();
  }
}

TEST_P(Disconnecting, NetworkFallsSilent) {
  OfficialServer pinging(json{{"pingInterval", 150}, {"pingTimeout", 150}});
  Relay relay(pinging.port);
  TestClient remote(relay.url(), only(GetParam()));
  ASSERT_TRUE(remote.connect());
  ASSERT_TRUE(remote.log.wait_for("ping", 2));
  relay.ask("stall");
  ASSERT_TRUE(remote.log.wait_for("disconnect ping timeout"));
  ASSERT_TRUE(remote.log.wait_for("close ping timeout"));
  pinging.log->wait_for("disconnect / ping timeout");
  relay.ask("resume");
  ASSERT_TRUE(remote.log.wait_for("connect", 2));
}

TEST_P(Disconnecting, ServerStopsPinging) {
  OfficialServer pinging(json{{"pingInterval", 150}, {"pingTimeout", 150}});
  TestClient other(pinging, only(GetParam()));
  ASSERT_TRUE(other.connect());
  pinging.ask("pausePings");
  ASSERT_TRUE(other.log.wait_for("disconnect ping timeout"));
  ASSERT_TRUE(other.log.wait_for("connect", 2));
}

TEST_P(Disconnecting, ServerFreezes) {
  OfficialServer pinging(json{{"pingInterval", 150}, {"pingTimeout", 150}});
  TestClient other(pinging, only(GetParam()));
  ASSERT_TRUE(other.connect());
  {
    const Frozen frozen;
    ASSERT_TRUE(other.log.wait_for("disconnect ping timeout"));
  }
  ASSERT_TRUE(other.log.wait_for("connect", 2));
  other.expect_served();
}

TEST_P(Disconnecting, HeartbeatsKeepAnIdleConnection) {
  OfficialServer pinging(json{{"pingInterval", 60}, {"pingTimeout", 2'000}});
  TestClient other(pinging, only(GetParam()));
  ASSERT_TRUE(other.connect());
  ASSERT_TRUE(other.log.wait_for("ping", 10));
  EXPECT_TRUE(other.log.lines("disconnect").empty());
  other.expect_served();
}

TEST_P(Disconnecting, UnreadablePacket) {
  const json bad_packets = {"9",           "2[]", "2{}", "2[1",  "2[\"connect\"]",
                            "51-[\"a\"]x", "0[]", "4[]", "hello"};
  ASSERT_TRUE(client.connect());
  for (std::size_t i = 0; i < bad_packets.size(); ++i) {
    server.ask("raw", {{"text", bad_packets[i]}});
    ASSERT_TRUE(client.log.wait_for("disconnect parse error", i + 1)) << bad_packets[i];
    ASSERT_TRUE(client.log.wait_for("close parse error", i + 1));
    EXPECT_EQ(client.latest("close").code, Errc::bad_packet) << bad_packets[i];
    EXPECT_NE(client.latest("close").details, "") << bad_packets[i];
    ASSERT_TRUE(client.log.wait_for("connect", i + 2)) << bad_packets[i];
  }
  EXPECT_EQ(server.log->count("disconnect / transport close"), bad_packets.size());
}

TEST_P(Disconnecting, BinaryThatNobodyAnnounced) {
  ASSERT_TRUE(client.connect());
  server.ask("raw", {{"base64", "AQID"}});
  ASSERT_TRUE(client.log.wait_for("disconnect parse error"));
  ASSERT_TRUE(client.log.wait_for("connect", 2));
}

TEST_P(Disconnecting, ConnectionClosedByTheApplication) {
  ASSERT_TRUE(client.connect());
  client.client.disconnect();
  ASSERT_TRUE(client.log.wait_for("close forced close"));
  ASSERT_TRUE(client.log.wait_for("disconnect forced close"));
  EXPECT_FALSE(client.socket.connected());
  EXPECT_TRUE(client.log.lines("reconnect").empty());
  client.client.connect();
  ASSERT_TRUE(client.log.wait_for("connect", 2));
  client.expect_served();
}

TEST_P(Disconnecting, InItsOwnHandlers) {
  client.socket.on("echo", [&](int) { client.socket.disconnect(); });
  ASSERT_TRUE(client.connect());
  client.socket.emit("echo", 1);
  ASSERT_TRUE(client.log.wait_for("disconnect io client disconnect"));
  client.socket.off("echo");
  client.socket.on_connect([&] {
    if (client.log.count("connect") == 2) client.socket.disconnect();
  });
  client.socket.connect();
  ASSERT_TRUE(client.log.wait_for("disconnect io client disconnect", 2));
}

TEST_P(Disconnecting, TwiceIsOnce) {
  ASSERT_TRUE(client.connect());
  client.socket.disconnect();
  client.socket.disconnect();
  client.client.disconnect();
  ASSERT_TRUE(client.log.wait_for("close forced close"));
  ASSERT_TRUE(client.log.wait_for("disconnect io client disconnect"));
  client.socket.connect();
  ASSERT_TRUE(client.log.wait_for("connect", 2));
  EXPECT_EQ(client.log.lines("disconnect").size(), 1U);
  EXPECT_EQ(client.log.lines("close").size(), 1U);
}

TEST_P(Disconnecting, DuringTheUpgrade) {
  for (int i = 0; i < 10; ++i) {
    TestClient upgrading(server);
    ASSERT_TRUE(upgrading.connect());
    upgrading.socket.emit("tell", i);
    upgrading.socket.disconnect();
    ASSERT_TRUE(upgrading.log.wait_for("close forced close"));
    server.log->wait_for("disconnect / client namespace disconnect",
                         static_cast<std::size_t>(i) + 1);
    const json messages = server.ask("messages");
    ASSERT_EQ(messages.size(), static_cast<std::size_t>(3 * (i + 1)));
    EXPECT_EQ(messages[messages.size() - 2], "2[\"tell\"," + std::to_string(i) + "]");
  }
}

}  // namespace
}  // namespace socketio::support
