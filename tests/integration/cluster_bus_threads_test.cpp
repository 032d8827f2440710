// SPDX-License-Identifier: MIT
// An adapter of the application's own with several loops: its bus receives on any thread, before,
// while and after the server runs. Meant for the thread sanitizer as much as for its own checks.
#include "support/live_server.hpp"
#include "support/own_bus.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace socketio::support {
namespace {

class Servers {
 public:
  Servers() {
    for (auto& server : servers_) server = start();
  }
  LiveServer& operator[](std::size_t index) { return *servers_[index]; }
  void replace(std::size_t index) {
    servers_[index].reset();
    servers_[index] = start();
  }
  /// Of every server that has been here.
  std::vector<ClusterBus::Receiver> receivers() {
    const std::lock_guard lock(mutex_);
    return receivers_;
  }

 private:
  std::unique_ptr<LiveServer> start() {
    ServerOptions options{.threads = 2};
    options.adapter = cluster_adapter([this](ClusterBus::Receiver receiver) {
      const std::lock_guard lock(mutex_);
      receivers_.push_back(receiver);
      return std::make_unique<AnsweringBus>(network_, std::move(receiver));
    });
    return std::make_unique<LiveServer>(std::move(options), [](Server& io) {
      io.on("shout", [&io](Socket&, int number) { io.emit("shouted", number); });
      io.on("count", [&io](Socket&, Ack<std::size_t> done) {
        io.fetch_sockets().then([done](const FetchedSockets& all) { done(all.size()); });
      });
    });
  }

  const std::shared_ptr<OwnNetwork> network_ = std::make_shared<OwnNetwork>();
  std::mutex mutex_;
  std::vector<ClusterBus::Receiver> receivers_;
  std::array<std::unique_ptr<LiveServer>, 2> servers_;
};

TEST(ClusterBusThreads, EventsArriveInOrderWhileOtherThreadsBringGarbage) {
  Servers servers;
  std::atomic<bool> ends = false;
  std::thread foreigner([&] {
    while (!ends) {
      for (const auto& receiver : servers.receivers()) receiver.receive("{\"type\":3}");
      // So rarely that nothing has to be dropped.
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  SocketClient speaker(servers[0].port);
  auto listener = std::make_unique<SocketClient>(servers[1].port);
  ASSERT_TRUE(speaker.joined() && listener->joined());
  const auto see_two = [&] {
    return eventually([&] {
      speaker.send("420[\"count\"]");
      std::string answer;
      do {
        answer = speaker.packet();
      } while (!answer.empty() && !answer.starts_with("430"));
      return answer == "430[2]";
    });
  };
  ASSERT_TRUE(see_two());
  for (int i = 0; i < 50; ++i) speaker.send("42[\"shout\"," + std::to_string(i) + "]");
  for (int i = 0; i < 50; ++i)
    EXPECT_EQ(listener->packet(), "42[\"shouted\"," + std::to_string(i) + "]");

  // One server ends in the middle of it, and another one takes its place.
  for (int i = 0; i < 50; ++i) speaker.send("42[\"shout\"," + std::to_string(i) + "]");
  listener.reset();
  servers.replace(1);
  SocketClient newcomer(servers[1].port);
  ASSERT_TRUE(newcomer.joined());
  EXPECT_TRUE(see_two());
  ends = true;
  foreigner.join();
  EXPECT_FALSE(servers.receivers()[1].receive("{}"));
}

}  // namespace
}  // namespace socketio::support
