// SPDX-License-Identifier: MIT
// What every adapter does for the sockets of a namespace, and for one socket with rooms.
#include "core/server/adapter.hpp"

#include "support/core_peer.hpp"
#include "support/every_adapter.hpp"

#include <socketio/namespace.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace socketio {
namespace {

using support::CorePeer;
using support::CoreServer;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

using Names = std::vector<std::string>;

/// Three sockets: the first is in "a", the second in "a" and "b", the third only in its own room.
class AdapterTest : public support::EveryAdapterTest {
 protected:
  AdapterTest() {
    server.nsp.on_connection([this](Socket socket) { sockets.push_back(std::move(socket)); });
    for (int i = 0; i < 3; ++i) peers.push_back(std::make_unique<CorePeer>(server));
    sockets[0].join("a");
    sockets[1].join({"a", "b"});
  }
  ~AdapterTest() override { sockets.clear(); }

  /// The indexes of the peers that have received something; each must have received just `packet`.
  std::vector<int> who_received(const std::string& packet) {
    std::vector<int> places;
    for (int i = 0; i < 3; ++i) {
      const Names received = peers[static_cast<std::size_t>(i)]->received();
      if (received.empty()) continue;
      EXPECT_EQ(received, Names{packet});
      places.push_back(i);
    }
    return places;
  }
  /// The sockets that `some` selects, as fetch_sockets() reports them.
  std::vector<RemoteSocket> fetched(const BroadcastOperator& some) {
    std::optional<std::vector<RemoteSocket>> found;
    some.fetch_sockets().then([&](std::vector<RemoteSocket> all) { found = std::move(all); });
    EXPECT_TRUE(found);
    return found.value_or(std::vector<RemoteSocket>());
  }
  core::Adapter& adapter() { return server.node.of("/")->adapter(); }

  CoreServer server{options()};
  std::vector<Socket> sockets;
  std::vector<std::unique_ptr<CorePeer>> peers;
};

TEST_P(AdapterTest, ABroadcastReachesTheUnionOfItsRoomsLessTheExceptions) {
  Namespace& nsp = server.nsp;
  nsp.emit("e");
  EXPECT_THAT(who_received(R"(42["e"])"), ElementsAre(0, 1, 2));
  nsp.to({"a", "b"}).emit("e", 1);
  EXPECT_THAT(who_received(R"(42["e",1])"), ElementsAre(0, 1));
  nsp.to("a").except("b").emit("e");
  EXPECT_THAT(who_received(R"(42["e"])"), ElementsAre(0));
  nsp.except("b").emit("e");
  EXPECT_THAT(who_received(R"(42["e"])"), ElementsAre(0, 2));
  nsp.to(sockets[2].id()).to("b").emit("e");
  EXPECT_THAT(who_received(R"(42["e"])"), ElementsAre(1, 2));
  sockets[0].to("a").emit("e");
  EXPECT_THAT(who_received(R"(42["e"])"), ElementsAre(1));
  nsp.to("nobody's").emit("e");
  EXPECT_THAT(who_received(""), IsEmpty());
}

TEST_P(AdapterTest, FlagsGoWithTheBroadcast) {
  peers[0]->become_busy();
  server.nsp.volatile_().emit("e");
  EXPECT_THAT(who_received(R"(42["e"])"), ElementsAre(1, 2));
  server.nsp.local().compress(Compress::no).emit("e");
  EXPECT_THAT(who_received(R"(42["e"])"), ElementsAre(0, 1, 2));
}

TEST_P(AdapterTest, AttachmentsGoWithTheBroadcast) {
  server.nsp.to("b").emit("e", Bytes{1, 2}, json::binary({3}));
  EXPECT_THAT(
      peers[1]->received(),
      ElementsAre(R"(452-["e",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])",
                  "binary:\x01\x02", "binary:\x03"));
  EXPECT_THAT(peers[0]->received(), IsEmpty());
}

TEST_P(AdapterTest, ABroadcastIsSentBeforeARoomChanges) {
  server.nsp.to("b").emit("e", 1);
  sockets[2].join("b");
  sockets[1].leave("b");
  server.nsp.to("b").emit("e", 2);
  sockets[2].leave("b");
  EXPECT_THAT(peers[1]->received(), ElementsAre(R"(42["e",1])"));
  EXPECT_THAT(peers[2]->received(), ElementsAre(R"(42["e",2])"));
}

TEST_P(AdapterTest, ABroadcastIsSentBeforeWhatIsSentToOneAfterIt) {
  server.nsp.emit("e", 1);
  sockets[0].emit("e", 2);
  server.nsp.emit("e", 3);
  EXPECT_THAT(peers[0]->received(), ElementsAre(R"(42["e",1])", R"(42["e",2])", R"(42["e",3])"));
}

TEST_P(AdapterTest, WhoIsAskedAnswersOnceWithAValueOrAnError) {
  std::optional<Replies<json>> replies;
  server.nsp.timeout(std::chrono::milliseconds(50))
      .emit_with_ack("q", 7)
      .then([&](Replies<json> all) { replies = std::move(all); });
  for (auto& peer : peers) EXPECT_THAT(peer->received(), ElementsAre(R"(420["q",7])"));
  peers[1]->send(R"(30["text"])");
  peers[0]->send(R"(61-0[{"_placeholder":true,"num":0}])", {std::string("\x05")});
  EXPECT_FALSE(replies);
  server.loop().pass(std::chrono::seconds(1));
  ASSERT_TRUE(replies);
  EXPECT_EQ(replies->values(), (std::vector<json>{"text", json::binary({5})}));
  EXPECT_EQ(replies->error(), make_error_code(Errc::timeout));
  EXPECT_EQ(replies->missing(), 1U);
}

TEST_P(AdapterTest, IfNobodyIsAskedThereIsNoAnswer) {
  std::optional<Replies<json>> replies;
  server.nsp.to("nobody's").emit_with_ack("q").then([&](Replies<json> all) {
    replies = std::move(all);
  });
  ASSERT_TRUE(replies);
  EXPECT_TRUE(replies->value().empty());
}

TEST_P(AdapterTest, FetchedSocketsTellAllThatTheyKnow) {
  sockets[1].data()["name"] = "alice";
  const auto found = fetched(server.nsp.to("b"));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].id, sockets[1].id());
  EXPECT_THAT(found[0].rooms, ElementsAre(sockets[1].id(), "a", "b"));
  EXPECT_EQ(found[0].data, (json{{"name", "alice"}}));
  EXPECT_EQ(found[0].handshake.time, sockets[1].handshake().time);
  EXPECT_EQ(fetched(server.nsp.except("a")).size(), 1U);
  found[0].emit("e");
  EXPECT_THAT(who_received(R"(42["e"])"), ElementsAre(1));
}

TEST_P(AdapterTest, SocketsAreMovedAndDisconnectedByRoom) {
  server.nsp.to("a").sockets_join({"c", "d"});
  EXPECT_THAT(sockets[0].rooms(), ElementsAre(sockets[0].id(), "a", "c", "d"));
  EXPECT_THAT(sockets[2].rooms(), ElementsAre(sockets[2].id()));
  server.nsp.to("c").except("b").sockets_leave({"a", "c"});
  EXPECT_THAT(sockets[0].rooms(), UnorderedElementsAre(sockets[0].id(), "d"));
  EXPECT_THAT(sockets[1].rooms(), UnorderedElementsAre(sockets[1].id(), "a", "b", "c", "d"));
  server.nsp.to("d").disconnect_sockets();
  EXPECT_THAT(peers[0]->received(), ElementsAre("41"));
  EXPECT_FALSE(peers[0]->is_closed());
  EXPECT_THAT(sockets[0].rooms(), IsEmpty());
  EXPECT_TRUE(sockets[2].connected());
  server.nsp.disconnect_sockets(Close::connection);
  EXPECT_TRUE(peers[2]->is_closed());
}

TEST_P(AdapterTest, OneSocketsRoomsAreKnownByItsId) {
  const std::string id = sockets[2].id();
  const Names rooms{"x", "y"};
  adapter().add_all(id, rooms);
  EXPECT_THAT(adapter().socket_rooms(id), ElementsAre(id, "x", "y"));
  adapter().del(id, "x");
  adapter().del(id, id);
  EXPECT_THAT(adapter().socket_rooms(id), ElementsAre("y"));
  adapter().del_all(id);
  EXPECT_THAT(adapter().socket_rooms(id), IsEmpty());
  adapter().add_all(id, {&id, 1});
  EXPECT_THAT(sockets[2].rooms(), ElementsAre(id));
}

TEST_P(AdapterTest, ASocketThatIsNotThereHasNoRooms) {
  const Names rooms{"x"};
  adapter().add_all("nobody", rooms);
  adapter().del("nobody", "x");
  adapter().del_all("nobody");
  EXPECT_THAT(adapter().socket_rooms("nobody"), IsEmpty());
  EXPECT_THAT(fetched(server.nsp.to("x")), IsEmpty());
}

TEST_P(AdapterTest, SocketsAreListedByRoom) {
  Names ids;
  const auto keep = [&](Names found) { ids = std::move(found); };
  adapter().sockets({"a", "b"}, keep);
  EXPECT_THAT(ids, UnorderedElementsAre(sockets[0].id(), sockets[1].id()));
  adapter().sockets({}, keep);
  EXPECT_EQ(ids.size(), 3U);
}

TEST_P(AdapterTest, ThereIsOneServer) {
  std::size_t count = 0;
  adapter().server_count([&](std::size_t servers) { count = servers; });
  EXPECT_EQ(count, 1U);
}

INSTANTIATE_TEST_SUITE_P(Adapters, AdapterTest, support::every_adapter(), support::adapter_name);

}  // namespace
}  // namespace socketio
