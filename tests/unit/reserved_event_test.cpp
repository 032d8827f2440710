// SPDX-License-Identifier: MIT
// Event names with a meaning in Socket.IO itself are refused when an application emits them: a peer
// that received one would close the connection.
#include "support/core_peer.hpp"

#include <socketio/namespace.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

namespace socketio {
namespace {

using std::chrono::seconds;
using support::CorePeer;
using support::CoreServer;

class ReservedEvent : public testing::TestWithParam<std::string> {};

TEST_P(ReservedEvent, IsNeverSent) {
  CoreServer server;
  CorePeer peer(server);
  const std::string& name = GetParam();
  const Socket socket = server.nsp.sockets().front();
  EXPECT_THROW(socket.emit(name), std::invalid_argument);
  EXPECT_THROW((void)socket.emit_with_ack(name), std::invalid_argument);
  EXPECT_THROW(socket.volatile_().emit(name, 1), std::invalid_argument);
  EXPECT_THROW((void)socket.timeout(seconds(1)).emit_with_ack(name), std::invalid_argument);
  EXPECT_THROW(server.nsp.emit(name, 1), std::invalid_argument);
  EXPECT_THROW((void)server.nsp.emit_with_ack(name), std::invalid_argument);
  EXPECT_THROW(server.nsp.to("room").emit(name), std::invalid_argument);
  const auto remote = server.nsp.fetch_sockets().future().get();
  EXPECT_THROW(remote.at(0).emit(name), std::invalid_argument);
  EXPECT_THROW(Socket().emit(name), std::invalid_argument) << "a mistake, whoever is there";
  EXPECT_EQ(peer.received(), std::vector<std::string>{});
}

TEST(ReservedEventMessage, IsJavaScripts) {
  const CoreServer server;
  try {
    server.nsp.emit("connect");
    FAIL();
  } catch (const std::invalid_argument& refused) {
    EXPECT_STREQ(refused.what(), R"("connect" is a reserved event name)");
  }
}

INSTANTIATE_TEST_SUITE_P(Names, ReservedEvent,
                         testing::Values("connect", "connect_error", "disconnect", "disconnecting",
                                         "newListener", "removeListener"),
                         [](const auto& name) { return name.param; });

}  // namespace
}  // namespace socketio
