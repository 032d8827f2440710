// SPDX-License-Identifier: MIT
// HTTP that no client should send, over TCP: the response, what happens to the connection, and that
// a control client is not affected. The parser's own tests cut the same requests at every byte;
// here the whole server answers.
#include "support/http_stream.hpp"
#include "support/live_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <vector>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;

struct Refused {
  const char* name;
  std::string request;
  std::vector<int> statuses;
};

std::string get(std::string_view lines) {
  return "GET / HTTP/1.1\r\n" + std::string(lines) + "\r\n";
}
std::string post(std::string_view lines, std::string_view body = {}) {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + std::string(lines) + "\r\n" + std::string(body);
}

std::string many_headers() {
  return "Host: a\r\n" + times(ServerOptions{}.limits.header_count, "X:\r\n");
}

std::vector<Refused> refused() {
  const std::string nul(1, '\0');
  return {
      {"block of 20 KB", get("Host: a\r\nA: " + std::string(20'000, 'x') + "\r\n"), {431}},
      {"2001 headers", get(many_headers()), {431}},
      {"name of 16 KB", get("Host: a\r\n" + std::string(16'384, 'n') + ": 1\r\n"), {431}},
      {"target of 17 KB",
       "GET /" + std::string(17'000, 'p') + " HTTP/1.1\r\nHost: a\r\n\r\n",
       {414}},
      {"empty lines of 20 KB", times(10'000, "\r\n"), {431}},
      {"absolute target without host", "GET http://a/ HTTP/1.1\r\n\r\n", {400}},
      {"absolute target with a user", "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n", {400}},
      {"absolute target of another scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", {400}},
      {"no host", get(""), {400}},
      {"two hosts", get("Host: a\r\nHost: b\r\n"), {400}},
      {"empty host", get("Host:\r\n"), {400}},
      {"length -1", post("Content-Length: -1\r\n"), {400}},
      {"length +5", post("Content-Length: +5\r\n", "hello"), {400}},
      {"length 0x5", post("Content-Length: 0x5\r\n", "hello"), {400}},
      {"length 5_0", post("Content-Length: 5_0\r\n"), {400}},
      {"length 5 5", post("Content-Length: 5 5\r\n"), {400}},
      {"length empty", post("Content-Length: \r\n"), {400}},
      {"length 2^64", post("Content-Length: 18446744073709551616\r\n"), {400, 413}},
      {"length of 26 digits", post("Content-Length: 99999999999999999999999999\r\n"), {400, 413}},
      {"length and chunks",
       post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
       {400}},
      {"length and chunks, other case",
       post("tRANSFER-eNCODING: Chunked\r\ncontent-length: 5\r\n"),
       {400}},
      {"coding ,chunked", post("Transfer-Encoding: ,chunked\r\n"), {400, 501}},
      {"coding chunked, chunked", post("Transfer-Encoding: chunked, chunked\r\n"), {400, 501}},
      {"coding xchunked", post("Transfer-Encoding: xchunked\r\n"), {400, 501}},
      {"coding chunked;a", post("Transfer-Encoding: chunked;a\r\n"), {400, 501}},
      {"coding identity", post("Transfer-Encoding: identity\r\n"), {400, 501}},
      {"coding after 0xa0",
       post("Transfer-Encoding: \xa0"
            "chunked\r\n"),
       {400, 501}},
      {"two codings",
       post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
       {400, 501}},
      {"coding in HTTP/1.0",
       "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
       {400, 501}},
      {"chunk too long", post("Transfer-Encoding: chunked\r\n", "1\r\nabc\r\n"), {400}},
      {"chunk with bare LF", post("Transfer-Encoding: chunked\r\n", "1\na\r\n"), {400}},
      {"chunk with CR only", post("Transfer-Encoding: chunked\r\n", "1\ra\r\n"), {400}},
      {"trailers of 100 KB",
       post("Transfer-Encoding: chunked\r\n", "0\r\nT: " + std::string(100'000, 't') + "\r\n\r\n"),
       {400, 431}},
      {"bare LF", "GET / HTTP/1.1\nHost: a\n\n", {400}},
      {"bare CR", "GET / HTTP/1.1\rHost: a\r\r", {400}},
      {"CR in a value", get("Host: a\r\nA: x\ry\r\n"), {400}},
      {"NUL in a value", get("Host: a\r\nA: x" + nul + "y\r\n"), {400}},
      {"NUL in a name", get("Host: a\r\nA" + nul + "B: y\r\n"), {400}},
      {"blank in a name", get("Host: a\r\nA B: y\r\n"), {400}},
      {"tab in a name", get("Host: a\r\nA\tB: y\r\n"), {400}},
      {"parenthesis in a name", get("Host: a\r\nA(: y\r\n"), {400}},
      {"0x80 in a name", get("Host: a\r\nA\x80: y\r\n"), {400}},
      {"no name", get("Host: a\r\n: y\r\n"), {400}},
      {"no colon", get("Host: a\r\nabc\r\n"), {400}},
      {"blank before the colon", get("Host: a\r\nA : y\r\n"), {400}},
      {"blank before the first header", get(" Host: a\r\n"), {400}},
      {"folded line", get("Host: a\r\nA: x\r\n y\r\n"), {400}},
      {"CR LF CR X", "GET / HTTP/1.1\r\nHost: a\r\n\rX", {400}},
      {"junk in the method", "G{T / HTTP/1.1\r\nHost: a\r\n\r\n", {400}},
      {"method of 1 KB",
       std::string(1024, 'M') + " / HTTP/1.1\r\nHost: a\r\n\r\n",
       {400, 405, 414, 431, 501}},
      {"version 2", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", {400, 505}},
      {"unknown expectation", post("Expect: tea\r\nContent-Length: 1\r\n"), {417}},
      {"compressed body",
       post("Content-Encoding: gzip\r\nContent-Length: 5\r\n", "\x1f\x8b\x08xx"),
       {415}},
      {"TLS",
       std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11) + std::string(300, '\7') +
           "\r\n",
       {400}},
  };
}

// Requests with which servers have been confused, smuggled into or stalled.
TEST(HostileHttp, IsRefusedAndTheConnectionCloses) {
  LiveServer server;
  ControlClient control(server.port);
  for (const Refused& bad : refused()) {
    SCOPED_TRACE(bad.name);
    HttpClient client(server.port);
    EXPECT_THAT(bad.statuses, testing::Contains(client.status(bad.request)));
    EXPECT_FALSE(client.keep_alive());
    EXPECT_EQ(client.tcp().receive_all(), "") << "something was answered behind the refusal";
    control.expect_served();
  }
  control.expect_sessions(1);
}

// The parser accepts these, but there is no handler for them.
TEST(HostileHttp, OddMethodsFindNoHandler) {
  LiveServer server({}, [](Server& io) {
    io.http().get("/", [](const HttpRequest&) { return HttpResponse::text("root"); });
  });
  HttpClient client(server.port);
  for (const char* method : {"get", "TRACE", "PROPFIND"}) {
    SCOPED_TRACE(method);
    HttpClient fresh(server.port);
    EXPECT_THAT(fresh.status(request_text(method, "/")), testing::AnyOf(400, 405, 501));
  }
  EXPECT_THAT(client.status("CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n"),
              testing::AnyOf(400, 404, 405, 501));
}

// Paths are normalised in one way, which never leads to another handler.
TEST(HostileHttp, OddTargetsFindNoOtherHandler) {
  LiveServer server({}, [](Server& io) {
    io.http().get("/secret", [](const HttpRequest&) { return HttpResponse::text("secret"); });
    io.http().get("/a/:name", [](const HttpRequest& r) {
      return HttpResponse::text("name=" + std::string(r.param("name")));
    });
  });
  for (const std::string target : {"*",
                                   "//secret",
                                   "/x/../secret",
                                   "/x/%2e%2e/secret",
                                   "/./secret",
                                   "/secret%00",
                                   "/secret%zz",
                                   "/secret\x80",
                                   "/secret#x",
                                   "/%2fsecret",
                                   "/%2Fsecret",
                                   "secret",
                                   "/secret;a",
                                   "/secret/x",
                                   "/secret\\",
                                   "/SECRET",
                                   "//socket.io/?EIO=4&transport=polling",
                                   "/socket.io/../secret",
                                   "/socket.io/%2e%2e/secret",
                                   "/socket.io?EIO=4&transport=polling/../secret"}) {
    SCOPED_TRACE(target);
    HttpClient client(server.port);
    const auto answer = client.get(target);
    ASSERT_TRUE(answer);
    EXPECT_THAT(answer->status, testing::AnyOf(400, 404));
    EXPECT_THAT(answer->body, testing::Not(testing::HasSubstr("secret")));
  }
  HttpClient client(server.port);
  const auto absolute = client.get("http://other/secret");
  ASSERT_TRUE(absolute);
  EXPECT_EQ(absolute->body, "secret");
  HttpClient again(server.port);
  const auto encoded = again.get("/a/b%2Fc");
  ASSERT_TRUE(encoded);
  EXPECT_EQ(encoded->body, "name=b/c") << "an encoded slash is part of the segment";
}

// An Accept-Encoding with thousands of entries must not take more than linear time.
TEST(HostileHttp, EndlessAcceptEncodingIsReadOnce) {
  LiveServer server;
  std::string tokens;
  for (int i = 0; i < 700; ++i) tokens += "gzip;q=0.0,";
  HttpClient client(server.port);
  EXPECT_EQ(
      client.status(request_text("GET", engine_query, "Accept-Encoding: " + tokens + "x\r\n")),
      200);
}

TEST(HostileHttp, ContinueIsSaidOnceAndOnlyIfTheBodyIsWanted) {
  LiveServer server({}, [](Server& io) {
    io.http().post("/body",
                   [](const HttpRequest& r) { return HttpResponse::text(std::string(r.body)); });
  });
  HttpClient client(server.port);
  client.tcp().send(
      "POST /body HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  while (client.tcp().unread().find("\r\n\r\n") == std::string::npos)
    ASSERT_TRUE(client.tcp().receive());
  EXPECT_EQ(client.tcp().unread(), "HTTP/1.1 100 Continue\r\n\r\n");
  client.tcp().send("hello");
  const auto answer = client.response();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "hello");

  HttpClient refused(server.port);
  EXPECT_EQ(refused.status("POST " + engine_query +
                           "&sid=x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                           "Content-Length: 5\r\n\r\n"),
            400);
  EXPECT_EQ(refused.tcp().receive_all(), "");
}

TEST(HostileHttp, TheAnswerToAHeadHasNoBodyEvenIfItComesEarly) {
  LiveServer server;
  const std::string head =
      "HEAD " + engine_query + " HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n";
  for (const std::string body : {"", "hello"}) {
    TcpClient client(server.port);
    client.send(head + body);
    client.finish_sending();
    const std::string answer = client.receive_all();
    EXPECT_THAT(answer, testing::StartsWith("HTTP/1.1 400 "));
    EXPECT_THAT(answer, testing::EndsWith("\r\n\r\n"));
  }
}

TEST(HostileHttp, PipelinedRequestsAreAnsweredInOrder) {
  LiveServer server({}, [](Server& io) {
    io.http().get("/n/:n", [](const HttpRequest& r) {
      return HttpResponse::text(std::string(r.param("n")));
    });
    io.http().post("/n/:n", [](const HttpRequest& r) {
      return HttpResponse::text(std::string(r.param("n")) + std::string(r.body));
    });
  });
  HttpClient client(server.port);
  std::string requests;
  for (int i = 0; i < 200; ++i) {
    const std::string target = "/n/" + std::to_string(i);
    requests += i % 2 == 0 ? request_text("GET", target)
                           : request_text("POST", target, {}, std::string(1000, 'b'));
  }
  client.tcp().send(requests);
  for (int i = 0; i < 200; ++i) {
    const auto answer = client.response();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, std::to_string(i) + (i % 2 == 0 ? "" : std::string(1000, 'b')));
  }
}

TEST(HostileHttp, APipelinedPostWaitsForTheParkedPoll) {
  LiveServer server;
  ControlClient control(server.port);
  PollingClient client(server.port);
  client.join();
  client.polls().tcp().send(request_text("GET", client.target()) +
                            request_text("POST", client.target(), {}, "42[\"echo\",2]"));
  EXPECT_EQ(client.post("42[\"echo\",1]"), 200);
  const auto first = client.polls().response();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->body, "42[\"echo\",1]");
  const auto second = client.polls().response();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->body, "ok");
  const auto third = client.poll();
  ASSERT_TRUE(third);
  EXPECT_EQ(third->body, "42[\"echo\",2]");
  control.expect_served();
}

TEST(HostileHttp, AnUpgradeBehindAPostGetsItsOwnAnswer) {
  LiveServer server;
  PollingClient client(server.port);
  client.join();
  HttpClient pipelined(server.port);
  pipelined.tcp().send(request_text("POST", client.target(), {}, "42[\"echo\",1]") +
                       upgrade_text("/socket.io/?EIO=4&transport=websocket&sid=" + client.sid()) +
                       frame_to(websocket::Role::server, 1, "2probe"));
  const auto posted = pipelined.response();
  ASSERT_TRUE(posted);
  EXPECT_EQ(posted->body, "ok");
  const auto upgraded = pipelined.response();
  ASSERT_TRUE(upgraded);
  EXPECT_EQ(upgraded->status, 101);
  const std::string pong = std::string("\x81\x06") + "3probe";
  while (pipelined.tcp().unread().size() < pong.size()) ASSERT_TRUE(pipelined.tcp().receive());
  EXPECT_EQ(pipelined.tcp().unread(), pong);
}

// The peer leaves at each stage of a request.
TEST(HostileHttp, LeavingAtAnyStageEndsWhatWasBegunOnce) {
  Log log;
  LiveServer server({}, [&](Server& io) {
    io.on_disconnect([&](Socket&, DisconnectReason why) { log.add(std::string(to_string(why))); });
    io.http().get(
        "/big", [](const HttpRequest&) { return HttpResponse::text(std::string(8'000'000, 'b')); });
  });
  ControlClient control(server.port);
  const std::string whole = request_text("POST", "/", {}, "hello");
  for (std::size_t cut = 0; cut < whole.size(); cut += 7) {
    TcpClient ends(server.port);
    ends.send(whole.substr(0, cut));
    ends.finish_sending();
    TcpClient resets(server.port);
    resets.send(whole.substr(0, cut));
    resets.reset();
  }
  for (int i = 0; i < 5; ++i) {
    TcpClient during(server.port, 4096);
    during.send(request_text("GET", "/big"));
    during.receive();
    during.reset();
  }
  control.expect_served();
  for (int i = 0; i < 2; ++i) {
    PollingClient parked(server.port);
    parked.join();
    parked.start_poll();
    control.expect_served();
    i == 0 ? parked.polls().tcp().reset() : parked.polls().tcp().close();
    control.expect_sessions(1);
  }
  EXPECT_EQ(log.lines().size(), 2U);
  for (const auto& why : log.lines())
    EXPECT_THAT(why, testing::AnyOf("transport error", "transport close"));
}

TEST(HostileHttp, ARequestWithTheEndBehindItIsAnswered) {
  LiveServer server({}, [](Server& io) {
    io.http().get("/", [](const HttpRequest&) { return HttpResponse::text("ok"); });
  });
  for (int i = 0; i < 20; ++i) {
    TcpClient client(server.port);
    client.send(request_text("GET", "/"));
    client.finish_sending();
    EXPECT_THAT(client.receive_all(), testing::EndsWith("\r\n\r\nok"));
  }
}

TEST(HostileHttp, TenThousandRequestsOnOneConnection) {
  LiveServer server({}, [](Server& io) {
    io.http().get("/", [](const HttpRequest&) { return HttpResponse::text("ok"); });
  });
  HttpClient client(server.port);
  const std::string request = request_text("GET", "/");
  std::string batch;
  for (int i = 0; i < 100; ++i) batch += request;
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(client.tcp().send(batch));
    for (int k = 0; k < 100; ++k) {
      const auto answer = client.response();
      ASSERT_TRUE(answer);
      ASSERT_EQ(answer->body, "ok");
    }
  }
  EXPECT_EQ(client.status(request), 200);
}

// A client that is silent for too long is cut, whatever the stage (slowloris). Good clients are
// served meanwhile.
TEST(HostileHttp, SlowConnectionsAreCutByTheirDeadlines) {
  ServerOptions options;
  options.limits.header_timeout = 300ms;
  options.limits.body_timeout = 300ms;
  options.limits.keep_alive_timeout = 300ms;
  LiveServer server(options);
  ControlClient control(server.port);
  const std::string request = request_text("POST", "/", {}, "hello");
  std::vector<std::unique_ptr<TcpClient>> silent;
  for (std::size_t cut = 0; cut < request.size(); ++cut) {
    silent.push_back(std::make_unique<TcpClient>(server.port));
    silent.back()->send(request.substr(0, cut));
  }
  for (int i = 0; i < 500; ++i) {
    silent.push_back(std::make_unique<TcpClient>(server.port));
    silent.back()->send("GET / HTTP/1.1\r\nX: ");
  }
  for (const auto& client : silent) {
    // An occasional byte does not help.
    client->send("a");
    control.expect_served();
    const std::string answer = client->receive_all();
    EXPECT_TRUE(answer.empty() || answer.starts_with("HTTP/1.1 408 ") ||
                answer.starts_with("HTTP/1.1 4"))
        << answer;
  }
  HttpClient idle(server.port);
  EXPECT_EQ(idle.status(request_text("GET", "/")), 404);
  EXPECT_EQ(idle.tcp().receive_all(), "") << "an idle connection ends without words";
  control.expect_served();
}

// A client requests a large response and never reads it.
TEST(HostileHttp, AResponseThatNobodyReadsEndsItsConnection) {
  Log log;
  ServerOptions options;
  options.backpressure.stall_timeout = 300ms;
  options.ping_interval = 5000ms;
  options.ping_timeout = 1000ms;
  LiveServer server(options, [&](Server& io) {
    fill_on_demand(io, log);
    io.on_disconnect([&](Socket&, DisconnectReason why) { log.add(std::string(to_string(why))); });
  });
  PollingClient client(server.port, {}, 2048);
  client.join();
  client.start_poll();
  EXPECT_EQ(client.post("42[\"fill\"]"), 200);
  // The session outlives its connection by that long.
  log.wait_for("ping timeout");
  EXPECT_LT(client.polls().tcp().receive_all().size(), 12'000'000U) << "nobody cut the connection";
  ControlClient(server.port).expect_sessions(1);
}

TEST(HostileHttp, AResponseThatIsReadSlowlyIsGivenWhole) {
  constexpr std::size_t big_bytes =
      // More than the kernel buffers for the server.
      16'000'000;
  ServerOptions options;
  options.backpressure.stall_timeout = 1000ms;
  options.ping_interval = 250ms;
  LiveServer server(options, [](Server& io) {
    io.http().get(
        "/big", [](const HttpRequest&) { return HttpResponse::text(std::string(big_bytes, 'b')); });
  });
  HttpClient keeps(server.port, 4096);
  HttpClient closes(server.port, 4096);
  keeps.tcp().send(request_text("GET", "/big"));
  closes.tcp().send(request_text("GET", "/big", "Connection: close\r\n"));
  // The server's pings show its time, which at the end is well beyond the stall timeout.
  WebSocketClient clock(server.port);
  ASSERT_TRUE(clock.event());
  for (int pings = 0; pings < 10; ++pings) {
    const auto ping = clock.event();
    ASSERT_TRUE(ping);
    ASSERT_EQ(ping->payload, "2");
    clock.send("3");
    EXPECT_TRUE(keeps.tcp().receive());
    EXPECT_TRUE(closes.tcp().receive());
  }
  // Both at once: neither is to wait, unread, for longer than the server allows.
  auto last_answer = std::async(std::launch::async, [&closes] { return closes.response(); });
  for (const auto& answer : {keeps.response(), last_answer.get()}) {
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body.size(), big_bytes);
  }
}

TEST(HostileHttp, PipeliningDoesNotGatherResponsesThatNobodyReads) {
  ServerOptions options;
  options.backpressure.stall_timeout = 300ms;
  Log log;
  LiveServer server(options, [&](Server& io) {
    io.http().get("/big", [&](const HttpRequest&) {
      log.add("asked");
      return HttpResponse::text(std::string(4'000'000, 'b'));
    });
  });
  ControlClient control(server.port);
  TcpClient client(server.port, 2048);
  std::string requests;
  for (int i = 0; i < 64; ++i) requests += request_text("GET", "/big");
  client.send(requests);
  log.wait_for("asked");
  control.expect_served();
  control.expect_served();
  EXPECT_LT(log.count("asked"), 8U) << "responses pile up for a peer that reads none";
  client.receive_all();
}

}  // namespace
}  // namespace socketio::support
