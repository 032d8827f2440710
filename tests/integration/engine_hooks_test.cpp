// SPDX-License-Identifier: MIT
// What an application does below Socket.IO: middlewares of the engine, headers, ids of sessions. What
// they do for a well-behaved client is in tests/conformance/hooks.test.mjs.
#include "support/http_client.hpp"
#include "support/live_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace socketio::support {
namespace {

using testing::HasSubstr;

const std::string websocket_query = "/socket.io/?EIO=4&transport=websocket";

std::string upgrade_text(const std::string& more = {}, const std::string& parameters = {}) {
  return request_text("GET", websocket_query + parameters,
                      "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                      "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n" +
                          more);
}

TEST(EngineMiddlewares, RunInOrderAndTheFirstThatAnswersIsTheLast) {
  Log log;
  LiveServer server({}, [&](Server& io) {
    io.engine().use([&](const HttpRequest& request) {
      log.add("first");
      return EngineDecision{.headers = {{"x-first", std::string(request.method)}}};
    });
    io.engine().use([&] {
      log.add("second");
      return EngineDecision{.headers = {{"x-second", "2"}},
                            .response = HttpResponse::text("stop", 418)};
    });
    io.engine().use([&] {
      log.add("third");
      return EngineDecision{};
    });
  });
  HttpClient client(server.port);
  const auto answer = client.get(engine_query);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 418);
  EXPECT_EQ(answer->body, "stop");
  EXPECT_EQ(header(*answer, "x-first"), "GET");
  EXPECT_EQ(header(*answer, "x-second"), "2");
  EXPECT_TRUE(client.keep_alive());
  EXPECT_EQ(log.lines(), (std::vector<std::string>{"first", "second"}));
}

TEST(EngineMiddlewares, SeeWhatTheEngineWouldRefuseButNoOtherRequests) {
  Log log;
  LiveServer server({}, [&](Server& io) {
    io.http().get("/other", [] { return HttpResponse::text("other"); });
    io.engine().use([&](const HttpRequest& request) {
      log.add(std::string(request.target));
      return EngineDecision{};
    });
  });
  HttpClient client(server.port);
  EXPECT_EQ(client.get("/other")->body, "other");
  EXPECT_EQ(client.status(request_text("GET", "/socket.io/?transport=none")), 400);
  EXPECT_EQ(log.lines(), (std::vector<std::string>{"/socket.io/?transport=none"}));
}

TEST(EngineMiddlewares, AnAnswerBeforeTheBodyHasArrivedEndsTheConnection) {
  LiveServer server({}, [&](Server& io) {
    io.engine().use([] { return EngineDecision{.response = HttpResponse::text("no", 401)}; });
  });
  HttpClient client(server.port);
  client.tcp().send("POST " + engine_query +
                    " HTTP/1.1\r\nHost: test\r\nContent-Length: 9\r\n\r\nab");
  EXPECT_EQ(client.response()->status, 401);
  EXPECT_FALSE(client.keep_alive());
}

TEST(EngineMiddlewares, ABodyThatArrivesWhileOneWaitsIsNotLost) {
  std::optional<Responder<EngineDecision>> waiting;
  Log log;
  LiveServer server({}, [&](Server& io) {
    io.engine().use([&](const HttpRequest& request, const Responder<EngineDecision>& responder) {
      if (request.method != "POST") return responder.respond({});
      waiting = responder;
      log.add("waits");
    });
  });
  PollingClient client(server.port);
  const std::string head =
      "POST " + client.target() + " HTTP/1.1\r\nHost: test\r\nContent-Length: 2\r\n\r\n";
  client.posts().tcp().send(head + "4");
  log.wait_for("waits");
  client.posts().tcp().send("0");
  ControlClient control(server.port);
  control.expect_served();
  waiting->respond({});  // from this thread
  EXPECT_EQ(client.posts().response()->status, 200);
  EXPECT_THAT(client.poll()->body, HasSubstr("40{"));
}

TEST(EngineMiddlewares, FailuresRefuseTheRequestAndAreReported) {
  Log log;
  LiveServer server({}, [&](Server& io) {
    log_errors(io, log);
    io.on_connection_error([&](const RefusedRequest& refused) { log.add(refused.context.dump()); });
    io.engine().use([&](const HttpRequest& request, const Responder<EngineDecision>&) {
      if (request.header("x-fault") == "throws") throw std::runtime_error("on purpose");
    });
  });
  HttpClient client(server.port);
  for (const std::string more : {"X-Fault: throws\r\n", ""}) {
    const auto answer = client.get(engine_query, more);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 400);
    EXPECT_EQ(answer->body, R"({"code":3,"message":"Bad request"})");
  }
  HttpClient websocket(server.port);
  EXPECT_EQ(websocket.status(upgrade_text("X-Fault: throws\r\n")), 400);
  const std::string refused = R"({"name":"MIDDLEWARE_FAILURE"})";
  EXPECT_EQ(log.lines(), (std::vector<std::string>{"engine: on purpose", refused, refused,
                                                   "engine: on purpose", refused}));
}

TEST(EngineMiddlewares, SeeNoBodyWhenItHasArrivedEither) {
  Log log;
  LiveServer server({}, [&](Server& io) {
    io.engine().use([&](const HttpRequest& request) {
      log.add(std::string(request.method) + std::to_string(request.body.size()));
      return EngineDecision{};
    });
  });
  EXPECT_THAT(PollingClient(server.port).join(), HasSubstr("40{"));
  EXPECT_THAT(log.lines(), testing::Contains("POST0"));
}

TEST(EngineMiddlewares, AnAnswerWithAStatusThatThereIsNotIsReported) {
  Log log;
  LiveServer server({}, [&](Server& io) {
    log_errors(io, log);
    io.engine().use([](const HttpRequest& request) {
      const int status = std::stoi(std::string(request.header("x-status")));
      return EngineDecision{.response = HttpResponse::text("", static_cast<std::uint16_t>(status))};
    });
  });
  HttpClient client(server.port);
  for (const std::string status : {"0", "101", "199", "600"}) {
    EXPECT_EQ(client.get(engine_query, "X-Status: " + status + "\r\n")->status, 500) << status;
  }
  EXPECT_EQ(client.get(engine_query, "X-Status: 599\r\n")->status, 599);
  EXPECT_EQ(log.lines("engine: ").size(), 4U);
}

TEST(EngineMiddlewares, OneThatWaitsDoesNotHoldUpTheServersEnd) {
  Log log;
  std::optional<Responder<EngineDecision>> waiting;
  LiveServer server({}, [&](Server& io) {
    io.engine().use([&](const HttpRequest&, const Responder<EngineDecision>& responder) {
      waiting = responder;
      log.add("waits");
    });
  });
  HttpClient client(server.port);
  client.tcp().send(request_text("GET", engine_query));
  log.wait_for("waits");
  server.stop();
  waiting->respond({});
  EXPECT_FALSE(client.response());
}

TEST(EngineMiddlewares, AClientThatGoesWhileOneWaitsLeavesNothing) {
  Log log;
  std::vector<Responder<EngineDecision>> waiting;
  LiveServer server({}, [&](Server& io) {
    io.engine().use([&](const HttpRequest& request, const Responder<EngineDecision>& responder) {
      if (request.header("x-wait").empty()) return responder.respond({});
      waiting.push_back(responder);
      request.on_close([&] { log.add("closed"); });
      log.add("waits");
    });
  });
  ControlClient control(server.port);
  {
    HttpClient client(server.port);
    client.tcp().send(request_text("GET", engine_query, "X-Wait: yes\r\n"));
    log.wait_for("waits");
  }
  log.wait_for("closed");
  waiting.front().respond({});
  control.expect_served();
  control.expect_sessions(1);
}

TEST(EngineHeaders, AHandlerThatThrowsHoldsUpNeitherOthersNorTheResponse) {
  Log log;
  LiveServer server({}, [&](Server& io) {
    log_errors(io, log);
    io.engine().on_initial_headers([](ResponseHeaders&) { throw std::runtime_error("first"); });
    io.engine().on_headers([](ResponseHeaders&) { throw std::runtime_error("second"); });
    io.engine().on_headers([](ResponseHeaders& headers) { headers.set("x-third", "3"); });
  });
  const auto answer = HttpClient(server.port).get(engine_query);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(header(*answer, "x-third"), "3");
  EXPECT_EQ(log.lines(), (std::vector<std::string>{"initial_headers: first", "headers: second"}));
}

TEST(EngineHeaders, MayReplaceTheServersOwnButNotBreakTheResponse) {
  LiveServer server({}, [&](Server& io) {
    io.engine().on_headers([](ResponseHeaders& headers) {
      headers.set("cache-control", std::string(headers.get("cache-control")) + ", private");
      headers.add("Set-Cookie", "a=1");
      headers.add("Set-Cookie", "b=2");
      headers.set("x-split", "a\r\nx-evil: 1");
      headers.set("x\r\ny", "z");
    });
  });
  const auto answer = HttpClient(server.port).get(engine_query);
  ASSERT_TRUE(answer);
  EXPECT_EQ(header(*answer, "cache-control"), "no-store, private");
  EXPECT_EQ(answer->headers.joined("set-cookie"), "a=1\nb=2");
  for (const std::string name : {"x-split", "x-evil", "x", "y"}) {
    EXPECT_FALSE(answer->headers.has(name)) << name;
  }
}

TEST(EngineHeaders, ReplaceThoseOfCorsAndOfMiddlewares) {
  ServerOptions options;
  options.cors.origins = "*";
  LiveServer server(options, [](Server& io) {
    io.engine().use([] { return EngineDecision{.headers = {{"x-a", "1"}, {"x-b", "1"}}}; });
    io.engine().use([] { return EngineDecision{.headers = {{"x-b", "2"}}}; });
    io.engine().on_headers([](ResponseHeaders& headers) {
      headers.set("Access-Control-Allow-Origin", "https://example.org");
      headers.set("x-a", "3");
    });
  });
  const auto answer = HttpClient(server.port).get(engine_query, "Origin: https://example.org\r\n");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->headers.joined("access-control-allow-origin"), "https://example.org");
  EXPECT_EQ(answer->headers.joined("x-a"), "3");
  EXPECT_EQ(answer->headers.joined("x-b"), "2");
}

TEST(EngineHeaders, AHandlerMayAddOthers) {
  LiveServer server({}, [](Server& io) {
    io.engine().on_headers([&io](ResponseHeaders& headers) {
      headers.set("x-first", "1");
      io.engine().on_headers([](ResponseHeaders& later) { later.set("x-later", "1"); });
    });
  });
  HttpClient client(server.port);
  EXPECT_FALSE(client.get(engine_query)->headers.has("x-later"));
  EXPECT_TRUE(client.get(engine_query)->headers.has("x-later"));
}

TEST(EngineHeaders, AHandlerThatEndsTheSessionOfAnUpgradeLeavesNoWebSocket) {
  LiveServer server({}, [](Server& io) {
    io.engine().on_headers([&io](ResponseHeaders&, const HttpRequest& request) {
      if (!request.header("upgrade").empty()) io.disconnect_sockets(Close::connection);
    });
  });
  PollingClient polling(server.port);
  EXPECT_THAT(polling.join(), HasSubstr("40{"));
  HttpClient upgrading(server.port);
  upgrading.tcp().send(upgrade_text({}, "&sid=" + polling.sid()));
  EXPECT_EQ(upgrading.response()->status, 101);
  while (upgrading.tcp().receive()) {
  }
}

TEST(EngineHeaders, AHandlerThatClosesTheServerOpensNoSession) {
  LiveServer server({}, [](Server& io) {
    io.on_connection([] { ADD_FAILURE() << "a closed server has a connection"; });
    io.engine().on_initial_headers([&io](ResponseHeaders&) { io.close(); });
  });
  HttpClient client(server.port);
  client.tcp().send(upgrade_text());
  while (client.tcp().receive()) {
  }
  EXPECT_THAT(client.tcp().unread(), testing::Not(HasSubstr("\"sid\"")));
}

TEST(SessionIds, MayComeLaterAndFromAnotherThread) {
  ServerOptions options;
  std::thread elsewhere;
  options.generate_id = [&](const HttpRequest&, const Responder<std::string>& responder) {
    elsewhere = std::thread([responder] { responder.respond("later"); });
  };
  LiveServer server(std::move(options));
  const auto answer = HttpClient(server.port).get(engine_query);
  elsewhere.join();
  ASSERT_TRUE(answer);
  EXPECT_THAT(answer->body, HasSubstr(R"("sid":"later")"));
}

TEST(SessionIds, OfTwoClientsThatWaitForTheSameIdOneGetsIt) {
  Log log;
  std::vector<Responder<std::string>> waiting;
  ServerOptions options;
  options.generate_id = [&](const HttpRequest&, const Responder<std::string>& responder) {
    waiting.push_back(responder);
    log.add("waits");
  };
  LiveServer server(std::move(options));
  HttpClient first(server.port);
  HttpClient second(server.port);
  first.tcp().send(request_text("GET", engine_query));
  log.wait_for("waits");
  second.tcp().send(request_text("GET", engine_query));
  log.wait_for("waits", 2);
  for (const auto& responder : waiting) responder.respond("same");
  EXPECT_EQ(first.response()->status, 200);
  EXPECT_EQ(second.response()->status, 400);
}

TEST(SessionIds, WhatIsNoIdIsRefused) {
  ServerOptions options;
  options.generate_id = [](const HttpRequest& request) {
    return std::string(request.header("x-id"));
  };
  LiveServer server(std::move(options));
  HttpClient client(server.port);
  EXPECT_EQ(client.get(engine_query)->status, 400);
  EXPECT_EQ(client.get(engine_query, "X-Id: gr\xc3\xbc\xc3\x9f\r\n")->status, 400);
  EXPECT_EQ(client.get(engine_query, "X-Id: a b\r\n")->status, 200);
}

TEST(SessionCookie, IsNeitherForWebSocketsNorForNamesThatThereCannotBe) {
  ServerOptions options;
  options.cookie.emplace();
  LiveServer server(options);
  EXPECT_FALSE(HttpClient(server.port).ask(upgrade_text())->headers.has("set-cookie"));
  EXPECT_TRUE(HttpClient(server.port).get(engine_query)->headers.has("set-cookie"));
  options.cookie->name = "no name";
  EXPECT_THROW(Server{options}, std::invalid_argument);
}

}  // namespace
}  // namespace socketio::support
