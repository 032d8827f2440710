// SPDX-License-Identifier: MIT
#include "client/client_state.hpp"

#include <socketio/asio.hpp>
#include <socketio/engine_client.hpp>

#include <utility>

namespace socketio {

namespace detail {

void EngineClientReport::report(const std::exception_ptr& thrown) const {
  if (const auto kept = connection.lock()) kept->report(thrown, what);
}

std::shared_ptr<TaskLoop> EngineClientReport::task_loop() const {
  const auto kept = connection.lock();
  return kept ? kept->task_loop() : nullptr;
}

}  // namespace detail

namespace engine {

namespace {

std::shared_ptr<client::ClientState> make_state(std::string_view url,
                                                socketio::ClientOptions options,
                                                boost::asio::io_context* context = nullptr) {
  if (options.path.empty()) options.path = "/engine.io";
  return client::ClientState::make(client::Speaks::engineio, url, options, context);
}

}  // namespace

Client::Client(std::string_view url, socketio::ClientOptions options)
    : Client(make_state(url, std::move(options))) {}

Client::Client(std::shared_ptr<client::ClientState> state) : ClientBase(std::move(state)) {}

std::string Client::id() const { return state().engine().id(); }
bool Client::is_open() const { return state().engine().is_open(); }
std::string_view Client::transport() const { return state().engine().transport(); }

EmitResult Client::send(Message message) { return state().engine().send(message); }

EmitResult Client::send(const Bytes& bytes) {
  const auto* const data = reinterpret_cast<const char*>(bytes.data());
  return send(Message{.data = {data, bytes.size()}, .is_binary = true});
}

void Client::close() { state().engine().leave(); }

detail::EngineClientReport Client::report(const char* what) const {
  return {state().engine().weak_from_this(), what};
}

void Client::add_open(detail::Signal handler) {
  state().engine().change_events([&](auto& events) { events.open.add(std::move(handler)); });
}

void Client::add_message(MessageHandler handler) {
  state().engine().change_events([&](auto& events) { events.message.add(std::move(handler)); });
}

void Client::add_close(detail::CloseHandler handler) {
  state().engine().change_events([&](auto& events) { events.close.add(std::move(handler)); });
}

void Client::add_upgrade(UpgradeHandler handler) {
  state().engine().change_events([&](auto& events) { events.upgrade.add(std::move(handler)); });
}

void Client::add_ping(detail::Signal handler) {
  state().engine().change_events([&](auto& events) { events.ping.add(std::move(handler)); });
}

void Client::add_drain(detail::Signal handler) {
  state().engine().change_events([&](auto& events) { events.drain.add(std::move(handler)); });
}

void Client::add_error_hook(detail::ClientErrorHook hook) {
  state().engine().change_events([&](auto& events) { events.error.add(std::move(hook)); });
}

std::unique_ptr<Client> make_client(boost::asio::io_context& context, std::string_view url,
                                    const socketio::ClientOptions& options) {
  return std::make_unique<Client>(make_state(url, options, &context));
}

}  // namespace engine
}  // namespace socketio
