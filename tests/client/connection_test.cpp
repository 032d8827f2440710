// SPDX-License-Identifier: MIT
// How a client opens its connection: what it requests, over which transports, and how it is run.
#include "client/support/test_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <thread>

namespace socketio::support {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string first_url(OfficialServer& server, const std::string& method) {
  const json requests = server.requests(method);
  return requests.empty() ? "" : requests.at(0).at("url");
}

TEST(Connection, BeginsWithPollingAndUpgrades) {
  OfficialServer server;
  TestClient client(server);
  ASSERT_TRUE(client.connect());
  ASSERT_TRUE(client.wait_for_transport("websocket"));
  server.log->wait_for("upgrade websocket");
  client.expect_served();
  EXPECT_THAT(first_url(server, "GET"), HasSubstr("/socket.io/?EIO=4&transport=polling"));
  EXPECT_THAT(first_url(server, "GET"), Not(HasSubstr("sid=")));
  EXPECT_THAT(first_url(server, "UPGRADE"), HasSubstr("/socket.io/?EIO=4&transport=websocket"));
  EXPECT_THAT(first_url(server, "UPGRADE"), HasSubstr("&sid="));
}

TEST(Connection, SocketHasTheIdThatTheServerKnows) {
  OfficialServer server;
  TestClient client(server);
  EXPECT_EQ(client.socket.id(), "");
  EXPECT_FALSE(client.socket.connected());
  ASSERT_TRUE(client.connect());
  EXPECT_TRUE(client.socket.connected());
  EXPECT_TRUE(client.socket.active());
  EXPECT_FALSE(client.socket.recovered());
  EXPECT_EQ(client.socket.nsp(), "/");
  EXPECT_EQ(ask(client.socket, "handshake").value()["id"], client.socket.id());
}

TEST(Connection, PollingOnly) {
  OfficialServer server;
  TestClient client(server, only("polling"));
  ASSERT_TRUE(client.connect());
  for (int i = 0; i < 5; ++i) client.expect_served();
  EXPECT_EQ(client.socket.transport(), "polling");
  EXPECT_TRUE(server.requests("UPGRADE").empty());
}

TEST(Connection, WebSocketOnly) {
  OfficialServer server;
  TestClient client(server, only("websocket"));
  ASSERT_TRUE(client.connect());
  client.expect_served();
  EXPECT_EQ(client.socket.transport(), "websocket");
  EXPECT_TRUE(server.requests("GET").empty());
  EXPECT_TRUE(server.requests("POST").empty());
}

TEST(Connection, PollingStaysWithoutUpgrade) {
  OfficialServer server;
  TestClient client(server, {.upgrade = false});
  ASSERT_TRUE(client.connect());
  for (int i = 0; i < 5; ++i) client.expect_served();
  EXPECT_EQ(client.socket.transport(), "polling");
  EXPECT_TRUE(server.requests("UPGRADE").empty());
}

TEST(Connection, PollingStaysIfTheServerOffersNothingElse) {
  OfficialServer server(json{{"transports", {"polling"}}});
  TestClient client(server);
  ASSERT_TRUE(client.connect());
  for (int i = 0; i < 5; ++i) client.expect_served();
  EXPECT_TRUE(server.requests("UPGRADE").empty());
}

TEST(Connection, TransportThatTheServerLacksFails) {
  OfficialServer server(json{{"transports", {"websocket"}}});
  TestClient client(server);
  client.start();
  client.log.wait_for("reconnect_attempt 2");
  EXPECT_EQ(client.latest("connect_error").message, "xhr poll error");
  EXPECT_EQ(client.latest("connect_error").status, 400);
  EXPECT_FALSE(client.socket.connected());
  EXPECT_TRUE(client.socket.active());
}

TEST(Connection, WebSocketThatTheServerLacksFails) {
  OfficialServer server(json{{"transports", {"polling"}}});
  TestClient client(server, only("websocket"));
  client.start();
  client.log.wait_for("reconnect_attempt 2");
  EXPECT_EQ(client.latest("connect_error").message, "websocket error");
}

TEST(Connection, TriesAllTransports) {
  OfficialServer polling(json{{"transports", {"polling"}}});
  OfficialServer websocket(json{{"transports", {"websocket"}}});
  ClientOptions options;
  options.try_all_transports = true;
  TestClient first(websocket, options);
  options.transports = {"websocket", "polling"};
  TestClient second(polling, options);
  ASSERT_TRUE(first.connect());
  ASSERT_TRUE(second.connect());
  EXPECT_EQ(first.socket.transport(), "websocket");
  EXPECT_EQ(second.socket.transport(), "polling");
  EXPECT_TRUE(first.log.lines("failed").empty());
  EXPECT_TRUE(second.log.lines("failed").empty());
}

TEST(Connection, RemembersTheUpgrade) {
  OfficialServer server;
  TestClient client(server, {.remember_upgrade = true});
  ASSERT_TRUE(client.connect());
  ASSERT_TRUE(client.wait_for_transport("websocket"));
  const std::size_t polls = server.requests("GET").size();
  server.ask("cut");
  ASSERT_TRUE(client.log.wait_for("connect", 2));
  EXPECT_EQ(client.socket.transport(), "websocket");
  EXPECT_EQ(server.requests("GET").size(), polls);
  EXPECT_THAT(server.requests("UPGRADE").back()["url"].get<std::string>(), Not(HasSubstr("sid=")));
}

TEST(Connection, ForgetsTheUpgradeUnlessToldOtherwise) {
  OfficialServer server;
  TestClient client(server);
  ASSERT_TRUE(client.connect());
  ASSERT_TRUE(client.wait_for_transport("websocket"));
  server.ask("cut");
  ASSERT_TRUE(client.log.wait_for("connect", 2));
  server.log->wait_for("open polling", 2);
}

TEST(Connection, QueryOfUrlAndOptions) {
  OfficialServer server;
  TestClient client(server.url("/?token=a%20b&x=1"), {.query = {{"y", "ü&=?"}}});
  ASSERT_TRUE(client.connect());
  const json query = ask(client.socket, "handshake").value()["query"];
  EXPECT_EQ(query.value("token", ""), "a b");
  EXPECT_EQ(query.value("x", ""), "1");
  EXPECT_EQ(query.value("y", ""), "ü&=?");
  EXPECT_EQ(query.value("EIO", ""), "4");
}

TEST(Connection, ChangedQueryAndHeadersCountFromTheNextConnection) {
  OfficialServer server;
  TestClient client(server, {.query = {{"n", "1"}}, .extra_headers = {{"X-N", "1"}}});
  ASSERT_TRUE(client.connect());
  client.client.set_query({{"n", "2"}});
  client.client.set_extra_headers({{"X-N", "2"}});
  EXPECT_EQ(ask(client.socket, "handshake").value()["query"]["n"], "1");
  server.ask("cut");
  ASSERT_TRUE(client.log.wait_for("connect", 2));
  const json handshake = ask(client.socket, "handshake").value();
  EXPECT_EQ(handshake["query"]["n"], "2");
  EXPECT_EQ(handshake["headers"]["x-n"], "2");
}

TEST(Connection, HeadersAreOnEveryRequest) {
  OfficialServer server;
  TestClient client(server, {.extra_headers = {{"Authorization", "Bearer abc"}, {"X-Own", "ü"}}});
  ASSERT_TRUE(client.connect());
  ASSERT_TRUE(client.wait_for_transport("websocket"));
  client.expect_served();
  const json requests = server.ask("requests");
  ASSERT_GE(requests.size(), 3U);
  for (const json& request : requests) {
    EXPECT_EQ(request["headers"]["authorization"], "Bearer abc") << request;
    EXPECT_TRUE(request["headers"].contains("x-own")) << request;
  }
}

TEST(Connection, Path) {
  OfficialServer server(json{{"path", "/my/path"}});
  TestClient client(server, {.path = "/my/path"});
  TestClient with_slash(server, {.path = "/my/path/"});
  ASSERT_TRUE(client.connect());
  ASSERT_TRUE(with_slash.connect());
  EXPECT_THAT(first_url(server, "GET"), testing::StartsWith("/my/path/?"));
}

TEST(Connection, PathWithoutTrailingSlash) {
  OfficialServer server(json{{"path", "/bare"}, {"addTrailingSlash", false}});
  TestClient client(server, {.path = "/bare", .add_trailing_slash = false});
  ASSERT_TRUE(client.connect());
  ASSERT_TRUE(client.wait_for_transport("websocket"));
  EXPECT_THAT(first_url(server, "GET"), testing::StartsWith("/bare?"));
  EXPECT_THAT(first_url(server, "UPGRADE"), testing::StartsWith("/bare?"));
}

TEST(Connection, CookiesOfTheHandshakeAreSentFromThenOn) {
  OfficialServer server(json{{"cookie", {{"name", "sticky"}, {"httpOnly", true}}}});
  TestClient client(server);
  ASSERT_TRUE(client.connect());
  ASSERT_TRUE(client.wait_for_transport("websocket"));
  const json requests = server.ask("requests");
  EXPECT_FALSE(requests.at(0)["headers"].contains("cookie"));
  for (std::size_t i = 1; i < requests.size(); ++i)
    EXPECT_THAT(requests.at(i)["headers"].value("cookie", ""), testing::StartsWith("sticky="));
}

TEST(Connection, CookiesAreForgottenIfNotWanted) {
  OfficialServer server(json{{"cookie", {{"name", "sticky"}}}});
  TestClient client(server, {.cookies = false});
  ASSERT_TRUE(client.connect());
  ASSERT_TRUE(client.wait_for_transport("websocket"));
  for (const json& request : server.ask("requests"))
    EXPECT_FALSE(request["headers"].contains("cookie"));
}

TEST(Connection, PollingKeepsItsConnections) {
  OfficialServer server;
  TestClient client(server, only("polling"));
  ASSERT_TRUE(client.connect());
  for (int i = 0; i < 10; ++i) client.expect_served();
  EXPECT_LE(server.ask("counts")["connections"].get<int>(), 2);
}

TEST(Connection, ForcedBase64) {
  OfficialServer server;
  for (const char* transport : {"polling", "websocket"}) {
    ClientOptions options = only(transport);
    options.force_base64 = true;
    TestClient client(server, options);
    ASSERT_TRUE(client.connect());
    EXPECT_EQ(ask(client.socket, "handshake").value()["query"]["b64"], "1") << transport;
    EXPECT_EQ(ask<Bytes>(client.socket, "echo ack", Bytes{0, 255, 3}).value(), (Bytes{0, 255, 3}));
  }
}

TEST(Connection, ByNameAndByOtherSchemes) {
  OfficialServer server;
  TestClient by_name(server.url("", "http", "localhost"));
  TestClient by_scheme(server.url("", "ws"));
  ASSERT_TRUE(by_name.connect());
  ASSERT_TRUE(by_scheme.connect());
  EXPECT_EQ(ask(by_name.socket, "handshake").value()["headers"]["host"],
            "localhost:" + std::to_string(server.port));
}

TEST(Connection, ByIpv6Address) {
  OfficialServer server(json::object(), {{"host", "::1"}});
  TestClient client(server.url("", "http", "[::1]"));
  ASSERT_TRUE(client.connect());
  EXPECT_EQ(ask(client.socket, "handshake").value()["headers"]["host"],
            "[::1]:" + std::to_string(server.port));
}

TEST(Connection, BadUrlsAreRefused) {
  for (const char* url : {"", "ftp://127.0.0.1", "http://", "http://127.0.0.1:99999", "http://[::1",
                          "http://127.0.0.1:port", "http://a b", "http://a\r\nb"})
    EXPECT_THROW(Client{url}, std::invalid_argument) << url;
}

TEST(Connection, WithoutAutoConnectNothingHappensUntilTold) {
  OfficialServer server;
  TestClient client(server, {.auto_connect = false});
  client.start();
  TestClient other(server);
  ASSERT_TRUE(other.connect());
  EXPECT_FALSE(client.socket.active());
  EXPECT_EQ(server.said("connect").size(), 1U);
  client.socket.connect();
  ASSERT_TRUE(client.log.wait_for("connect"));
  client.expect_served();
}

TEST(Connection, ConnectOpensTheConnectionWithoutNamespaces) {
  OfficialServer server;
  TestClient client(server, {.auto_connect = false});
  client.client.connect();
  client.start();
  ASSERT_TRUE(client.log.wait_for("open"));
  EXPECT_FALSE(client.socket.active());
  client.socket.connect();
  ASSERT_TRUE(client.log.wait_for("connect"));
}

TEST(Connection, PolledByItsUser) {
  OfficialServer server;
  TestClient client(server);
  bool echoed = false;
  client.socket.on("echo", [&](int) { echoed = true; });
  client.socket.emit("echo", 1);
  std::size_t handled = 0;
  EXPECT_TRUE(eventually([&] {
    handled += client.client.poll();
    return echoed;
  }));
  EXPECT_GT(handled, 0U);
}

TEST(Connection, RunsOnTheUsersThreadUntilStopped) {
  OfficialServer server;
  TestClient client(server);
  std::thread thread([&] { client.client.run(); });
  ASSERT_TRUE(client.log.wait_for("connect"));
  client.expect_served();
  client.client.stop();
  thread.join();
  EXPECT_FALSE(client.socket.connected());
  server.log->wait_for("disconnect / client namespace disconnect");
}

TEST(Connection, StoppedInItsOwnHandler) {
  OfficialServer server;
  TestClient client(server);
  client.socket.on_connect([&] { client.client.stop(); });
  client.client.run();
  EXPECT_EQ(client.log.count("connect"), 1U);
  server.log->wait_for("disconnect / client namespace disconnect");
}

TEST(Connection, DestroyingItLeaves) {
  OfficialServer server;
  {
    TestClient client(server);
    ASSERT_TRUE(client.connect());
  }
  server.log->wait_for_prefix("disconnect /");
}

TEST(Connection, DestroyedWhileConnecting) {
  OfficialServer server;
  for (int i = 0; i < 20; ++i) {
    TestClient client(server);
    client.start();
  }
  TestClient control(server);
  ASSERT_TRUE(control.connect());
  control.expect_served();
}

TEST(Connection, HandlesOutliveTheirClient) {
  OfficialServer server;
  ClientSocket socket;
  {
    TestClient client(server);
    ASSERT_TRUE(client.connect());
    socket = client.socket;
  }
  EXPECT_FALSE(socket.connected());
  EXPECT_FALSE(socket.active());
  EXPECT_EQ(socket.emit("echo", 1), EmitResult::not_connected);
  EXPECT_EQ(ask(socket, "echo ack", 1).error(), Errc::disconnected);
  socket.connect();
  socket.disconnect();
}

}  // namespace
}  // namespace socketio::support
