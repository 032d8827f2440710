// SPDX-License-Identifier: MIT
// emit_with_ack always completes, once, even if the event is dropped or the answer
// cannot be decoded.
#include "support/core_peer.hpp"
#include "support/every_adapter.hpp"

#include <socketio/namespace.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace socketio {
namespace {

using support::CorePeer;
using support::CoreServer;

struct Unreadable {
  int number = 0;
};

}  // namespace

template <>
struct Decode<Unreadable> {
  static bool decode(const Value&, Unreadable&) { throw std::runtime_error("cannot be read"); }
};

namespace {

using Log = std::vector<std::string>;

class AskingTest : public support::EveryAdapterTest {
 protected:
  Socket only_socket() { return nsp.sockets().front(); }

  CoreServer server{options()};
  Namespace& nsp = server.nsp;
};

TEST_P(AskingTest, AVolatileQuestionThatIsDroppedSaysSo) {
  CorePeer peer(server);
  peer.become_busy();
  std::error_code error;
  only_socket().volatile_().emit_with_ack("q").then(
      [&](const Reply<json>& reply) { error = reply.error(); });
  EXPECT_EQ(error, make_error_code(Errc::dropped));
  EXPECT_EQ(peer.received(), Log{});
}

TEST_P(AskingTest, AVolatileQuestionToOneThatIsReadyIsAnswered) {
  CorePeer peer(server);
  int answer = 0;
  only_socket().volatile_().emit_with_ack<int>("q").then(
      [&](const Reply<int>& reply) { answer = *reply; });
  EXPECT_EQ(peer.received(), (Log{R"(420["q"])"}));
  peer.send("30[5]");
  EXPECT_EQ(answer, 5);
}

TEST_P(AskingTest, WhoseEventIsDroppedIsMissingInABroadcast) {
  CorePeer ready(server);
  CorePeer busy(server);
  busy.become_busy();
  std::optional<Replies<int>> replies;
  nsp.volatile_().emit_with_ack<int>("q").then([&](Replies<int> all) { replies = std::move(all); });
  EXPECT_EQ(ready.received(), (Log{R"(420["q"])"}));
  EXPECT_EQ(busy.received(), Log{});
  ready.send("30[5]");
  ASSERT_TRUE(replies);
  EXPECT_EQ(replies->values(), (std::vector<int>{5}));
  EXPECT_EQ(replies->missing(), 1U);
  EXPECT_EQ(replies->error(), make_error_code(Errc::dropped));
}

TEST_P(AskingTest, ARemoteSocketGivesOneReply) {
  CorePeer peer(server);
  const RemoteSocket remote = nsp.fetch_sockets().future().get().at(0);
  std::vector<Reply<int>> replies;
  const auto keep = [&](const Reply<int>& reply) { replies.push_back(reply); };
  remote.emit_with_ack<int>("q", 1).then(keep);
  EXPECT_EQ(peer.received(), (Log{R"(420["q",1])"}));
  peer.send("30[5]");
  remote.timeout(std::chrono::milliseconds(50)).emit_with_ack<int>("q").then(keep);
  server.loop().pass(std::chrono::seconds(1));
  peer.become_busy();
  remote.volatile_().emit_with_ack<int>("q").then(keep);
  peer.leave();
  remote.emit_with_ack<int>("q").then(keep);
  ASSERT_EQ(replies.size(), 4U);
  EXPECT_EQ(*replies[0], 5);
  EXPECT_FALSE(replies[0].error());
  EXPECT_EQ(replies[1].error(), make_error_code(Errc::timeout));
  EXPECT_EQ(replies[2].error(), make_error_code(Errc::dropped));
  EXPECT_EQ(replies[3].error(), make_error_code(Errc::not_connected));
}

TEST_P(AskingTest, AnAnswerThatDecodingThrowsOutIsBad) {
  CorePeer first(server);
  std::error_code error;
  only_socket().emit_with_ack<Unreadable>("q").then(
      [&](const Reply<Unreadable>& reply) { error = reply.error(); });
  first.send("30[1]");
  EXPECT_EQ(error, make_error_code(Errc::bad_answer));

  std::optional<Replies<Unreadable>> replies;
  nsp.emit_with_ack<Unreadable>("q").then(
      [&](Replies<Unreadable> all) { replies = std::move(all); });
  first.send("31[1]");
  ASSERT_TRUE(replies);
  EXPECT_EQ(replies->missing(), 1U);
  EXPECT_EQ(server.errors, Log{});
}

INSTANTIATE_TEST_SUITE_P(Adapters, AskingTest, support::every_adapter(), support::adapter_name);

}  // namespace
}  // namespace socketio
