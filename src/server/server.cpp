// SPDX-License-Identifier: MIT
#include "core/server/namespace_state.hpp"
#include "server/server_state.hpp"

#include <socketio/asio.hpp>
#include <socketio/server.hpp>

#include <string>
#include <utility>

namespace socketio {

Server::Server(ServerOptions options) : Server(server::ServerState::make(std::move(options))) {}

Server::Server(std::shared_ptr<server::ServerState> state)
    : Namespace(state->worker().node().of("/")),
      RunsLater(state->worker().timers()),
      server_(std::move(state)) {}

Server::~Server() { server_->shut_down(); }

Namespace Server::of(std::string_view name) { return Namespace(server_->worker().node().of(name)); }

Namespace Server::of(const std::regex& pattern) {
  return Namespace(server_->worker().node().of_pattern([pattern](std::string_view name) {
    return std::regex_match(name.begin(), name.end(), pattern);
  }));
}

Namespace Server::of(std::function<bool(std::string_view name, const json& auth)> predicate) {
  return Namespace(server_->worker().node().of(std::move(predicate)));
}

std::uint16_t Server::listen(std::uint16_t port) { return listen(ListenOptions{.port = port}); }

std::uint16_t Server::listen(std::string_view address, std::uint16_t port) {
  return listen(ListenOptions{.address = std::string(address), .port = port});
}

std::uint16_t Server::listen(std::string_view address, std::uint16_t port, std::error_code& error) {
  return listen(ListenOptions{.address = std::string(address), .port = port}, error);
}

std::uint16_t Server::listen(const ListenOptions& options) {
  std::error_code error;
  const std::uint16_t chosen = listen(options, error);
  if (error) {
    const std::string where =
        (options.address.empty() ? "*" : options.address) + ":" + std::to_string(options.port);
    throw std::system_error(error, "cannot listen on " + where);
  }
  return chosen;
}

std::uint16_t Server::listen(const ListenOptions& options, std::error_code& error) {
  return server_->listen(options, error);
}

void Server::run() { server_->run(); }
void Server::stop() { server_->close(); }
void Server::stop_on_signals() { server_->stop_on_signals(); }
void Server::close() { server_->close(); }

std::size_t Server::engine_clients_count() const {
  return server_->worker().engine().session_count();
}

void Server::add_refusal_handler(RefusalHandler handler) {
  server_->worker().hooks().add_refusal_handler(std::move(handler));
}

void Server::add_new_namespace_handler(NewNamespaceHandler handler) {
  server_->worker().node().add_new_namespace_handler(
      [handler = std::move(handler)](const std::shared_ptr<core::NamespaceState>& nsp) {
        handler(Namespace(nsp));
      });
}

void Engine::add_middleware(RequestHandler<EngineDecision> middleware) {
  worker_.add_middleware(std::move(middleware));
}

void Engine::add_initial_headers_handler(HeadersHandler handler) {
  worker_.hooks().add_initial_headers_handler(std::move(handler));
}

void Engine::add_headers_handler(HeadersHandler handler) {
  worker_.hooks().add_headers_handler(std::move(handler));
}

Router& Server::http() { return server_->router(); }

Engine& Server::engine() { return server_->engine(); }

std::unique_ptr<Server> make_server(boost::asio::io_context& context, ServerOptions options) {
  return std::make_unique<Server>(server::ServerState::make(std::move(options), &context));
}

}  // namespace socketio
