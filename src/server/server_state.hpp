// SPDX-License-Identifier: MIT
// ServerState: the parts of one server and how they are wired: loop, Socket.IO node, Engine.IO
// server, dispatcher, listeners. What Server is a handle to.
//
// Life cycle: made -> run() by one thread, which keeps it alive -> close(), which is final. Loop's
// thread, but for close() and shut_down().
#pragma once

#include "core/server/node.hpp"
#include "engine/server/server.hpp"
#include "net/asio_loop.hpp"
#include "net/exit_hook.hpp"
#include "net/listener.hpp"
#include "net/tcp_stream.hpp"
#include "server/request_dispatcher.hpp"

#include <socketio/server.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

namespace socketio::server {

class ServerState : public std::enable_shared_from_this<ServerState> {
 public:
  /// With a context of its own, or on the user's.
  static std::shared_ptr<ServerState> make(ServerOptions options,
                                           boost::asio::io_context* context = nullptr);
  ~ServerState();
  ServerState(const ServerState&) = delete;
  ServerState& operator=(const ServerState&) = delete;

  core::Node& node() { return node_; }
  engine::Server& engine() { return engine_; }
  Router& router() { return router_; }
  net::AsioLoop& loop() { return *loop_; }

  std::uint16_t listen(std::string_view address, std::uint16_t port, std::error_code& error);
  void run();
  void stop_on_signals();
  void close();
  /// Another thread's run() has returned after this; the calling thread's returns soon.
  void shut_down() { shut_down({}); }

 private:
  ServerState(ServerOptions options, boost::asio::io_context* context);

  /// Gives up waiting after `limit`, if there is one.
  void shut_down(std::optional<std::chrono::seconds> limit);
  void accept(net::Socket socket);
  void close_now();
  /// ServerOptions::allow_request; one that throws refuses.
  std::optional<std::string> decide(const engine::Exchange& exchange);
  /// Tells the error hook of "/" about the exception that is being handled; no socket is concerned.
  void report(std::string_view what) noexcept;

  ServerOptions options_;
  std::unique_ptr<boost::asio::io_context> own_context_;
  boost::asio::io_context& context_;
  std::shared_ptr<net::AsioLoop> loop_;
  std::shared_ptr<net::OpenStreams> open_streams_ = std::make_shared<net::OpenStreams>();
  core::Node node_;
  const std::shared_ptr<core::NamespaceState> main_ = node_.of("/");
  engine::Server engine_;
  std::shared_ptr<RouterState> router_state_ = std::make_shared<RouterState>();
  Router router_{router_state_};
  RequestDispatcher dispatcher_;
  std::vector<std::shared_ptr<net::Listener>> listeners_;
  std::optional<boost::asio::signal_set> signals_;
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work_;
  bool closed_ = false;
  std::atomic<bool> closing_ = false;  // close() was called, and takes effect in its turn

  std::mutex running_mutex_;
  std::condition_variable stopped_running_;
  std::thread::id runner_;  // who runs it now
  bool shut_ = false;
  std::optional<net::ExitHook> exit_hook_;
};

}  // namespace socketio::server
