// SPDX-License-Identifier: MIT
// ClientBase: what socketio::Client (client.hpp) and engine::Client (engine_client.hpp) have in common:
// how they run. Both say more about their life cycle and threads.
#pragma once

#include <socketio/timer.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace socketio {

namespace client {
class ClientState;
}

class ClientBase : public detail::RunsLater {
 public:
  ClientBase(const ClientBase&) = delete;
  ClientBase& operator=(const ClientBase&) = delete;

  /// Runs on this thread until stop().
  void run();
  /// Runs on a thread of its own until stop() or destruction.
  void start();
  /// Handles what is ready now and returns without waiting. Returns how many things that were.
  std::size_t poll();
  /// Leaves the server. Ends run() or the thread as soon as the server has what was sent, or after
  /// three seconds. If run() has not been called yet, the next one returns at once. Timers are
  /// cancelled, and sleeping coroutines are destroyed.
  void stop();
  /// Waits until start()'s thread, or run() on another thread, has ended after stop().
  void join();
  /// SIGINT and SIGTERM call stop().
  void stop_on_signals();

  /// Opens the connection, for clients without auto_connect; otherwise it opens by itself.
  void connect();
  /// Replaces the option, from the next connection on. The URL's query stays.
  void set_query(std::vector<std::pair<std::string, std::string>> query);
  void set_extra_headers(std::vector<std::pair<std::string, std::string>> headers);

 protected:
  explicit ClientBase(std::shared_ptr<client::ClientState> state);
  ~ClientBase();
  client::ClientState& state() const { return *state_; }

 private:
  const std::shared_ptr<client::ClientState> state_;
};

}  // namespace socketio
