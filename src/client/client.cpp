// SPDX-License-Identifier: MIT
#include "client/client_state.hpp"
#include "core/client/socket_state.hpp"

#include <socketio/asio.hpp>
#include <socketio/client.hpp>

#include <utility>

namespace socketio {

Client::Client(std::string_view url, ClientOptions options)
    : Client(client::ClientState::make(client::Speaks::socketio, url, options)) {}

Client::Client(std::shared_ptr<client::ClientState> state) : ClientBase(std::move(state)) {}

ClientSocket Client::socket() { return socket(state().nsp()); }

ClientSocket Client::socket(std::string_view nsp) { return socket(nsp, state().socket_options()); }

ClientSocket Client::socket(std::string_view nsp, SocketOptions options) {
  return ClientSocket(state().manager().socket(nsp, options));
}

void Client::disconnect() { state().manager().disconnect(); }

detail::ManagerHookReport Client::report() const { return {state().manager().weak_from_this()}; }

void detail::ManagerHookReport::notify(const std::exception_ptr& thrown) const {
  if (const auto kept = manager.lock()) kept->report(thrown, "connection");
}

std::shared_ptr<detail::TaskLoop> detail::ManagerHookReport::loop() const {
  const auto kept = manager.lock();
  return kept ? kept->task_loop() : nullptr;
}

void Client::add_open(detail::Signal handler) {
  state().manager().change_events([&](auto& events) { events.open.add(std::move(handler)); });
}
void Client::add_close(detail::CloseHandler handler) {
  state().manager().change_events([&](auto& events) { events.close.add(std::move(handler)); });
}
void Client::add_error(detail::ConnectionErrorHandler handler) {
  state().manager().change_events([&](auto& events) { events.error.add(std::move(handler)); });
}
void Client::add_ping(detail::Signal handler) {
  state().manager().change_events([&](auto& events) { events.ping.add(std::move(handler)); });
}
void Client::add_reconnect_attempt(detail::CountHandler handler) {
  state().manager().change_events(
      [&](auto& events) { events.reconnect_attempt.add(std::move(handler)); });
}
void Client::add_reconnect(detail::CountHandler handler) {
  state().manager().change_events([&](auto& events) { events.reconnect.add(std::move(handler)); });
}
void Client::add_reconnect_error(detail::ConnectionErrorHandler handler) {
  state().manager().change_events(
      [&](auto& events) { events.reconnect_error.add(std::move(handler)); });
}
void Client::add_reconnect_failed(detail::Signal handler) {
  state().manager().change_events(
      [&](auto& events) { events.reconnect_failed.add(std::move(handler)); });
}

std::unique_ptr<Client> make_client(boost::asio::io_context& context, std::string_view url,
                                    const ClientOptions& options) {
  return std::make_unique<Client>(
      client::ClientState::make(client::Speaks::socketio, url, options, &context));
}

}  // namespace socketio
