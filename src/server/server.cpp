// SPDX-License-Identifier: MIT
#include "core/server/namespace_state.hpp"
#include "server/server_state.hpp"

#include <socketio/asio.hpp>
#include <socketio/engine_server.hpp>
#include <socketio/server.hpp>

#include <cstddef>
#include <string>
#include <utility>

namespace socketio {

Server::Server(ServerOptions options) : Server(server::ServerState::make(std::move(options))) {}

Server::Server(std::shared_ptr<server::ServerState> state)
    : Namespace(state->group().make([](core::Node& node) { return node.of("/"); })),
      ServerBase(std::move(state)) {}

Namespace Server::of(std::string_view name) {
  return Namespace(
      state().group().make([name = std::string(name)](core::Node& node) { return node.of(name); }));
}

Namespace Server::of(const std::regex& pattern) {
  const auto matches = [pattern](std::string_view name) {
    return std::regex_match(name.begin(), name.end(), pattern);
  };
  const std::size_t number = state().group().next_parent_number();
  return Namespace(state().group().make(
      [matches, number](core::Node& node) { return node.of_pattern(matches, number); }));
}

Namespace Server::of_predicate(detail::NamespacePredicate predicate) {
  const std::size_t number = state().group().next_parent_number();
  return Namespace(
      state().group().make([predicate = std::move(predicate), number](core::Node& node) {
        return node.of(predicate, number);
      }));
}

void Server::add_new_namespace_handler(NewNamespaceHandler handler) {
  state().group().change_each([handler = std::move(handler)](core::Node& node) {
    node.add_new_namespace_handler(
        [handler](const std::shared_ptr<core::NamespaceState>& nsp) { handler(Namespace(nsp)); });
  });
}

namespace engine {

namespace {

std::shared_ptr<server::ServerState> make_state(ServerOptions options,
                                                boost::asio::io_context* context = nullptr) {
  if (options.path.empty()) options.path = "/engine.io";
  options.serve_client = false;
  auto state = server::ServerState::make(std::move(options), context);
  state->each_worker([](server::Worker& worker) { worker.serve_engine_only(); });
  return state;
}

}  // namespace

Server::Server(ServerOptions options) : Server(make_state(std::move(options))) {}

Server::Server(std::shared_ptr<server::ServerState> state) : ServerBase(std::move(state)) {}

void Server::add_connection_handler(ConnectionHandler handler) {
  state().each_worker([handler = std::move(handler)](server::Worker& worker) {
    worker.serve_engine_only().add_handler(handler);
  });
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
