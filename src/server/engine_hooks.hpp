// SPDX-License-Identifier: MIT
// EngineHooks: the hooks of an engine::SessionServer, with the application's functions behind them: those
// in ServerOptions, those for headers (Engine) and for refused requests
// (Server::on_connection_error). It also adds the session's cookie.
//
// Life cycle: made -> attach() to the engine's server, which it must outlive. Loop's thread only.
#pragma once

#include "engine/server/session_server.hpp"
#include "server/pending_requests.hpp"
#include "server/session_cookie.hpp"

#include <socketio/server.hpp>
#include <socketio/server_options.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::server {

class EngineHooks {
 public:
  using RefusalHandler = std::function<void(const RefusedRequest&)>;
  using Report = std::function<void(std::string_view what, const std::exception_ptr& thrown)>;

  /// `options` outlive it. `report` gets what users' functions throw. Throws std::invalid_argument
  /// for a cookie that is none.
  EngineHooks(const ServerOptions& options, Report report);
  void attach(engine::SessionServer& engine, std::shared_ptr<PendingRequests> pending);

  void add_refusal_handler(RefusalHandler handler) { add(refusal_, std::move(handler)); }
  void add_initial_headers_handler(Engine::HeadersHandler handler) {
    add(initial_headers_, std::move(handler));
  }
  void add_headers_handler(Engine::HeadersHandler handler) { add(headers_, std::move(handler)); }

 private:
  template <class F>
  using List = std::vector<std::shared_ptr<const F>>;

  template <class F>
  static void add(List<F>& list, F function) {
    list.push_back(std::make_shared<const F>(std::move(function)));
  }
  /// Reports what the function of that name has thrown.
  std::function<void(const std::exception_ptr&)> report_as(const char* what) const;
  void add_headers(const engine::Exchange& exchange, const engine::Session& session,
                   http::Response& response) const;
  /// Calls each; reports what it throws under the name `what`.
  template <class F, class... Arguments>
  void call(const List<F>& handlers, const char* what, Arguments&... arguments) const;
  void notify_refusal(const engine::Exchange& exchange, engine::Refusal refusal,
                      json context) const;
  /// The request for handlers, which may keep it.
  HttpRequest snapshot(const engine::Exchange& exchange) const;

  const ServerOptions& options_;
  std::shared_ptr<PendingRequests> pending_;
  Report report_;
  std::optional<SessionCookie> cookie_;
  List<RefusalHandler> refusal_;
  List<Engine::HeadersHandler> initial_headers_;
  List<Engine::HeadersHandler> headers_;
};

}  // namespace socketio::server
