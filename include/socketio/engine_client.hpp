// SPDX-License-Identifier: MIT
// engine::Client: a client of plain Engine.IO 4, for applications that want its connections, fallback
// and heartbeat, and nothing above them.
//
//   socketio::engine::Client client{"http://localhost:3000"};
//   client.on_open([&] { client.send("hello"); });
//   client.on_message([](socketio::engine::Message message) { std::cout << message.data << '\n'; });
//   client.run();                           // or start(), or poll()
//
// It opens one connection when it first runs. As in JavaScript it does not reconnect: connect() opens
// the next one.
//
// Life cycle and threads are those of a socketio::Client (client.hpp). Each handler may be a coroutine,
// and may take less than shown.
#pragma once

#include <socketio/client_base.hpp>
#include <socketio/client_options.hpp>
#include <socketio/client_socket.hpp>
#include <socketio/engine_message.hpp>
#include <socketio/hook.hpp>
#include <socketio/json.hpp>
#include <socketio/outcome.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace socketio {

namespace core {
class EngineConnection;
}

namespace detail {

/// Coroutines and exceptions of an engine::Client's handlers.
struct EngineClientReport {
  std::weak_ptr<core::EngineConnection> connection;
  const char* what;

  template <class... Told>
  void operator()(const std::exception_ptr& thrown, const Told&...) const {
    report(thrown);
  }
  template <class... Told>
  std::shared_ptr<TaskLoop> loop(const Told&...) const {
    return task_loop();
  }

 private:
  void report(const std::exception_ptr& thrown) const;
  std::shared_ptr<TaskLoop> task_loop() const;
};

}  // namespace detail

namespace engine {

class Client : public ClientBase {
 public:
  /// `url` is http, https, ws or wss; its path means nothing. ClientOptions::path is "/engine.io" by
  /// default; options of Socket.IO (auth, reconnection, retries, parser) have no effect. Throws what
  /// socketio::Client throws.
  explicit Client(std::string_view url, socketio::ClientOptions options = {});

  /// The id that the server gave the session; empty before.
  std::string id() const;
  bool is_open() const;
  /// "polling" or "websocket"; empty if there is no connection.
  std::string_view transport() const;

  /// Sends text, which must be UTF-8. It waits for a connection that is being opened, up to
  /// ClientOptions::offline_buffer_bytes, and is dropped beyond. Any thread.
  EmitResult send(std::string_view text) { return send(Message{.data = text}); }
  EmitResult send(const Bytes& bytes);
  EmitResult send(Message message);
  /// Sends what is waiting, and closes the connection. Any thread.
  void close();

  /// `[]`
  template <class F>
  void on_open(F handler) {
    add_open(hook<detail::Signal>("open", std::move(handler)));
  }
  /// `[](Message message)`
  template <class F>
  void on_message(F handler) {
    add_message(hook<MessageHandler>("message", std::move(handler)));
  }
  /// `[](DisconnectReason why, const ConnectionError& cause)`, also if it could not be opened.
  template <class F>
  void on_close(F handler) {
    add_close(hook<detail::CloseHandler>("close", std::move(handler)));
  }
  /// `[](std::string_view transport)`: the connection goes on over that transport.
  template <class F>
  void on_upgrade(F handler) {
    add_upgrade(hook<UpgradeHandler>("upgrade", std::move(handler)));
  }
  /// `[]`: the server has sent a ping.
  template <class F>
  void on_ping(F handler) {
    add_ping(hook<detail::Signal>("ping", std::move(handler)));
  }
  /// `[]`: the system, or the response to a POST, has taken what was sent.
  template <class F>
  void on_drain(F handler) {
    add_drain(hook<detail::Signal>("drain", std::move(handler)));
  }
  /// `[](const HandlerError& error)`: a handler threw. Without this, silence. It must not be
  /// a coroutine.
  template <class F>
  void on_handler_error(F handler) {
    add_error_hook(detail::make_plain_hook<detail::ClientErrorHook>(std::move(handler)));
  }

  /// For <socketio/asio.hpp>.
  explicit Client(std::shared_ptr<client::ClientState> state);

 private:
  using MessageHandler = std::function<void(Message)>;
  using UpgradeHandler = std::function<void(std::string_view)>;

  template <class Wanted, class F>
  Wanted hook(const char* what, F function) {
    return detail::make_hook<Wanted>(std::move(function), report(what));
  }
  detail::EngineClientReport report(const char* what) const;
  void add_open(detail::Signal handler);
  void add_message(MessageHandler handler);
  void add_close(detail::CloseHandler handler);
  void add_upgrade(UpgradeHandler handler);
  void add_ping(detail::Signal handler);
  void add_drain(detail::Signal handler);
  void add_error_hook(detail::ClientErrorHook hook);
};

}  // namespace engine
}  // namespace socketio
