// SPDX-License-Identifier: MIT
// ServerState: one server, with its options, its routes, its worker, and the thread that runs it.
// Server is a handle to it.
//
// Life cycle: made -> run() by one thread, which keeps it alive -> [drain()] -> close(), which is
// final. Loop's thread, except accept(), close(), drain() and shut_down().
#pragma once

#include "net/exit_hook.hpp"
#include "server/router.hpp"
#include "server/worker.hpp"

#include <socketio/server.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

namespace socketio::server {

class ServerState : public std::enable_shared_from_this<ServerState> {
 public:
  /// Makes one with a context of its own, or on the user's.
  static std::shared_ptr<ServerState> make(ServerOptions options,
                                           boost::asio::io_context* context = nullptr);
  ~ServerState();
  ServerState(const ServerState&) = delete;
  ServerState& operator=(const ServerState&) = delete;

  Worker& worker() { return worker_; }
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

  /// Stops waiting after `limit`, if there is one.
  void shut_down(std::optional<std::chrono::seconds> limit);
  void await_signal(std::optional<std::chrono::milliseconds> spread);
  void close_now();
  void drain_now(std::chrono::milliseconds spread);
  /// Runs `end` here if the loop is this thread's or nobody's: a new server may want the port now.
  /// Otherwise on the loop, after the running handler. Returns whether the loop is nobody's.
  bool end_on_loop(std::function<void()> end);
  void end_soon(std::function<void()> end);

  const ServerOptions options_;
  const std::shared_ptr<RouterState> router_state_ = std::make_shared<RouterState>();
  Router router_{router_state_};
  Engine engine_{worker_};
  /// Uses the worker's context, so it is reset before that is destroyed.
  std::optional<boost::asio::signal_set> signals_;
  bool closed_ = false;
  // close() or drain() has been called and takes effect in its turn.
  std::atomic<bool> closing_ = false;

  std::mutex running_mutex_;
  std::condition_variable stopped_running_;
  // The thread that runs it now.
  std::thread::id runner_;
  bool shut_ = false;
  std::optional<net::ExitHook> exit_hook_;
  /// The last member, so that tasks on its loop find the others alive.
  Worker worker_;
};

}  // namespace socketio::server
