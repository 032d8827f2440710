// SPDX-License-Identifier: MIT
// NamespaceState: one namespace on one node, with its sockets, its handlers, and its adapter, which
// executes requests for many sockets. Namespace and BroadcastOperator are handles to it.
//
// Life cycle: made by the node, and kept by it and by handles. Once the node is gone, every call
// is a no-op. A parent represents all namespaces that a pattern or predicate accepts: it has no
// sockets, and its adapter passes requests on to its children. Requests for many sockets may come
// from any thread: they are posted to the loop.
#pragma once

#include "core/server/adapter.hpp"
#include "core/server/namespace_handlers.hpp"
#include "core/server/node.hpp"

#include <socketio/namespace.hpp>
#include <socketio/socket.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace socketio::core {

class NamespaceState : public std::enable_shared_from_this<NamespaceState> {
 public:
  /// A name that no client can ask for: names in packets begin with '/'.
  static constexpr std::string_view parents_name = "dynamic";

  /// `parent` may be null; otherwise it lives as long as the node.
  NamespaceState(std::shared_ptr<NodeLink> link, std::string name, const NamespaceState* parent,
                 const AdapterFactory& make_adapter);

  const std::string& name() const { return name_; }
  const NamespaceState* parent() const { return parent_; }
  std::vector<std::shared_ptr<NamespaceState>> children() const;
  Node& node() { return *link_->node; }
  Loop& loop() { return *link_->loop; }
  const std::shared_ptr<NodeLink>& link() const { return link_; }
  const std::shared_ptr<detail::TaskLoop>& task_loop() const { return link_->task_loop; }
  WaitingBroadcasts& waiting_broadcasts() { return link_->waiting_broadcasts; }
  NamespaceCounters& counters() { return counters_; }
  /// Counts events that were emitted to one socket, and returns what became of them.
  EmitResult count(EmitResult result, std::size_t events = 1) {
    counters_.emitted[result] += events;
    return result;
  }
  Adapter& adapter() { return *adapter_; }
  /// Null if clients are not recovered.
  Recovery* recovery() { return recovery_.get(); }
  /// No client of it is recovered any more.
  void forget_sessions() noexcept {
    if (recovery_) recovery_->close();
  }
  NamespaceHandlers& handlers() { return *handlers_; }
  /// The handlers to register with. A child shares its parent's handlers until it gets
  /// some of its own.
  NamespaceHandlers& own_handlers();

  std::uint64_t next_ack_id() { return ++last_ack_id_ - 1; }

  // --- Its sockets. A namespace that was made for a client ends with the last of them ---

  /// Adds a socket that is connecting. It can be found, but is not in `everybody` before add().
  void add_joining(const std::shared_ptr<SocketState>& socket);
  /// False if it has ended: an error while flushing waiting broadcasts may be reported, and the
  /// hook may end it.
  bool add(SocketState& socket);
  /// The socket leaves its rooms as well.
  void remove(SocketState& socket);
  /// Null if there is none. Also finds sockets that are connecting.
  SocketState* find(std::string_view id) const;
  std::size_t socket_count() const { return everybody_.size(); }
  const std::vector<SocketState*>& everybody() const { return everybody_; }
  void end_if_empty() noexcept;
  void keep_without_clients() { kept_without_clients_ = true; }

  /// A socket has handlers for outgoing events, which run user code. From now on a broadcast uses a
  /// copy of the list of sockets, and is not collected.
  void watch_outgoing() { sockets_watch_outgoing_ = true; }
  bool outgoing_is_watched() const {
    return sockets_watch_outgoing_ || !handlers_->any_outgoing.empty();
  }

  // --- Requests for many sockets; any thread. Callbacks are called on the loop and run
  // user code ---

  void broadcast(detail::OutgoingEvent& event, const detail::BroadcastOptions& options);
  void broadcast_with_ack(detail::OutgoingEvent& event, const detail::BroadcastOptions& options,
                          detail::AckCallback each, detail::AllCallback all);
  void fetch_sockets(const detail::BroadcastOptions& options, Adapter::FetchCallback found);
  void add_sockets(const detail::BroadcastOptions& options, const std::vector<std::string>& rooms);
  void del_sockets(const detail::BroadcastOptions& options, const std::vector<std::string>& rooms);
  void disconnect_sockets(const detail::BroadcastOptions& options, Close close);
  void server_side_emit(detail::OutgoingEvent& event);
  void server_side_emit_with_ack(detail::OutgoingEvent& event, detail::AckCallback each,
                                 detail::AllCallback all);

  /// Runs user code that waits for an answer from several sockets; reports what it throws.
  template <class Done>
  void complete(Done done) noexcept;
  /// Reports to the error hook.
  void report(Socket& socket, const HandlerError& error) noexcept;
  /// The same for an exception.
  void report(Socket& socket, std::string_view event, const std::exception_ptr& exception) noexcept;

 private:
  /// Calls `request(NamespaceState&)` on the loop.
  template <class Request>
  void on_loop(Request request);
  void ask(WrittenEvent event, const detail::BroadcastOptions& options, detail::AckCallback each,
           detail::AllCallback all);
  void ask_servers(WrittenEvent event, detail::AckCallback each, detail::AllCallback all);

  const std::shared_ptr<NodeLink> link_;
  NamespaceCounters& counters_;  // of link_
  std::string name_;
  // Only compared, never dereferenced: a handle may outlive the parent.
  const NamespaceState* const parent_;
  std::shared_ptr<NamespaceHandlers> handlers_;
  const std::unique_ptr<Adapter> adapter_;
  std::shared_ptr<Recovery> recovery_;
  /// Keyed by the socket's own id.
  std::unordered_map<std::string_view, std::shared_ptr<SocketState>> sockets_;
  std::vector<SocketState*> everybody_;
  std::uint64_t last_ack_id_ = 0;
  bool handlers_are_parents_;
  bool sockets_watch_outgoing_ = false;
  bool kept_without_clients_;
};

template <class Done>
void NamespaceState::complete(Done done) noexcept {
  try {
    done();
  } catch (...) {
    Socket nobody;
    report(nobody, "acknowledgement", std::current_exception());
  }
}

}  // namespace socketio::core
