// SPDX-License-Identifier: MIT
// RequestDispatcher: where a request goes. First it handles CORS; a path below Socket.IO's goes to
// the client's files, or through the engine's middlewares to Engine.IO, any other to the router.
// Loop's thread only.
#pragma once

#include "base/loop_place.hpp"
#include "engine/server/session_server.hpp"
#include "server/client_files.hpp"
#include "server/cors.hpp"
#include "server/http_connection.hpp"
#include "server/pending_requests.hpp"
#include "server/router.hpp"

#include <socketio/engine.hpp>
#include <socketio/server_options.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::server {

using EngineMiddleware = RequestHandler<EngineDecision>;

class RequestDispatcher final : public RequestSink {
 public:
  /// Without timers the router's handlers answer on the loop.
  RequestDispatcher(const ServerOptions& options, engine::SessionServer& engine,
                    std::shared_ptr<RouterState> router,
                    const std::shared_ptr<core::Timers>& timers = nullptr);
  ~RequestDispatcher() override;

  Cors& cors() { return cors_; }
  const std::shared_ptr<PendingRequests>& pending() const { return pending_; }
  /// The hook is called with what the router's handlers throw.
  void set_router_error_hook(HttpErrorHook hook) { router_error_hook_ = std::move(hook); }
  /// Middlewares see requests for the engine before it does.
  void add_middleware(EngineMiddleware middleware);
  /// The hook is called with what middlewares throw.
  void set_middleware_error_hook(std::function<void(const std::exception_ptr&)> hook) {
    middleware_error_hook_ = std::move(hook);
  }
  const ConnectionOptions& connection_options() const override { return connection_options_; }
  using Mover = std::function<void(std::size_t loop, DetachedConnection connection)>;
  /// Of several loops: which one this is, and how a connection gets to another.
  void set_place(const LoopPlace& place, Mover mover) {
    place_ = place;
    mover_ = std::move(mover);
  }
  std::optional<std::size_t> loop_of(const http::Request& request) const override;
  void move(std::size_t loop, DetachedConnection connection) override {
    mover_(loop, std::move(connection));
  }
  void accept(const std::shared_ptr<HttpExchange>& exchange) override;

 private:
  class BodyWaiter;

  void accept_engine(const std::shared_ptr<HttpExchange>& exchange, std::string_view path);
  /// Asks the middlewares from the one at `next` on, then enters the engine.
  void run_middlewares(const std::shared_ptr<HttpExchange>& exchange, std::size_t next);
  /// Does what the middleware at `asked` has decided.
  void follow(const std::shared_ptr<HttpExchange>& exchange, std::optional<EngineDecision> decision,
              std::size_t asked);
  void enter_engine(const std::shared_ptr<HttpExchange>& exchange);
  void route(const std::shared_ptr<HttpExchange>& exchange) const;
  /// Nothing if the path is none of a file.
  std::optional<http::Response> client_file(const http::Request& request,
                                            std::string_view path) const;

  std::string engine_prefix_;
  const ClientFiles client_files_;
  Cors cors_;
  ConnectionOptions connection_options_;
  engine::SessionServer& engine_;
  std::shared_ptr<RouterState> router_;
  HttpErrorHook router_error_hook_;
  std::vector<std::shared_ptr<const EngineMiddleware>> middlewares_;
  std::function<void(const std::exception_ptr&)> middleware_error_hook_;
  LoopPlace place_;
  Mover mover_;
  const std::shared_ptr<PendingRequests> pending_;
  std::shared_ptr<BodyWaiter> body_waiter_;
};

}  // namespace socketio::server
