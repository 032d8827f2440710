// SPDX-License-Identifier: MIT
// engine::Server: a server of plain Engine.IO 4, for applications that want its connections, fallback
// and heartbeat, and nothing above them: no namespaces, rooms, events or acknowledgements.
//
//   socketio::engine::Server server;
//   server.on_connection([](socketio::engine::Socket socket) {
//     socket.on_message([](socketio::engine::Socket& socket, socketio::engine::Message message) {
//       socket.send(message);
//     });
//   });
//   server.listen(3000);
//   server.run();
//
// Life cycle and threads are those of a socketio::Server (server.hpp).
#pragma once

#include <socketio/engine_socket.hpp>
#include <socketio/handler.hpp>
#include <socketio/hook.hpp>
#include <socketio/outcome.hpp>
#include <socketio/server_base.hpp>
#include <socketio/server_options.hpp>

#include <functional>
#include <memory>
#include <utility>

namespace socketio::engine {

class Server : public ServerBase {
 public:
  /// Requests are those for ServerOptions::path, by default "/engine.io". What concerns packets and
  /// namespaces of Socket.IO has no effect. Throws what socketio::Server throws.
  explicit Server(ServerOptions options = {});

  /// `[](Socket socket)`
  template <class F>
  void on_connection(F handler) {
    add_connection_handler(detail::make_hook<ConnectionHandler>(
        std::move(handler), detail::EngineReport{"connection"}));
  }
  /// `[](const HandlerError& error)`: a handler threw. Without this hook errors are dropped silently.
  /// It must not be a coroutine.
  template <class F>
  void on_handler_error(F handler) {
    set_error_hook(detail::make_plain_hook<ErrorHook>(std::move(handler)));
  }

  /// For <socketio/asio.hpp>.
  explicit Server(std::shared_ptr<server::ServerState> state);

 private:
  using ConnectionHandler = std::function<void(Socket&)>;
  using ErrorHook = std::function<void(const HandlerError&)>;
  void add_connection_handler(ConnectionHandler handler);
  void set_error_hook(ErrorHook hook);
};

}  // namespace socketio::engine
