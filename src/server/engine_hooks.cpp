// SPDX-License-Identifier: MIT
#include "server/engine_hooks.hpp"

#include <string>

namespace socketio::server {

EngineHooks::EngineHooks(const ServerOptions& options, Report report)
    : options_(options), report_(std::move(report)) {
  if (options.cookie) cookie_.emplace(*options.cookie);
}

void EngineHooks::attach(engine::SessionServer& engine, std::shared_ptr<PendingRequests> pending) {
  pending_ = std::move(pending);
  engine.set_refusal_hook(
      [this](const engine::Exchange& exchange, engine::Refusal refusal, json context) {
        notify_refusal(exchange, refusal, std::move(context));
      });
  if (options_.allow_request) {
    engine.set_allow_request([this](const auto& exchange, engine::Decided decided) {
      pending_->ask(options_.allow_request, exchange, report_as("allow_request"),
                    [decided = std::move(decided)](const auto& answered, auto refusal) {
                      decided(answered, refusal ? *refusal : "Forbidden");
                    });
    });
  }
  if (options_.generate_id) {
    engine.set_generate_id([this](const auto& exchange, engine::IdMade made) {
      pending_->ask(options_.generate_id, exchange, report_as("generate_id"), std::move(made));
    });
  }
  engine.set_headers_hook(
      [this](const engine::Exchange& exchange, const engine::Session& session,
             http::Response& response) { add_headers(exchange, session, response); });
}

std::function<void(const std::exception_ptr&)> EngineHooks::report_as(const char* what) const {
  return [this, what](const std::exception_ptr& thrown) { report_(what, thrown); };
}

template <class F, class... Arguments>
void EngineHooks::call(const List<F>& handlers, const char* what, Arguments&... arguments) const {
  const auto registered = handlers;  // they may add further ones
  for (const auto& handler : registered) {
    try {
      (*handler)(arguments...);
    } catch (...) {
      report_(what, std::current_exception());
    }
  }
}

void EngineHooks::add_headers(const engine::Exchange& exchange, const engine::Session& session,
                              http::Response& response) const {
  if (!cookie_ && initial_headers_.empty() && headers_.empty()) return;
  const bool is_initial = http::query_value(exchange.request().query(), "sid").empty();
  const bool is_websocket = response.status == 101;
  if (is_initial && cookie_ && !is_websocket) {
    response.headers.add("Set-Cookie", cookie_->with(session.id()));
  }
  if (headers_.empty() && (!is_initial || initial_headers_.empty())) return;
  const HttpRequest request = snapshot(exchange);
  http::unfold_ready_lines(response);
  ResponseHeaders shown(response.headers);
  if (is_initial) call(initial_headers_, "initial_headers", shown, request);
  call(headers_, "headers", shown, request);
}

void EngineHooks::notify_refusal(const engine::Exchange& exchange, engine::Refusal refusal,
                                 json context) const {
  if (refusal_.empty()) return;
  const RefusedRequest refused{snapshot(exchange), engine::code_of(refusal),
                               std::string(engine::message_of(refusal)), std::move(context)};
  call(refusal_, "connection_error", refused);
}

HttpRequest EngineHooks::snapshot(const engine::Exchange& exchange) const {
  const auto state = std::make_shared<detail::RequestState>(http::without_body(exchange.request()),
                                                            pending_->timers());
  state->set_answered();  // as soon as the handlers return
  return public_request(state, exchange.remote_address());
}

}  // namespace socketio::server

namespace socketio {

void ResponseHeaders::set(std::string_view name, std::string_view value) {
  headers_.set(name, value);
}

void ResponseHeaders::add(std::string_view name, std::string_view value) {
  headers_.add(name, value);
}

std::string_view ResponseHeaders::get(std::string_view name) const { return headers_.get(name); }

}  // namespace socketio
