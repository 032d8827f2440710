// SPDX-License-Identifier: MIT
// Peers that read slowly, in virtual time. A peer that keeps reading gets everything; one that only
// pretends to read is cut (Stream::least_bytes_per_second).
#include "engine/websocket_connection.hpp"
#include "support/simulated_server_test.hpp"
#include "support/websocket_stream.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;
using namespace std::string_view_literals;

/// Reads one piece each second, half a second after the ticks of the server's clock.
class SlowReader final : public StreamHandler {
 public:
  SlowReader(SimulatedLoop& loop, std::shared_ptr<SimulatedStream> stream)
      : loop_(loop), stream_(std::move(stream)) {}

  void on_bytes(std::span<char> bytes) override {
    text.append(bytes.data(), bytes.size());
    stream_->pause_reading();
  }
  void on_close() override { closed = true; }
  void read_for(std::chrono::seconds time) {
    for (const auto end = loop_.now() + time; loop_.now() < end && !closed;) {
      loop_.run_for(500ms);
      stream_->resume_reading();
      loop_.run_for(500ms);
    }
  }

  std::string text;
  bool closed = false;

 private:
  SimulatedLoop& loop_;
  std::shared_ptr<SimulatedStream> stream_;
};

/// A peer that reads slowly gets everything, but not one that reads less than 1024 bytes a second.
class SlowReaders : public SimulatedServerTest {
 protected:
  static constexpr std::size_t big_bytes = 100'000;

  SlowReaders() {
    server.http().get(
        "/big", [](const HttpRequest&) { return HttpResponse::text(std::string(big_bytes, 'x')); });
  }
  /// Attaches a reader to `stream` that reads nothing yet. The network holds what it reads
  /// in a second.
  std::shared_ptr<SlowReader> read_slowly(const std::shared_ptr<SimulatedStream>& stream,
                                          std::size_t bytes_each_second) {
    network.profile.window_bytes = bytes_each_second;
    const auto reader = std::make_shared<SlowReader>(loop, stream);
    stream->set_handler(reader);
    stream->pause_reading();
    return reader;
  }
  std::shared_ptr<SlowReader> ask(std::string_view more, std::size_t bytes_each_second) {
    const auto stream = server.accept();
    stream->write("GET /big HTTP/1.1\r\nHost: a\r\n" + std::string(more) + "\r\n");
    return read_slowly(stream, bytes_each_second);
  }
  /// Makes the server send its last bytes over WebSocket.
  std::shared_ptr<SlowReader> say_goodbye(ScriptedClient& client, std::size_t bytes_each_second) {
    connect(client);
    const auto reader = read_slowly(client.engine().websocket()->stream(), bytes_each_second);
    Socket socket = server.of().sockets().at(0);
    socket.emit("last words", std::string(big_bytes, 'x'));
    socket.disconnect(Close::connection);
    return reader;
  }
};

TEST_F(SlowReaders, AResponseThatIsNotTakenIsGivenUp) {
  const auto reader = ask("", 1'000);
  loop.run_for(9'999ms);
  EXPECT_TRUE(server.last_server_end());
  loop.run_for(1ms);
  EXPECT_FALSE(server.last_server_end()) << "the connection is still there";
}

TEST_F(SlowReaders, GetAWholeResponse) {
  for (const std::string_view more : {"", "Connection: close\r\n"}) {
    SCOPED_TRACE(more);
    const auto reader = ask(more, 1'024);
    reader->read_for(110s);
    EXPECT_GT(reader->text.size(), big_bytes);
    EXPECT_TRUE(reader->text.ends_with("xxx"));
    reader->read_for(20s);
    EXPECT_TRUE(reader->closed);
  }
}

TEST_F(SlowReaders, AreGivenUpIfTheyAreTooSlow) {
  for (const std::string_view more : {"", "Connection: close\r\n"}) {
    SCOPED_TRACE(more);
    const auto reader = ask(more, 1'023);
    reader->read_for(9s);
    EXPECT_TRUE(server.last_server_end());
    reader->read_for(1s);
    EXPECT_FALSE(server.last_server_end()) << "the connection is still there";
    reader->read_for(2s);
    EXPECT_TRUE(reader->closed);
  }
}

TEST_F(SlowReaders, AreGivenUpOnceTheyStop) {
  const auto reader = ask("", 2'000);
  reader->read_for(26s);
  loop.run_for(13'999ms);
  EXPECT_TRUE(server.last_server_end());
  loop.run_for(1ms);
  EXPECT_FALSE(server.last_server_end()) << "the connection is still there";
}

TEST_F(SlowReaders, GetFiveSecondsFromAServerThatEnds) {
  for (const std::string_view more : {"", "Connection: close\r\n"}) {
    SCOPED_TRACE(more);
    const auto reader = ask(more, 2'000);
    reader->read_for(3s);
    server.last_server_end()->close_soon();
    reader->read_for(4s);
    EXPECT_TRUE(server.last_server_end());
    reader->read_for(1s);
    EXPECT_FALSE(server.last_server_end()) << "the connection is still there";
  }
}

TEST_F(SlowReaders, GetTheLastWordsOfAWebSocket) {
  ScriptedClient client(loop, server.dial(), {.travel = Travel::websocket, .watches_pings = false});
  const auto reader = say_goodbye(client, 1'024);
  reader->read_for(110s);
  EXPECT_GT(reader->text.size(), big_bytes);
  EXPECT_TRUE(reader->closed);
}

TEST_F(SlowReaders, AreGivenUpAfterLastWordsThatTheyDoNotTake) {
  ScriptedClient client(loop, server.dial(), {.travel = Travel::websocket, .watches_pings = false});
  const auto reader = say_goodbye(client, 1'023);
  reader->read_for(4s);
  EXPECT_TRUE(server.last_server_end());
  reader->read_for(1s);
  EXPECT_FALSE(server.last_server_end()) << "the connection is still there";
}

// A peer that sends pings without reading must not make the server queue pongs without limit;
// see engine::pong_backlog_bytes.
TEST_F(SlowReaders, GetNoPongsBehindWhatWaitsForThem) {
  ScriptedClient client(loop, server.dial(), {.travel = Travel::websocket, .watches_pings = false});
  connect(client);
  const auto stream = client.engine().websocket()->stream();
  network.profile.window_bytes = 1'000;
  stream->pause_reading();
  const auto waiting = [this] { return server.last_server_end()->queued_bytes(); };
  const auto fill = [&](std::size_t bytes) {
    server.of().sockets().at(0).emit("data", std::string(bytes, 'x'));
    loop.run_for(0ms);
  };
  fill(30'000);
  const std::size_t overhead_bytes = waiting() + network.profile.window_bytes - 30'000;
  fill(engine::pong_backlog_bytes - waiting() - overhead_bytes);
  ASSERT_EQ(waiting(), engine::pong_backlog_bytes);
  for (int i = 0; i < 100; ++i) {
    stream->write(frame_to(websocket::Role::server, 9, "ping"));
    loop.run_for(0ms);
    EXPECT_EQ(waiting(), engine::pong_backlog_bytes + 6) << "one pong, the last";
  }
  EXPECT_FALSE(reason);
}

// A peer may use a ping as a barrier, as our client does, and wait for its pong.
TEST_F(SlowReaders, GetThePongToTheirLastPingBehindWhatWaitedForThem) {
  ScriptedClient client(loop, server.dial(), {.travel = Travel::websocket, .watches_pings = false});
  connect(client);
  const auto stream = client.engine().websocket()->stream();
  const auto reader = std::make_shared<Recorder>();
  stream->set_handler(reader);
  network.profile.window_bytes = 1'000;
  stream->pause_reading();
  const std::size_t waiting_bytes = 2 * engine::pong_backlog_bytes;
  server.of().sockets().at(0).emit("data", std::string(waiting_bytes, 'x'));
  loop.run_for(0ms);
  const std::size_t queued_bytes = server.last_server_end()->queued_bytes();
  for (const char* payload : {"first", "second", "last"}) {
    stream->write(frame_to(websocket::Role::server, 9, payload));
    loop.run_for(0ms);
  }
  EXPECT_EQ(server.last_server_end()->queued_bytes(), queued_bytes);

  const auto received = [&] { return decode(Role::client, Limits{}, {reader->text}).events; };
  stream->resume_reading();
  loop.run_for(0ms);
  ASSERT_EQ(received().size(), 2U);
  EXPECT_EQ(received().at(0).payload.size(), waiting_bytes + R"(42["data",""])"sv.size());
  EXPECT_EQ(received().at(1), pong("last"));

  stream->write(frame_to(websocket::Role::server, 9, "next"));
  loop.run_for(0ms);
  ASSERT_EQ(received().size(), 3U);
  EXPECT_EQ(received().at(2), pong("next"));
  EXPECT_FALSE(reason);
}

// --- BackpressureOptions::policy ---

class DropPolicy : public SimulatedServerTest {
 protected:
  explicit DropPolicy(BackpressureOptions::Policy policy) : SimulatedServerTest(small(policy)) {
    network.profile.window_bytes = 1'000;
    connect(client);
    stream()->pause_reading();
  }
  static ServerOptions small(BackpressureOptions::Policy policy) {
    ServerOptions options;
    options.backpressure = {.policy = policy, .soft_limit_bytes = 10'000};
    return options;
  }
  const std::shared_ptr<SimulatedStream>& stream() { return client.engine().websocket()->stream(); }
  Socket socket() { return server.of().sockets().at(0); }
  /// Leaves exactly so many bytes unread: the network holds 1000 more.
  void leave_unread(std::size_t bytes) {
    const std::size_t written = bytes + network.profile.window_bytes;
    // Name, digits, header of the frame.
    socket().emit("x", std::string(written - event_overhead, 'x'));
    loop.run_for(0ms);
    ASSERT_EQ(server.last_server_end()->refused_bytes(), bytes);
  }
  static constexpr std::size_t event_overhead = sizeof(R"(42["x",""])") - 1 + 4;

  ScriptedClient client{loop, server.dial(), {.travel = Travel::websocket}};
};

class DropNewest : public DropPolicy {
 protected:
  DropNewest() : DropPolicy(BackpressureOptions::Policy::drop_newest) {}
};

TEST_F(DropNewest, AtTheSoftLimitEventsWait) {
  leave_unread(10'000);
  EXPECT_NE(socket().emit("x"), EmitResult::dropped);
  EXPECT_EQ(socket().volatile_().emit("x"), EmitResult::dropped);
}

TEST_F(DropNewest, PastItTheyAreDropped) {
  leave_unread(10'001);
  const std::size_t before = socket().queued_bytes();
  EXPECT_EQ(socket().emit("x"), EmitResult::dropped);
  EXPECT_EQ(socket().emit("x", Bytes(10)), EmitResult::dropped);
  server.of().emit("x");
  std::optional<Reply<int>> reply;
  socket().emit_with_ack<int>("x").then([&](Reply<int> got) { reply = std::move(got); });
  loop.run_for(0ms);
  EXPECT_EQ(socket().queued_bytes(), before);
  EXPECT_EQ(server.state_of().counters().emitted[EmitResult::dropped], 4U);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->error(), socketio::Errc::dropped);
}

TEST_F(DropNewest, WhoReadsAgainIsServedAgain) {
  leave_unread(10'001);
  EXPECT_EQ(socket().emit("x"), EmitResult::dropped);
  loop.run_for(20s);
  stream()->resume_reading();
  loop.run_for(1s);
  EXPECT_FALSE(reason);
  EXPECT_EQ(socket().emit("x"), EmitResult::sent);
}

TEST_F(DropNewest, WhoNeverReadsEndsByItsHeartbeat) {
  leave_unread(10'001);
  loop.run_for(60s);
  EXPECT_EQ(reason, DisconnectReason::ping_timeout);
}

class DropVolatile : public DropPolicy {
 protected:
  DropVolatile() : DropPolicy(BackpressureOptions::Policy::drop_volatile) {}
};

TEST_F(DropVolatile, AtTheSoftLimitVolatileEventsWait) {
  leave_unread(10'000);
  EXPECT_NE(socket().volatile_().emit("x"), EmitResult::dropped);
}

TEST_F(DropVolatile, PastItOnlyTheyAreDropped) {
  leave_unread(10'001);
  EXPECT_EQ(socket().volatile_().emit("x"), EmitResult::dropped);
  EXPECT_EQ(socket().emit("x"), EmitResult::queued);
  loop.run_for(10s);
  EXPECT_EQ(reason, DisconnectReason::transport_error);
}

}  // namespace
}  // namespace socketio::support
