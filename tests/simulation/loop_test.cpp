// SPDX-License-Identifier: MIT
// Tests of the simulation itself: time, order, and what its pipes do to bytes.
#include "support/scripted_client.hpp"
#include "support/simulated_server.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;

TEST(SimulatedLoop, RunsWhatIsDueInOrderAndJumpsOverTheRest) {
  SimulatedLoop loop(1);
  std::string order;
  loop.after(20ms, [&] { order += 'c'; });
  loop.after(10ms, [&] { order += 'a'; });
  loop.after(10ms, [&] {
    order += 'b';
    loop.defer([&] { order += 'd'; });
  });
  EXPECT_TRUE(loop.run_until_idle());
  EXPECT_EQ(loop.elapsed(), 20ms);
  EXPECT_TRUE(order == "abdc") << order;
}

/// The object whose calls are contained.
struct Owner : std::enable_shared_from_this<Owner> {
  explicit Owner(Loop& loop_) : loop(loop_) {}
  void on_exception() noexcept {
    ++exceptions;
    loop.report_exception();
  }
  void fail() { throw std::runtime_error("a deadline"); }

  Loop& loop;
  int exceptions = 0;
  MemberTimer<Owner, &Owner::fail> timer{*this};
};

TEST(SimulatedLoop, WhatItsTasksThrowIsReportedAndTheTurnGoesOn) {
  SimulatedLoop loop(1);
  std::vector<std::string> reported;
  loop.set_exception_hook([&] {
    try {
      throw;
    } catch (const std::exception& thrown) {
      reported.emplace_back(thrown.what());
      // Nobody handles this one.
      throw;
    }
  });
  const auto owner = std::make_shared<Owner>(loop);
  loop.timers().arm(owner->timer, 1ms);
  int ran = 0;
  loop.defer([] { throw std::runtime_error("a task"); });
  loop.defer([&] { ++ran; });
  EXPECT_TRUE(loop.run_until_idle());
  EXPECT_EQ(ran, 1);
  EXPECT_EQ(owner->exceptions, 1);
  EXPECT_EQ(reported, (std::vector<std::string>{"a task", "a deadline"}));
}

/// Throws what it is told to.
class Thrower final : public StreamHandler {
 public:
  void on_bytes(std::span<char>) override {}
  void on_drain() override { throw std::runtime_error("drain"); }
  void on_close() override {
    ++closes;
    throw std::runtime_error("close");
  }
  int closes = 0;
};

TEST(SimulatedStream, AHandlerThatThrowsEndsItsStreamAndOthersAreFlushed) {
  SimulatedLoop loop(1);
  Network network(loop);
  int reports = 0;
  loop.set_exception_hook([&] { ++reports; });
  const auto [bad_near, bad_far] = network.connect();
  const auto [good_near, good_far] = network.connect();
  const auto thrower = std::make_shared<Thrower>();
  const auto reader = std::make_shared<Recorder>();
  bad_near->set_handler(thrower);
  good_far->set_handler(reader);
  bad_near->write("drained soon");
  bad_near->want_drain();
  good_near->write("to the end");
  EXPECT_TRUE(loop.run_until_idle());
  EXPECT_FALSE(bad_near->is_open());
  EXPECT_EQ(thrower->closes, 1);
  EXPECT_EQ(reports, 2);
  EXPECT_EQ(reader->text, "to the end");
  good_near->close();
  EXPECT_TRUE(loop.run_until_idle());
}

TEST(SimulatedStream, AWriteThatThrowsLeavesNothingOfItAndCloses) {
  SimulatedLoop loop(1);
  Network network(loop);
  const auto [near, far] = network.connect();
  const auto reader = std::make_shared<Recorder>();
  far->set_handler(reader);
  near->write("whole");
  EXPECT_THROW(near->write_with([](std::string& out) {
    out.append("half");
    throw std::bad_alloc();
  }),
               std::bad_alloc);
  EXPECT_EQ(near->queued_bytes(), 0U);
  near->write("ignored");
  EXPECT_TRUE(loop.run_until_idle());
  EXPECT_EQ(reader->text, "");
  EXPECT_EQ(reader->closes, 1);
}

TEST(SimulatedStream, KeepsBytesWholeAndInOrderThroughAnyPieces) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    SimulatedLoop loop(seed);
    Network network(loop, {1ms, 30ms, 7, 20});
    const auto [near, far] = network.connect();
    const auto received = std::make_shared<Recorder>();
    far->set_handler(received);
    std::string sent;
    for (int i = 0; i < 50; ++i) {
      near->write(std::to_string(i) + ",");
      sent += std::to_string(i) + ",";
    }
    near->close_after_flush();
    ASSERT_TRUE(loop.run_until_idle());
    ASSERT_EQ(received->text, sent);
    ASSERT_GT(received->pieces, 20);
    ASSERT_EQ(received->closes, 1);
  }
}

TEST(SimulatedStream, AReaderThatStopsHoldsTheWriterBack) {
  SimulatedLoop loop(1);
  Network network(loop, {.window_bytes = 100});
  const auto [near, far] = network.connect();
  const auto writer = std::make_shared<Recorder>();
  const auto reader = std::make_shared<Recorder>();
  near->set_handler(writer);
  far->set_handler(reader);
  far->pause_reading();
  near->write(std::string(250, 'x'));
  near->want_drain();
  loop.run_for(1s);
  EXPECT_EQ(near->queued_bytes(), 150U);
  EXPECT_EQ(writer->drains, 0);
  far->resume_reading();
  loop.run_for(1s);
  EXPECT_EQ(reader->text.size(), 250U);
  EXPECT_EQ(near->queued_bytes(), 0U);
  EXPECT_EQ(writer->drains, 1);
  near->close();
  EXPECT_TRUE(loop.run_until_idle());
}

TEST(SimulatedStream, AResetDropsWhatIsUnderwayAndTellsBothEnds) {
  SimulatedLoop loop(1);
  Network network(loop, {10ms, 10ms});
  const auto [near, far] = network.connect();
  const auto near_end = std::make_shared<Recorder>();
  const auto far_end = std::make_shared<Recorder>();
  near->set_handler(near_end);
  far->set_handler(far_end);
  near->write("lost");
  loop.run_for(5ms);
  near->reset();
  ASSERT_TRUE(loop.run_until_idle());
  EXPECT_EQ(far_end->text, "");
  EXPECT_EQ(near_end->closes, 1);
  EXPECT_EQ(far_end->closes, 1);
}

TEST(SimulatedServer, ServesEachKindOfClientAndKeepsNothing) {
  for (const Travel travel : {Travel::polling, Travel::websocket, Travel::upgrade}) {
    SimulatedLoop loop(7);
    Network network(loop, {1ms, 10ms, 30, 64 * 1024});
    SimulatedServer server(network);
    server.of().on("add", [](int a, int b) { return a + b; });
    server.of().on("image", [](Bytes data) { return data; });
    {
      ScriptedClient client(loop, server.dial(), {.travel = travel});
      json sum, image;
      client.on.connected = [&](const std::string&) {
        client.emit("/", "add", {1, 2}, [&](const json* arguments) { sum = *arguments; });
        client.emit("/", "image", json::array({json::binary({1, 2, 3})}),
                    [&](const json* arguments) { image = *arguments; });
      };
      client.connect();
      EXPECT_TRUE(loop.run_until([&] { return !image.is_null(); }));
      EXPECT_EQ(sum, json::array({3}));
      EXPECT_EQ(image, json::array({json::binary({1, 2, 3})}));
      loop.run_for(1s);
      EXPECT_EQ(client.engine().upgraded(), travel == Travel::upgrade);
      EXPECT_EQ(client.complaints(), std::vector<std::string>{});
      client.engine().close();
      EXPECT_TRUE(loop.run_until_idle());
    }
    EXPECT_EQ(server.engine().session_count(), 0U);
    EXPECT_EQ(server.of().sockets_count(), 0U);
    EXPECT_EQ(network.live_ends(), 0U);
  }
}

}  // namespace
}  // namespace socketio::support
