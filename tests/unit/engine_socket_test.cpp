// SPDX-License-Identifier: MIT
// socket.conn(): what it shows, and handlers that close the connection that they watch.
#include "core/server/engine_socket_state.hpp"
#include "support/core_peer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio {
namespace {

using engine::PacketView;
using support::CorePeer;
using support::CoreServer;
using testing::ElementsAre;

class EngineSocket : public testing::Test {
 protected:
  /// Runs `use` with the connection of each socket.
  template <class Use>
  void on_conn(Use use) {
    server_.nsp.on_connection([use](const Socket& socket) { use(socket.conn()); });
  }

  CoreServer server_;
  std::vector<std::string> log_;
};

TEST_F(EngineSocket, HandlesToOneConnectionAreEqualAndShareItsHandlers) {
  on_conn([&](const engine::Socket& conn) {
    conn.on_close([&](DisconnectReason reason) { log_.emplace_back(to_string(reason)); });
  });
  CorePeer peer(server_);
  const Socket socket = server_.nsp.sockets().front();
  EXPECT_EQ(socket.conn(), socket.conn());
  EXPECT_NE(socket.conn(), engine::Socket());
  socket.conn().on_close([&] { log_.emplace_back("second"); });
  EXPECT_TRUE(socket.conn().is_open());
  EXPECT_EQ(socket.conn().transport(), "websocket");
  const engine::Socket kept = socket.conn();
  peer.leave();
  EXPECT_THAT(log_, ElementsAre("transport close", "second"));
  EXPECT_FALSE(kept.is_open());
  EXPECT_EQ(kept.id(), "session");
  kept.on_close([] { FAIL(); });
  EXPECT_EQ(kept.send("late"), EmitResult::not_connected);
}

TEST_F(EngineSocket, AHandleToNothingDoesNothing) {
  const engine::Socket nobody;
  EXPECT_EQ(nobody.id(), "");
  EXPECT_FALSE(nobody.is_open());
  EXPECT_FALSE(nobody.writable());
  EXPECT_EQ(nobody.queued_bytes(), 0U);
  EXPECT_EQ(nobody.send("x"), EmitResult::not_connected);
  nobody.close();
  nobody.on_drain([] {});
  EXPECT_EQ(Socket().conn(), nobody);
}

TEST_F(EngineSocket, MayBeClosedByTheHandlerOfAPacketThatArrives) {
  on_conn([](engine::Socket conn) {
    conn.on_packet([](engine::Socket& self, PacketView) { self.close(); });
  });
  server_.nsp.on("never", [&] { log_.emplace_back("handled"); });
  CorePeer peer(server_);
  peer.deliver(R"(2["never"])");
  EXPECT_TRUE(peer.is_closed());
  EXPECT_THAT(log_, testing::IsEmpty());
}

TEST_F(EngineSocket, MayBeClosedByTheHandlerOfAPacketThatLeaves) {
  on_conn([](engine::Socket conn) {
    conn.on_packet_create([](engine::Socket& self, PacketView) { self.close(); });
  });
  CorePeer peer(server_);
  const Socket socket = server_.nsp.sockets().front();
  EXPECT_EQ(socket.emit("news"), EmitResult::not_connected);
  EXPECT_TRUE(peer.is_closed());
  EXPECT_THAT(peer.received(), testing::IsEmpty());
}

TEST_F(EngineSocket, MayBeClosedByTheHandlerOfABroadcastThatLeaves) {
  on_conn([](engine::Socket conn) {
    conn.on_packet_create([](engine::Socket& self, PacketView) { self.close(); });
  });
  CorePeer peer(server_);
  server_.nsp.emit("one");
  server_.nsp.emit("two");
  server_.loop().run();
  EXPECT_TRUE(peer.is_closed());
}

TEST_F(EngineSocket, MayBeClosedByTheHandlerOfAPing) {
  on_conn([](engine::Socket conn) {
    conn.on_packet_create([](engine::Socket& self, PacketView packet) {
      if (packet.type == "ping") self.close();
    });
  });
  CorePeer peer(server_);
  server_.loop().pass(std::chrono::seconds(26));
  EXPECT_TRUE(peer.is_closed());
  EXPECT_THAT(peer.received(), testing::IsEmpty());
}

TEST_F(EngineSocket, WhatAHandlerThrowsIsReportedAndTheConnectionGoesOn) {
  on_conn([](const engine::Socket& conn) {
    conn.on_packet([] { throw std::runtime_error("on purpose"); });
    conn.on_packet_create([](engine::Socket, PacketView) -> Task<> {
      throw std::runtime_error("later");
      co_return;
    });
  });
  server_.nsp.on("hi", [](const Socket& socket) { socket.emit("hello"); });
  CorePeer peer(server_);
  peer.deliver(R"(2["hi"])");
  EXPECT_THAT(peer.received(), ElementsAre(R"(42["hello"])"));
  EXPECT_THAT(server_.errors, ElementsAre("packet: on purpose", "packet_create: later"));
}

TEST_F(EngineSocket, ReleasesItsHandlersAtItsEnd) {
  const auto captured = std::make_shared<int>();
  std::optional<engine::Socket> kept;
  on_conn([&](engine::Socket conn) {
    kept = conn;
    conn.on_packet([captured, conn] {});
    conn.on_close([captured, conn] {});
  });
  {
    CorePeer peer(server_);
    EXPECT_EQ(captured.use_count(), 3);
  }
  server_.loop().run();
  EXPECT_EQ(captured.use_count(), 1);
}

}  // namespace
}  // namespace socketio
