// SPDX-License-Identifier: MIT
// HTTP handlers and allow_request that answer later: in a coroutine, or by a responder from another
// thread; and what becomes of them when the client or the server goes first.
#include "support/http_client.hpp"
#include "support/live_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;

const std::string websocket_query = "/socket.io/?EIO=4&transport=websocket";

/// A thread that does what it is given, until the test ends.
class Elsewhere {
 public:
  ~Elsewhere() {
    for (std::thread& thread : threads_) thread.join();
  }
  void run(std::function<void()> work) {
    const std::lock_guard lock(mutex_);
    threads_.emplace_back(std::move(work));
  }

 private:
  std::mutex mutex_;
  std::vector<std::thread> threads_;
};

TEST(HttpLater, ACoroutineKeepsItsRequest) {
  LiveServer server({}, [](Server& io) {
    io.http().post("/by/value/:id", [](HttpRequest request) -> Task<HttpResponse> {
      co_await sleep_for(1ms);
      co_return HttpResponse::text(std::string(request.param("id")) + " " +
                                   std::string(request.header("x-thing")) + " " +
                                   std::string(request.body));
    });
    io.http().post("/by/reference", [](const HttpRequest& request) -> Task<HttpResponse> {
      co_await sleep_for(1ms);
      co_return HttpResponse::text(std::string(request.target) + std::string(request.body));
    });
    io.http().get("/nothing", []() -> Task<HttpResponse> { co_return HttpResponse::text("ok"); });
  });
  HttpClient client(server.port);
  const std::string body(100'000, 'b');
  EXPECT_EQ(client.ask(request_text("POST", "/by/value/7", "X-Thing: t\r\n", body))->body,
            "7 t " + body);
  EXPECT_EQ(client.ask(request_text("POST", "/by/reference?q", {}, body))->body,
            "/by/reference?q" + body);
  EXPECT_EQ(client.get("/nothing")->body, "ok");
  EXPECT_EQ(client.ask(request_text("HEAD", "/nothing"))->body, "");
  EXPECT_TRUE(client.keep_alive());
}

TEST(HttpLater, AResponderAnswersFromAnotherThreadAndPipelinedRequestsKeepTheirOrder) {
  Elsewhere elsewhere;
  LiveServer server({}, [&](Server& io) {
    io.http().get("/later", [&](const HttpRequest& request, const HttpResponder& responder) {
      elsewhere.run([request, responder] {
        responder.respond(HttpResponse::text("later " + request.query_value("n")));
        responder.respond(HttpResponse::text("again"));
      });
    });
    io.http().get("/now", [] { return HttpResponse::text("now"); });
  });
  HttpClient client(server.port);
  client.tcp().send(request_text("GET", "/later?n=1") + request_text("GET", "/now") +
                    request_text("GET", "/later?n=2"));
  for (const char* expected : {"later 1", "now", "later 2"}) {
    EXPECT_EQ(client.response()->body, expected);
  }
}

TEST(HttpLater, FailuresOfEveryKindAreA500AndReported) {
  Log log;
  LiveServer server({}, [&](Server& io) {
    log_errors(io, log);
    io.http().get("/throws", []() -> Task<HttpResponse> {
      co_await sleep_for(1ms);
      throw std::runtime_error("late");
    });
    io.http().get("/drops", [](const HttpRequest&, const HttpResponder&) {});
    io.http().get("/status", []() -> Task<HttpResponse> { co_return HttpResponse{99, {}, {}}; });
    io.http().get("/both", [](const HttpRequest&, const HttpResponder& responder) {
      responder.respond(HttpResponse::text("answered"));
      throw std::runtime_error("behind it");
    });
  });
  HttpClient client(server.port);
  for (const char* target : {"/throws", "/drops", "/status"}) {
    EXPECT_EQ(client.get(target)->status, 500) << target;
  }
  EXPECT_EQ(client.get("/both")->body, "answered");
  log.wait_for("http GET /both: behind it");
  EXPECT_THAT(log.lines(),
              testing::ElementsAre("http GET /throws: late",
                                   "http GET /drops: the responder was dropped without an answer",
                                   "http GET /status: 99 is no status of an answer",
                                   "http GET /both: behind it"));
}

TEST(HttpLater, AClientThatGoesIsNoticed) {
  Log log;
  std::optional<HttpResponder> kept;
  LiveServer server({}, [&](Server& io) {
    io.http().get("/wait", [&](const HttpRequest& request, const HttpResponder& responder) {
      kept = responder;
      request.on_close([&, request] {
        log.add(request.closed() ? "closed" : "open");
        kept->respond(HttpResponse::text("to nobody"));
        request.on_close([&] { log.add("at once"); });
      });
      log.add(request.closed() ? "closed already" : "waits");
    });
    io.http().get("/answered", [&](const HttpRequest& request) {
      request.on_close([&] { log.add("never"); });
      return HttpResponse::text("here");
    });
  });
  ControlClient control(server.port);
  {
    HttpClient client(server.port);
    EXPECT_EQ(client.get("/answered")->body, "here");
    client.tcp().send(request_text("GET", "/wait"));
    log.wait_for("waits");
  }
  log.wait_for("at once");
  EXPECT_THAT(log.lines(), testing::ElementsAre("waits", "closed", "at once"));
  control.expect_served();
}

TEST(HttpLater, NobodyIsToBlameForDroppingTheResponderOfAClientThatHasGone) {
  Log log;
  std::optional<HttpResponder> kept;
  LiveServer server({}, [&](Server& io) {
    log_errors(io, log);
    io.http().get("/wait", [&](const HttpRequest& request, const HttpResponder& responder) {
      kept = responder;
      request.on_close([&] {
        kept.reset();
        log.add("dropped");
      });
      log.add("waits");
    });
  });
  ControlClient control(server.port);
  {
    HttpClient client(server.port);
    client.tcp().send(request_text("GET", "/wait"));
    log.wait_for("waits");
  }
  log.wait_for("dropped");
  control.expect_served();
  EXPECT_THAT(log.lines(), testing::ElementsAre("waits", "dropped"));
}

// Its end cannot be seen behind bytes that are not read.
TEST(HttpLater, AClientThatSendsTooMuchBehindItsRequestDoesNotWaitForEver) {
  Log log;
  std::optional<HttpResponder> kept;
  ServerOptions options;
  options.limits.request_timeout = 100ms;
  LiveServer server(options, [&](Server& io) {
    io.http().get("/wait", [&](const HttpRequest& request, const HttpResponder& responder) {
      kept = responder;
      request.on_close([&] { log.add("closed"); });
    });
  });
  HttpClient client(server.port);
  client.tcp().send(request_text("GET", "/wait") + std::string(200'000, 'x'));
  log.wait_for("closed");
  EXPECT_FALSE(client.response());
}

TEST(HttpLater, AServerThatGoesAnswersNobodyAnyMore) {
  Log log;
  HttpResponder kept;
  HttpRequest request;
  auto captured = std::make_shared<int>(0);
  const std::weak_ptr<int> seen = captured;
  std::optional<LiveServer> server(std::in_place, ServerOptions{}, [&](Server& io) {
    io.http().get("/wait", [&](const HttpRequest& asked, const HttpResponder& responder) {
      kept = responder;
      request = asked;
      log.add("waits");
    });
    io.http().get("/sleep", [&, captured = std::move(captured)]() -> Task<HttpResponse> {
      const auto local = captured;
      log.add("sleeps");
      co_await sleep_for(1h);
      co_return HttpResponse{};
    });
  });
  std::thread end;
  {
    HttpClient waiting(server->port);
    HttpClient sleeping(server->port);
    waiting.tcp().send(request_text("GET", "/wait?x=1"));
    sleeping.tcp().send(request_text("GET", "/sleep"));
    log.wait_for("waits");
    log.wait_for("sleeps");
    end = std::thread([&] { server.reset(); });
    EXPECT_FALSE(waiting.response()) << "cut";
    EXPECT_FALSE(sleeping.response());
  }
  end.join();
  EXPECT_TRUE(seen.expired());
  kept.respond(HttpResponse::text("late"));
  kept = {};
  request.on_close([] { ADD_FAILURE() << "there is no loop"; });
  EXPECT_EQ(request.query_value("x"), "1");
}

TEST(HttpLater, AllowRequestInACoroutine) {
  Log log;
  ServerOptions options;
  options.allow_request = [](HttpRequest request) -> Task<std::optional<std::string>> {
    co_await sleep_for(1ms);
    const std::string token = request.query_value("token");
    if (token == "throw") throw std::runtime_error("undecided");
    if (token == "good") co_return std::nullopt;
    co_return "bad token";
  };
  LiveServer server(options, [&](Server& io) { log_errors(io, log); });
  HttpClient client(server.port);
  EXPECT_EQ(client.get(engine_query + "&token=good")->status, 200);
  const auto refused = client.get(engine_query + "&token=bad");
  EXPECT_EQ(refused->status, 403);
  EXPECT_EQ(refused->body, R"({"code":4,"message":"bad token"})");
  EXPECT_EQ(client.get(engine_query + "&token=throw")->body, R"({"code":4,"message":"Forbidden"})");
  log.wait_for("allow_request: undecided");
  EXPECT_EQ(WebSocketClient(server.port, websocket_query + "&token=good").status(), 101);
  EXPECT_EQ(WebSocketClient(server.port, websocket_query + "&token=bad").status(), 400);
}

TEST(HttpLater, AllowRequestByAResponderOnAnotherThread) {
  Elsewhere elsewhere;
  ServerOptions options;
  options.allow_request = [&](const HttpRequest& request,
                              const Responder<std::optional<std::string>>& decision) {
    if (request.query_value("drop") == "1") return;
    elsewhere.run([request, decision] {
      decision.respond(request.query_value("token") == "good"
                           ? std::nullopt
                           : std::optional<std::string>("bad token"));
    });
  };
  LiveServer server(options);
  HttpClient client(server.port);
  EXPECT_EQ(client.get(engine_query + "&token=bad")->status, 403);
  EXPECT_EQ(client.get(engine_query + "&drop=1")->body, R"({"code":4,"message":"Forbidden"})");
  WebSocketClient websocket(server.port, websocket_query + "&token=good");
  EXPECT_EQ(websocket.status(), 101);
}

TEST(HttpLater, AClientThatGoesWhileItWaitsForADecisionGetsNoSession) {
  Log log;
  std::optional<Responder<std::optional<std::string>>> kept;
  ServerOptions options;
  options.allow_request = [&](const HttpRequest& request,
                              const Responder<std::optional<std::string>>& decision) {
    if (request.query_value("wait").empty()) return decision.respond(std::nullopt);
    kept = decision;
    request.on_close([&] { log.add("gone"); });
    log.add("waits");
  };
  LiveServer server(options);
  ControlClient control(server.port);
  {
    HttpClient client(server.port);
    client.tcp().send(request_text("GET", engine_query + "&wait=1"));
    log.wait_for("waits");
  }
  log.wait_for("gone");
  kept->respond(std::nullopt);
  control.expect_sessions(1);
}

TEST(HttpLater, AWebSocketThatIsAllowedLaterGetsWhatCameMeanwhileAndAfterwards) {
  Log log;
  std::optional<Responder<std::optional<std::string>>> kept;
  ServerOptions options;
  options.allow_request = [&](const HttpRequest&,
                              const Responder<std::optional<std::string>>& decision) {
    kept = decision;
    log.add("waits");
  };
  LiveServer server(options);
  const auto frame = [](std::string text) {
    return frame_to(websocket::Role::server, 1, std::move(text));
  };
  HttpClient client(server.port);
  client.tcp().send(request_text("GET", websocket_query,
                                 "Connection: Upgrade\r\nUpgrade: websocket\r\n"
                                 "Sec-WebSocket-Version: 13\r\n"
                                 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n") +
                    frame("40") + frame("42[\"echo\",\"" + std::string(100'000, 'x') + "\"]"));
  log.wait_for("waits");
  kept->respond(std::nullopt);
  const auto wait_for = [&](std::string_view text) {
    while (client.tcp().unread().find(text) == std::string::npos) {
      if (!client.tcp().receive()) return false;
    }
    return true;
  };
  EXPECT_TRUE(wait_for("xxx\"]"));
  client.tcp().send(frame("42[\"echo\",1]"));
  EXPECT_TRUE(wait_for("42[\"echo\",1]"));
}

TEST(HttpLater, AnEmptyFunctionAllowsEverybody) {
  ServerOptions options;
  options.allow_request = std::function<std::optional<std::string>(const HttpRequest&)>();
  LiveServer server(options);
  EXPECT_EQ(HttpClient(server.port).get(engine_query)->status, 200);
}

TEST(ConnectionErrors, TellWhoWasRefusedAndWhy) {
  Log log;
  ServerOptions options;
  options.limits.sessions = 1;
  options.cors.origins = "http://own";
  options.allow_request = [](const HttpRequest& request) -> std::optional<std::string> {
    if (request.header("cookie") == "bad") return "bad cookie";
    return std::nullopt;
  };
  LiveServer server(options, [&](Server& io) {
    log_errors(io, log);
    io.on_connection_error([&](const RefusedRequest& refused) -> Task<> {
      co_await sleep_for(1ms);
      const HttpRequest& request = refused.request;
      log.add(std::string(request.method) + " " + std::string(request.target) + " " +
              std::string(request.header("cookie")) + " " + request.address + " " +
              std::to_string(refused.code) + " " + refused.message + " " + refused.context.dump());
    });
    io.on_connection_error([](const RefusedRequest&) { throw std::runtime_error("the hook"); });
  });
  HttpClient client(server.port);
  EXPECT_EQ(client.get(engine_query, "Cookie: bad\r\n")->status, 403);
  log.wait_for("connection_error: the hook");
  log.wait_for("GET " + engine_query + R"( bad 127.0.0.1 4 Forbidden {"message":"bad cookie"})");
  ControlClient control(server.port);
  EXPECT_EQ(client.get(engine_query)->status, 503);
  log.wait_for("GET " + engine_query + R"(  127.0.0.1 3 Bad request {"name":"TOO_MANY_SESSIONS"})");
  EXPECT_EQ(WebSocketClient(server.port, websocket_query, "Origin: http://other\r\n").status(),
            403);
  log.wait_for("GET " + websocket_query +
               R"(  127.0.0.1 4 Forbidden {"name":"ORIGIN_NOT_ALLOWED"})");
}

}  // namespace
}  // namespace socketio::support
