// SPDX-License-Identifier: MIT
// every(), after(), post() and cancel() from four threads, while the loop runs and when it has
// ended. Meant for the thread sanitizer as much as for its own checks.
#include "support/live_server.hpp"

#include <socketio/client.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;

/// Counts on the loop's thread alone, so without a lock.
struct Counts {
  int posts = 0;
  int ticks = 0;
};

/// Starts, posts and cancels; `end` is called by this thread half-way. Returns handles that outlive
/// what they belong to.
template <class RunsThings, class End>
std::vector<Timer> use_from_four_threads(RunsThings& io, Counts& counts, End end) {
  constexpr int rounds = 300;
  std::promise<void> runs;
  io.post([&] { runs.set_value(); });
  runs.get_future().wait();
  std::atomic<int> done = 0;
  std::vector<std::vector<Timer>> kept(4);
  std::vector<std::thread> threads;
  for (auto& timers : kept) {
    threads.emplace_back([&] {
      for (int i = 0; i < rounds; ++i) {
        io.post([&] { ++counts.posts; });
        const Timer timer = io.every(1ms, [&] { ++counts.ticks; });
        io.after(0ms, [timer] { timer.cancel(); });
        if (i % 2 == 0) timer.cancel();
        io.post([]() -> Task<> { co_await sleep_for(1ms); });
        if (i % 8 == 0) timers.push_back(io.every(1ms, [&] { ++counts.ticks; }));
        ++done;
        std::this_thread::yield();
      }
    });
  }
  while (done < 4 * rounds / 2) std::this_thread::yield();
  end();
  for (std::thread& thread : threads) thread.join();
  std::vector<Timer> all;
  for (const auto& timers : kept) all.insert(all.end(), timers.begin(), timers.end());
  return all;
}

/// Four threads that cancel what may be ending meanwhile.
template <class End>
void cancel_while(const std::vector<Timer>& timers, End end) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (const Timer& timer : timers) timer.cancel();
    });
  }
  end();
  for (std::thread& thread : threads) thread.join();
}

TEST(TimersThreads, OfAServerThatCloses) {
  Counts counts;
  LiveServer server;
  const auto timers = use_from_four_threads(server.io, counts, [&] { server.io.close(); });
  cancel_while(timers, [&] { server.stop(); });
  EXPECT_GT(counts.posts, 0);
}

TEST(TimersThreads, OfAServerThatIsDestroyed) {
  Counts counts;
  std::optional<LiveServer> server(std::in_place);
  const auto timers = use_from_four_threads(server->io, counts, [] {});
  cancel_while(timers, [&] { server.reset(); });
  EXPECT_GE(1200, counts.posts);
}

TEST(TimersThreads, OfAClientThatStops) {
  Counts counts;
  Client client("http://127.0.0.1:1", {.auto_connect = false});
  client.start();
  const auto timers = use_from_four_threads(client, counts, [&] { client.stop(); });
  cancel_while(timers, [&] { client.join(); });
  EXPECT_GT(counts.posts, 0);
}

TEST(TimersThreads, OfAClientThatIsDestroyed) {
  Counts counts;
  std::optional<Client> client(std::in_place, "http://127.0.0.1:1",
                               ClientOptions{.auto_connect = false});
  client->start();
  const auto timers = use_from_four_threads(*client, counts, [] {});
  cancel_while(timers, [&] { client.reset(); });
  EXPECT_GE(1200, counts.posts);
}

}  // namespace
}  // namespace socketio::support
