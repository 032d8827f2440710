// SPDX-License-Identifier: MIT
// What a server counts of its sessions: by transport and reason, upgrades, refusals, what is no
// packet, and what slow readers miss.
#include "support/simulated_server_test.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;
using engine::Refusal;
using engine::TransportName;

class SessionCounters : public SimulatedServerTest {
 protected:
  SessionCounters() : SimulatedServerTest(counting()) {}
  static ServerOptions counting() {
    ServerOptions options;
    options.metrics = true;
    options.backpressure.soft_limit_bytes = options.backpressure.hard_limit_bytes = 10'000;
    options.cors.origins = "http://here";
    return options;
  }
  engine::Counters& counters() { return server.engine().counters(); }
  std::uint64_t open(TransportName transport) { return counters().open[transport]; }
};

TEST_F(SessionCounters, AnUpgradeMovesASessionToItsTransport) {
  ScriptedClient client{loop, server.dial(), {.travel = Travel::upgrade}};
  client.options.upgrade_delay = 1s;
  connect(client);
  EXPECT_EQ(open(TransportName::polling), 1U);
  EXPECT_EQ(counters().upgrades_started, 0U);
  loop.run_for(5s);
  ASSERT_TRUE(client.engine().upgraded());
  EXPECT_EQ(open(TransportName::polling), 0U);
  EXPECT_EQ(open(TransportName::websocket), 1U);
  EXPECT_EQ(counters().opened[TransportName::polling], 1U);
  EXPECT_EQ(counters().opened[TransportName::websocket], 0U);
  EXPECT_EQ(counters().upgrades_started, 1U);
  EXPECT_EQ(counters().upgrades_completed, 1U);
  client.engine().abort();
  loop.run_for(1s);
  EXPECT_EQ(open(TransportName::websocket), 0U);
  EXPECT_EQ(counters().closed[DisconnectReason::transport_close], 1U);
}

TEST_F(SessionCounters, AClosedSessionThatAwaitsItsLastPollCountsOnce) {
  ScriptedClient client{loop, server.dial(), {.travel = Travel::polling}};
  connect(client);
  server.of().sockets().at(0).disconnect(Close::connection);
  EXPECT_EQ(open(TransportName::polling), 0U);
  loop.run_for(1min);
  EXPECT_EQ(counters().closed[DisconnectReason::forced_server_close], 1U);
  EXPECT_EQ(counters().closed[DisconnectReason::forced_close], 0U);
}

TEST_F(SessionCounters, ASessionThatIsClosedWhileItClosesCountsOnce) {
  ScriptedClient client{loop, server.dial(), {.travel = Travel::polling}};
  connect(client);
  const Socket socket = server.of().sockets().at(0);
  // The answer to the poll, with which the session closes, takes what waits.
  socket.emit("x");
  socket.drained().then([socket](bool) { socket.disconnect(Close::connection); });
  socket.conn().close();
  EXPECT_EQ(open(TransportName::polling), 0U);
  loop.run_for(1min);
  EXPECT_EQ(open(TransportName::polling), 0U);
  std::uint64_t closed = 0;
  counters().closed.for_each([&](DisconnectReason, std::uint64_t count) { closed += count; });
  EXPECT_EQ(closed, 1U);
}

TEST_F(SessionCounters, PollingCountsTheSamePackets) {
  server.of().on("echo",
                 [](const Socket& socket, const std::string& text) { socket.emit("echo", text); });
  for (const Travel travel : {Travel::polling, Travel::websocket}) {
    const auto before = counters();
    ScriptedClient client{loop, server.dial(), {.travel = travel}};
    connect(client);
    for (int i = 0; i < 3; ++i) client.emit("/", "echo", {"text"});
    loop.run_for(1s);
    // CONNECT and its answer, and the events.
    EXPECT_EQ(counters().received.packets - before.received.packets, 4U);
    EXPECT_EQ(counters().sent.packets - before.sent.packets, 4U);
    const std::size_t events = 3 * std::string_view(R"(2["echo","text"])").size();
    const std::size_t answer = std::string_view(R"(0{"sid":""})").size() + client.sid().size();
    EXPECT_EQ(counters().received.bytes - before.received.bytes, 1 + events);
    EXPECT_EQ(counters().sent.bytes - before.sent.bytes, answer + events);
  }
}

TEST_F(SessionCounters, WhatIsNoPacketIsCountedWhereItFails) {
  ScriptedClient polling{loop, server.dial(), {.travel = Travel::polling}};
  connect(polling);
  polling.engine().send_packet("9");
  loop.run_for(1s);
  EXPECT_EQ(counters().bad_packets, 1U);
  EXPECT_EQ(counters().closed[DisconnectReason::parse_error], 1U);

  ScriptedClient websocket{loop, server.dial(), {.travel = Travel::websocket}};
  connect(websocket);
  websocket.engine().send_packet("9");
  loop.run_for(1s);
  EXPECT_EQ(counters().bad_packets, 2U);

  ScriptedClient unframed{loop, server.dial(), {.travel = Travel::websocket}};
  connect(unframed);
  unframed.engine().websocket()->stream()->write("no frame at all");
  loop.run_for(1s);
  EXPECT_EQ(counters().bad_packets, 2U);
  EXPECT_EQ(counters().bad_frames, 1U);
}

TEST_F(SessionCounters, PacketsBeyondTheHardLimitAreDropped) {
  ScriptedClient client{loop, server.dial(), {.travel = Travel::websocket}};
  network.profile.window_bytes = 1'000;
  connect(client);
  client.engine().websocket()->stream()->pause_reading();
  const Socket socket = server.of().sockets().at(0);
  socket.emit("x", std::string(20'000, 'x'));
  loop.run_for(0ms);
  const auto sent = counters().sent.packets;
  EXPECT_EQ(socket.emit("x", Bytes(10)), EmitResult::dropped);
  EXPECT_EQ(counters().packets_dropped, 1U);
  EXPECT_EQ(counters().sent.packets, sent);
  EXPECT_EQ(server.state_of().counters().emitted[EmitResult::dropped], 1U);
}

TEST_F(SessionCounters, RefusalsAreCountedByReason) {
  const auto ask = [&](std::string_view method, std::string_view query, std::string_view more) {
    const auto stream = server.accept();
    stream->write(std::string(method) + " /socket.io/?" + std::string(query) +
                  " HTTP/1.1\r\nHost: a\r\n" + std::string(more) + "\r\n");
    loop.run_for(1s);
  };
  ask("GET", "EIO=4&transport=ftp", "");
  ask("GET", "EIO=4&transport=polling&sid=unknown", "");
  ask("DELETE", "EIO=4&transport=polling", "");
  ask("GET", "EIO=4&transport=websocket", "");
  ask("GET", "EIO=3&transport=polling", "");
  // It is not refused by the engine, but on its way there.
  ask("GET", "EIO=4&transport=websocket",
      "Origin: http://elsewhere\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
  for (const Refusal refusal :
       {Refusal::unknown_transport, Refusal::unknown_sid, Refusal::bad_handshake_method,
        Refusal::bad_request, Refusal::unsupported_protocol, Refusal::forbidden}) {
    EXPECT_EQ(counters().refused[refusal], 1U) << static_cast<int>(refusal);
  }
  EXPECT_EQ(counters().opened[TransportName::polling], 0U);
  EXPECT_EQ(counters().opened[TransportName::websocket], 0U);
}

}  // namespace
}  // namespace socketio::support
