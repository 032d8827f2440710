// SPDX-License-Identifier: MIT
// One end of a WebSocket connection in either role: messages, pongs, the closing handshake and
// compression, on a stream whose peer reads when the test says so.
#include "engine/websocket_connection.hpp"

#include "support/manual_loop.hpp"
#include "support/websocket_stream.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace socketio::support {
namespace {

using engine::WebSocketConnection;
using websocket::CloseCode;
using websocket::DeflateParameters;
using websocket::Opcode;

using Events = std::vector<Received>;

class ManualStream final : public Stream {
 public:
  using Stream::Stream;
  void pause_reading() override {}
  void resume_reading() override {}
  std::string remote_address() const override { return {}; }
  void flush() override {
    take(room_bytes);
    if (!queue_.empty()) return wait_for_peer();
    notify_drained();
    if (state_ == State::closing_after_flush && queue_.empty()) finish();
  }
  /// The peer reads `bytes` bytes.
  void read(std::size_t bytes) {
    take(bytes);
    if (queue_.empty()) flush();
  }

  std::string sent;
  // For each flush.
  std::size_t room_bytes = 1'000'000;
  bool shut_down = false;

 private:
  void shut() override { shut_down = true; }
  void take(std::size_t bytes) {
    std::string waiting;
    queue_.for_each([&](std::string_view piece) {
      waiting.append(piece);
      return true;
    });
    waiting.resize(std::min(waiting.size(), bytes));
    sent += waiting;
    queue_.consume(waiting.size());
  }
};

/// Passes on the stream's notifications, as an owner does.
class Owner final : public StreamHandler {
 public:
  explicit Owner(WebSocketConnection& connection) : connection_(connection) {}
  void on_bytes(std::span<char>) override {}
  void on_drain() override { connection_.on_drain(); }
  void on_close() override { connection_.on_close(); }

 private:
  WebSocketConnection& connection_;
};

class WebSocketConnectionTest : public BothRoles {
 protected:
  WebSocketConnectionTest() {
    stream->set_handler(std::make_shared<Owner>(connection));
    connection.open(stream);
  }
  ~WebSocketConnectionTest() override {
    connection.cut();
    loop.run();
  }

  Role peer() const { return role() == Role::server ? Role::client : Role::server; }
  void allow_deflate(const DeflateParameters& parameters, std::size_t threshold_bytes) {
    agreed = parameters;
    connection.allow_deflate(parameters, threshold_bytes);
  }
  /// The result of one read with these bytes.
  Events receive(std::string bytes) {
    Events events;
    connection.feed({bytes.data(), bytes.size()});
    for (;;) {
      const auto event = connection.next();
      if (!event) error = event.error();
      if (!event || !*event) break;
      events.push_back({(*event)->kind, std::string((*event)->payload), (*event)->close_code});
      if (then) then();
    }
    loop.run();
    return events;
  }
  /// What the peer has read; its decoder checks the masking.
  Events sent() {
    loop.run();
    const Outcome outcome = decode(peer(), limits, {stream->sent}, agreed);
    EXPECT_EQ(outcome.error, std::nullopt);
    return outcome.events;
  }
  std::string pings(std::size_t count) const {
    std::string bytes;
    for (std::size_t i = 0; i < count; ++i) bytes += frame(9, std::to_string(i));
    return bytes;
  }
  Events pongs(std::size_t count) const {
    Events events;
    for (std::size_t i = 0; i < count; ++i) events.push_back(pong(std::to_string(i)));
    return events;
  }
  /// Queues more for the peer than the limit up to which a pong is sent.
  std::string send_backlog() {
    stream->room_bytes = 0;
    std::string big(engine::pong_backlog_bytes + 1, 'x');
    connection.send(Opcode::text, big, Compress::no);
    loop.run();
    return big;
  }

  const Limits limits{.message_bytes = 1'000'000};
  ManualLoop loop;
  std::shared_ptr<ManualStream> stream = std::make_shared<ManualStream>(loop);
  WebSocketConnection connection{role(), limits};
  std::optional<DeflateParameters> agreed;
  std::optional<Errc> error;
  // Called after each event.
  std::function<void()> then;
};

// --- Messages ---

TEST_P(WebSocketConnectionTest, MessagesGoBothWays) {
  connection.send(Opcode::text, "a", Compress::yes);
  connection.send(Opcode::binary, std::string("\0\xff", 2), Compress::yes);
  connection.send_ping("b");
  EXPECT_EQ(sent(), (Events{text("a"), binary(std::string("\0\xff", 2)), ping("b")}));
  EXPECT_EQ(receive(frame(1, "c") + frame(2, "\xff") + frame(10, "d")),
            (Events{text("c"), binary("\xff"), pong("d")}));
  EXPECT_EQ(receive(frame(1, "e", 0x00)), Events{});
  EXPECT_EQ(receive(frame(0, "f")), Events{text("ef")});
  EXPECT_TRUE(connection.is_open());
}

TEST_P(WebSocketConnectionTest, AClientMasksEachFrameAnew) {
  connection.send(Opcode::text, "same", Compress::yes);
  loop.run();
  const std::string first = std::exchange(stream->sent, {});
  connection.send(Opcode::text, "same", Compress::yes);
  loop.run();
  EXPECT_EQ(first == stream->sent, role() == Role::server);
}

TEST_P(WebSocketConnectionTest, WhatIsSentLeavesOnceAtTheEndOfTheTurn) {
  EXPECT_TRUE(connection.writable());
  connection.send(Opcode::text, "a", Compress::yes);
  connection.send(Opcode::text, "b", Compress::yes);
  EXPECT_FALSE(connection.writable());
  EXPECT_EQ(connection.queued_bytes(), stream->queued_bytes());
  EXPECT_EQ(stream->sent, "");
  loop.run();
  EXPECT_TRUE(connection.writable());
}

// --- Pings ---

TEST_P(WebSocketConnectionTest, PingsAreAnsweredAndNobodyIsTold) {
  EXPECT_EQ(receive(frame(9, "a") + frame(1, "b") + frame(9, "")), Events{text("b")});
  EXPECT_EQ(sent(), (Events{pong("a"), pong("")}));
}

TEST_P(WebSocketConnectionTest, OfMorePingsInOneReadTheLastIsAnswered) {
  Events expected = pongs(engine::pongs_per_read);
  EXPECT_EQ(receive(pings(engine::pongs_per_read)), Events{});
  EXPECT_EQ(sent(), expected) << "so many are answered one by one, in each read";
  receive(pings(engine::pongs_per_read) + frame(9, "many") + frame(9, "last"));
  for (const Received& answer : pongs(engine::pongs_per_read)) expected.push_back(answer);
  expected.push_back(pong("last"));
  EXPECT_EQ(sent(), expected);
}

TEST_P(WebSocketConnectionTest, ALatePongLeavesBeforeTheAnswerToWhatFollowsThePings) {
  then = [this] { connection.send(Opcode::text, "answer", Compress::yes); };
  receive(pings(engine::pongs_per_read) + frame(9, "a") + frame(9, "b") + frame(1, "question") +
          frame(9, "c"));
  Events expected = pongs(engine::pongs_per_read);
  for (const Received& late : {pong("b"), text("answer"), pong("c")}) expected.push_back(late);
  EXPECT_EQ(sent(), expected);
}

TEST_P(WebSocketConnectionTest, BehindABacklogTheLastPingIsAnsweredOnceItIsTaken) {
  const std::string backlog = send_backlog();
  const std::size_t queued_bytes = connection.queued_bytes();
  for (const char* payload : {"a", "b", "c"}) receive(frame(9, payload));
  EXPECT_EQ(connection.queued_bytes(), queued_bytes);
  stream->read(queued_bytes - 1);
  EXPECT_EQ(stream->queued_bytes(), 1U);
  stream->room_bytes = 1'000;
  stream->read(1);
  EXPECT_EQ(sent(), (Events{text(backlog), pong("c")}));
  receive(frame(9, "d"));
  EXPECT_EQ(sent(), (Events{text(backlog), pong("c"), pong("d")}));
}

TEST_P(WebSocketConnectionTest, WhatComesNextHasAPingAnsweredWhoseBacklogIsSmallerByThen) {
  for (const std::uint8_t opcode : {1, 9, 10}) {
    SCOPED_TRACE(static_cast<int>(opcode));
    const std::string backlog = send_backlog();
    receive(frame(9, "old"));
    stream->read(1'000);
    const std::size_t queued_bytes = connection.queued_bytes();
    receive(frame(opcode, "new"));
    EXPECT_GT(connection.queued_bytes(), queued_bytes);
    stream->read(connection.queued_bytes());
    EXPECT_EQ(sent(), (Events{text(backlog), pong(opcode == 9 ? "new" : "old")}));
    stream->sent.clear();
  }
}

TEST_P(WebSocketConnectionTest, APingIsNotAnsweredBehindTheEnd) {
  send_backlog();
  receive(frame(9, "late"));
  connection.close(CloseCode::normal);
  stream->read(connection.queued_bytes());
  stream->room_bytes = 1'000'000;
  stream->flush();
  ASSERT_EQ(sent().size(), 2U);
  EXPECT_EQ(sent().at(1), closed(1000));
  EXPECT_TRUE(stream->shut_down);
}

// --- The end ---

TEST_P(WebSocketConnectionTest, ACloseFrameIsAnsweredWithItsCode) {
  const std::string code_4000("\x0f\xa0", 2);
  EXPECT_EQ(receive(frame(8, code_4000 + "enough") + frame(1, "behind it")),
            Events{closed(4000, "enough")});
  EXPECT_FALSE(connection.is_open());
  connection.send(Opcode::text, "too late", Compress::yes);
  connection.close(CloseCode::normal);
  EXPECT_EQ(sent(), Events{closed(4000)});
  EXPECT_TRUE(stream->shut_down);
}

TEST_P(WebSocketConnectionTest, AnEmptyCloseFrameIsAnsweredWithOne) {
  EXPECT_EQ(receive(frame(8, "")), Events{closed(1005)});
  EXPECT_EQ(sent(), Events{closed(1005)});
}

TEST_P(WebSocketConnectionTest, AnErrorIsToldToThePeerByItsCode) {
  EXPECT_EQ(receive(frame(1, "before") + frame(1, "\xff") + frame(1, "behind")),
            Events{text("before")});
  EXPECT_EQ(error, Errc::invalid_utf8);
  EXPECT_FALSE(connection.is_open());
  EXPECT_EQ(sent(), Events{closed(1007)});
  EXPECT_TRUE(stream->shut_down);
}

TEST_P(WebSocketConnectionTest, WhatIsTooBigForItsLimitIsTold) {
  receive(frame(1, std::string(limits.message_bytes + 1, 'x')));
  EXPECT_EQ(error, Errc::message_too_big);
  EXPECT_EQ(sent(), Events{closed(1009)});
}

TEST_P(WebSocketConnectionTest, WhoMasksTheWrongWayIsRefused) {
  receive(frame_to(peer(), 1, "a"));
  EXPECT_EQ(error, role() == Role::server ? Errc::mask_missing : Errc::mask_unexpected);
  EXPECT_EQ(sent(), Events{closed(1002)});
}

TEST_P(WebSocketConnectionTest, NothingIsReadBehindOurOwnEnd) {
  then = [this] { connection.close(CloseCode::going_away); };
  EXPECT_EQ(receive(frame(1, "a") + frame(9, "b") + frame(1, "c")), Events{text("a")});
  EXPECT_EQ(sent(), Events{closed(1001)});
  EXPECT_TRUE(stream->shut_down);
}

TEST_P(WebSocketConnectionTest, ACutLeavesOutTheCloseFrame) {
  connection.send(Opcode::text, "lost", Compress::yes);
  connection.cut();
  EXPECT_FALSE(connection.is_open());
  EXPECT_EQ(sent(), Events{});
  EXPECT_TRUE(stream->shut_down);
}

TEST_P(WebSocketConnectionTest, NothingIsSentOnceTheStreamHasEnded) {
  stream->close();
  loop.run();
  EXPECT_FALSE(connection.is_open());
  connection.send(Opcode::text, "a", Compress::yes);
  connection.send_ping("b");
  connection.want_drain();
  connection.close(CloseCode::normal);
  EXPECT_EQ(connection.queued_bytes(), 0U);
  EXPECT_FALSE(connection.writable());
  EXPECT_EQ(receive(frame(1, "c")), Events{});
  EXPECT_EQ(sent(), Events{});
}

// --- Compression ---

TEST_P(WebSocketConnectionTest, MessagesAreCompressedFromTheThresholdOn) {
  allow_deflate({}, 1'000);
  const std::string small(999, 'a');
  const std::string large(1'000, 'a');
  connection.send(Opcode::text, small, Compress::yes);
  connection.send(Opcode::text, large, Compress::no);
  loop.run();
  EXPECT_GT(stream->sent.size(), small.size() + large.size());
  stream->sent.clear();
  connection.send(Opcode::text, large, Compress::yes);
  connection.send(Opcode::binary, large, Compress::yes);
  EXPECT_EQ(sent(), (Events{text(large), binary(large)}));
  EXPECT_LT(stream->sent.size(), 100U);
}

TEST_P(WebSocketConnectionTest, WhatThePeerCompressesIsRead) {
  const std::string hello("\xf2\x48\xcd\xc9\xc9\x07\x00", 7);  // RFC 7692 section 7.2.3.1
  const std::string hello_again("\xf2\x00\x11\x00\x00", 5);    // 7.2.3.2
  constexpr std::uint8_t whole = 0xc0;                         // FIN and RSV1
  allow_deflate({}, 1'000);
  EXPECT_EQ(receive(frame(1, hello, whole) + frame(9, "a") + frame(2, hello_again, whole) +
                    frame(1, "plain")),
            (Events{text("Hello"), binary("Hello"), text("plain")}));
  EXPECT_EQ(sent(), Events{pong("a")});
  receive(frame(1, "\xff", whole));
  EXPECT_EQ(error, Errc::invalid_deflate);
}

TEST_P(WebSocketConnectionTest, EachDirectionHasItsOwnParameters) {
  const bool is_server = role() == Role::server;
  allow_deflate({.server_no_context_takeover = is_server, .client_no_context_takeover = !is_server},
                0);
  const auto bytes_of = [this](std::string_view message) {
    stream->sent.clear();
    connection.send(Opcode::text, message, Compress::yes);
    loop.run();
    return stream->sent.size();
  };
  const std::size_t first = bytes_of("what we send is forgotten each time");
  EXPECT_EQ(bytes_of("what we send is forgotten each time"), first);
  constexpr std::uint8_t whole = 0xc0;
  receive(frame(1, std::string("\xf2\x48\xcd\xc9\xc9\x07\x00", 7), whole));
  EXPECT_EQ(receive(frame(1, std::string("\xf2\x00\x11\x00\x00", 5), whole)), Events{text("Hello")})
      << "what the peer sends is not";
}

TEST_P(WebSocketConnectionTest, WithoutNegotiationNothingIsCompressed) {
  connection.send(Opcode::text, std::string(10'000, 'a'), Compress::yes);
  loop.run();
  EXPECT_GT(stream->sent.size(), 10'000U);
  receive(frame(1, "a", 0xc0));
  EXPECT_EQ(error, Errc::reserved_bit_set);
}

INSTANTIATE_TEST_SUITE_P(, WebSocketConnectionTest, testing::Values(Role::server, Role::client),
                         role_name);

}  // namespace
}  // namespace socketio::support
