// SPDX-License-Identifier: MIT
// Runs the small examples as a reader would: each server with its client, judged by
// what they print.
#include "support/child_process.hpp"
#include "support/http_client.hpp"
#include "support/log.hpp"
#include "support/patience.hpp"
#include "support/temporary_folder.hpp"

#include <socketio/client.hpp>

#include <gmock/gmock.h>

#include <csignal>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace socketio {
namespace {

using support::ChildProcess;
using support::eventually;
using testing::HasSubstr;

std::string program(const std::string& name) { return std::string(SOCKETIO_EXAMPLES) + name; }

/// An example from examples/server, on a free port.
class ExampleServer {
 public:
  explicit ExampleServer(const std::string& name, const std::string& argument = {})
      : process_({program("example_server_" + name), "0", argument}) {
    EXPECT_TRUE(process_.await_output("\n")) << process_.err();
    url_ = process_.out().substr(0, process_.out().find('\n'));
    EXPECT_THAT(url_, testing::StartsWith("http://localhost:"));
  }
  ~ExampleServer() { stop(); }
  ExampleServer(const ExampleServer&) = delete;
  ExampleServer& operator=(const ExampleServer&) = delete;

  /// Ends it as Ctrl-C does.
  void stop() {
    if (has_ended_) return;
    has_ended_ = true;
    process_.signal(SIGINT);
    EXPECT_EQ(process_.await_exit(), 0) << process_.err();
  }
  /// It says goodbye to nobody.
  void kill() {
    has_ended_ = true;
    process_.signal(SIGKILL);
    EXPECT_EQ(process_.await_exit(), -SIGKILL);
  }

  const std::string& url() const { return url_; }
  std::uint16_t port() const {
    return static_cast<std::uint16_t>(std::stoi(url_.substr(url_.rfind(':') + 1)));
  }

 private:
  ChildProcess process_;
  std::string url_;
  bool has_ended_ = false;
};

/// What the client with that name has printed, once it has ended by itself.
std::string run_client(const std::string& name, const ExampleServer& server) {
  ChildProcess client({program("example_client_" + name), server.url()});
  EXPECT_EQ(client.await_exit(), 0) << client.err();
  return client.out();
}

TEST(Examples, Hello) {
  const ExampleServer server("hello");
  EXPECT_EQ(run_client("hello", server), "Hello, Ada\n");
}

TEST(Examples, Rooms) {
  const ExampleServer server("rooms");
  EXPECT_EQ(run_client("rooms", server),
            "1 in the room\nsomebody has joined\nMilk or sugar?\nsomebody has left\n");
}

TEST(Examples, Acknowledgements) {
  const ExampleServer server("acknowledgements");
  EXPECT_EQ(run_client("acknowledgements", server),
            "20 + 22 = 42\n"
            "{\"ordered\":\"tea\"}\n"
            "{\"ordered\":\"nothing\"}\n"
            "{\"missing\":0,\"votes\":[\"yes\"]}\n"
            "operation has timed out\n");
}

TEST(Examples, MiddlewareAndAuth) {
  const ExampleServer server("middleware");
  EXPECT_EQ(run_client("auth", server),
            "Authentication required {\"code\":401}\nknown as Ada\nrefused: not allowed\n");
}

TEST(Examples, Namespaces) {
  const ExampleServer server("namespaces");
  EXPECT_EQ(run_client("namespaces", server),
            "/document-x: Invalid namespace\nedited /document-12\nTea is ready\n");
}

TEST(Examples, Binary) {
  const ExampleServer server("binary");
  EXPECT_EQ(run_client("binary", server), "uploaded 100000 bytes\n\"zeros\": 100000 bytes\ncba\n");
}

TEST(Examples, OwnParser) {
  const ExampleServer server("parser_cbor");
  EXPECT_EQ(run_client("parser_cbor", server), "3 bytes\n");
}

TEST(Examples, Coroutines) {
  const ExampleServer server("coroutines");
  EXPECT_EQ(run_client("coroutines", server), "3 green apples, for one of 1\n");
}

TEST(Examples, Timers) {
  const ExampleServer server("timers");
  support::Log log;
  Client client(server.url());
  const ClientSocket socket = client.socket();
  socket.on("tick", [&](int) { log.add("tick"); });
  socket.on("left", [&](int left) { log.add("left " + std::to_string(left)); });
  client.start();
  EXPECT_EQ(socket.emit_with_ack<std::string>("countdown", 2).future().get().value_or(""),
            "lift-off");
  log.wait_for("left 1");
  log.wait_for("tick");
  EXPECT_EQ(socket.emit_with_ack<std::string>("answer").future().get().value_or(""), "42");
}

TEST(Examples, OwnIoContext) {
  const ExampleServer server("own_io_context");
  EXPECT_EQ(run_client("own_io_context", server), "three ticks\n");
}

TEST(Examples, HttpRequestsReachTheClientsThatWatch) {
  const ExampleServer server("http");
  support::HttpClient http(server.port());
  EXPECT_EQ(http.get("/orders/7")->body, R"({"id":"7","status":"packed"})");
  EXPECT_EQ(http.get("/orders/8")->status, 404);

  support::Log log;
  Client client(server.url());
  client.socket().on("order-status",
                     [&](std::string id, std::string status) { log.add(id + ' ' + status); });
  client.start();
  ASSERT_TRUE(client.socket().emit_with_ack<bool>("watch", "7").future().get().value_or(false));
  const auto put = [&](std::string_view body) {
    return http.ask(support::request_text("PUT", "/orders/7", {}, body))->status;
  };
  EXPECT_EQ(put("{}"), 400);
  EXPECT_EQ(put(R"({"status":"sent"})"), 200);
  log.wait_for("7 sent");
}

TEST(Examples, HttpRequestsAreAnsweredLater) {
  const ExampleServer server("http_later");
  support::HttpClient http(server.port());
  EXPECT_EQ(http.get("/countdown/2")->body, "lift-off\n");
  const auto shout = [&](std::string_view type) {
    return http.ask(support::request_text("POST", "/shout", type, "text=hello+you"))->body;
  };
  EXPECT_EQ(shout("Content-Type: application/x-www-form-urlencoded\r\n"), "hello you!\n");
  EXPECT_EQ(shout("Content-Type: text/plain\r\n"), "a form is needed\n");
}

TEST(Examples, BesideBeast) {
  const ExampleServer server("beast");
  EXPECT_EQ(support::HttpClient(server.port()).get("/")->body, "clients: 0\n");
  EXPECT_EQ(run_client("hello", server), "Hello, Ada\n");
}

/// A client of an own_adapter that has joined a room, and says what it is called.
class Member {
 public:
  Member(const ExampleServer& server, const std::string& name, const std::string& room)
      : client_(server.url()) {
    socket().on("said", [this](const std::string& text) { log.add(text); });
    socket().on("who are you?", [name] { return name; });
    client_.start();
    EXPECT_TRUE(ask<bool>("join", room));
  }

  ClientSocket socket() { return client_.socket(); }
  template <class R, class... Args>
  R ask(std::string_view event, const Args&... args) {
    return socket().emit_with_ack<R>(event, args...).future().get().value_or(R());
  }

  support::Log log;

 private:
  Client client_;
};

TEST(Examples, ServersAreOneByAnAdapterOfTheirOwn) {
  const support::TemporaryFolder folder;
  ExampleServer first("own_adapter", folder.path());
  ExampleServer second("own_adapter", folder.path());
  Member ada(first, "Ada", "tea");
  Member ben(second, "Ben", "tea");
  Member cleo(second, "Cleo", "coffee");
  ASSERT_TRUE(eventually([&] { return ada.ask<int>("servers") == 2; }));

  EXPECT_EQ(ada.ask<int>("count", "tea"), 2);
  ada.socket().emit("say", "tea", "hello");
  ada.socket().emit("say", "coffee", "and you?");
  ben.log.wait_for("hello");
  cleo.log.wait_for("and you?");
  EXPECT_THAT(cleo.log.lines(), testing::ElementsAre("and you?"));
  EXPECT_THAT(ada.ask<std::vector<std::string>>("ask", "tea"),
              testing::UnorderedElementsAre("Ada", "Ben"));
  EXPECT_THAT(ada.ask<std::vector<int>>("ask-servers"), testing::ElementsAre(42));

  // What is larger than a datagram is lost, and what comes after it is not.
  ada.socket().emit("say", "tea", std::string(300'000, 'x'));
  ada.socket().emit("say", "tea", std::string(100'000, 'y'));
  ben.log.wait_for(std::string(100'000, 'y'));
  EXPECT_THAT(ben.log.lines(), testing::SizeIs(2));

  // One that says goodbye, and one that cannot.
  ExampleServer third("own_adapter", folder.path());
  ASSERT_TRUE(eventually([&] { return ada.ask<int>("servers") == 3; }));
  third.kill();
  second.stop();
  ASSERT_TRUE(eventually([&] { return ada.ask<int>("servers") == 1; }));
  EXPECT_EQ(ada.ask<int>("count", "tea"), 1);
}

TEST(Examples, GameLoop) {
  ChildProcess game({program("example_client_game_loop")});
  EXPECT_EQ(game.await_exit(), 0) << game.err();
  EXPECT_THAT(game.out(), HasSubstr("moves seen"));
}

}  // namespace
}  // namespace socketio
