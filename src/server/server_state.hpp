// SPDX-License-Identifier: MIT
// ServerState: one server, with its options, its routes, its workers, and the threads that run them.
// Server is a handle to it.
//
// Life cycle: made -> run() by one thread, which keeps it alive, and runs the first worker -> [drain()]
// -> close(), which is final. The first loop's thread, except accept(), close(), drain(), shut_down(),
// listen(), each_worker() and metrics().
#pragma once

#include "net/exit_hook.hpp"
#include "server/connection_limits.hpp"
#include "server/loop_bus.hpp"
#include "server/loop_group.hpp"
#include "server/router.hpp"
#include "server/worker.hpp"

#include <socketio/metrics.hpp>
#include <socketio/server.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace socketio::server {

class ServerState : public std::enable_shared_from_this<ServerState> {
 public:
  /// Makes one with a context of its own, or on the user's.
  static std::shared_ptr<ServerState> make(ServerOptions options,
                                           boost::asio::io_context* context = nullptr);
  ~ServerState();
  ServerState(const ServerState&) = delete;
  ServerState& operator=(const ServerState&) = delete;

  /// The first.
  Worker& worker() { return *workers_.front(); }
  const Worker& worker() const { return *workers_.front(); }
  bool has_several_workers() const { return workers_.size() > 1; }
  LoopGroup& group() { return group_; }
  /// Calls `use(Worker&)` for each on its loop: at once where this thread runs it, and if none runs;
  /// otherwise soon.
  template <class Use>
  void each_worker(Use use) {
    group_.each([this, use = std::move(use)](std::size_t index) { use(*workers_[index]); });
  }
  /// Of all loops; of those that other threads run, as they were a moment ago.
  Metrics metrics() const;
  std::size_t session_count() const;
  Router& router() { return router_; }
  Engine& engine() { return engine_; }

  std::uint16_t listen(const ListenOptions& options, std::error_code& error);
  void accept(int descriptor, std::string received, std::error_code& error);
  void run();
  /// The first signal drains, if `spread` is given.
  void stop_on_signals(std::optional<std::chrono::milliseconds> spread = {});
  void close();
  void drain(std::chrono::milliseconds spread);
  /// After this, run() on another thread has returned; on the calling thread it returns soon.
  void shut_down() { shut_down({}); }

 private:
  ServerState(ServerOptions options, boost::asio::io_context* context);

  /// The threads of the loops but the first, which the caller's runs.
  void run_loops();
  void run_loop(std::size_t index);
  /// Lets every run_loop() return.
  void stop_loops();
  /// No loop runs: what is called on any is called on this thread.
  void adopt_loops();
  /// Called on a loop while it runs. `running_mutex_` is locked.
  bool is_on_loop() const;
  /// Stops waiting after `limit`, if there is one.
  void shut_down(std::optional<std::chrono::seconds> limit);
  void await_signal(std::optional<std::chrono::milliseconds> spread);
  void close_now();
  void drain_now(std::chrono::milliseconds spread);
  /// One of the workers has no session any more. First loop.
  void on_drained();
  /// Runs `end` here if the first loop is this thread's or nobody's: a new server may want the port now.
  /// Otherwise on that loop, after the running handler. Returns whether the loop is nobody's.
  bool end_on_loop(std::function<void()> end);
  void end_soon(std::function<void()> end);

  const ServerOptions options_;
  const std::shared_ptr<RouterState> router_state_ = std::make_shared<RouterState>();
  Router router_{router_state_};
  Engine engine_{*this};
  ConnectionLimits limits_{options_.limits};
  LoopGroup group_;
  std::shared_ptr<LoopBuses> buses_;  // null for one loop
  /// Uses the worker's context, so it is reset before that is destroyed.
  std::optional<boost::asio::signal_set> signals_;
  bool closed_ = false;
  std::size_t draining_ = 0;
  // close() or drain() has been called and takes effect in its turn.
  std::atomic<bool> closing_ = false;

  std::mutex running_mutex_;
  std::condition_variable stopped_running_;
  // The thread that is in run() now.
  std::thread::id runner_;
  struct LoopRun {
    bool is_running = false;
    std::thread::id thread;
  };
  std::vector<LoopRun> runs_;
  bool shut_ = false;
  std::optional<net::ExitHook> exit_hook_;
  /// The last member, so that tasks on their loops find the others alive.
  Workers workers_;
};

}  // namespace socketio::server
