// SPDX-License-Identifier: MIT
// NamespaceState: one namespace on one node: its handlers, sockets and rooms, and broadcasting to
// them. What Namespace and BroadcastOperator are handles to.
//
// Life cycle: made by the node, kept by it and by handles; once the node is gone (detach())
// everything is a no-op. Functions of sending may be called from any thread: they go over to the
// loop by themselves.
#pragma once

#include "core/handler_table.hpp"
#include "core/node.hpp"
#include "core/room_index.hpp"
#include "engine/transport.hpp"

#include <socketio/namespace.hpp>
#include <socketio/socket.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace socketio::core {

/// What is registered for all sockets of a namespace; children of a dynamic namespace share their
/// parent's.
struct NamespaceHandlers : Handlers {
  std::vector<std::shared_ptr<detail::ConnectionMiddleware>> middlewares;
  std::vector<std::shared_ptr<std::function<void(Socket&)>>> connection;
  std::function<void(Socket&, const HandlerError&)> error;
};

class NamespaceState : public std::enable_shared_from_this<NamespaceState> {
 public:
  NamespaceState(Node& node, std::string name, std::shared_ptr<NamespaceHandlers> handlers);

  const std::string& name() const { return name_; }
  Node& node() { return *node_; }
  /// Once the node is gone: a loop on which every thread is current and nothing ever waits.
  Loop& loop() { return *loop_; }
  NamespaceHandlers& handlers() { return *handlers_; }
  const std::shared_ptr<NamespaceHandlers>& shared_handlers() const { return handlers_; }

  /// Header of an event without attachments and id: most of them.
  const std::string& event_header() const { return event_header_; }
  /// The whole packet of an event.
  std::string event_packet(detail::OutgoingEvent& event) const;

  /// Sockets here, and those whose middlewares still run: a namespace made for a client ends with
  /// its last one.
  void enter_client() { ++clients_; }
  void leave_client();

  std::uint64_t next_ack_id() { return ++last_ack_id_ - 1; }
  RoomIndex& rooms() { return rooms_; }
  std::size_t socket_count() const { return everybody_.size(); }
  const std::vector<SocketState*>& everybody() const { return everybody_; }
  SocketState* find(std::string_view id) const;
  void add(const std::shared_ptr<SocketState>& socket);
  void remove(SocketState& socket);

  /// Sockets with handlers for what is sent make a broadcast walk a copy, since those run user
  /// code.
  void watch_outgoing() { outgoing_is_watched_ = true; }

  /// Broadcasts of one turn to the same sockets wait for each other, so that each socket is visited
  /// once for all of them. Whatever sends to a socket of this namespace, or changes who is in a
  /// room, calls this before.
  void settle_broadcasts() {
    if (waiting_) deliver_waiting();
  }

  // --- Broadcasting; any thread ---

  void broadcast(detail::OutgoingEvent& event, const detail::BroadcastTarget& target);
  void broadcast_with_ack(detail::OutgoingEvent& event, const detail::BroadcastTarget& target,
                          detail::AckCallback each, std::function<void()> all);
  /// Calls `use` on the loop for every socket that the target names.
  void with_each(detail::BroadcastTarget target, std::function<void(SocketState&)> use,
                 std::function<void()> done = {});

  /// Reports to the error hook; never throws.
  void report(Socket& socket, HandlerError error);
  /// The same for what user code threw.
  void report(Socket& socket, std::string event, const std::exception_ptr& exception);

  /// The node is going: no socket is left, handles become inert.
  void detach();

 private:
  template <class Use>
  void for_each(const detail::BroadcastTarget& target, Use use);
  template <class Use>
  void visit(std::string_view room, Use use);
  std::vector<std::shared_ptr<SocketState>> collect(const detail::BroadcastTarget& target);
  /// Broadcasts with one target that have not been delivered yet.
  struct Waiting {
    detail::BroadcastTarget target;
    engine::PreparedMessage messages;
  };
  void deliver(engine::PreparedMessage message, const detail::BroadcastTarget& target,
               std::string_view json_text);
  void deliver_watched(const engine::PreparedMessage& message,
                       const detail::BroadcastTarget& target, std::string_view json_text);
  void deliver_waiting();
  /// Runs user code that waits for an answer of several sockets; what it throws is reported.
  void complete(const std::function<void()>& done);
  void ask(std::string json_text, std::vector<Bytes> attachments,
           const detail::BroadcastTarget& target, detail::AckCallback each,
           std::function<void()> all);

  Node* node_;
  Loop* loop_;
  std::string name_;
  std::shared_ptr<NamespaceHandlers> handlers_;
  std::unordered_map<std::string_view, std::shared_ptr<SocketState>>
      sockets_;  // keyed by the socket's own id
  std::vector<SocketState*> everybody_;
  RoomIndex rooms_;
  std::size_t clients_ = 0;
  std::uint64_t last_ack_id_ = 0;
  std::uint64_t broadcast_mark_ = 0;
  bool outgoing_is_watched_ = false;
  std::string event_header_;
  std::optional<Waiting> waiting_;
};

}  // namespace socketio::core
