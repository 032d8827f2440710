// SPDX-License-Identifier: MIT
// EngineSocketState: one Engine.IO session with the application's handlers. engine::Socket is
// a handle to it. Below Socket.IO it watches; without Socket.IO it is what messages are for.
//
// Life cycle: made for an open session. From the first handler on it is the session's observer until
// its end, and then releases the handlers. Handles may keep it for longer. Loop's thread, except
// send() and close().
#pragma once

#include "core/handler_table.hpp"
#include "core/server/node.hpp"
#include "engine/server/session.hpp"

#include <socketio/engine_socket.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace socketio::core {

class EngineSocketState final : public engine::SessionObserver,
                                public std::enable_shared_from_this<EngineSocketState> {
 public:
  EngineSocketState(std::shared_ptr<NodeLink> link, std::shared_ptr<engine::Session> session);

  /// The session's observer, or one that is to become it.
  static std::shared_ptr<EngineSocketState> of(const std::shared_ptr<NodeLink>& link,
                                               const std::shared_ptr<engine::Session>& session);

  const engine::Session& session() const { return *session_; }
  const std::shared_ptr<detail::TaskLoop>& task_loop() const { return link_->task_loop; }

  EmitResult send(engine::Message message);
  void close();
  /// A message for an application that uses no Socket.IO.
  void on_message(engine::Message message);
  /// Reports to the error hook of "/".
  void report(const char* what, const std::exception_ptr& thrown) noexcept;
  /// For contain(): breaks off the session.
  void on_exception() noexcept;

  void on_packet(const engineio::Packet& packet) override;
  void on_packet_create(const engineio::Packet& packet) override;
  void on_upgrade(engine::TransportName transport) override;
  void on_drain() override;
  void on_close(DisconnectReason reason) override;

  template <class... Told>
  using Handlers = detail::HandlerList<std::function<void(engine::Socket&, Told...)>>;
  struct Lists {
    Handlers<engine::Message> message;
    Handlers<engine::PacketView> packet;
    Handlers<engine::PacketView> packet_create;
    Handlers<std::string_view> upgrade;
    Handlers<> drain;
    Handlers<DisconnectReason> close;
  };
  /// Where handlers are added; those that are added after the end are never called.
  Lists& handlers();

 private:
  template <class List, class... Told>
  void call(const List& list, const char* what, const Told&... told) noexcept;

  const std::shared_ptr<NodeLink> link_;
  const std::shared_ptr<engine::Session> session_;
  Lists handlers_;
};

/// Passes on the messages of sessions to applications that use no Socket.IO.
class EngineConnections {
 public:
  using ConnectionHandler = std::function<void(engine::Socket&)>;

  explicit EngineConnections(std::shared_ptr<NodeLink> link) : link_(std::move(link)) {}

  void add_handler(ConnectionHandler handler) { handlers_.add(std::move(handler)); }
  /// Makes the handler of a new session, and notifies the application.
  std::shared_ptr<engine::SessionHandler> accept(const std::shared_ptr<engine::Session>& session);

 private:
  const std::shared_ptr<NodeLink> link_;
  detail::HandlerList<ConnectionHandler> handlers_;
};

}  // namespace socketio::core
