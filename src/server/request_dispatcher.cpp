// SPDX-License-Identifier: MIT
#include "server/request_dispatcher.hpp"

#include "codec/http/compression.hpp"
#include "codec/websocket/handshake.hpp"
#include "server/static_file.hpp"

#include <algorithm>
#include <array>

namespace socketio::server {

namespace {

// What the official client's package ships (Socket.IO server options, `serveClient`).
constexpr std::array<std::string_view, 8> client_files{
    "socket.io.js",
    "socket.io.js.map",
    "socket.io.min.js",
    "socket.io.min.js.map",
    "socket.io.esm.min.js",
    "socket.io.esm.min.js.map",
    "socket.io.msgpack.min.js",
    "socket.io.msgpack.min.js.map",
};

}  // namespace

/// Requests for the router wait here until their body is complete.
class RequestDispatcher::BodyWaiter final : public engine::ExchangeListener {
 public:
  explicit BodyWaiter(const RequestDispatcher& dispatcher) : dispatcher_(dispatcher) {}
  void on_body(engine::Exchange& exchange) override { dispatcher_.route(exchange); }
  void on_abort(engine::Exchange&, Abort) override {}

 private:
  const RequestDispatcher& dispatcher_;
};

RequestDispatcher::RequestDispatcher(const ServerOptions& options, engine::Server& engine,
                                     std::shared_ptr<RouterState> router)
    : engine_prefix_(options.path),
      client_folder_(options.client_folder),
      cors_(options.cors),
      engine_(engine),
      router_(std::move(router)),
      body_waiter_(std::make_shared<BodyWaiter>(*this)) {
  if (!engine_prefix_.ends_with('/')) engine_prefix_.push_back('/');
  connection_options_.http = {options.limits.header_bytes, options.limits.header_count,
                              options.limits.target_bytes, options.max_payload_bytes};
  connection_options_.header_timeout = options.limits.header_timeout;
  connection_options_.body_timeout = options.limits.body_timeout;
  connection_options_.request_timeout = options.limits.request_timeout;
  connection_options_.keep_alive_timeout = options.limits.keep_alive_timeout;
  connection_options_.stall_timeout = options.backpressure.stall_timeout;
}

RequestDispatcher::~RequestDispatcher() = default;

bool RequestDispatcher::is_engine_path(std::string_view path) const {
  return path.starts_with(engine_prefix_);
}

void RequestDispatcher::accept(const std::shared_ptr<HttpExchange>& exchange) {
  if (is_engine_path(exchange->request().path())) return accept_engine(exchange);
  if (exchange->body_complete()) return route(*exchange);
  exchange->set_listener(body_waiter_);
}

void RequestDispatcher::accept_engine(const std::shared_ptr<HttpExchange>& exchange) {
  const http::Request& request = exchange->request();
  cors_.add_headers(request, exchange->extra_headers());
  if (auto answer = cors_.preflight(request)) return exchange->respond(std::move(*answer));
  if (auto file = client_file(request)) {
    auto response = wire_response(std::move(*file));
    http::compress_response(response, request.headers);
    return exchange->respond(std::move(response));
  }
  if (websocket::is_upgrade_request(request) && !cors_.allows_websocket(request)) {
    return exchange->respond_and_close(engine::refusal_response(engine::Refusal::forbidden));
  }
  engine_.accept(exchange);
}

void RequestDispatcher::route(engine::Exchange& exchange) const {
  exchange.respond(
      router_->answer(exchange.request(), exchange.remote_address(), router_error_hook_));
}

std::optional<HttpResponse> RequestDispatcher::client_file(const http::Request& request) const {
  if (client_folder_.empty() || (request.method != "GET" && request.method != "HEAD"))
    return std::nullopt;
  const std::string_view name = request.path().substr(engine_prefix_.size());
  if (std::find(client_files.begin(), client_files.end(), name) == client_files.end())
    return std::nullopt;
  const auto found = find_file(client_folder_, name);
  // HEAD too needs the content: its length is that of the compressed body.
  return found ? file_response(*found, request.headers.joined("if-none-match")) : std::nullopt;
}

}  // namespace socketio::server
