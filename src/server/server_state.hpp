// SPDX-License-Identifier: MIT
// ServerState: the parts of one server and how they are wired: loop, Socket.IO node, Engine.IO
// server, site, listeners. What Server is a handle to. Loop's thread, but for post-and-forget
// stop() and close().
#pragma once

#include "core/node.hpp"
#include "engine/server.hpp"
#include "net/asio_loop.hpp"
#include "net/listener.hpp"
#include "net/tcp_stream.hpp"
#include "server/site.hpp"

#include <socketio/server.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <vector>

namespace socketio::server {

class ServerState {
 public:
  /// With a context of its own, or on the user's.
  explicit ServerState(ServerOptions options, boost::asio::io_context* context = nullptr);
  ~ServerState();

  core::Node& node() { return node_; }
  engine::Server& engine() { return engine_; }
  Router& router() { return router_; }
  net::AsioLoop& loop() { return *loop_; }

  std::uint16_t listen(std::string_view address, std::uint16_t port, std::error_code& error);
  void run();
  void stop();
  void stop_on_signals();
  void close();

 private:
  void accept(int descriptor);
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
  Site site_;
  std::vector<std::shared_ptr<net::Listener>> listeners_;
  std::optional<boost::asio::signal_set> signals_;
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work_;
  bool closed_ = false;
};

}  // namespace socketio::server
