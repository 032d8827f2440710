// SPDX-License-Identifier: MIT
// NamespaceState: one namespace on one node: its handlers, sockets and rooms, and broadcasting to
// them. What Namespace and BroadcastOperator are handles to.
//
// Life cycle: made by the node, kept by it and by handles; once the node is gone everything is a
// no-op. A parent stands for all namespaces that a pattern or predicate admits: it has no sockets,
// and what is sent to it goes to its children. Functions of sending may be called from any thread:
// they go over to the loop by themselves.
#pragma once

#include "core/handler_table.hpp"
#include "core/server/node.hpp"
#include "core/server/room_index.hpp"
#include "core/server/waiting_broadcasts.hpp"
#include "engine/server/prepared_message.hpp"

#include <socketio/namespace.hpp>
#include <socketio/socket.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace socketio::core {

/// What is registered for all sockets of a namespace; children share their parent's until they get
/// some of their own.
struct NamespaceHandlers : Handlers {
  std::vector<std::shared_ptr<detail::ConnectionMiddleware>> middlewares;
  std::vector<std::shared_ptr<detail::ConnectionHandler>> connection;
  std::shared_ptr<const detail::ErrorHook> error;
};

class NamespaceState final : public WaitingBroadcasts::Receivers,
                             public std::enable_shared_from_this<NamespaceState> {
 public:
  /// A name that no client can ask for: those on the wire begin with '/'.
  static constexpr std::string_view parents_name = "dynamic";

  /// `parent` may be null, and outlives it with the node.
  NamespaceState(std::shared_ptr<NodeLink> link, std::string name, const NamespaceState* parent);

  const std::string& name() const { return name_; }
  const NamespaceState* parent() const { return parent_; }
  Node& node() { return *link_->node; }
  Loop& loop() { return *link_->loop; }
  WaitingBroadcasts& waiting_broadcasts() { return link_->waiting_broadcasts; }
  NamespaceHandlers& handlers() { return *handlers_; }
  /// Where to register: not at the parent.
  NamespaceHandlers& own_handlers();

  /// Header of an event without attachments and id: most of them.
  const std::string& event_header() const { return event_header_; }
  /// The whole packet of an event.
  std::string event_packet(detail::OutgoingEvent& event) const;

  /// Sockets here, and those whose middlewares still run: a namespace made for a client ends with
  /// its last one.
  void enter_client() { ++clients_; }
  void leave_client();
  void keep_without_clients() { kept_without_clients_ = true; }

  std::uint64_t next_ack_id() { return ++last_ack_id_ - 1; }
  /// For who changes them.
  RoomIndex& rooms() {
    waiting_broadcasts().before_room_change();
    return rooms_;
  }
  std::size_t socket_count() const { return everybody_.size(); }
  const std::vector<SocketState*>& everybody() const { return everybody_; }
  SocketState* find(std::string_view id) const;
  void add(const std::shared_ptr<SocketState>& socket);
  void remove(SocketState& socket);

  /// Sockets with handlers for what is sent make a broadcast walk a copy, since those run user
  /// code.
  void watch_outgoing() { sockets_watch_outgoing_ = true; }

  // --- Broadcasting; any thread ---

  void broadcast(detail::OutgoingEvent& event, const detail::BroadcastTarget& target);
  void broadcast_with_ack(detail::OutgoingEvent& event, const detail::BroadcastTarget& target,
                          detail::AckCallback each, std::function<void()> all);
  /// Calls `use` on the loop for every socket that the target names.
  void with_each(detail::BroadcastTarget target, std::function<void(SocketState&)> use,
                 std::function<void()> done = {});

  /// Reports to the error hook.
  void report(Socket& socket, const HandlerError& error) noexcept;
  /// The same for what was thrown.
  void report(Socket& socket, std::string_view event, const std::exception_ptr& exception) noexcept;

 private:
  template <class Use>
  void for_each(const detail::BroadcastTarget& target, Use use);
  template <class Use>
  void visit(std::string_view room, Use use);
  std::vector<std::shared_ptr<SocketState>> collect(const detail::BroadcastTarget& target);
  void deliver(const engine::PreparedMessage& messages,
               const detail::BroadcastTarget& target) override;
  std::shared_ptr<Receivers> shared() override { return shared_from_this(); }
  void send(engine::PreparedMessage message, const detail::BroadcastTarget& target,
            std::string_view json_text);
  void send_at_once(const engine::PreparedMessage& message, const detail::BroadcastTarget& target,
                    std::string_view json_text);
  void send_to_children(const engine::PreparedMessage& message,
                        const detail::BroadcastTarget& target, std::string_view json_text);
  bool is_parent() const { return name_ == parents_name; }
  bool outgoing_is_watched() const {
    return sockets_watch_outgoing_ || !handlers_->any_outgoing.empty();
  }
  /// Runs user code that waits for an answer of several sockets; what it throws is reported.
  void complete(const std::function<void()>& done);
  /// Calls `use(SocketState&)` for each; what fails for one ends that one's connection.
  template <class Use>
  static void use_each(const std::vector<std::shared_ptr<SocketState>>& sockets, Use use);
  void ask(std::string json_text, std::vector<Bytes> attachments,
           const detail::BroadcastTarget& target, detail::AckCallback each,
           std::function<void()> all);

  const std::shared_ptr<NodeLink> link_;
  std::string name_;
  const NamespaceState* const parent_;  // compared, never followed: a handle may outlive it
  std::shared_ptr<NamespaceHandlers> handlers_;
  std::unordered_map<std::string_view, std::shared_ptr<SocketState>>
      sockets_;  // keyed by the socket's own id
  std::vector<SocketState*> everybody_;
  RoomIndex rooms_;
  std::size_t clients_ = 0;
  std::uint64_t last_ack_id_ = 0;
  std::uint64_t broadcast_mark_ = 0;
  bool handlers_are_parents_;
  bool sockets_watch_outgoing_ = false;
  bool kept_without_clients_;
  std::string event_header_;
};

template <class Use>
void Node::for_each_child(const NamespaceState& parent, Use use) {
  std::vector<std::shared_ptr<NamespaceState>> children;  // what is called may make or end some
  for (const auto& [name, nsp] : namespaces_) {
    if (nsp->parent() == &parent) children.push_back(nsp);
  }
  for (const auto& child : children) use(*child);
}

}  // namespace socketio::core
