// SPDX-License-Identifier: MIT
// What other threads and other loops post to a loop is bounded (Limits::posted_bytes): what fits
// arrives, what does not is dropped, says so, and is counted.
#include "base/loop_place.hpp"
#include "core/event_bytes.hpp"
#include "support/live_server.hpp"

#include <socketio/metrics.hpp>
#include <socketio/server.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <future>
#include <mutex>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace socketio::support {
namespace {

using testing::StartsWith;

// What one of the events below counts for: all have one digit.
const std::size_t event_size = core::event_bytes(R"(["news",0])", {});

ServerOptions with_room_for(std::size_t bytes, std::size_t threads = 1) {
  ServerOptions options;
  options.threads = threads;
  options.limits.posted_bytes = bytes;
  return options;
}

/// Keeps loops in a handler for as long as it lives.
class Held {
 public:
  /// Of the loop that runs this.
  void wait() {
    ++held_;
    released_.wait();
  }
  bool holds(std::size_t loops) {
    return eventually([&] { return held_ == loops; });
  }
  void release() {
    if (!std::exchange(is_released_, true)) release_.set_value();
  }

 private:
  std::promise<void> release_;
  std::shared_future<void> released_ = release_.get_future().share();
  std::atomic<std::size_t> held_ = 0;
  bool is_released_ = false;
};

std::uint64_t posts_dropped(Server& io) {
  std::promise<Metrics> metrics;
  io.post([&] { metrics.set_value(io.metrics()); });
  return metrics.get_future().get().posts_dropped;
}

/// A server whose handler of "hold" keeps its loop.
struct HeldServer {
  explicit HeldServer(const ServerOptions& options, const LiveServer::SetUp& set_up = {})
      : server(options, [this, set_up](Server& io) {
          io.on("hold", [this](Socket& from) {
            remember(from);
            held.wait();
          });
          if (set_up) set_up(io);
        }) {}
  ~HeldServer() { held.release(); }
  HeldServer(const HeldServer&) = delete;
  HeldServer& operator=(const HeldServer&) = delete;
  /// By a client.
  void hold() {
    client.emplace(server.port);
    client->send(R"(42["hold"])");
    ASSERT_TRUE(held.holds(1));
  }
  std::uint64_t dropped() { return posts_dropped(server.io); }

  /// Whose handler keeps its loop.
  void remember(const Socket& from) {
    const std::lock_guard lock(mutex);
    socket = from;
  }

  std::mutex mutex;
  Held held;
  Socket socket;
  LiveServer server;
  std::optional<SocketClient> client;
};

TEST(PostedEvents, FitUpToTheLimit) {
  HeldServer town(with_room_for(3 * event_size));
  town.hold();
  Server& io = town.server.io;
  EXPECT_EQ(io.emit("news", 1), EmitResult::sent);
  EXPECT_EQ(town.socket.emit("news", 2), EmitResult::sent);
  EXPECT_EQ(io.to(town.socket.id()).emit("news", 3), EmitResult::sent);
  EXPECT_EQ(io.emit("news", 4), EmitResult::dropped);
  EXPECT_EQ(town.socket.emit("news", 5), EmitResult::dropped);
  EXPECT_EQ(io.server_side_emit("news", 6), EmitResult::dropped);
  town.held.release();
  for (const char number : {'1', '2', '3'})
    EXPECT_EQ(town.client->packet(), std::string(R"(42["news",)") + number + "]");
  EXPECT_EQ(town.dropped(), 3);
  // There is room again.
  EXPECT_EQ(io.emit("news", 7), EmitResult::sent);
  EXPECT_EQ(town.client->packet(), R"(42["news",7])");
}

TEST(PostedEvents, OneByteMoreThanTheLimitIsDropped) {
  HeldServer town(with_room_for(3 * event_size - 1));
  town.hold();
  Server& io = town.server.io;
  EXPECT_EQ(io.emit("news", 1), EmitResult::sent);
  EXPECT_EQ(io.emit("news", 2), EmitResult::sent);
  EXPECT_EQ(io.emit("news", 3), EmitResult::dropped);
  town.held.release();
  EXPECT_EQ(town.dropped(), 1);
}

TEST(PostedEvents, AttachmentsCount) {
  HeldServer town(with_room_for(10'000));
  town.hold();
  EXPECT_EQ(town.server.io.emit("news", Bytes(5'000)), EmitResult::sent);
  EXPECT_EQ(town.server.io.emit("news", Bytes(5'000)), EmitResult::dropped);
}

TEST(PostedEvents, OneThatIsLargerThanTheLimitPassesAlone) {
  HeldServer town(with_room_for(10'000));
  town.hold();
  EXPECT_EQ(town.server.io.emit("news", Bytes(20'000)), EmitResult::sent);
  EXPECT_EQ(town.server.io.emit("news", 1), EmitResult::dropped);
}

TEST(PostedEvents, ThatAskAreAnsweredWithDropped) {
  HeldServer town(with_room_for(0));
  town.hold();
  std::promise<std::error_code> one;
  town.socket.emit_with_ack<int>("news", 1).then(
      [&](const Reply<int>& reply) { one.set_value(reply.error()); });
  std::promise<std::error_code> all;
  town.server.io.emit_with_ack<int>("news", 2).then(
      [&](const Replies<int>& replies) { all.set_value(replies.error()); });
  std::promise<std::error_code> servers;
  town.server.io.server_side_emit_with_ack<int>("news", 3).then(
      [&](const Replies<int>& replies) { servers.set_value(replies.error()); });
  town.held.release();
  EXPECT_EQ(one.get_future().get(), socketio::Errc::dropped);
  EXPECT_EQ(all.get_future().get(), socketio::Errc::dropped);
  EXPECT_EQ(servers.get_future().get(), socketio::Errc::dropped);
  EXPECT_EQ(town.dropped(), 3);
}

TEST(PostedEvents, DoNotLimitTheLoopItself) {
  LiveServer server(with_room_for(0), [](Server& io) {
    io.on("tell", [&io](Socket& socket) {
      EXPECT_EQ(socket.emit("news", 1), EmitResult::sent);
      EXPECT_EQ(io.emit("news", 2), EmitResult::sent);
    });
  });
  SocketClient client(server.port);
  client.send(R"(42["tell"])");
  EXPECT_EQ(client.packet(), R"(42["news",1])");
  EXPECT_EQ(client.packet(), R"(42["news",2])");
}

TEST(PostedEvents, DoNotStandInTheWayOfWhatChangesSomething) {
  HeldServer town(with_room_for(0));
  town.hold();
  town.server.io.sockets_join("room");
  town.socket.join("other");
  town.held.release();
  EXPECT_TRUE(eventually([&] {
    std::promise<std::vector<std::string>> rooms;
    town.server.io.fetch_sockets().then(
        [&](const FetchedSockets& found) { rooms.set_value(found.at(0).rooms); });
    const auto seen = rooms.get_future().get();
    return std::set<std::string>(seen.begin(), seen.end()).size() == 3;
  }));
  EXPECT_EQ(town.dropped(), 0);
}

TEST(PostedEvents, OfAnotherLoopFitUpToTheLimit) {
  HeldServer town(with_room_for(2 * event_size, 2), [](Server& io) {
    io.on("tell", [&io](int first, int last) {
      for (int i = first; i <= last; ++i) EXPECT_EQ(io.emit("news", i), EmitResult::sent);
      io.sockets_join("room");  // is never dropped
      return true;
    });
  });
  LiveServer& server = town.server;
  SocketClient teller(server.port);
  SocketClient listener(server.port);
  ASSERT_NE(owner_of(teller.id(), 2), owner_of(listener.id(), 2));
  listener.send(R"(42["hold"])");
  ASSERT_TRUE(town.held.holds(1));
  ASSERT_EQ(teller.ask(R"(["tell",1,3])"), "[true]");
  town.held.release();
  EXPECT_EQ(listener.packet(), R"(42["news",1])");
  EXPECT_EQ(listener.packet(), R"(42["news",2])");
  ASSERT_EQ(teller.ask(R"(["tell",4,4])"), "[true]");
  EXPECT_EQ(listener.packet(), R"(42["news",4])");
  EXPECT_EQ(teller.skipped().size(), 4) << "its own loop has no limit";
  // Those of other loops are a moment old.
  EXPECT_TRUE(eventually([&] { return posts_dropped(server.io) == 1; }));
  std::promise<std::size_t> in_room;
  server.io.in("room").fetch_sockets().then(
      [&](const FetchedSockets& found) { in_room.set_value(found.size()); });
  EXPECT_EQ(in_room.get_future().get(), 2);
}

TEST(PostedEvents, OfANamespaceWithPatternFitUpToTheLimit) {
  std::optional<Namespace> pattern;
  HeldServer town(with_room_for(event_size, 2),
                  [&](Server& io) { pattern = io.of(std::regex("/any")); });
  LiveServer& server = town.server;
  SocketClient first(server.port);
  SocketClient second(server.port);
  for (SocketClient* const client : {&first, &second}) {
    client->send("40/any");
    EXPECT_THAT(client->packet(), StartsWith("40/any"));
    client->send(R"(42["hold"])");
  }
  ASSERT_TRUE(town.held.holds(2));
  EXPECT_EQ(pattern->emit("news", 1), EmitResult::sent);
  EXPECT_EQ(pattern->emit("news", 2), EmitResult::dropped);
  town.held.release();
  EXPECT_EQ(first.packet(), R"(42/any,["news",1])");
  EXPECT_EQ(second.packet(), R"(42/any,["news",1])");
  EXPECT_TRUE(eventually([&] { return posts_dropped(server.io) == 1; }));
}

}  // namespace
}  // namespace socketio::support
