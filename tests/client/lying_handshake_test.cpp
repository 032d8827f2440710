// SPDX-License-Identifier: MIT
// Servers of something else, or that violate the protocol at the start of a connection. The client
// reports each as an error and tries again after its delays.
#include "client/support/lies.hpp"
#include "client/support/test_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace socketio::support {
namespace {

using namespace lies;

/// The client fails, reports that, and tries again; each request uses at most one connection.
ConnectionError expect_failures(const json& script, const ClientOptions& options) {
  Liar liar(script);
  TestClient client(liar.url(), options);
  client.start();
  client.log.wait_for_prefix("connect_error ", 3);
  EXPECT_GE(client.log.lines("reconnect_attempt").size(), 2U);
  EXPECT_TRUE(client.log.lines("connect").size() == client.log.lines("connect_error").size());
  EXPECT_FALSE(client.socket.connected());
  EXPECT_LE(liar.log->count("connection"), 2 * client.log.lines("connect_error").size() + 2);
  return client.latest("connect_error");
}

/// Invalid handshakes. Servers whose pings never arrive are tested separately.
std::vector<std::string> bad_handshakes() {
  std::vector<std::string> bad{"0",
                               "0{",
                               "0[]",
                               "0null",
                               "0\"\"",
                               "0{}",
                               "0{}{}",
                               "4hello",
                               "40",
                               "6",
                               "1",
                               "9",
                               "",
                               "bAAAA",
                               "\x1e",
                               "<!doctype html><html></html>",
                               "96:0{\"sid\":\"v2\",\"upgrades\":[]}2:40"};
  for (const json& changes :
       {json{{"sid", nullptr}}, json{{"sid", 5}}, json{{"sid", ""}},
        json{{"upgrades", "websocket"}}, json{{"pingInterval", "25000"}},
        json{{"pingInterval", -1}}, json{{"pingTimeout", nullptr}}, json{{"pingTimeout", -1}},
        json{{"maxPayload", "x"}}, json{{"maxPayload", -1}}})
    bad.push_back(handshake(changes));
  return bad;
}

// Open packets without a sid, with absurd numbers, of 1 MB, or that are not JSON.
TEST(LyingHandshake, OverPolling) {
  for (const std::string& bad : bad_handshakes()) {
    const auto error = expect_failures(over_polling(steps(payload(bad))), only("polling"));
    EXPECT_NE(error.message, "") << bad;
    EXPECT_NE(error.message, "timeout") << bad;
  }
}

TEST(LyingHandshake, OfAnotherProtocolCanBeTold) {
  for (const json& script :
       {over_polling(steps(payload("96:0{\"sid\":\"v2\",\"upgrades\":[]}2:40"))),
        answered(http("400 Bad Request",
                      "{\"code\":5,\"message\":\"Unsupported protocol version\"}"))}) {
    const auto error = expect_failures(script, only("polling"));
    EXPECT_EQ(error.code, Errc::other_protocol);
    EXPECT_THAT(error.details, testing::HasSubstr("version 4"));
  }
}

TEST(LyingHandshake, OverWebSocket) {
  for (const std::string& bad : bad_handshakes()) {
    // Packets that mean nothing yet are ignored until the timeout for connecting.
    if (bad == "1" || bad == "6" || bad == "4hello" || bad == "40" || bad == "bAAAA") continue;
    const auto error = expect_failures(over_websocket(steps(send(bad))), only("websocket"));
    EXPECT_NE(error.message, "") << bad;
    EXPECT_NE(error.message, "timeout") << bad;
  }
}

TEST(LyingHandshake, WhatIsTooMuchIsTaken) {
  for (const json& changes :
       {json{{"upgrades", {"carrier pigeon", "polling"}}}, json{{"more", {{"deep", {1, 2}}}}},
        json{{"padding", std::string(1'000'000, 'x')}}, json{{"pingInterval", 86'400'000}},
        json{{"maxPayload", 0}}, json{{"sid", std::string(200, 's')}}}) {
    Liar liar(joined(steps(send("42[\"hello\"]")), changes));
    TestClient client(liar.url(), only("websocket"));
    client.socket.on("hello", [&] { client.log.add("hello"); });
    ASSERT_TRUE(client.connect()) << changes.dump().substr(0, 80);
    client.log.wait_for("hello");
  }
}

TEST(LyingHandshake, SidThatWouldBreakTheRequestLine) {
  for (const char* sid : {"a b", "a\r\nX-Evil: 1", "a&transport=x", "ü", "a#b", "a\0b"}) {
    Liar liar(over_polling(steps(payload(handshake({{"sid", sid}}))),
                           steps(payload(R"(40{"sid":"a"})")), steps()));
    TestClient client(liar.url(), only("polling"));
    client.start();
    liar.log->wait_for("GET http", 2);
    EXPECT_EQ(liar.log->lines("X-Evil").size(), 0U);
  }
}

TEST(LyingHandshake, SecondHandshakeIsAnError) {
  Liar liar(joined(steps(send(handshake({{"sid", "other"}})))));
  TestClient client(liar.url(), only("websocket"));
  ASSERT_TRUE(client.connect());
  ASSERT_TRUE(client.log.wait_for("disconnect transport error"));
  ASSERT_TRUE(client.log.wait_for("connect", 2));
}

// A poll is answered with an error, a redirect, or an HTML page.
TEST(LyingHandshake, AnswersThatAreNoSuccess) {
  for (const char* status :
       {"500 Internal Server Error", "404 Not Found", "403 Forbidden", "401 Unauthorized",
        "204 No Content", "304 Not Modified", "413 Too Large", "502 Bad Gateway"}) {
    const auto error = expect_failures(answered(http(status, "")), only("polling"));
    EXPECT_EQ(error.message, "xhr poll error") << status;
    EXPECT_EQ(std::to_string(error.status), std::string(status).substr(0, 3));
  }
}

TEST(LyingHandshake, RedirectionsAreNotFollowed) {
  OfficialServer server;
  const std::string there = "Location: " + server.url("/socket.io/?EIO=4&transport=polling\r\n");
  for (const char* status : {"301 Moved", "302 Found", "307 Temporary", "308 Permanent"}) {
    const auto error = expect_failures(answered(http(status, "", there)), only("polling"));
    EXPECT_EQ(error.message, "xhr poll error") << status;
  }
  EXPECT_TRUE(server.ask("requests").empty());
}

TEST(LyingHandshake, AnswersThatAreNoHttp) {
  const std::string endless_header = "HTTP/1.1 200 OK\r\nX: " + std::string(1'000'000, 'x');
  for (const std::string& text :
       {std::string("SSH-2.0-OpenSSH_9.2\r\n"), std::string("\x15\x03\x01\x00\x02\x02\x28", 7),
        std::string("HTTP/0.9 200 OK\r\n\r\n"), std::string("HTTP/1.1 200\r\n"),
        std::string("HTTP/1.1 abc OK\r\n\r\n"), std::string("HTTP/1.1 101 Switching\r\n\r\n"),
        std::string("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n0{}{}"),
        std::string("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"),
        std::string("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n"),
        std::string("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n0{\"sid\":\"cut off"),
        std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n"),
        std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n0{}"),
        std::string("HTTP/1.1 200 OK\r\nbad header\r\n\r\n"),
        std::string("HTTP/1.1 200 OK\r\nX: no end"), endless_header + "\r\n\r\n",
        std::string("\r\n"), std::string("")}) {
    const auto error = expect_failures(answered(text), only("polling"));
    EXPECT_EQ(error.message, "xhr poll error") << text.substr(0, 60);
  }
}

TEST(LyingHandshake, EndlessAnswersAreBounded) {
  const std::string piece(60'000, 'x');
  const json chunk = repeat(1'000'000, bytes("ea60\r\n" + piece + "\r\n"));
  const json chunked = steps(bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), chunk);
  const json announced = steps(bytes("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"),
                               repeat(1'000'000, bytes(piece)));
  const json headers = steps(bytes("HTTP/1.1 200 OK\r\n"),
                             repeat(1'000'000, bytes("X: " + std::string(1'000, 'x') + "\r\n")));
  const json until_close = steps(bytes("HTTP/1.1 200 OK\r\n\r\n"), repeat(1'000'000, bytes(piece)));
  ClientOptions options = only("polling");
  options.max_payload_bytes = 1'000'000;
  for (const json& lies : {chunked, announced, headers, until_close}) {
    const auto error = expect_failures(over_polling(lies), options);
    EXPECT_EQ(error.message, "xhr poll error");
  }
}

TEST(LyingHandshake, AnswersOfAllShapesThatAreRight) {
  const std::string open = handshake({{"sid", "x"}});
  const auto hex = [](std::size_t n) {
    char text[20];
    std::snprintf(text, sizeof text, "%zx", n);
    return std::string(text);
  };
  const std::string rest = open.substr(7);
  for (const std::string& text :
       {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7;ext=1\r\n" + open.substr(0, 7) +
            "\r\n" + hex(rest.size()) + "\r\n" + rest + "\r\n0\r\nTrailer: 1\r\n\r\n",
        "HTTP/1.0 200 OK\r\nContent-Length: " + std::to_string(open.size()) + "\r\n\r\n" + open,
        "HTTP/1.1 100 Continue\r\n\r\n" + http("200 OK", open, "Connection: close\r\n")}) {
    Liar liar(over_polling(steps(bytes(text)), steps(payload(R"(40{"sid":"a"})")), steps()));
    TestClient client(liar.url(), only("polling"));
    EXPECT_TRUE(client.connect()) << text.substr(0, 80);
  }
}

TEST(LyingHandshake, WebSocketIsRefused) {
  const std::string accept = "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n";
  const std::string upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
  for (const std::string& text :
       {http("200 OK", "hello"), http("400 Bad Request", ""), http("301 Moved", ""),
        http("500 Oops", ""), "HTTP/1.1 101 Switching Protocols\r\n" + upgrade + "\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n" + upgrade + accept + "\r\n",
        std::string("HTTP/1.1 101 Switching Protocols\r\n\r\n"), std::string("nonsense\r\n\r\n"),
        std::string()}) {
    const auto error =
        expect_failures(json::object({{"refuse", steps(bytes(text), end())}}), only("websocket"));
    EXPECT_EQ(error.message, "websocket error") << text.substr(0, 60);
  }
}

TEST(LyingHandshake, WebSocketWithWhatNobodyAskedFor) {
  ClientOptions options = only("websocket");
  options.deflate_threshold_bytes.reset();
  for (const char* header :
       {"Sec-WebSocket-Extensions: permessage-deflate\r\n",
        "Sec-WebSocket-Extensions: x-unknown\r\n", "Sec-WebSocket-Protocol: mqtt\r\n"}) {
    json script = over_websocket(steps(send(handshake())));
    script["headers"] = header;
    const auto error = expect_failures(script, options);
    EXPECT_EQ(error.message, "websocket error") << header;
  }
}

TEST(LyingHandshake, RefusedUpgradeLeavesPolling) {
  json script = over_polling(steps(payload(handshake({{"upgrades", {"websocket"}}}))),
                             steps(until("40"), payload(R"(40{"sid":"a"})")),
                             steps(until("42"), payload("42[\"hello\"]")), steps());
  script["refuse"] = steps(bytes(http("403 Forbidden", "")));
  Liar liar(script);
  TestClient client(liar.url());
  client.socket.on("hello", [&] { client.log.add("hello"); });
  ASSERT_TRUE(client.connect());
  ASSERT_TRUE(liar.log->wait_for("GET websocket"));
  client.socket.emit("greet");
  ASSERT_TRUE(client.log.wait_for("hello"));
  EXPECT_EQ(client.socket.transport(), "polling");
  EXPECT_TRUE(client.log.lines("disconnect").empty());
}

// The server closes or resets every connection as soon as it is established.
TEST(LyingHandshake, ConnectionsThatEndAtOnce) {
  for (const char* how : {"close", "reset"})
    for (const char* transport : {"polling", "websocket"}) {
      const auto error = expect_failures(json::object({{"greet", how}}), only(transport));
      EXPECT_EQ(error.message,
                std::string(transport) == "polling" ? "xhr poll error" : "websocket error");
      EXPECT_EQ(error.status, 0);
    }
}

TEST(LyingHandshake, HalfAnAnswerIsWaitedForOnlySoLong) {
  ClientOptions options = only("polling");
  options.timeout = 100ms;
  const auto error =
      expect_failures(over_polling(steps(bytes("HTTP/1.1 200 OK\r\nConte"))), options);
  EXPECT_EQ(error.message, "timeout");
}

TEST(LyingHandshake, NamesThatDoNotResolve) {
  TestClient client("http://no-such-host.invalid", only("polling"));
  client.start();
  ASSERT_TRUE(client.log.wait_for("connect_error xhr poll error"));
  EXPECT_TRUE(client.latest("connect_error").code);
}

}  // namespace
}  // namespace socketio::support
