// SPDX-License-Identifier: MIT
// How many sessions an address may have, and how many handshakes a server takes in a second.
#include "support/simulated_server_test.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

ServerOptions limited(void (*limit)(Limits&)) {
  ServerOptions options;
  limit(options.limits);
  return options;
}

class Admission : public SimulatedServerTest {
 protected:
  using SimulatedServerTest::SimulatedServerTest;
  std::string answer(std::string_view more, std::string_view transport = "polling") {
    const auto recorder = std::make_shared<Recorder>();
    const auto stream = dial(recorder);
    stream->write("GET /socket.io/?EIO=4&transport=" + std::string(transport) +
                  " HTTP/1.1\r\nHost: a\r\n" + std::string(more) + "\r\n");
    loop.run_for(0ms);
    return recorder->text;
  }
  std::string answer_to_websocket() {
    return answer(
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n",
        "websocket");
  }
};

class HandshakeRate : public Admission {
 protected:
  HandshakeRate() : Admission(limited([](Limits& limits) { limits.handshakes_per_second = 2; })) {}
};

TEST_F(HandshakeRate, BeyondItIsRefusedForNow) {
  loop.run_for(10s);
  EXPECT_THAT(answer(""), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(answer_to_websocket(), StartsWith("HTTP/1.1 101 "));
  const std::string refusal = answer("");
  EXPECT_THAT(refusal, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(refusal, HasSubstr("\r\nRetry-After: 1\r\n"));
  const std::string websocket_refusal = answer_to_websocket();
  EXPECT_THAT(websocket_refusal, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(websocket_refusal, HasSubstr("\r\nRetry-After: 1\r\n"));
}

TEST_F(HandshakeRate, ATokenLaterTheNextIsTaken) {
  for (int i = 0; i < 3; ++i) answer("");
  loop.run_for(499ms);
  EXPECT_THAT(answer(""), StartsWith("HTTP/1.1 503 "));
  loop.run_for(1ms);
  EXPECT_THAT(answer(""), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HandshakeRate, IsNotUsedUpByOtherRequests) {
  ScriptedClient client(loop, server.dial(), {.travel = Travel::polling});
  connect(client);
  for (int i = 0; i < 5; ++i) client.engine().send_text(R"(42["x"])");
  loop.run_for(0ms);
  EXPECT_THAT(answer(""), StartsWith("HTTP/1.1 200 "));
}

class HandshakeRateOfAddresses : public Admission {
 protected:
  HandshakeRateOfAddresses() : Admission(options()) {}
  static ServerOptions options() {
    ServerOptions options;
    options.limits.handshakes_per_second_per_address = 2;
    options.limits.handshakes_per_second = 4;
    options.trust_proxy = true;
    return options;
  }
  std::string answer_to(std::string_view address) {
    return answer("X-Forwarded-For: " + std::string(address) + "\r\n");
  }
};

TEST_F(HandshakeRateOfAddresses, HoldsForEachOfThem) {
  loop.run_for(10s);
  EXPECT_THAT(answer_to("192.0.2.1"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(answer_to("192.0.2.1"), StartsWith("HTTP/1.1 200 "));
  for (int i = 0; i < 10; ++i) {
    EXPECT_THAT(answer_to("192.0.2.1"), HasSubstr("\r\nRetry-After: 1\r\n"));
  }
  EXPECT_THAT(answer_to("192.0.2.2"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(answer_to("2001:db8::1"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(answer_to("192.0.2.3"), StartsWith("HTTP/1.1 503 ")) << "the rate of all";
  loop.run_for(500ms);
  EXPECT_THAT(answer_to("192.0.2.1"), StartsWith("HTTP/1.1 200 "));
}

class MessageRate : public Admission {
 protected:
  MessageRate()
      : Admission(limited([](Limits& limits) {
          limits.messages_per_second = 5;
          limits.messages_burst = 10;
        })) {
    server.of().on("x", [this] { ++served; });
  }
  int served = 0;
};

TEST_F(MessageRate, BeyondItIsDisconnected) {
  for (const Travel travel : {Travel::polling, Travel::websocket}) {
    SCOPED_TRACE(static_cast<int>(travel));
    served = 0;
    reason.reset();
    ScriptedClient client(loop, server.dial(), {.travel = travel});
    connect(client);
    // Its CONNECT was a message, too.
    for (int i = 0; i < 9; ++i) client.emit("/", "x", json::array());
    loop.run_for(0ms);
    EXPECT_EQ(served, 9);
    EXPECT_FALSE(reason);
    loop.run_for(2s);
    for (int i = 0; i < 10; ++i) client.emit("/", "x", json::array());
    loop.run_for(0ms);
    EXPECT_EQ(served, 19);
    EXPECT_FALSE(reason);
    client.emit("/", "x", json::array());
    loop.run_for(0ms);
    EXPECT_EQ(served, 19);
    EXPECT_EQ(reason, DisconnectReason::transport_error);
  }
}

class SessionsOfOneAddress : public Admission {
 protected:
  SessionsOfOneAddress()
      : Admission(limited([](Limits& limits) { limits.sessions_per_address = 2; })) {}
};

TEST_F(SessionsOfOneAddress, BeyondTheirLimitAreRefused) {
  ScriptedClient first(loop, server.dial(), {.travel = Travel::polling});
  connect(first);
  ScriptedClient second(loop, server.dial(), {.travel = Travel::websocket});
  connect(second);
  const std::string refusal = answer("");
  EXPECT_THAT(refusal, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(refusal, Not(HasSubstr("Retry-After")));
  EXPECT_THAT(answer_to_websocket(), StartsWith("HTTP/1.1 503 "));
}

TEST_F(SessionsOfOneAddress, MakeRoomWhenTheyEnd) {
  for (const Travel travel : {Travel::polling, Travel::websocket}) {
    for (int i = 0; i < 5; ++i) {
      ScriptedClient client(loop, server.dial(), {.travel = travel});
      connect(client);
      server.of().sockets().at(0).disconnect(Close::connection);
      loop.run_for(0ms);
    }
  }
  EXPECT_EQ(server.engine().session_count(), 0U);
}

}  // namespace
}  // namespace socketio::support
