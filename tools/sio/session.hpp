// SPDX-License-Identifier: MIT
// Session: one connection of one subcommand: context, client, signals, and the exit code.
//
// Life cycle: made -> handlers are registered -> run_while(), as often as needed -> finish(code) ->
// run() returns the code after the goodbye. SIGINT and SIGTERM finish it; once more, they
// kill. Whoever waits for something else on the context ends that when finish() is called, or has
// run() wait for it. One thread.
#pragma once

#include "target.hpp"

#include <socketio/asio.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace sio {

class Session {
 public:
  /// `interrupted` is the exit code of one that a signal ends. Throws UsageError.
  Session(const Target& target, int interrupted);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  boost::asio::io_context& context() { return context_; }
  socketio::Client& client() { return *client_; }
  /// The one that the command line means.
  socketio::ClientSocket socket() const { return socket_; }

  /// The first call counts.
  void finish(int code);
  bool finished() const { return code_.has_value(); }
  /// Calls `done` unless the session finishes before.
  void after(std::chrono::milliseconds time, std::function<void()> done);
  /// Says so and finishes if the server lets the socket wait longer than an attempt to connect may
  /// take before it joins.
  void limit_joining();
  /// Calls `done` once the server has handled what was emitted before, or there is no connection to
  /// it. Who says goodbye earlier risks it: socket.io drops events whose client has left.
  void when_received(const std::function<void()>& done);
  /// What SIGINT does instead of finishing.
  void on_interrupt(std::function<void()> handler) { interrupt_ = std::move(handler); }

  /// Until finish(), and the goodbye.
  int run();
  /// Handles what happens while `waiting()` and nothing has finished the session.
  void run_while(const std::function<bool()>& waiting);

 private:
  /// How long the goodbye may take.
  static constexpr std::chrono::seconds goodbye_time{3};

  void await_signal();
  void on_join_timer();

  boost::asio::io_context context_{1};
  boost::asio::signal_set signals_{context_};
  boost::asio::steady_timer timer_{context_};
  boost::asio::steady_timer join_timer_{context_};
  std::function<void()> interrupt_;
  const int interrupted_;
  const std::chrono::milliseconds connect_timeout_;
  std::optional<int> code_;
  std::unique_ptr<socketio::Client> client_;
  socketio::ClientSocket socket_;
};

}  // namespace sio
