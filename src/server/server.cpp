// SPDX-License-Identifier: MIT
#include "core/server/namespace_state.hpp"
#include "server/server_state.hpp"

#include <socketio/asio.hpp>
#include <socketio/engine_server.hpp>
#include <socketio/server.hpp>

#include <utility>

namespace socketio {

Server::Server(ServerOptions options) : Server(server::ServerState::make(std::move(options))) {}

Server::Server(std::shared_ptr<server::ServerState> state)
    : Namespace(state->worker().node().of("/")), ServerBase(std::move(state)) {}

Namespace Server::of(std::string_view name) { return Namespace(state().worker().node().of(name)); }

Namespace Server::of(const std::regex& pattern) {
  return Namespace(state().worker().node().of_pattern([pattern](std::string_view name) {
    return std::regex_match(name.begin(), name.end(), pattern);
  }));
}

Namespace Server::of_predicate(detail::NamespacePredicate predicate) {
  return Namespace(state().worker().node().of(std::move(predicate)));
}

void Server::add_new_namespace_handler(NewNamespaceHandler handler) {
  state().worker().node().add_new_namespace_handler(
      [handler = std::move(handler)](const std::shared_ptr<core::NamespaceState>& nsp) {
        handler(Namespace(nsp));
      });
}

namespace engine {

namespace {

std::shared_ptr<server::ServerState> make_state(ServerOptions options,
                                                boost::asio::io_context* context = nullptr) {
  if (options.path.empty()) options.path = "/engine.io";
  options.serve_client = false;
  auto state = server::ServerState::make(std::move(options), context);
  state->worker().serve_engine_only();
  return state;
}

}  // namespace

Server::Server(ServerOptions options) : Server(make_state(std::move(options))) {}

Server::Server(std::shared_ptr<server::ServerState> state) : ServerBase(std::move(state)) {}

void Server::add_connection_handler(ConnectionHandler handler) {
  state().worker().serve_engine_only().add_handler(std::move(handler));
}

void Server::set_error_hook(ErrorHook hook) {
  Namespace(state().worker().node().of("/"))
      .on_handler_error([hook = std::move(hook)](const HandlerError& error) { hook(error); });
}

std::unique_ptr<Server> make_server(boost::asio::io_context& context, ServerOptions options) {
  return std::make_unique<Server>(make_state(std::move(options), &context));
}

}  // namespace engine

std::unique_ptr<Server> make_server(boost::asio::io_context& context, ServerOptions options) {
  return std::make_unique<Server>(server::ServerState::make(std::move(options), &context));
}

}  // namespace socketio
