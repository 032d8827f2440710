// SPDX-License-Identifier: MIT
// What applications may do in their handlers without harm to others: throw, disconnect, join, and
// answer twice or never.
#include "support/live_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;

/// A parameter of the handshake's query; empty if there is none.
std::string asked(const Socket& socket, const std::string& name) {
  const auto& query = socket.handshake().query;
  const auto found = query.find(name);
  return found == query.end() ? std::string() : found->second;
}

TEST(Application, WhatHandlersThrowIsReportedAndTheConnectionGoesOn) {
  Log log;
  LiveServer server({}, [&](Server& io) {
    io.on_handler_error(
        [&](Socket&, const HandlerError& error) { log.add(error.event + ": " + error.message); });
    io.on("throw", [] { throw std::runtime_error("of a handler"); });
    io.on("throw-odd", [] { throw 7; });
    io.on("typed", [](int) {});
    io.on_connection([](Socket socket) {
      socket.on("own", [] { throw std::runtime_error("of the socket"); });
      throw std::runtime_error("at connection");
    });
    io.on_disconnect([](Socket&, DisconnectReason) { throw std::runtime_error("at the end"); });
    io.on_disconnecting(
        [](Socket&, DisconnectReason) { throw std::runtime_error("near the end"); });
  });
  {
    SocketClient client(server.port);
    for (const char* event : {"throw", "throw-odd", "own"})
      client.send("42[\"" + std::string(event) + "\"]");
    client.send("42[\"typed\",\"text\"]");
    client.send("42[\"typed\"]");
    client.send("42[\"echo\",1]");
    EXPECT_EQ(client.packet(), "42[\"echo\",1]");
    client.tcp().close();
  }
  log.wait_for("disconnect: at the end");
  EXPECT_THAT(log.lines(),
              testing::ElementsAre("connection: at connection", "throw: of a handler",
                                   "throw-odd: unknown exception", "own: of the socket",
                                   testing::StartsWith("typed: argument 0"),
                                   testing::StartsWith("typed: argument 0"),
                                   "disconnecting: near the end", "disconnect: at the end"));
}

TEST(Application, AnErrorHookThatThrowsHarmsNobody) {
  LiveServer server({}, [](Server& io) {
    io.on_handler_error([](Socket&, const HandlerError&) { throw std::runtime_error("the hook"); });
    io.on("throw", [] { throw std::runtime_error("the handler"); });
  });
  SocketClient client(server.port);
  client.send("42[\"throw\"]");
  client.send("42[\"echo\",1]");
  EXPECT_EQ(client.packet(), "42[\"echo\",1]");
}

TEST(Application, DecisionsThatThrowRefuseAndAreReportedAndHarmNobody) {
  Log log;
  ServerOptions options;
  options.allow_request = [](const HttpRequest& request) -> std::optional<std::string> {
    if (!request.query_value("fail").empty()) throw std::runtime_error("undecided");
    return std::nullopt;
  };
  options.cors.origins = [](std::string_view origin) -> bool {
    if (origin == "http://fail") throw std::runtime_error("undecided");
    return true;
  };
  LiveServer server(options, [&](Server& io) {
    io.on_handler_error(
        [&](Socket&, const HandlerError& error) { log.add(error.event + ": " + error.message); });
    io.of([](std::string_view name, const json&) -> bool {
      if (name == "/fail") throw std::runtime_error("undecided");
      return false;
    });
  });
  ControlClient control(server.port);
  HttpClient client(server.port);
  EXPECT_EQ(client.status(request_text("GET", engine_query + "&fail=1")), 403);
  EXPECT_EQ(WebSocketClient(server.port, websocket_query + "&fail=1").status(), 400);
  EXPECT_EQ(WebSocketClient(server.port, websocket_query, "Origin: http://fail\r\n").status(), 403);
  HttpClient cross(server.port);
  const auto answer = cross.get(engine_query, "Origin: http://fail\r\n");
  ASSERT_TRUE(answer);
  EXPECT_EQ(header(*answer, "access-control-allow-origin"), "");
  EXPECT_EQ(log.count("allow_request: undecided"), 2U);
  EXPECT_GE(log.count("cors: undecided"), 2U) << "how often one request asks is ours to say";
  control.socket().send("40/fail,");
  EXPECT_EQ(control.socket().packet(), "44/fail,{\"message\":\"Invalid namespace\"}");
  control.expect_served();
}

TEST(Application, AllowRequestSeesTheWholeRequest) {
  Log log;
  ServerOptions options;
  options.allow_request = [&](const HttpRequest& request) -> std::optional<std::string> {
    log.add(request.path + " " + request.query_value("token") + " " + request.address);
    if (request.header("cookie") == "good") return std::nullopt;
    return "no cookie";
  };
  LiveServer server(options);
  HttpClient client(server.port);
  const auto refused = client.get(engine_query + "&token=a%20b");
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 403);
  EXPECT_EQ(header(*refused, "content-type"), "application/json");
  EXPECT_EQ(refused->body, R"({"code":4,"message":"no cookie"})");
  HttpClient upgrading(server.port);
  const auto aborted = upgrading.ask(upgrade_text(websocket_query));
  ASSERT_TRUE(aborted);
  EXPECT_EQ(aborted->status, 400) << "of the reference's abortUpgrade()";
  EXPECT_EQ(header(*aborted, "content-type"), "text/html");
  EXPECT_EQ(aborted->body, "no cookie");
  EXPECT_FALSE(upgrading.keep_alive());
  EXPECT_EQ(client.status(request_text("GET", engine_query, "Cookie: good\r\n")), 200);
  EXPECT_EQ(log.lines().front(), "/socket.io/ a b 127.0.0.1");
}

TEST(Application, HandlersMayDisconnectJoinAndLeaveThemselves) {
  Log log;
  LiveServer server({}, [&](Server& io) {
    io.on_connection([&](Socket socket) {
      socket.on("bye", [socket] {
        socket.disconnect();
        socket.disconnect(Close::connection);
        EXPECT_EQ(socket.emit("after"), EmitResult::not_connected);
        EXPECT_FALSE(socket.join("late"));
        socket.leave("late");
        EXPECT_TRUE(socket.rooms().empty());
      });
      socket.on("bye", [&] { log.add("a second handler of the event"); });
      socket.on("off", [socket] {
        socket.off();
        socket.join("a");
        socket.leave("a");
        socket.to("a").emit("nobody");
        socket.emit("off");
      });
      socket.on_disconnecting([socket, &log](DisconnectReason) {
        socket.disconnect();
        log.add("disconnecting");
      });
      socket.on_disconnect([socket, &log](DisconnectReason) {
        socket.disconnect(Close::connection);
        socket.emit("too late");
        log.add("disconnect");
      });
    });
    io.on("all", [&io] { io.disconnect_sockets(Close::connection); });
    io.on("emit-and-leave", [](Socket& socket) {
      socket.emit("last");
      socket.disconnect(Close::connection);
    });
  });
  SocketClient first(server.port);
  first.send("42[\"bye\"]");
  EXPECT_EQ(first.packet(), "41");
  log.wait_for("disconnect");
  SocketClient second(server.port);
  second.send("42[\"off\"]");
  EXPECT_EQ(second.packet(), "42[\"off\"]");
  second.send("42[\"all\"]");
  EXPECT_EQ(second.packet(), "41");
  EXPECT_TRUE(second.ends());
  SocketClient third(server.port);
  third.send("42[\"emit-and-leave\"]");
  EXPECT_EQ(third.packet(), "42[\"last\"]");
  EXPECT_EQ(third.packet(), "41");
  EXPECT_TRUE(third.ends());
  log.wait_for("disconnect", 3);
  EXPECT_EQ(log.count("disconnecting"), 3U);
  EXPECT_EQ(log.count("disconnect"), 3U);
}

TEST(Application, ClosingTheServerWhileASocketEnds) {
  LiveServer server({}, [](Server& io) {
    io.on_disconnecting([&io](Socket& socket, DisconnectReason) {
      io.of("/made-now").emit("nobody");
      socket.disconnect(Close::connection);
      io.close();
    });
  });
  SocketClient other(server.port);
  SocketClient client(server.port);
  client.send("41");
  EXPECT_TRUE(client.ends());
  EXPECT_TRUE(other.ends());
}

TEST(Application, ClosingTheServerInAHandlerEndsEverybody) {
  Log log;
  LiveServer server({}, [&](Server& io) {
    io.on("close", [&io](Socket& socket) {
      io.close();
      EXPECT_EQ(socket.emit("after"), EmitResult::not_connected);
    });
    io.on_disconnect([&](Socket&, DisconnectReason why) { log.add(std::string(to_string(why))); });
  });
  SocketClient other(server.port);
  PollingClient parked(server.port);
  parked.join();
  parked.start_poll();
  SocketClient client(server.port);
  client.send("42[\"close\"]");
  EXPECT_TRUE(client.ends());
  EXPECT_TRUE(other.ends());
  const auto last = parked.polls().response();
  ASSERT_TRUE(last);
  EXPECT_EQ(last->body, "1");
  server.stop();
  EXPECT_EQ(log.count("server shutting down"), 3U);
  EXPECT_EQ(TcpClient(server.port).fate(), TcpClient::Fate::reset) << "nobody listens";
}

TEST(Application, MiddlewaresMayDisconnectAnswerTwiceLateOrNever) {
  Log log;
  std::vector<Next> kept;
  LiveServer server({}, [&](Server& io) {
    io.use([&](Socket& socket, Next next) {
      const std::string what = asked(socket, "what");
      if (what == "disconnect") {
        socket.disconnect(Close::connection);
        next();
      } else if (what == "leave") {
        socket.disconnect();
        next();
      } else if (what == "twice") {
        next();
        next();
        next(MiddlewareError{"too late"});
      } else if (what == "never") {
        log.add("never");
        kept.push_back(next);
      } else if (what == "thread") {
        std::thread([next] { next(); }).detach();
      } else if (what == "throw") {
        throw std::runtime_error("in a middleware");
      } else if (what == "refuse") {
        next(MiddlewareError{"no", {{"code", 7}}});
      } else {
        next();
      }
    });
    io.on_connection([&](Socket socket) { log.add("connected " + asked(socket, "what")); });
    io.on("release", [&] {
      for (const Next& next : kept) next();
      kept.clear();
    });
  });
  const auto open = [&](const std::string& what) {
    auto client = std::make_unique<WebSocketClient>(server.port, websocket_query + "&what=" + what);
    client->packet();
    client->send("40");
    return client;
  };
  ControlClient control(server.port);
  for (const char* what : {"disconnect", "leave"}) {
    EXPECT_THAT(open(what)->packet(), testing::StartsWith("40{")) << "as in JavaScript: no effect";
  }
  auto twice = open("twice");
  EXPECT_THAT(twice->packet(), testing::StartsWith("40{"));
  twice->send("42[\"echo\",1]");
  EXPECT_EQ(twice->packet(), "42[\"echo\",1]") << "nothing else came";
  EXPECT_THAT(open("thread")->packet(), testing::StartsWith("40{"));
  EXPECT_EQ(open("throw")->packet(), "44{\"message\":\"Internal server error\"}");
  EXPECT_EQ(open("refuse")->packet(), R"(44{"message":"no","data":{"code":7}})");
  auto waits = open("never");
  auto leaves = open("never");
  log.wait_for("never", 2);
  leaves->tcp().reset();
  twice->tcp().close();
  control.expect_sessions(2);
  control.socket().send("42[\"release\"]");
  EXPECT_THAT(waits->packet(), testing::StartsWith("40{"));
  control.expect_served();
  EXPECT_EQ(log.count("connected never"), 1U);
  EXPECT_EQ(log.count("connected twice"), 1U);
}

TEST(Application, AClientThatJoinsNothingIsDisconnected) {
  ServerOptions options;
  options.connect_timeout = 200ms;
  LiveServer server(options, [](Server& io) { io.use([](Socket&, Next) {}); });
  WebSocketClient silent(server.port);
  EXPECT_TRUE(silent.ends());
  WebSocketClient undecided(server.port);
  undecided.packet();
  undecided.send("40");
  EXPECT_TRUE(undecided.ends()) << "a middleware that never decides";
}

// One client joins rooms and namespaces without end. See Limits: rooms_per_client,
// room_name_bytes, namespaces_per_client.
TEST(Application, RoomsAndNamespacesOfAClientAreLimited) {
  ServerOptions options;
  options.limits.rooms_per_client = 3;
  options.limits.room_name_bytes = 8;
  options.limits.namespaces_per_client = 2;
  LiveServer server(options, [](Server& io) {
    io.of("/a");
    io.of("/b");
    io.on("join", [](Socket& socket, std::string room) { return socket.join(room); });
    io.on("leave", [](Socket& socket, std::string room) { socket.leave(room); });
    io.on("empty", [&io] { io.to("nobody").emit("nothing"); });
  });
  SocketClient client(server.port);
  for (const char* room : {"a", "b", "c"})
    EXPECT_EQ(client.ask(R"(["join",")" + std::string(room) + "\"]"), "[true]");
  EXPECT_EQ(client.ask(R"(["join","d"])"), "[false]");
  EXPECT_EQ(client.ask(R"(["join","a"])"), "[true]") << "it is in already";
  client.send(R"(42["leave","a"])");
  EXPECT_EQ(client.ask(R"(["join","12345678"])"), "[true]");
  client.send(R"(42["leave","b"])");
  EXPECT_EQ(client.ask(R"(["join","123456789"])"), "[false]");
  client.send("42[\"empty\"]");
  client.send("40/a,");
  EXPECT_THAT(client.packet(), testing::StartsWith("40/a,{"));
  client.send("40/b,");
  EXPECT_TRUE(client.ends()) << "a third namespace";
}

// Matching a std::regex takes stack for every character, so a client could overflow it with
// a long name.
TEST(Application, NamesOfNamespacesAreLimited) {
  LiveServer server({}, [](Server& io) { io.of(std::regex("/dynamic-\\d+")); });
  SocketClient client(server.port);
  const auto join = [&](std::size_t size) {
    const std::string name = "/dynamic-" + std::string(size - 9, '1');
    client.send("40" + name + ",");
    return name;
  };
  const std::string longest = join(1'024);
  EXPECT_THAT(client.packet(), testing::StartsWith("40" + longest + ",{"));
  join(1'025);
  EXPECT_TRUE(client.ends());
  SocketClient huge(server.port);
  huge.send("40/dynamic-" + std::string(900'000, '1') + ",");
  EXPECT_TRUE(huge.ends());
  ControlClient(server.port).expect_served();
}

// See Limits::json_values.
TEST(Application, ValuesOfAPacketAreLimited) {
  ServerOptions options;
  options.limits.json_values = 6;
  LiveServer server(options);
  SocketClient client(server.port);
  client.send(R"(42["echo",[1,2,3]])");
  EXPECT_EQ(client.packet(), R"(42["echo",[1,2,3]])");
  client.send(R"(42["echo",[1,2,3,4]])");
  EXPECT_TRUE(client.ends());
}

// See Limits::attachments and attachments_timeout.
TEST(Application, AttachmentsAreLimitedInNumberAndTime) {
  ServerOptions options;
  options.limits.attachments = 2;
  options.limits.attachments_timeout = 200ms;
  LiveServer server(options);
  const std::string two =
      R"(52-["echo",[{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]])";
  SocketClient client(server.port);
  client.send("4" + two);
  client.send_binary("a");
  client.send_binary("b");
  EXPECT_EQ(client.packet(), "4" + two);
  EXPECT_EQ(client.packet(), "a");
  EXPECT_EQ(client.packet(), "b");
  client.send("4" + two);
  client.send_binary("only one");
  EXPECT_TRUE(client.ends()) << "the second never came";
  SocketClient three(server.port);
  three.send(R"(453-["echo",1])");
  EXPECT_TRUE(three.ends());
}

TEST(Application, AcknowledgementsCountOnceWheneverTheyCome) {
  Log log;
  Ack<int> kept;
  LiveServer server({}, [&](Server& io) {
    io.on("twice", [](int n, Ack<int> done) {
      done(n);
      done(n + 1);
    });
    io.on("thread", [](int n, Ack<int> done) { std::thread([=] { done(n); }).detach(); });
    io.on("keep", [&](Ack<int> done) { kept = done; });
    io.on("kept", [&] { kept(7); });
    io.on("ask", [&](Socket& socket) {
      socket.timeout(100ms).emit_with_ack<int>("asked").then([&](Reply<int> reply) {
        log.add(reply ? std::to_string(*reply) : reply.error().message());
      });
    });
    io.on("ask-for-ever", [&](Socket& socket) {
      socket.emit_with_ack<int>("asked").then(
          [&](Reply<int> reply) { log.add(reply.error().message()); });
    });
  });
  SocketClient client(server.port);
  EXPECT_EQ(client.ask(R"(["twice",1])"), "[1]");
  EXPECT_EQ(client.ask(R"(["thread",2])"), "[2]");
  EXPECT_TRUE(client.skipped().empty());
  client.send("42[\"ask\"]");
  std::string asked = client.packet();
  EXPECT_THAT(asked, testing::MatchesRegex("42[0-9]+\\[\"asked\"\\]"));
  const std::string id = asked.substr(2, asked.find('[') - 2);
  client.send("43" + id + "[5]");
  client.send("43" + id + "[6]");
  client.send("43999[6]");
  log.wait_for("5");
  client.send("42[\"ask\"]");
  log.wait_for(make_error_code(socketio::Errc::timeout).message());
  asked = client.packet();
  client.send("43" + asked.substr(2, asked.find('[') - 2) + "[6]");
  client.send("42[\"ask\"]");
  asked = client.packet();
  client.send("43" + asked.substr(2, asked.find('[') - 2) + "[\"no number\"]");
  log.wait_for(make_error_code(socketio::Errc::bad_answer).message());
  client.send("42[\"ask-for-ever\"]");
  client.send("427[\"keep\"]");
  client.packet();
  client.tcp().reset();
  log.wait_for(make_error_code(socketio::Errc::disconnected).message());
  SocketClient other(server.port);
  other.send("42[\"kept\"]");
  other.send("42[\"echo\",1]");
  EXPECT_EQ(other.packet(), "42[\"echo\",1]") << "the late answer reached nobody";
  EXPECT_EQ(log.lines().size(), 4U);
}

// See Limits::pending_acks.
TEST(Application, PendingAcknowledgementsAreLimited) {
  Log log;
  ServerOptions options;
  options.limits.pending_acks = 2;
  LiveServer server(options, [&](Server& io) {
    io.on("ask", [&](Socket& socket) {
      for (int i = 0; i < 3; ++i) {
        socket.emit_with_ack("asked").then(
            [&](Reply<json> reply) { log.add(reply.error().message()); });
      }
    });
  });
  SocketClient client(server.port);
  client.send("42[\"ask\"]");
  log.wait_for(make_error_code(socketio::Errc::too_many_pending).message());
  client.packet();
  client.packet();
  EXPECT_EQ(log.lines().size(), 1U);
  client.tcp().close();
  log.wait_for(make_error_code(socketio::Errc::disconnected).message(), 2);
}

TEST(Application, AskingManyGivesTheAnswersThatCame) {
  Log log;
  LiveServer server({}, [&](Server& io) {
    io.on("ask-all", [&](Socket& socket) {
      socket.broadcast().timeout(500ms).emit_with_ack<int>("asked").then([&](Replies<int> replies) {
        int sum = 0;
        for (const int value : replies.values()) sum += value;
        log.add(std::to_string(replies.values().size()) + " values, sum " + std::to_string(sum) +
                ", " + std::to_string(replies.missing()) + " missing, " +
                replies.error().message());
      });
    });
  });
  SocketClient asks(server.port);
  std::vector<std::unique_ptr<SocketClient>> clients;
  for (int i = 0; i < 40; ++i) clients.push_back(std::make_unique<SocketClient>(server.port));
  asks.send("42[\"ask-all\"]");
  for (std::size_t i = 0; i < clients.size(); ++i) {
    const std::string asked = clients[i]->packet();
    if (i % 2 == 0) clients[i]->send("43" + asked.substr(2, asked.find('[') - 2) + "[1]");
  }
  log.wait_for("20 values, sum 20, 20 missing, " +
               make_error_code(socketio::Errc::timeout).message());
}

// A page of another site opens a WebSocket with the user's cookies (cross-site
// WebSocket hijacking).
TEST(Application, AWebSocketFromAnotherOriginIs403) {
  ServerOptions options;
  options.cors.origins = {"https://good"};
  options.cors.credentials = true;
  LiveServer server(options);
  const auto status = [&](const std::string& origin) {
    return WebSocketClient(server.port, websocket_query,
                           "Cookie: session=1\r\nOrigin: " + origin + "\r\n")
        .status();
  };
  EXPECT_EQ(status("https://good"), 101);
  for (const char* origin : {"https://good.evil.com", "https://evil.com", "https://goo",
                             "http://good", "null", "https://good:443", "https://GOOD"}) {
    EXPECT_EQ(status(origin), 403) << origin;
  }
  for (const char* origin : {"http://test:81", "http://test.evil.com", "ftp://test"}) {
    EXPECT_EQ(status(origin), 403) << origin;
  }
  EXPECT_EQ(status("http://test"), 101) << "a page that this server served";
  EXPECT_EQ(status("https://test"), 101) << "the same, behind a proxy that speaks TLS";
  EXPECT_EQ(status(std::string(5000, 'o')), 403);
  EXPECT_EQ(status("https://good\x01"), 400);
  EXPECT_EQ(WebSocketClient(server.port).status(), 101) << "no browser";
}

// Names and payloads that other systems would interpret: markup, SQL, line ends, escape sequences.
TEST(Application, TextPassesUntouched) {
  Log log;
  LiveServer server({}, [&](Server& io) {
    io.on_connection([&](Socket socket) { log.add(socket.handshake().auth.dump()); });
    io.on_any([&](Socket&, std::string_view event, const json&) { log.add(std::string(event)); });
  });
  WebSocketClient client(server.port);
  client.packet();
  client.send(R"(40{"__proto__":{"a":1},"constructor":[],"token":"<script>\r\n\u001b[31m"})");
  EXPECT_THAT(client.packet(), testing::StartsWith("40{"));
  log.wait_for(R"({"__proto__":{"a":1},"constructor":[],"token":"<script>\r\n\u001b[31m"})");
  client.send(R"(42["error\r\n'; DROP TABLE","x"])");
  log.wait_for("error\r\n'; DROP TABLE");
  WebSocketClient surrogate(server.port);
  surrogate.packet();
  surrogate.send(R"(40{"name":"a\ud800","big":18446744073709551615})");
  log.wait_for("{\"big\":18446744073709551615,\"name\":\"a\xef\xbf\xbd\"}");
  const std::string value = R"(42["echo","<img onerror=x>\r\n\u001b[31m"])";
  client.send(value);
  EXPECT_EQ(client.packet(), value);
}

TEST(Application, AFloodOfMessagesIsHandledInOrderAndOthersAreServed) {
  LiveServer server({}, [](Server& io) {
    io.on("count", [](Socket& socket, int n) {
      int& next = socket.data<int>();
      EXPECT_EQ(n, next);
      ++next;
    });
    io.on("counted", [](Socket& socket) { return socket.data<int>(); });
  });
  ControlClient control(server.port);
  SocketClient client(server.port);
  int n = 0;
  for (int batch = 0; batch < 20; ++batch) {
    std::string frames;
    for (int i = 0; i < 5000; ++i) {
      frames += frame_to(websocket::Role::server, 1, "42[\"count\"," + std::to_string(n++) + "]");
    }
    ASSERT_TRUE(client.tcp().send(frames));
    control.expect_served();
  }
  EXPECT_EQ(client.ask(R"(["counted"])"), "[100000]");
}

}  // namespace
}  // namespace socketio::support
