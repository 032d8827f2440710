// SPDX-License-Identifier: MIT
#include "server/request_dispatcher.hpp"

#include "codec/websocket/handshake.hpp"

#include <unordered_map>

namespace socketio::server {

namespace {

/// Paths that begin with it are Socket.IO's.
std::string prefix_of(const ServerOptions& options) {
  std::string prefix = options.path.empty() ? "/socket.io" : options.path;
  if (prefix.ends_with('/')) prefix.pop_back();
  if (options.add_trailing_slash) prefix.push_back('/');
  return prefix;
}

}  // namespace

/// Keeps requests for the router until their body is complete.
class RequestDispatcher::BodyWaiter final : public engine::ExchangeListener {
 public:
  explicit BodyWaiter(const RequestDispatcher& dispatcher) : dispatcher_(dispatcher) {}

  static void wait(const std::shared_ptr<BodyWaiter>& self,
                   const std::shared_ptr<HttpExchange>& exchange) {
    self->waiting_.emplace(exchange.get(), exchange);
    exchange->set_listener(self);
  }
  void on_body(engine::Exchange& exchange) override {
    const auto found = waiting_.extract(&exchange);
    if (const auto complete = found.mapped().lock()) dispatcher_.route(complete);
  }
  void on_abort(engine::Exchange& exchange, Abort) override { waiting_.erase(&exchange); }

 private:
  const RequestDispatcher& dispatcher_;
  std::unordered_map<const engine::Exchange*, std::weak_ptr<HttpExchange>> waiting_;
};

RequestDispatcher::RequestDispatcher(const ServerOptions& options, engine::SessionServer& engine,
                                     std::shared_ptr<RouterState> router,
                                     const std::shared_ptr<core::Timers>& timers)
    : engine_prefix_(prefix_of(options)),
      client_files_(options.serve_client ? built_in_client_files() : ClientFiles{}),
      cors_(options.cors),
      engine_(engine),
      router_(std::move(router)),
      pending_(std::make_shared<PendingRequests>(timers)),
      body_waiter_(std::make_shared<BodyWaiter>(*this)) {
  connection_options_.http = {options.limits.header_bytes, options.limits.header_count,
                              options.limits.target_bytes, options.max_payload_bytes};
  connection_options_.header_timeout = options.limits.header_timeout;
  connection_options_.body_timeout = options.limits.body_timeout;
  connection_options_.request_timeout = options.limits.request_timeout;
  connection_options_.keep_alive_timeout = options.limits.keep_alive_timeout;
  connection_options_.stall_timeout = options.backpressure.stall_timeout;
  connection_options_.proxy_trust = ProxyTrust::from(options.trust_proxy);
}

RequestDispatcher::~RequestDispatcher() = default;

std::optional<std::size_t> RequestDispatcher::loop_of(const http::Request& request) const {
  if (place_.count == 1 || !request.path().starts_with(engine_prefix_)) return std::nullopt;
  const std::string sid = http::query_value(request.query(), "sid");
  if (sid.empty() || place_.owns(sid)) return std::nullopt;
  return owner_of(sid, place_.count);
}

void RequestDispatcher::accept(const std::shared_ptr<HttpExchange>& exchange) {
  const std::string_view path = exchange->request().path();
  if (path.starts_with(engine_prefix_)) return accept_engine(exchange, path);
  if (exchange->body_complete()) return route(exchange);
  BodyWaiter::wait(body_waiter_, exchange);
}

void RequestDispatcher::accept_engine(const std::shared_ptr<HttpExchange>& exchange,
                                      std::string_view path) {
  const http::Request& request = exchange->request();
  cors_.add_headers(request, exchange->extra_headers());
  if (auto answer = cors_.preflight(request)) return exchange->respond(std::move(*answer));
  if (path.size() > engine_prefix_.size() && !client_files_.files.empty()) {
    if (auto file = client_file(request, path)) return exchange->respond(std::move(*file));
  }
  run_middlewares(exchange, 0);
}

void RequestDispatcher::add_middleware(EngineMiddleware middleware) {
  middlewares_.push_back(std::make_shared<const EngineMiddleware>(std::move(middleware)));
}

void RequestDispatcher::run_middlewares(const std::shared_ptr<HttpExchange>& exchange,
                                        std::size_t next) {
  if (next == middlewares_.size()) return enter_engine(exchange);
  const auto middleware = middlewares_[next];  // it may add further ones
  pending_->ask(*middleware, exchange, middleware_error_hook_,
                [this, next](const std::shared_ptr<engine::Exchange>& answered,
                             std::optional<EngineDecision> decision) {
                  // Every exchange comes from accept().
                  follow(std::static_pointer_cast<HttpExchange>(answered), std::move(decision),
                         next);
                });
}

void RequestDispatcher::follow(const std::shared_ptr<HttpExchange>& exchange,
                               std::optional<EngineDecision> decision, std::size_t asked) {
  if (!decision) {
    return engine_.report_and_refuse(*exchange, engine::Refusal::bad_request,
                                     {{"name", "MIDDLEWARE_FAILURE"}});
  }
  for (const auto& [name, value] : decision->headers) exchange->add_header(name, value);
  if (!decision->response) return run_middlewares(exchange, asked + 1);
  const auto report = [this](const http::Request&) {
    middleware_error_hook_(std::current_exception());
  };
  auto response =
      checked_response({std::move(decision->response), nullptr}, exchange->request(), report);
  exchange->body_complete() ? exchange->respond(std::move(response))
                            : exchange->respond_and_close(std::move(response));
}

void RequestDispatcher::enter_engine(const std::shared_ptr<HttpExchange>& exchange) {
  const http::Request& request = exchange->request();
  if (cors_.enabled() && websocket::is_upgrade_request(request) &&
      !cors_.allows_websocket(request, exchange->host())) {
    engine_.report(*exchange, engine::Refusal::forbidden, {{"name", "ORIGIN_NOT_ALLOWED"}});
    return exchange->respond_and_close(engine::refusal_response(engine::Refusal::forbidden));
  }
  engine_.accept(exchange);
}

void RequestDispatcher::route(const std::shared_ptr<HttpExchange>& exchange) const {
  const auto opened = pending_->open<HttpResponse>(
      exchange, exchange->take_request(),
      [this](const std::shared_ptr<engine::Exchange>& answered, const http::Request& request,
             detail::Answered<HttpResponse> answer) {
        if (!answered && !answer.thrown) return;  // the client has gone
        auto response = checked_response(std::move(answer), request, router_error_hook_);
        if (answered) answered->respond(std::move(response));
      });
  router_->answer(opened.request, pending_->timers(), opened.answer);
}

std::optional<http::Response> RequestDispatcher::client_file(const http::Request& request,
                                                             std::string_view path) const {
  if (websocket::is_upgrade_request(request)) return std::nullopt;
  // In the reference the files have a slash before them, whatever `add_trailing_slash` says.
  const std::size_t slash = engine_prefix_.size() - (engine_prefix_.ends_with('/') ? 1 : 0);
  if (path[slash] != '/') return std::nullopt;
  return client_file_response(client_files_, path.substr(slash + 1), request.headers);
}

}  // namespace socketio::server
