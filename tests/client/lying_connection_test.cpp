// SPDX-License-Identifier: MIT
// Servers that violate the protocol once a client has connected: invalid frames and packets end the
// connection with the right reason, and packets without meaning are ignored.
#include "client/support/lies.hpp"
#include "client/support/test_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace socketio::support {
namespace {

using namespace lies;

/// The client survives `said`, and still receives what follows.
void expect_ignored(json said) {
  said.push_back(send("42[\"done\"]"));
  Liar liar(joined(said));
  TestClient client(liar.url(), only("websocket"));
  client.socket.on("done", [&] { client.log.add("done"); });
  ASSERT_TRUE(client.connect());
  EXPECT_TRUE(client.log.wait_for("done")) << said;
  EXPECT_TRUE(client.log.lines("disconnect").empty()) << said;
  EXPECT_TRUE(client.socket.connected());
}

// The server masks its frames, sets reserved bits, announces 2^63 bytes, or sends bad UTF-8.
TEST(LyingConnection, BrokenFrames) {
  struct Case {
    json frames;
    std::string close;
  };
  const std::string long_ping(126, 'p');
  const std::vector<Case> cases{
      {steps(frame({{"mask", true}, {"payload", "2"}})), "close 1002"},
      {steps(frame({{"rsv", 4}, {"payload", "2"}})), "close 1002"},
      {steps(frame({{"rsv", 2}, {"payload", "2"}})), "close 1002"},
      {steps(frame({{"rsv", 1}, {"payload", "2"}})), "close 1002"},
      {steps(frame({{"opcode", 3}})), "close 1002"},
      {steps(frame({{"opcode", 11}})), "close 1002"},
      {steps(frame({{"opcode", 9}, {"payload", long_ping}})), "close 1002"},
      {steps(frame({{"opcode", 9}, {"fin", false}})), "close 1002"},
      {steps(frame({{"opcode", 0}, {"payload", "x"}})), "close 1002"},
      {steps(frame({{"fin", false}, {"payload", "4"}}), frame({{"payload", "2"}})), "close 1002"},
      {steps(frame({{"base64", "NP//"}})), "close 1007"},  // bad UTF-8
      {steps(frame({{"fin", false}, {"base64", "NMM="}}), frame({{"opcode", 0}, {"payload", "x"}})),
       // Invalid UTF-8 that is split between frames.
       "close 1007"},
      {steps(frame({{"length", 9007199254740991}})), "close 1009"},
      {steps(frame({{"opcode", 2}, {"length", 200'000}})), "close 1009"},
      {steps(repeat(100'000, frame({{"opcode", 0}, {"fin", false}, {"payload", "x"}}))),
       "close 1002"},
      // 1005, which must not be sent.
      {steps(frame({{"opcode", 8}, {"base64", "A+0="}})), "close 1002"},
      // Half a code.
      {steps(frame({{"opcode", 8}, {"base64", "Aw=="}})), "close 1002"},
      // A reason with invalid UTF-8.
      {steps(frame({{"opcode", 8}, {"base64", "A+j/"}})), "close 1007"},
  };
  for (const Case& tried : cases) {
    Liar liar(joined(tried.frames));
    ClientOptions options = only("websocket");
    options.max_payload_bytes = 100'000;
    TestClient client(liar.url(), options);
    ASSERT_TRUE(client.connect());
    EXPECT_TRUE(client.log.wait_for("disconnect transport error")) << tried.frames;
    EXPECT_TRUE(liar.log->wait_for(tried.close)) << tried.frames;
    EXPECT_TRUE(client.log.wait_for("connect", 2));
  }
}

TEST(LyingConnection, EndlessFragments) {
  Liar liar(
      joined(steps(frame({{"fin", false}, {"payload", "4"}}),
                   repeat(100'000, frame({{"opcode", 0}, {"fin", false}, {"payload", ""}})))));
  ClientOptions options = only("websocket");
  // The limit on the number of frames depends on it.
  options.max_payload_bytes = 1'000'000;
  TestClient client(liar.url(), options);
  ASSERT_TRUE(client.connect());
  ASSERT_TRUE(client.log.wait_for("disconnect transport error"));
}

TEST(LyingConnection, LengthOfTwoToThe63) {
  Liar liar(joined(steps(json{{"raw", "gX+AAAAAAAAAAA=="}})));
  TestClient client(liar.url(), only("websocket"));
  ASSERT_TRUE(client.connect());
  ASSERT_TRUE(client.log.wait_for("disconnect transport error"));
}

TEST(LyingConnection, ClosingFramesInOrder) {
  // None, 1000, 1001, 1011, 4000.
  for (const char* code : {"", "A+g=", "A+k=", "A/M=", "D6A="}) {
    Liar liar(joined(steps(frame({{"opcode", 8}, {"base64", code}}))));
    TestClient client(liar.url(), only("websocket"));
    ASSERT_TRUE(client.connect());
    EXPECT_TRUE(client.log.wait_for("disconnect transport close")) << code;
    EXPECT_TRUE(liar.log->wait_for_prefix("close ")) << code;
  }
}

TEST(LyingConnection, PingsAndPongsOfWebSocket) {
  expect_ignored(steps(frame({{"opcode", 9}, {"payload", "p"}}), frame({{"opcode", 10}}),
                       repeat(5'000, frame({{"opcode", 9}, {"payload", "p"}}))));
}

TEST(LyingConnection, CloseFrameSaysWhy) {
  Liar liar(joined(steps(frame({{"opcode", 8}, {"base64", "A/NieWU="}}))));  // 1011, "bye"
  TestClient client(liar.url(), only("websocket"));
  ASSERT_TRUE(client.connect());
  ASSERT_TRUE(client.log.wait_for("disconnect transport close"));
  const ConnectionError cause = client.latest("disconnect");
  EXPECT_EQ(cause.close_code, 1011);
  EXPECT_EQ(cause.details, "the server closed the WebSocket with code 1011: bye");
}

TEST(LyingConnection, EnginePacketsWithoutMeaningHere) {
  expect_ignored(steps(send("6"), send("3"), send("5"), send("3probe"), send("6x")));
}

TEST(LyingConnection, EnginePacketsThatAreNone) {
  for (const json& step : {send("9"), send("x"), send(""), send("b!!!")}) {
    Liar liar(joined(steps(step)));
    TestClient client(liar.url(), only("websocket"));
    ASSERT_TRUE(client.connect());
    EXPECT_TRUE(client.log.wait_for_prefix("disconnect ")) << step;
    EXPECT_TRUE(client.log.wait_for("connect", 2));
  }
}

// The answer to CONNECT has no session id.
TEST(LyingConnection, ConnectWithoutId) {
  for (const char* reply : {"40", "40{}", "40{\"sid\":\"\"}"}) {
    Liar liar(over_websocket(steps(send(handshake()), until("40"), send(reply))));
    TestClient client(liar.url(), only("websocket"));
    client.start();
    ASSERT_TRUE(
        client.log.wait_for_prefix("connect_error It seems you are trying to reach a "
                                   "Socket.IO server in v2.x"))
        << reply;
    EXPECT_EQ(client.latest("connect_error").code, Errc::other_protocol);
    EXPECT_FALSE(client.socket.connected());
  }
}

TEST(LyingConnection, PacketsOfNamespacesThatNobodyJoined) {
  expect_ignored(steps(send("40/x,{\"sid\":\"x\"}"), send("42/x,[\"done\"]"), send("43/x,0[]"),
                       send("41/x,"), send("44/x,{\"message\":\"no\"}")));
}

TEST(LyingConnection, ConnectTwice) {
  Liar liar(joined(steps(send(R"(40{"sid":"b","pid":"p"})"), send("42[\"done\"]"))));
  TestClient client(liar.url(), only("websocket"));
  client.socket.on("done", [&] { client.log.add("done"); });
  ASSERT_TRUE(client.connect());
  ASSERT_TRUE(client.log.wait_for("done"));
  EXPECT_TRUE(client.socket.connected());
  EXPECT_TRUE(client.log.lines("disconnect").empty());
}

TEST(LyingConnection, RefusedAfterItWasJoined) {
  expect_ignored(steps(send("44{\"message\":\"changed my mind\"}")));
}

TEST(LyingConnection, RefusalsOfAllShapes) {
  for (const auto& [said, heard] : std::vector<std::pair<std::string, std::string>>{
           {"44{\"message\":\"m\",\"data\":[1]}", "connect_error m"},
           {"44{}", "connect_error "},
           {"44\"text\"", "connect_error "},
           {"44{\"message\":5}", "connect_error "}}) {
    Liar liar(over_websocket(steps(send(handshake()), until("40"), send(said))));
    TestClient client(liar.url(), only("websocket"));
    client.start();
    EXPECT_TRUE(client.log.wait_for_prefix(heard)) << said;
    EXPECT_FALSE(client.socket.connected());
  }
}

TEST(LyingConnection, PidThatIsGoneAfterReconnection) {
  Liar liar(over_websocket(steps(send(handshake()), until("40"), send(R"(40{"sid":"a","pid":"p"})"),
                                 send("42[\"news\",\"offset\"]"), until("42"), end())));
  TestClient client(liar.url(), only("websocket"));
  client.socket.on("news", [&](ClientSocket socket) { socket.emit("end"); });
  ASSERT_TRUE(client.connect());
  // The server sends the same pid again, so the client reports a recovery, as JavaScript would.
  ASSERT_TRUE(client.log.wait_for("recovered"));
  ASSERT_TRUE(liar.log->wait_for_prefix("40{\"offset\":\"offset\""));
}

// Acknowledgements with unknown ids, sent twice, of the wrong type, and after their timeout.
TEST(LyingConnection, AcknowledgementsThatMakeNoSense) {
  Liar liar(joined(steps(
      until("420"), send("43999[1]"), send("430[\"first\"]"), send("430[\"again\"]"), send("431[]"),
      send("461-0[{\"_placeholder\":true,\"num\":0}]"), binary("AQ=="), send("42[\"done\"]"))));
  TestClient client(liar.url(), only("websocket"));
  client.socket.on("done", [&] { client.log.add("done"); });
  ASSERT_TRUE(client.connect());
  EXPECT_EQ(ask<std::string>(client.socket, "question").value(), "first");
  ASSERT_TRUE(client.log.wait_for("done"));
  EXPECT_TRUE(client.log.lines("disconnect").empty());
}

TEST(LyingConnection, BinaryAcknowledgement) {
  Liar liar(joined(
      steps(until("420"), send("461-0[{\"_placeholder\":true,\"num\":0}]"), binary("AQID"))));
  TestClient client(liar.url(), only("websocket"));
  ASSERT_TRUE(client.connect());
  EXPECT_EQ(ask<Bytes>(client.socket, "question").value(), (Bytes{1, 2, 3}));
}

TEST(LyingConnection, BrokenPackets) {
  for (const json& packets : {
           steps(send("47")),
           steps(send("42[]")),
           steps(send("42{}")),
           steps(send("42[5]extra")),
           steps(send("43{}")),
           steps(send("40[]")),
           steps(send("44[]")),
           steps(send("41{}")),
           steps(send("45-[\"a\"]")),
           steps(send("451[\"a\"]")),
           steps(send("4511-[\"a\"]")),
           steps(send("451-[\"a\",{\"_placeholder\":true,\"num\":1}]"), binary("AQ==")),
           steps(send("451-[\"a\",{\"_placeholder\":true,\"num\":\"0\"}]"), binary("AQ==")),
           steps(send("451-[\"a\"]"), send("42[\"b\"]")),
           steps(binary("AQ==")),
           steps(send("42[\"connect_error\"]")),
           steps(send("42[\"a\",")),
           steps(send("42" + std::string(100'000, '['))),
       }) {
    Liar liar(joined(packets));
    TestClient client(liar.url(), only("websocket"));
    ASSERT_TRUE(client.connect());
    EXPECT_TRUE(client.log.wait_for("disconnect parse error")) << packets.dump().substr(0, 100);
    EXPECT_TRUE(client.log.wait_for("connect", 2));
  }
}

TEST(LyingConnection, HalfABinaryPacketIsForgottenWithItsConnection) {
  Liar liar(
      joined(steps(send("452-[\"a\",{\"_placeholder\":true,\"num\":0}]"), binary("AQ=="), end())));
  TestClient client(liar.url(), only("websocket"));
  client.socket.on("a", [&](Bytes) { client.log.add("a"); });
  ASSERT_TRUE(client.connect());
  ASSERT_TRUE(client.log.wait_for("connect", 3));
  EXPECT_EQ(client.log.count("disconnect transport close"), client.log.lines("disconnect").size());
  EXPECT_EQ(client.log.count("a"), 0U);
}

// The server never sends a ping.
TEST(LyingConnection, NoPings) {
  Liar liar(joined(json::array(), {{"pingInterval", 100}, {"pingTimeout", 100}}));
  TestClient client(liar.url(), only("websocket"));
  ASSERT_TRUE(client.connect());
  ASSERT_TRUE(client.log.wait_for("disconnect ping timeout"));
  ASSERT_TRUE(client.log.wait_for("connect", 2));
}

TEST(LyingConnection, PingsWithoutPause) { expect_ignored(steps(repeat(20'000, send("2")))); }

TEST(LyingConnection, OverPolling) {
  for (const auto& [last, reason] : std::vector<std::pair<json, std::string>>{
           {steps(payload("1")), "transport close"},
           {steps(payload("9")), "transport error"},
           {steps(payload("")), "transport error"},
           {steps(payload("42[]")), "parse error"},
           {steps(payload("b!!!")), "transport error"},
           {steps(bytes(http("500 Oops", ""))), "transport error"},
           {steps(bytes("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n42"), end()),
            "transport error"}}) {
    Liar liar(joined_by_polling(last));
    ClientOptions options = only("polling");
    options.reconnection = false;
    TestClient client(liar.url(), options);
    ASSERT_TRUE(client.connect());
    EXPECT_TRUE(client.log.wait_for("disconnect " + reason)) << last;
  }
}

TEST(LyingConnection, PostsThatAreRefused) {
  for (const std::string& text : {http("413 Too Large", ""), http("400 Bad Request", ""),
                                  http("500 Oops", ""), std::string("nonsense\r\n\r\n")}) {
    json script = over_polling(steps(payload(handshake())), steps());
    script["post"] = steps(bytes(text));
    Liar liar(script);
    TestClient client(liar.url(), only("polling"));
    client.start();
    ASSERT_TRUE(client.log.wait_for("open"));
    ASSERT_TRUE(client.log.wait_for("close transport error")) << text;
    EXPECT_EQ(client.latest("close").message, "xhr post error") << text;
  }
}

}  // namespace
}  // namespace socketio::support
