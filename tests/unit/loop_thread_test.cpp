// SPDX-License-Identifier: MIT
// What belongs to one loop ends a debug build when another thread uses it.
#include "core/server/namespace_state.hpp"
#include "support/core_peer.hpp"

#include <socketio/socket.hpp>

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace socketio::support {
namespace {

template <class Use>
void elsewhere(Use use) {
  std::thread(use).join();
}

TEST(LoopThread, IsTheOnlyOneThatUsesItsLoop) {
  ManualLoop loop;
  loop.check_thread();
  EXPECT_DEBUG_DEATH(elsewhere([&] { loop.check_thread(); }), "thread of another loop");
}

TEST(LoopThread, IsTheOnlyOneThatChangesRooms) {
  CoreServer server;
  const CorePeer client(server);
  core::Adapter& adapter = server.node.of("/")->adapter();
  const std::string id = server.nsp.sockets().at(0).id();
  const std::string room = "room";
  EXPECT_DEBUG_DEATH(elsewhere([&] { adapter.add_all(id, {&room, 1}); }), "thread of another loop");
  EXPECT_DEBUG_DEATH(elsewhere([&] { adapter.del_all(id); }), "thread of another loop");
}

TEST(LoopThread, IsTheOnlyOneThatBroadcasts) {
  CoreServer server;
  const CorePeer client(server);
  core::Adapter& adapter = server.node.of("/")->adapter();
  EXPECT_DEBUG_DEATH(elsewhere([&] {
                       adapter.broadcast({R"(["news"])", {}}, {});
                     }),
                     "thread of another loop");
}

}  // namespace
}  // namespace socketio::support
