// SPDX-License-Identifier: MIT
// permessage-deflate in the Engine.IO client (RFC 7692): it is offered, it is used above a certain
// size, and servers may agree to something else.
#include "support/engine_town.hpp"
#include "support/lying_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;
using engine::TransportName;
using Strings = std::vector<std::string>;

constexpr std::string_view handshake =
    R"(0{"sid":"abc","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000})";

std::string packet_of(std::size_t size, char filling) {
  std::string packet(size + 1, filling);
  packet.front() = '4';
  return packet;
}

class DeflateTest : public testing::Test {
 protected:
  ~DeflateTest() override {
    log.session.reset();
    EXPECT_TRUE(loop.run_until_idle());
  }
  void open(std::string_view agreed) {
    server.script = [this, agreed](auto& connection, const auto& request) {
      offer = std::string(request.headers.get(websocket::extensions_field));
      connection.accept_websocket(request, agreed);
      connection.say_text(handshake);
      last = &connection;
    };
    log.open(loop, connector, options, memory);
    loop.run_for(1s);
  }
  /// How many bytes a message of that size takes as sent.
  std::size_t cost(std::size_t size, Compress compress = Compress::yes) {
    const std::size_t before = server.frame_bytes;
    log.session->send_text(std::string(size - 1, 'x'), compress);
    loop.run_for(10ms);
    EXPECT_EQ(server.texts.back(), packet_of(size - 1, 'x'));
    return server.frame_bytes - before;
  }
  void say_deflated(const std::string& packet) {
    std::string payload;
    deflater.append_message(payload, packet);
    std::string frame;
    websocket::append_frame(frame, websocket::Opcode::text, payload, websocket::Coding::deflated);
    last->say(frame);
    loop.run_for(10ms);
  }

  SimulatedLoop loop{1};
  Network network{loop};
  LyingServer server{network};
  SimulatedConnector connector{loop, server.dial()};
  engine::ClientOptions options{.endpoint = {.host = "simulation", .port = 80},
                                .transports = {TransportName::websocket}};
  SessionLog::Memory memory;
  SessionLog log;
  std::string offer;
  LyingServer::Connection* last = nullptr;
  websocket::Deflater deflater{websocket::DeflateTerms()};
};

TEST_F(DeflateTest, IsOfferedUnlessTurnedOff) {
  open({});
  EXPECT_EQ(log.opens, 1);
  EXPECT_EQ(offer, "permessage-deflate; client_max_window_bits");
  options.deflate_threshold_bytes = std::nullopt;
  log = {};
  open({});
  EXPECT_EQ(log.opens, 1);
  EXPECT_EQ(offer, "");
}

TEST_F(DeflateTest, CompressesFromTheThresholdOn) {
  open("permessage-deflate");
  ASSERT_EQ(log.opens, 1);
  EXPECT_GT(cost(1'023), 1'023U);
  EXPECT_LT(cost(1'024), 100U);
  EXPECT_LT(cost(100'000), 1'000U);
  EXPECT_GT(cost(100'000, Compress::no), 100'000U);
  const std::size_t before = server.frame_bytes;
  log.session->send_binary(std::string(5'000, 'b'));
  loop.run_for(10ms);
  EXPECT_EQ(server.texts.back(), "binary:" + std::string(5'000, 'b'));
  EXPECT_LT(server.frame_bytes - before, 200U);
}

TEST_F(DeflateTest, CompressesNothingUnlessTheServerAgrees) {
  open({});
  EXPECT_GT(cost(100'000), 100'000U);
}

TEST_F(DeflateTest, UnderstandsWhatIsCompressed) {
  open("permessage-deflate");
  say_deflated(packet_of(50'000, 'y'));
  say_deflated("4short");
  EXPECT_EQ(log.received, (Strings{std::string(50'000, 'y'), "short"}));
}

TEST_F(DeflateTest, ABombIsAnError) {
  options.max_payload_bytes = 1'000'000;
  open("permessage-deflate");
  say_deflated(packet_of(999'999, 'y'));
  EXPECT_EQ(log.received.size(), 1U);
  say_deflated(packet_of(1'000'000, 'y'));
  EXPECT_EQ(log.failure.message, "websocket error");
  EXPECT_EQ(server.close_codes, std::vector<std::uint16_t>{1009});
}

TEST_F(DeflateTest, AnAgreementToSomethingElseIsAnError) {
  for (const char* agreed : {"permessage-bzip2", "permessage-deflate; unknown",
                             "permessage-deflate; server_max_window_bits=99"}) {
    SCOPED_TRACE(agreed);
    log = {};
    open(agreed);
    EXPECT_EQ(log.opens, 0);
    EXPECT_EQ(log.failure.message, "websocket error");
    EXPECT_EQ(log.failure.status, 101);
  }
  options.deflate_threshold_bytes = std::nullopt;
  log = {};
  open("permessage-deflate");
  EXPECT_EQ(log.failure.message, "websocket error") << "it was not offered";
}

}  // namespace
}  // namespace socketio::support
