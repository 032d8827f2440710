// SPDX-License-Identifier: MIT
// Whoever ends something from another thread waits for the running handler, but not for the events
// that were read together with its event. Here 200 events arrive in one read, and each way to end
// occurs during the third.
#include "support/live_server.hpp"

#include <socketio/asio.hpp>
#include <socketio/client.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

namespace socketio::support {
namespace {

constexpr int events = 200;
constexpr int meeting = 3;

enum class Call : std::uint8_t { returns_at_once, waits_for_the_loop };

/// The work of the handlers: blocks in the third event until the end is called, and counts those
/// that start later.
class Work {
 public:
  explicit Work(Call call) : call_(call) {}

  void handle() {
    std::unique_lock lock(mutex_);
    if (ending_) ++late_;
    const bool is_ending = ending_;
    if (++begun_ == meeting) {
      changed_.notify_all();
      const auto goes_on = [this] { return call_ == Call::returns_at_once ? ended_ : ending_; };
      EXPECT_TRUE(changed_.wait_for(lock, patience, goes_on));
    }
    lock.unlock();
    // Long enough for another thread to run meanwhile.
    if (is_ending) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }

  /// Calls `end` while the third event is being handled.
  void meet(const std::function<void()>& end) {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(changed_.wait_for(lock, patience, [this] { return begun_ >= meeting; }));
    ending_ = true;
    changed_.notify_all();
    lock.unlock();
    end();
    lock.lock();
    ended_ = true;
    changed_.notify_all();
  }

  bool is_ending() const {
    const std::lock_guard lock(mutex_);
    return ending_;
  }

  /// On a busy machine a few may start between the call and its effect.
  void expect_few_late() const {
    const std::lock_guard lock(mutex_);
    EXPECT_LE(late_, call_ == Call::returns_at_once ? 0 : events / 10);
  }

 private:
  const Call call_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int begun_ = 0;
  int late_ = 0;
  bool ending_ = false;
  bool ended_ = false;
};

enum class Running : std::uint8_t { run, start, poll, context };
enum class Ending : std::uint8_t {
  destruction,
  stop_and_join,
  stop,
  disconnect,
  socket_disconnect,
  disconnect_of_a_socket_that_is_asked_for
};

Call call_of(Ending ending) {
  const bool waits = ending == Ending::destruction || ending == Ending::stop_and_join ||
                     ending == Ending::disconnect_of_a_socket_that_is_asked_for;
  return waits ? Call::waits_for_the_loop : Call::returns_at_once;
}

std::string url(std::uint16_t port) { return "http://127.0.0.1:" + std::to_string(port); }

class UnreadEvents : public testing::TestWithParam<std::tuple<Running, Ending, std::string>> {
 protected:
  Running running() const { return std::get<0>(GetParam()); }
  Ending ending() const { return std::get<1>(GetParam()); }
  ClientOptions options() const { return {.transports = {std::get<2>(GetParam())}}; }

  void make() {
    client = running() == Running::context ? make_client(context, url(server.port), options())
                                           : std::make_unique<Client>(url(server.port), options());
    socket.emplace(client->socket());
    socket->on("told", [this](int) { work.handle(); });
    socket->on_disconnect([this] { log.add("disconnected"); });
  }
  void go() {
    switch (running()) {
      case Running::run:
        thread = std::thread([one = client.get()] { one->run(); });
        return;
      case Running::start:
        return client->start();
      case Running::poll:
        thread = std::thread([this, one = client.get()] {
          while (!work.is_ending()) one->poll();
          // The client must not be polled while it is destroyed.
          while (ending() != Ending::destruction && !over) one->poll();
        });
        return;
      case Running::context:
        thread = std::thread([this] { context.run(); });
        return;
    }
  }
  void end() {
    switch (ending()) {
      case Ending::destruction:
        return client.reset();
      case Ending::stop_and_join:
        client->stop();
        return client->join();
      case Ending::stop:
        return client->stop();
      case Ending::disconnect:
        return client->disconnect();
      case Ending::socket_disconnect:
        return socket->disconnect();
      case Ending::disconnect_of_a_socket_that_is_asked_for:
        return client->socket().disconnect();
    }
  }

  LiveServer server{{}, [](Server& io) {
                      io.on_connection([](Socket connected) {
                        for (int i = 0; i < events; ++i) connected.emit("told", i);
                      });
                    }};
  boost::asio::io_context context;
  Work work{call_of(ending())};
  Log log;
  std::atomic<bool> over = false;
  std::thread thread;
  std::unique_ptr<Client> client;
  std::optional<ClientSocket> socket;
};

TEST_P(UnreadEvents, OfAClientThatEndsAreDropped) {
  make();
  go();
  work.meet([this] { end(); });
  // A client that is destroyed notifies nobody.
  if (ending() != Ending::destruction) log.wait_for("disconnected");
  over = true;
  if (client) client->stop();
  if (thread.joinable()) thread.join();
  work.expect_few_late();
}

INSTANTIATE_TEST_SUITE_P(
    All, UnreadEvents,
    testing::Combine(testing::Values(Running::run, Running::start, Running::poll, Running::context),
                     testing::Values(Ending::destruction, Ending::stop_and_join, Ending::stop,
                                     Ending::disconnect, Ending::socket_disconnect,
                                     Ending::disconnect_of_a_socket_that_is_asked_for),
                     testing::Values("polling", "websocket")));

// --- The server ---

enum class ServerEnding : std::uint8_t { destruction, stop, close, disconnect, disconnect_sockets };

class UnreadEventsOfServers
    : public testing::TestWithParam<std::tuple<Running, ServerEnding, std::string>> {};

TEST_P(UnreadEventsOfServers, AreDropped) {
  const auto [running, ending, transport] = GetParam();
  Work work(ending == ServerEnding::destruction ? Call::waits_for_the_loop : Call::returns_at_once);
  Log log;
  std::optional<Socket> socket;
  boost::asio::io_context context;
  auto io = running == Running::context ? make_server(context) : std::make_unique<Server>();
  io->on_connection([&](Socket connected) { socket = connected; });
  io->on_disconnect([&] { log.add("disconnected"); });
  io->on("told", [&](int) { work.handle(); });
  const std::uint16_t port = io->listen("127.0.0.1", 0);
  std::thread thread([&, running = running, one = io.get()] {
    running == Running::context ? void(context.run()) : one->run();
  });
  Client client(url(port), {.transports = {transport}});
  for (int i = 0; i < events; ++i) client.socket().emit("told", i);
  client.start();
  work.meet([&, ending = ending] {
    switch (ending) {
      case ServerEnding::destruction:
        return io.reset();
      case ServerEnding::stop:
        return io->stop();
      case ServerEnding::close:
        return io->close();
      case ServerEnding::disconnect:
        return socket->disconnect();
      case ServerEnding::disconnect_sockets:
        return io->disconnect_sockets();
    }
  });
  log.wait_for("disconnected");
  if (io) io->close();
  thread.join();
  work.expect_few_late();
}

INSTANTIATE_TEST_SUITE_P(OnItsOwn, UnreadEventsOfServers,
                         testing::Combine(testing::Values(Running::run),
                                          testing::Values(ServerEnding::destruction,
                                                          ServerEnding::stop, ServerEnding::close,
                                                          ServerEnding::disconnect,
                                                          ServerEnding::disconnect_sockets),
                                          testing::Values("polling", "websocket")));
INSTANTIATE_TEST_SUITE_P(OnTheUsersContext, UnreadEventsOfServers,
                         testing::Combine(testing::Values(Running::context),
                                          testing::Values(ServerEnding::stop, ServerEnding::close,
                                                          ServerEnding::disconnect,
                                                          ServerEnding::disconnect_sockets),
                                          testing::Values("polling", "websocket")));

}  // namespace
}  // namespace socketio::support
