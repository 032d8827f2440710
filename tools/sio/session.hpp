// SPDX-License-Identifier: MIT
// Session: the one connection of a subcommand, with its context, client, signals and exit code.
//
// Life cycle: made -> handlers are registered -> run_while(), as often as needed -> finish(code)
// -> run() disconnects and returns the code. SIGINT and SIGTERM finish it; a second one kills the
// process. Other work on the context must end when finish() is called; otherwise run() waits for
// it. One thread.
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
  /// `interrupted` is the exit code if a signal ends the session. Throws UsageError.
  Session(const Target& target, int interrupted);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  boost::asio::io_context& context() { return context_; }
  socketio::Client& client() { return *client_; }
  /// The socket for the command line's namespace.
  socketio::ClientSocket socket() const { return socket_; }

  /// Only the first call counts.
  void finish(int code);
  bool finished() const { return code_.has_value(); }
  /// Calls `done` after `time`, unless the session finishes before.
  void after(std::chrono::milliseconds time, std::function<void()> done);
  /// If the server does not let the socket join within the time that an attempt to connect may
  /// take, prints an error and finishes.
  void limit_joining();
  /// Calls `done` once the server has handled what was emitted before, or if there is no connection
  /// to it. Disconnecting earlier is risky: socket.io drops events whose client has disconnected.
  void when_received(const std::function<void()>& done);
  /// Replaces what SIGINT does.
  void on_interrupt(std::function<void()> handler) { interrupt_ = std::move(handler); }

  /// Runs until finish() has been called and the connection is closed.
  int run();
  /// Handles events while `waiting()` is true and the session has not finished.
  void run_while(const std::function<bool()>& waiting);

 private:
  /// How long the disconnecting may take.
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
