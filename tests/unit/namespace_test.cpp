// SPDX-License-Identifier: MIT
// Namespaces that are made because a client asks for them end with their last client, so that
// nobody can fill the server's memory with names.
#include "support/core_peer.hpp"

#include <gtest/gtest.h>

#include <string>

namespace socketio {
namespace {

using support::CorePeer;
using support::CoreServer;

class DynamicNamespace : public testing::Test {
 protected:
  DynamicNamespace() {
    Namespace parent(server_.node.of(
        [](std::string_view name, const json&) { return name.starts_with("/room-"); }));
    parent.on("ping", [](std::string text) { return text; });
  }
  CoreServer server_;
};

TEST_F(DynamicNamespace, EndsWithItsLastClient) {
  const std::size_t before = server_.node.namespace_count();
  CorePeer first(server_);
  CorePeer second(server_);
  first.send("0/room-1,");
  second.send("0/room-1,");
  EXPECT_EQ(server_.node.namespace_count(), before + 1);
  first.send("1/room-1,");
  EXPECT_EQ(server_.node.namespace_count(), before + 1);
  second.leave();
  EXPECT_EQ(server_.node.namespace_count(), before);
}

TEST_F(DynamicNamespace, IsMadeAgainWithTheSameHandlers) {
  for (int round = 0; round < 3; ++round) {
    CorePeer peer(server_);
    peer.send("0/room-1,");
    peer.send(R"(2/room-1,7["ping","x"])");
    EXPECT_EQ(peer.received().back(), R"(43/room-1,7["x"])");
  }
}

TEST_F(DynamicNamespace, StaysWhenTheApplicationHasAskedForIt) {
  CorePeer peer(server_);
  peer.send("0/room-1,");
  Namespace kept(server_.node.of("/room-1"));
  const std::size_t with_it = server_.node.namespace_count();
  peer.leave();
  EXPECT_EQ(server_.node.namespace_count(), with_it);
}

}  // namespace
}  // namespace socketio
