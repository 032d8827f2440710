// SPDX-License-Identifier: MIT
#include "server/server_state.hpp"

#include <socketio/metrics.hpp>
#include <socketio/server_base.hpp>

#include <string>
#include <utility>

namespace socketio {

namespace {

std::string place(const ListenOptions& options) {
  if (options.descriptor) return "descriptor " + std::to_string(*options.descriptor);
  if (!options.unix_path.empty()) return options.unix_path;
  return (options.address.empty() ? "*" : options.address) + ":" + std::to_string(options.port);
}

}  // namespace

ServerBase::ServerBase(std::shared_ptr<server::ServerState> state)
    : RunsLater(state->worker().timers()), server_(std::move(state)) {}

ServerBase::~ServerBase() { server_->shut_down(); }

std::uint16_t ServerBase::listen(std::uint16_t port) { return listen(ListenOptions{.port = port}); }

std::uint16_t ServerBase::listen(std::string_view address, std::uint16_t port) {
  return listen(ListenOptions{.address = std::string(address), .port = port});
}

std::uint16_t ServerBase::listen(std::string_view address, std::uint16_t port,
                                 std::error_code& error) {
  return listen(ListenOptions{.address = std::string(address), .port = port}, error);
}

std::uint16_t ServerBase::listen(const ListenOptions& options) {
  std::error_code error;
  const std::uint16_t chosen = listen(options, error);
  if (error) {
    throw std::system_error(error, "cannot listen on " + place(options));
  }
  return chosen;
}

std::uint16_t ServerBase::listen(const ListenOptions& options, std::error_code& error) {
  return server_->listen(options, error);
}

void ServerBase::accept(int descriptor, std::string received) {
  std::error_code error;
  server_->accept(descriptor, std::move(received), error);
  if (error)
    throw std::system_error(error, "no connection: descriptor " + std::to_string(descriptor));
}

void ServerBase::run() { server_->run(); }
void ServerBase::stop() { server_->close(); }
void ServerBase::stop_on_signals() { server_->stop_on_signals(); }
void ServerBase::stop_on_signals(std::chrono::milliseconds drain) {
  server_->stop_on_signals(drain);
}
void ServerBase::close() { server_->close(); }
Pending<Closed> ServerBase::closed() const { return server_->worker().closing().closed(); }
void ServerBase::drain(std::chrono::milliseconds spread) { server_->drain(spread); }

std::size_t ServerBase::engine_clients_count() const { return server_->session_count(); }

void ServerBase::add_refusal_handler(RefusalHandler handler) {
  server_->each_worker([handler = std::move(handler)](server::Worker& worker) {
    worker.hooks().add_refusal_handler(handler);
  });
}

Metrics ServerBase::metrics() const { return server_->metrics(); }

HttpHandler ServerBase::metrics_handler() const {
  return [weak = std::weak_ptr(server_)] {
    const auto server = weak.lock();
    if (!server) return HttpResponse::text("the server has ended", 503);
    return HttpResponse{.headers = {{"Content-Type", openmetrics_content_type}},
                        .body = to_openmetrics(server->metrics())};
  };
}

Router& ServerBase::http() { return server_->router(); }

Engine& ServerBase::engine() { return server_->engine(); }

void Engine::add_middleware(RequestHandler<EngineDecision> middleware) {
  server_.each_worker([middleware = std::move(middleware)](server::Worker& worker) {
    worker.add_middleware(middleware);
  });
}

void Engine::add_initial_headers_handler(HeadersHandler handler) {
  server_.each_worker([handler = std::move(handler)](server::Worker& worker) {
    worker.hooks().add_initial_headers_handler(handler);
  });
}

void Engine::add_headers_handler(HeadersHandler handler) {
  server_.each_worker([handler = std::move(handler)](server::Worker& worker) {
    worker.hooks().add_headers_handler(handler);
  });
}

}  // namespace socketio
