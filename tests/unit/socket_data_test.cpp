// SPDX-License-Identifier: MIT
// The data that an application keeps on a socket: one object for each type. fetch_sockets() shows
// the one of type json.
#include "support/core_peer.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace socketio {
namespace {

using support::CorePeer;
using support::CoreServer;

class SocketData : public testing::Test {
 protected:
  SocketData() {
    main_.on_connection([this](Socket socket) { socket_ = socket; });
  }
  json fetched() {
    json data;
    main_.fetch_sockets().then(
        [&](const std::vector<RemoteSocket>& sockets) { data = sockets.at(0).data; });
    return data;
  }

  CoreServer server_;
  Namespace main_{server_.node.of("/")};
  Socket socket_;
};

TEST_F(SocketData, IsAnEmptyObjectAtFirst) {
  CorePeer peer(server_);
  EXPECT_EQ(fetched(), json::object());
  EXPECT_EQ(socket_.data(), json::object());
}

TEST_F(SocketData, IsShownByFetchSockets) {
  CorePeer peer(server_);
  socket_.data()["name"] = "alice";
  EXPECT_EQ(fetched(), (json{{"name", "alice"}}));
}

TEST_F(SocketData, HasOneObjectForEachType) {
  CorePeer peer(server_);
  socket_.data<int>() = 7;
  socket_.data<std::string>() = "seven";
  EXPECT_EQ(socket_.data<int>(), 7);
  EXPECT_EQ(socket_.data<std::string>(), "seven");
  EXPECT_EQ(fetched(), json::object());
}

}  // namespace
}  // namespace socketio
