// SPDX-License-Identifier: MIT
// How connections are spread over the loops of a server while many clients come and go at once.
#include "base/loop_place.hpp"
#include "support/http_client.hpp"
#include "support/live_server.hpp"
#include "support/simulated_loop.hpp"

#include <socketio/server.hpp>

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <utility>
#include <vector>

namespace socketio::support {
namespace {

constexpr std::size_t loops = 4;
using PerLoop = std::array<std::size_t, loops>;

/// One of the threads that connect: about half of its clients stay, the others leave meanwhile, each some
/// time after its handshake.
class Crowd {
 public:
  explicit Crowd(std::uint64_t seed) : dice_(seed) {}

  void connect(std::uint16_t port, std::size_t connects) {
    constexpr std::size_t leave_late = 4;
    for (std::size_t i = 0; i < connects; ++i) {
      auto client = std::make_unique<HttpClient>(port);
      const auto opened = client->ask(request_text("GET", engine_query));
      ASSERT_TRUE(opened) << "handshake " << i;
      const std::string sid = opened->body.substr(opened->body.find("sid") + 6, 20);
      const std::size_t loop = owner_of(sid, loops);
      ++served_[loop];
      if (dice_.one_in(2)) {
        ++staying_[loop];
        stay_.push_back(std::move(client));
        continue;
      }
      leave_.push_back(std::move(client));
      if (leave_.size() > leave_late) leave_.erase(leave_.begin());
    }
    leave_.clear();
  }
  void add_to(PerLoop& served, PerLoop& staying) const {
    for (std::size_t loop = 0; loop < loops; ++loop) {
      served[loop] += served_[loop];
      staying[loop] += staying_[loop];
    }
  }

 private:
  Dice dice_;
  PerLoop served_{};
  PerLoop staying_{};
  std::vector<std::unique_ptr<HttpClient>> stay_;
  std::vector<std::unique_ptr<HttpClient>> leave_;
};

void expect_even(const PerLoop& counts, double tolerance, const std::string& what) {
  const double all = std::accumulate(counts.begin(), counts.end(), 0.0);
  for (const std::size_t count : counts)
    EXPECT_LE(static_cast<double>(count), (1 + tolerance) * all / loops) << what;
}

// Connections go to the loop with the fewest. So those that stay are even, and of all that a loop has
// served, those that have left depend on chance.
TEST(LoopsSpread, AStormIsSpreadEvenly) {
  constexpr std::size_t crowds = 4;
  constexpr std::size_t connects = 500;
  ServerOptions options;
  options.threads = loops;
  // Who stays says nothing more.
  options.limits.keep_alive_timeout = std::chrono::minutes(10);
  // Both ends of a thousand connections are in this process.
  rlimit descriptors{};
  ::getrlimit(RLIMIT_NOFILE, &descriptors);
  descriptors.rlim_cur = descriptors.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &descriptors);
  LiveServer server(options);
  std::vector<Crowd> all;
  for (std::size_t i = 0; i < crowds; ++i) all.emplace_back(i);
  std::vector<std::thread> threads;
  for (Crowd& crowd : all)
    threads.emplace_back([&crowd, &server] { crowd.connect(server.port, connects); });
  for (std::thread& thread : threads) thread.join();
  PerLoop served{};
  PerLoop staying{};
  for (const Crowd& crowd : all) crowd.add_to(served, staying);
  expect_even(served, 0.25, "served");
  expect_even(staying, 0.1, "staying");
}

}  // namespace
}  // namespace socketio::support
