// SPDX-License-Identifier: MIT
// engine::Socket: one connection of Engine.IO, below Socket.IO and its namespaces: `socket.conn()` of
// a socketio::Socket (`socket.conn` in JavaScript), and what an engine::Server (engine_server.hpp)
// accepts.
//
//   io.on_connection([](socketio::Socket socket) {
//     socket.conn().on_upgrade([](std::string_view transport) { log("now over", transport); });
//   });
//
// A handle: cheap to copy, safe to keep. Its handlers, and what they have captured, are released when
// the connection has closed. Each may be a coroutine, may take less than shown, and the socket as its
// first parameter; what it throws reaches the error hook of "/", or of the engine::Server, under the
// name of the event ("packet").
//
// Threads: send() and close() may be called from anywhere, everything else belongs to the loop.
#pragma once

#include <socketio/engine_message.hpp>
#include <socketio/hook.hpp>
#include <socketio/http.hpp>
#include <socketio/outcome.hpp>
#include <socketio/value.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace socketio {

namespace core {
class EngineSocketState;
}

namespace engine {

class Socket;

}  // namespace engine

namespace detail {

/// Coroutines and exceptions of an engine::Socket's handlers.
struct EngineReport {
  const char* what;

  template <class... Told>
  void operator()(const std::exception_ptr& thrown, const engine::Socket& socket,
                  const Told&...) const {
    report(what, thrown, socket);
  }
  template <class... Told>
  std::shared_ptr<TaskLoop> loop(const engine::Socket& socket, const Told&...) const {
    return loop_of(socket);
  }

 private:
  static void report(const char* what, const std::exception_ptr& thrown,
                     const engine::Socket& socket);
  static std::shared_ptr<TaskLoop> loop_of(const engine::Socket& socket);
};

}  // namespace detail

namespace engine {

class Socket {
 public:
  /// A handle to nothing: it is closed, and nothing happens to it.
  Socket() = default;
  /// For the library.
  explicit Socket(std::shared_ptr<core::EngineSocketState> state) : state_(std::move(state)) {}

  /// The session's id. It is a secret of the client: who knows it can speak in its name.
  const std::string& id() const;
  bool is_open() const;
  /// "polling" or "websocket"; the last one if it has closed.
  std::string_view transport() const;
  /// The request that opened the connection, without a body.
  HttpRequest request() const;
  std::string remote_address() const;
  /// Bytes that wait for a slow peer, in the form in which they travel.
  std::size_t queued_bytes() const;
  /// Nothing is waiting to be sent.
  bool writable() const;

  /// Sends text, which must be UTF-8. From another thread, EmitResult::sent says that it was handed
  /// to the loop. Socket.IO's packets are messages, too: its clients do not expect others.
  EmitResult send(std::string_view text) const { return send(Message{.data = text}); }
  EmitResult send(const Bytes& bytes) const;
  EmitResult send(Message message) const;
  /// Closes the connection, as "forced close". What was sent before still leaves.
  void close() const;

  /// `[](Message message)`
  template <class F>
  void on_message(F handler) const {
    add_message(detail::make_hook<MessageHandler>(std::move(handler), Report{"message"}));
  }
  /// `[](PacketView packet)`: a packet has arrived, a ping's pong included, and is about to be handled.
  /// Those of an upgrade's probe are not among them.
  template <class F>
  void on_packet(F handler) const {
    add_packet(detail::make_hook<PacketHandler>(std::move(handler), Report{"packet"}));
  }
  /// `[](PacketView packet)`: a packet is about to be sent.
  template <class F>
  void on_packet_create(F handler) const {
    add_packet_create(
        detail::make_hook<PacketHandler>(std::move(handler), Report{"packet_create"}));
  }
  /// `[](std::string_view transport)`: the connection goes on over that transport.
  template <class F>
  void on_upgrade(F handler) const {
    add_upgrade(detail::make_hook<UpgradeHandler>(std::move(handler), Report{"upgrade"}));
  }
  /// `[]`: everything that was sent has been taken by the system, or by a poll.
  template <class F>
  void on_drain(F handler) const {
    add_drain(detail::make_hook<DrainHandler>(std::move(handler), Report{"drain"}));
  }
  /// `[](DisconnectReason reason)`
  template <class F>
  void on_close(F handler) const {
    add_close(detail::make_hook<CloseHandler>(std::move(handler), Report{"close"}));
  }

  friend bool operator==(const Socket& a, const Socket& b);

 private:
  friend struct detail::EngineReport;
  using Report = detail::EngineReport;
  using MessageHandler = std::function<void(Socket&, Message)>;
  using PacketHandler = std::function<void(Socket&, PacketView)>;
  using UpgradeHandler = std::function<void(Socket&, std::string_view)>;
  using DrainHandler = std::function<void(Socket&)>;
  using CloseHandler = std::function<void(Socket&, DisconnectReason)>;

  void add_message(MessageHandler handler) const;
  void add_packet(PacketHandler handler) const;
  void add_packet_create(PacketHandler handler) const;
  void add_upgrade(UpgradeHandler handler) const;
  void add_drain(DrainHandler handler) const;
  void add_close(CloseHandler handler) const;

  std::shared_ptr<core::EngineSocketState> state_;
};

}  // namespace engine
}  // namespace socketio
