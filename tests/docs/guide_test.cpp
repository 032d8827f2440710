// SPDX-License-Identifier: MIT
// Every page of docs/guide shows a program in C++ and the JavaScript that it stands for. Each case runs both, and expects
// the same of them.
#include "client/support/test_client.hpp"
#include "docs/guide_page.hpp"
#include "support/http_client.hpp"

#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <vector>

namespace socketio {
namespace {

using namespace std::chrono_literals;
using support::ask;
using support::GuideServer;
using support::HttpClient;
using support::Language;
using support::request_text;
using support::TestClient;

class Guide : public testing::TestWithParam<Language> {};
INSTANTIATE_TEST_SUITE_P(Written, Guide, testing::Values(Language::cpp, Language::javascript),
                         testing::PrintToStringParamName());

/// A client that logs every event as "<name> <arguments>".
class Guest : public TestClient {
 public:
  explicit Guest(const GuideServer& server, ClientOptions options = {})
      : TestClient(server.url(), options) {
    log_events(socket, "");
  }
  void log_events(const ClientSocket& watched, const std::string& prefix) {
    watched.on_any([this, prefix](std::string_view event, const json& arguments) {
      log.add(prefix + std::string(event) + " " + arguments.dump());
    });
  }
  std::string id() const { return socket.id(); }
};

std::string quoted(const std::string& text) { return json(text).dump(); }

TEST_P(Guide, Server) {
  const GuideServer server("server", GetParam());
  Guest ada(server);
  Guest ben(server);
  ASSERT_TRUE(ada.connect() && ben.connect());
  const std::string from_ada = quoted(ada.id());
  ada.log.wait_for("welcome [" + from_ada + "]");

  ada.socket.emit("whisper", "psst");
  ada.socket.emit("chat-message", "hello");
  ben.log.wait_for("chat-message [" + from_ada + ",\"hello\"]");
  ada.log.wait_for("chat-message [" + from_ada + ",\"hello\"]");
  EXPECT_EQ(ben.log.count("chat-message [" + from_ada + ",\"psst\"]"), 1);
  EXPECT_EQ(ada.log.count("chat-message [" + from_ada + ",\"psst\"]"), 0);

  ada.socket.disconnect();
  ben.log.wait_for("left [" + from_ada + ",\"client namespace disconnect\"]");
}

TEST_P(Guide, Client) {
  const GuideServer server("server", Language::cpp);
  EXPECT_EQ(support::run_guide_client("client", GetParam(), server.url()),
            "me: hello\ndisconnected: io client disconnect\n");
}

TEST_P(Guide, Acknowledgements) {
  const GuideServer server("acknowledgements", GetParam());
  Guest guest(server);
  Guest silent(server);
  guest.socket.on("confirm", [](std::string what) { return what == "tea"; });
  guest.socket.on("vote", [](std::string) { return "yes"; });
  ASSERT_TRUE(guest.connect());

  EXPECT_EQ(ask<int>(guest.socket, "add", 20, 22).value_or(0), 42);
  EXPECT_EQ(ask<std::string>(guest.socket, "fetch", "tea").value_or(""), "here is tea");
  EXPECT_EQ(ask(guest.socket, "order", "tea").value_or(json()), (json{{"ordered", true}}));
  EXPECT_EQ(ask(guest.socket, "order", "mud").value_or(json()), (json{{"ordered", false}}));
  EXPECT_EQ(ask(guest.socket, "poll", "more?").value_or(json()),
            (json{{"votes", {"yes"}}, {"complete", true}}));

  ASSERT_TRUE(silent.connect());
  EXPECT_EQ(ask(silent.socket, "order", "tea").value_or(json()),
            (json{{"error", "operation has timed out"}}));
  EXPECT_EQ(ask(guest.socket, "poll", "more?").value_or(json()),
            (json{{"votes", {"yes"}}, {"complete", false}}));
}

TEST_P(Guide, Rooms) {
  using Ids = std::vector<std::string>;
  const GuideServer server("rooms", GetParam());
  Guest ada(server);
  Guest ben(server);
  ASSERT_TRUE(ada.connect() && ben.connect());
  const std::string ben_id = ben.id();

  ada.socket.emit("join-room", "tea");
  EXPECT_EQ(ask<Ids>(ada.socket, "get-room-users", "tea").value_or(Ids()), Ids{ada.id()});
  ben.socket.emit("join-room", "tea");
  ada.log.wait_for("joined [" + quoted(ben_id) + "]");
  EXPECT_THAT(ask<Ids>(ada.socket, "get-room-users", "tea").value_or(Ids()),
              testing::UnorderedElementsAre(ada.id(), ben_id));

  ben.socket.emit("room-message", json{{"roomId", "tea"}, {"message", "Milk?"}});
  const std::string message =
      R"(room-message [{"message":"Milk?","sender":)" + quoted(ben_id) + "}]";
  ada.log.wait_for(message);
  ben.log.wait_for(message);

  ben.socket.emit("leave-room", "tea");
  ada.log.wait_for("left [" + quoted(ben_id) + "]");
  ben.socket.emit("join-room", "tea");
  ada.log.wait_for("joined [" + quoted(ben_id) + "]", 2);
  ben.socket.disconnect();
  ada.log.wait_for("left [" + quoted(ben_id) + "]", 2);
}

TEST_P(Guide, Namespaces) {
  const GuideServer server("namespaces", GetParam());
  Guest ada(server);
  Guest ben(server);
  const auto in_document = [](Guest& guest) {
    const ClientSocket document = guest.join("/document-12");
    guest.log_events(document, "/document-12 ");
    return document;
  };
  const ClientSocket edited = in_document(ada);
  in_document(ben);
  const ClientSocket unknown = ada.join("/document-x");
  const ClientSocket admin = ada.join("/admin");
  ASSERT_TRUE(ada.connect() && ben.connect());
  ada.log.wait_for(R"(welcome ["everybody"])");
  ada.log.wait_for("/document-x connect_error Invalid namespace");
  ada.log.wait_for("/admin connect_error Admin access required");

  admin.set_auth(json{{"password", "1234"}});
  admin.connect();
  admin.emit("announce", "Tea is ready");
  ben.log.wait_for(R"(announcement ["Tea is ready"])");

  ben.log.wait_for("/document-12 connect");
  EXPECT_EQ(ask<std::string>(edited, "edit", "a word").value_or(""), "/document-12");
  ben.log.wait_for(R"(/document-12 edited ["a word"])");
}

/// A token that the page's secret has signed; it expires that many seconds after 1970.
std::string token_until(const std::string& expires) {
  const std::string page = support::javascript_of("middleware");
  const auto secret = page.find("const secret = ");
  support::ChildProcess node(support::node_command());
  support::run_in_node(node, "import jwt from \"jsonwebtoken\";\n" +
                                 page.substr(secret, page.find('\n', secret) - secret) +
                                 "\nconsole.log(jwt.sign({ sub: \"ada\", exp: " + expires +
                                 " }, secret));\n");
  EXPECT_EQ(node.await_exit(), 0) << node.err();
  return node.out().substr(0, node.out().find('\n'));
}

TEST_P(Guide, MiddlewareAndTokens) {
  const GuideServer server("middleware", GetParam());
  HttpClient http(server.port());
  const auto sign_in = [&](std::string_view password) {
    return http.ask(request_text("POST", "/login", "Content-Type: application/json\r\n",
                                 json{{"user", "ada"}, {"password", password}}.dump()));
  };
  EXPECT_EQ(sign_in("guess")->status, 401);
  const std::string token = json::parse(sign_in("correct horse")->body).at("token");

  Guest guest(server);
  guest.start();
  guest.log.wait_for("connect_error Authentication required");
  // Says the same of itself, but was signed with another secret.
  guest.socket.set_auth(json{{"token", token.substr(0, token.rfind('.')) + ".Zm9yZ2Vk"}});
  guest.socket.connect();
  guest.log.wait_for("connect_error Invalid token");
  guest.socket.set_auth(json{{"token", token_until("1")}});
  guest.socket.connect();
  guest.log.wait_for("connect_error Invalid token", 2);
  Guest later(server, {.auth = json{{"token", token_until("4102444800")}}});
  later.connect();
  guest.socket.set_auth(json{{"token", token}});
  guest.socket.connect();
  guest.log.wait_for("connect");

  EXPECT_EQ(ask<std::string>(guest.socket, "who-am-i").value_or(""), "ada");
  guest.socket.emit("admin-reset");
  guest.log.wait_for(R"(refused ["Not allowed"])");
}

TEST_P(Guide, Errors) {
  GuideServer server("errors", GetParam());
  Guest guest(server);
  ASSERT_TRUE(guest.connect());

  EXPECT_EQ(ask(guest.socket, "action", json::object()).value_or(json()),
            (json{{"success", true}, {"result", 42}}));
  EXPECT_EQ(ask(guest.socket, "action", json{{"fail", true}}).value_or(json()),
            (json{{"success", false}, {"error", "as you asked"}}));
  EXPECT_EQ(ask<int>(guest.socket, "divide", 85, 2).value_or(0), 42);
  guest.socket.emit_with_ack("divide", 1, 0).then([](const auto&) {});
  guest.log.wait_for(R"(failed ["divide","division by zero"])");
  guest.socket.emit_with_ack("divide", 1, "two").then([](const auto&) {});
  guest.log.wait_for_prefix(R"(failed ["divide","argument 1 is )");

  EXPECT_EQ(HttpClient(server.port()).get("/socket.io/?EIO=4&transport=pigeon")->status, 400);
  EXPECT_TRUE(server.process().await_error("0 Transport unknown\n")) << server.process().err();
}

TEST_P(Guide, Http) {
  const GuideServer server("http", GetParam());
  Guest guest(server);
  ASSERT_TRUE(guest.connect());
  EXPECT_TRUE(ask<bool>(guest.socket, "watch", "7").value_or(false));

  HttpClient http(server.port());
  const auto set_status = [&](const std::string& order, std::string_view body) {
    return http.ask(request_text("POST", "/api/orders/" + order + "/status",
                                 "Content-Type: application/json\r\n", body));
  };
  EXPECT_EQ(http.get("/api/orders/7")->body, R"({"id":"7","status":"packed"})");
  EXPECT_EQ(http.get("/api/orders/8")->status, 404);
  EXPECT_EQ(http.get("/api/orders/7/watchers")->body, R"({"watchers":1})");
  EXPECT_EQ(set_status("8", R"({"status":"sent"})")->status, 404);
  EXPECT_EQ(set_status("7", "{}")->body, R"({"error":"a status is needed"})");
  EXPECT_EQ(set_status("7", R"({"status":"sent"})")->body, R"({"success":true})");
  guest.log.wait_for(R"(order-status ["7","sent"])");
}

TEST_P(Guide, Timers) {
  const GuideServer server("timers", GetParam());
  Guest guest(server);
  ASSERT_TRUE(guest.connect());
  guest.log.wait_for_prefix("tick ", 2);
  EXPECT_EQ(ask<std::string>(guest.socket, "countdown", 2).value_or(""), "lift-off");
  EXPECT_EQ(guest.log.lines("left "), (support::Log::Lines{"left [2]", "left [1]"}));
  EXPECT_TRUE(ask<bool>(guest.socket, "still-here").value_or(false));
  EXPECT_TRUE(
      support::eventually([&] { return ask<int>(guest.socket, "latest").value_or(0) > 0; }));
}

TEST_P(Guide, Deployment) {
  GuideServer server("deployment", GetParam());
  Guest guest(server, {.extra_headers = {{"X-Forwarded-For", "192.0.2.1"}}});
  ASSERT_TRUE(guest.connect());
  EXPECT_EQ(ask<std::string>(guest.socket, "address").value_or(""), "192.0.2.1");
  EXPECT_EQ(HttpClient(server.port()).get("/health")->body, R"({"clients":1})");
  EXPECT_THAT(server.stop(), testing::EndsWith("bye\n"));
  guest.log.wait_for_prefix("disconnect ");
}

}  // namespace
}  // namespace socketio
