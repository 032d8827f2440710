// SPDX-License-Identifier: MIT
// What the server's middlewares receive from the client, and what the client does if
// they refuse it.
#include "client/support/test_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

namespace socketio::support {
namespace {

json auth_of(const ClientSocket& socket) { return ask(socket, "handshake").value()["auth"]; }

TEST(ClientAuth, Nothing) {
  OfficialServer server;
  TestClient client(server);
  ASSERT_TRUE(client.connect());
  EXPECT_EQ(auth_of(client.socket), json::object());
}

TEST(ClientAuth, Value) {
  OfficialServer server;
  const json auth = {{"token", "ü\"\u2028"}, {"deep", {{"list", {1, 2, nullptr}}}}};
  TestClient client(server, {.auth = auth});
  ASSERT_TRUE(client.connect());
  EXPECT_EQ(auth_of(client.socket), auth);
}

TEST(ClientAuth, FunctionIsAskedAtEachConnection) {
  OfficialServer server;
  std::atomic<int> asked = 0;
  TestClient client(server, {.auth = Auth([&] { return json{{"n", ++asked}}; })});
  ASSERT_TRUE(client.connect());
  EXPECT_EQ(auth_of(client.socket)["n"], 1);
  server.ask("cut");
  ASSERT_TRUE(client.log.wait_for("connect", 2));
  EXPECT_EQ(auth_of(client.socket)["n"], 2);
}

TEST(ClientAuth, FunctionThatAnswersLaterFromItsOwnThread) {
  OfficialServer server;
  std::thread thread;
  TestClient client(server, {.auth = Auth([&](Auth::Answer answer) {
                               thread = std::thread([answer] { answer({{"from", "thread"}}); });
                             })});
  ASSERT_TRUE(client.connect());
  thread.join();
  EXPECT_EQ(auth_of(client.socket)["from"], "thread");
}

TEST(ClientAuth, AnswerThatComesAfterTheEndIsIgnored) {
  OfficialServer server;
  Auth::Answer kept;
  {
    Log log;
    TestClient client(server, {.auth = Auth([&](Auth::Answer answer) {
                                 kept = std::move(answer);
                                 log.add("asked");
                               })});
    client.start();
    ASSERT_TRUE(log.wait_for("asked"));
    EXPECT_FALSE(client.socket.connected());
  }
  ASSERT_TRUE(kept);
  kept({{"too", "late"}});
}

TEST(ClientAuth, SecondAnswerIsIgnored) {
  OfficialServer server;
  TestClient client(server, {.auth = Auth([](Auth::Answer answer) {
                               answer({{"n", 1}});
                               answer({{"n", 2}});
                             })});
  ASSERT_TRUE(client.connect());
  EXPECT_EQ(auth_of(client.socket)["n"], 1);
  EXPECT_EQ(client.log.count("connect"), 1U);
}

TEST(ClientAuth, EachNamespaceItsOwn) {
  OfficialServer server;
  TestClient client(server, {.auth = json{{"for", "all"}}});
  const ClientSocket admin = client.client.socket("/admin", {.auth = json{{"for", "admin"}}});
  const ClientSocket custom = client.client.socket("/custom");
  client.start();
  server.log->wait_for("connect /admin");
  server.log->wait_for("connect /custom");
  server.log->wait_for("connect /");
  EXPECT_EQ(auth_of(admin)["for"], "admin");
  EXPECT_EQ(auth_of(custom)["for"], "all");
  EXPECT_EQ(auth_of(client.socket)["for"], "all");
}

TEST(ClientAuth, ChangedForTheNextConnection) {
  OfficialServer server;
  TestClient client(server, {.auth = json{{"n", 1}}});
  ASSERT_TRUE(client.connect());
  client.socket.set_auth(json{{"n", 2}});
  client.socket.disconnect();
  client.socket.connect();
  ASSERT_TRUE(client.log.wait_for("connect", 2));
  EXPECT_EQ(auth_of(client.socket)["n"], 2);
}

TEST(ClientAuth, RefusalComesWithItsData) {
  OfficialServer server;
  server.ask("refuse", {{"nsp", "/"}, {"message", "not authorised"}, {"data", {{"code", 401}}}});
  TestClient client(server);
  client.start();
  ASSERT_TRUE(client.log.wait_for("connect_error not authorised"));
  EXPECT_EQ(client.latest("connect_error").data, (json{{"code", 401}}));
  EXPECT_FALSE(client.socket.active());
  EXPECT_FALSE(client.socket.connected());
  // The last socket has left, so the connection has closed.
  ASSERT_TRUE(client.log.wait_for("close forced close"));
  EXPECT_TRUE(client.log.lines("reconnect_attempt").empty());
  EXPECT_TRUE(client.log.lines("disconnect").empty());
}

TEST(ClientAuth, RefusalWithoutData) {
  OfficialServer server;
  server.ask("refuse", {{"nsp", "/"}, {"message", ""}});
  TestClient client(server);
  client.start();
  ASSERT_TRUE(client.log.wait_for("connect_error "));
  EXPECT_TRUE(client.latest("connect_error").data.is_null());
}

TEST(ClientAuth, RefusedSocketMayTryAgain) {
  OfficialServer server;
  server.ask("refuse", {{"nsp", "/"}, {"message", "not yet"}});
  TestClient client(server);
  client.socket.on_connect_error([&](const ConnectionError&) {
    server.ask("refuse", {{"nsp", "/"}});
    client.socket.set_auth(json{{"again", true}});
    client.socket.connect();
  });
  ASSERT_TRUE(client.connect());
  EXPECT_EQ(auth_of(client.socket)["again"], true);
}

TEST(ClientAuth, RefusalOfOneNamespaceLeavesTheOthers) {
  OfficialServer server;
  server.ask("refuse", {{"nsp", "/admin"}, {"message", "no"}, {"data", "why"}});
  TestClient client(server);
  const ClientSocket admin = client.join("/admin");
  client.start();
  ASSERT_TRUE(client.log.wait_for("/admin connect_error no"));
  ASSERT_TRUE(client.log.wait_for("connect"));
  EXPECT_EQ(client.latest("/admin connect_error").data, "why");
  EXPECT_FALSE(admin.active());
  client.expect_served();
}

TEST(ClientAuth, RefusedOnReconnection) {
  OfficialServer server;
  TestClient client(server);
  ASSERT_TRUE(client.connect());
  server.ask("refuse", {{"nsp", "/"}, {"message", "no more"}});
  server.ask("cut");
  ASSERT_TRUE(client.log.wait_for("connect_error no more"));
  ASSERT_TRUE(client.log.wait_for("close forced close"));
  EXPECT_FALSE(client.socket.active());
}

TEST(ClientAuth, RefusedIsTriedAgainIfWanted) {
  OfficialServer server;
  server.ask("refuse", {{"nsp", "/"}, {"message", "busy"}});
  TestClient client(server, {.retry_refused = true});
  client.start();
  ASSERT_TRUE(client.log.wait_for("connect_error busy", 3));
  EXPECT_TRUE(client.socket.active());
  server.ask("refuse", {{"nsp", "/"}});
  ASSERT_TRUE(client.log.wait_for("connect"));
  client.expect_served();
}

TEST(ClientAuth, UnknownNamespace) {
  OfficialServer server;
  TestClient client(server.url("/nowhere"));
  client.start();
  ASSERT_TRUE(client.log.wait_for("connect_error Invalid namespace"));
  EXPECT_FALSE(client.socket.active());
}

}  // namespace
}  // namespace socketio::support
