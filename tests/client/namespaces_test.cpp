// SPDX-License-Identifier: MIT
// Several namespaces over one connection: which are connected, which receive what, and
// what ends when.
#include "client/support/test_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace socketio::support {
namespace {

TEST(ClientNamespaces, ShareOneConnection) {
  OfficialServer server;
  TestClient client(server);
  const ClientSocket admin = client.join("/admin");
  const ClientSocket custom = client.join("/custom");
  client.start();
  for (const char* line : {"connect", "/admin connect", "/custom connect"})
    ASSERT_TRUE(client.log.wait_for(line));
  EXPECT_EQ(server.ask("counts")["sessions"], 1);
  EXPECT_EQ(client.log.count("open"), 1U);
  EXPECT_NE(admin.id(), client.socket.id());
  EXPECT_EQ(ask(admin, "handshake").value()["id"], admin.id());
  EXPECT_EQ(ask<int>(custom, "echo ack", 3).value(), 3);
}

TEST(ClientNamespaces, OfTheUrl) {
  OfficialServer server;
  TestClient client(server.url("/admin?x=1"));
  EXPECT_EQ(client.socket.nsp(), "/admin");
  ASSERT_TRUE(client.connect());
  server.log->wait_for("connect /admin");
  EXPECT_EQ(server.log->count("connect /"), 0U);
  EXPECT_EQ(ask(client.socket, "handshake").value()["query"]["x"], "1");
}

TEST(ClientNamespaces, SameNameIsTheSameSocket) {
  OfficialServer server;
  TestClient client(server);
  EXPECT_EQ(client.client.socket("/admin"), client.client.socket("admin"));
  EXPECT_EQ(client.client.socket("/"), client.socket);
  EXPECT_NE(client.client.socket("/admin"), client.socket);
}

TEST(ClientNamespaces, JoinedLater) {
  OfficialServer server;
  TestClient client(server);
  ASSERT_TRUE(client.connect());
  const ClientSocket admin = client.join("/admin");
  ASSERT_TRUE(client.log.wait_for("/admin connect"));
  EXPECT_EQ(ask<int>(admin, "echo ack", 3).value(), 3);
  EXPECT_EQ(client.log.count("open"), 1U);
}

TEST(ClientNamespaces, JoinedInAHandler) {
  OfficialServer server;
  TestClient client(server);
  client.socket.on_connect([&] { client.join("/admin"); });
  client.start();
  ASSERT_TRUE(client.log.wait_for("/admin connect"));
}

TEST(ClientNamespaces, Dynamic) {
  OfficialServer server;
  TestClient client(server);
  const ClientSocket room = client.join("/room-17");
  client.join("/room-x");
  client.start();
  ASSERT_TRUE(client.log.wait_for("/room-17 connect"));
  ASSERT_TRUE(client.log.wait_for("/room-x connect_error Invalid namespace"));
  EXPECT_EQ(ask<int>(room, "echo ack", 3).value(), 3);
}

TEST(ClientNamespaces, EventsStayInTheirs) {
  OfficialServer server;
  TestClient client(server);
  const ClientSocket admin = client.join("/admin");
  Log heard;
  client.socket.on("news", [&](std::string text) { heard.add("main " + text); });
  admin.on("news", [&](std::string text) { heard.add("admin " + text); });
  client.start();
  ASSERT_TRUE(client.log.wait_for("/admin connect"));
  ASSERT_TRUE(client.log.wait_for("connect"));
  server.emit("news", {"a"}, {{"nsp", "/admin"}});
  server.emit("news", {"m"});
  heard.wait_for("admin a");
  heard.wait_for("main m");
  EXPECT_EQ(heard.lines().size(), 2U);
}

/// A client that is connected to "/" and "/admin".
class ClientInTwoNamespaces : public testing::Test {
 protected:
  void SetUp() override {
    client.start();
    ASSERT_TRUE(client.log.wait_for("/admin connect"));
    ASSERT_TRUE(client.log.wait_for("connect"));
  }
  OfficialServer server;
  TestClient client{server};
  const ClientSocket admin = client.join("/admin");
};

TEST_F(ClientInTwoNamespaces, LeavingOneLeavesTheOthers) {
  admin.disconnect();
  ASSERT_TRUE(client.log.wait_for("/admin disconnect io client disconnect"));
  server.log->wait_for("disconnect /admin client namespace disconnect");
  EXPECT_FALSE(admin.active());
  EXPECT_FALSE(admin.connected());
  EXPECT_EQ(admin.id(), "");
  client.expect_served();
  EXPECT_TRUE(client.log.lines("close").empty());
}

TEST_F(ClientInTwoNamespaces, JoiningAgainAtOnceLeavesTheOthers) {
  admin.disconnect();
  admin.connect();
  ASSERT_TRUE(client.log.wait_for("/admin connect", 2));
  client.expect_served();
  EXPECT_TRUE(client.log.lines("close").empty());
}

TEST_F(ClientInTwoNamespaces, LeavingTheLastClosesTheConnection) {
  admin.disconnect();
  client.socket.disconnect();
  ASSERT_TRUE(client.log.wait_for("close forced close"));
  server.log->wait_for_prefix("close ");
  EXPECT_TRUE(client.log.lines("reconnect").empty());
}

TEST(ClientNamespaces, JoinedAgainAfterTheLastLeft) {
  OfficialServer server;
  TestClient client(server);
  ASSERT_TRUE(client.connect());
  client.socket.disconnect();
  ASSERT_TRUE(client.log.wait_for("close forced close"));
  client.socket.connect();
  ASSERT_TRUE(client.log.wait_for("connect", 2));
  client.expect_served();
}

TEST(ClientNamespaces, AskingForALeftSocketJoinsItAgain) {
  OfficialServer server;
  TestClient client(server);
  ASSERT_TRUE(client.connect());
  client.socket.disconnect();
  ASSERT_TRUE(client.log.wait_for("disconnect io client disconnect"));
  client.client.socket("/");
  ASSERT_TRUE(client.log.wait_for("connect", 2));
}

TEST_F(ClientInTwoNamespaces, ServerEndsOne) {
  server.ask("disconnect", {{"nsp", "/admin"}});
  ASSERT_TRUE(client.log.wait_for("/admin disconnect io server disconnect"));
  EXPECT_FALSE(admin.active());
  client.expect_served();
  EXPECT_TRUE(client.log.lines("close").empty());
}

TEST(ClientNamespaces, AllComeBackAfterTheConnectionBroke) {
  OfficialServer server;
  TestClient client(server);
  const ClientSocket admin = client.join("/admin");
  const ClientSocket custom = client.join("/custom");
  client.start();
  ASSERT_TRUE(client.log.wait_for("/custom connect"));
  custom.disconnect();
  ASSERT_TRUE(client.log.wait_for("/admin connect"));
  ASSERT_TRUE(client.log.wait_for("connect"));
  server.ask("cut");
  ASSERT_TRUE(client.log.wait_for("/admin connect", 2));
  ASSERT_TRUE(client.log.wait_for("connect", 2));
  EXPECT_EQ(client.log.count("/custom connect"), 1U);
  EXPECT_EQ(client.log.count("/admin disconnect transport close"), 1U);
}

TEST(ClientNamespaces, LeftBeforeItWasJoined) {
  OfficialServer server;
  TestClient client(server);
  const ClientSocket admin = client.join("/admin");
  admin.disconnect();
  ASSERT_TRUE(client.connect());
  client.expect_served();
  EXPECT_TRUE(client.log.lines("/admin").empty());
}

TEST(ClientNamespaces, ManyOverOneConnection) {
  OfficialServer server;
  TestClient client(server);
  for (int i = 0; i < 50; ++i) client.join("/room-" + std::to_string(i));
  client.start();
  for (int i = 0; i < 50; ++i)
    ASSERT_TRUE(client.log.wait_for("/room-" + std::to_string(i) + " connect"));
  EXPECT_EQ(server.ask("counts")["sessions"], 1);
}

}  // namespace
}  // namespace socketio::support
