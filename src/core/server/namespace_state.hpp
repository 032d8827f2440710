// SPDX-License-Identifier: MIT
// NamespaceState: one namespace on one node, with its sockets, its handlers, and its adapter, which
// executes requests for many sockets. Namespace and BroadcastOperator are handles to it.
//
// Life cycle: made by the node, and kept by it and by handles. Once the node is gone, every call
// is a no-op. A parent represents all namespaces that a pattern or predicate accepts: it has no
// sockets, and its adapter passes requests on to its children. Requests for many sockets may come
// from any thread: they are posted to the loop.
#pragma once

#include "base/id_set.hpp"
#include "core/server/adapter.hpp"
#include "core/server/namespace_handlers.hpp"
#include "core/server/node.hpp"
#include "core/server/node_group.hpp"

#include <socketio/namespace.hpp>
#include <socketio/socket.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
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
  /// What a parent has instead of a name of its own: the same on all loops. 0: it is none.
  std::size_t parent_number() const { return parent_number_; }
  void set_parent_number(std::size_t number) { parent_number_ = number; }
  /// This namespace on the loop that the thread runs; this one itself if there is none. So what a loop
  /// sends to a namespace leaves that loop, in the order in which it is sent, whatever handle is used.
  /// Not kept longer than this one. Any thread.
  std::shared_ptr<NamespaceState> here() {
    const bool is_here = !link_->group || !link_->group->has_several() || loop().is_current();
    const auto counterpart = is_here ? nullptr : counterpart_here();
    // Not counted, because the caller keeps this one.
    return counterpart ? counterpart
                       : std::shared_ptr<NamespaceState>(std::shared_ptr<void>(), this);
  }
  bool is_counterpart_of(const NamespaceState& other) const {
    return link_->group && link_->group == other.link_->group && name_ == other.name_ &&
           parent_number_ == other.parent_number_;
  }
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
  using HandlersChange = std::function<void(NamespaceHandlers& handlers)>;
  /// Changes the handlers of this namespace on every loop of the server (NodeGroup::change_each()). Those
  /// that are registered while the namespace is announced on its loop are this loop's: it is announced
  /// on each. Any thread.
  void change_handlers(const HandlersChange& change);
  /// For handlers that are registered so.
  HandlerId next_handler_id();
  /// Its handlers are asked for a new namespace.
  void set_announced(bool is_announced) { is_announced_ = is_announced; }

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
  /// Those of all loops of the server. Any thread, if there are several.
  std::size_t socket_count_everywhere() const {
    return count_everywhere_ ? count_everywhere_->load(std::memory_order_relaxed) : socket_count();
  }
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

  /// `dropped` if the loop has no room for the event of another thread; if it asks, that is its answer.
  EmitResult broadcast(detail::OutgoingEvent& event, const detail::BroadcastOptions& options);
  void broadcast_with_ack(detail::OutgoingEvent& event, const detail::BroadcastOptions& options,
                          detail::AckCallback each, detail::AllCallback all);
  void fetch_sockets(const detail::BroadcastOptions& options, Adapter::FetchCallback found);
  void add_sockets(const detail::BroadcastOptions& options, const std::vector<std::string>& rooms);
  void del_sockets(const detail::BroadcastOptions& options, const std::vector<std::string>& rooms);
  void disconnect_sockets(const detail::BroadcastOptions& options, Close close);
  /// Zero when the server has ended.
  void count_servers(Adapter::CountCallback counted);
  EmitResult server_side_emit(detail::OutgoingEvent& event);
  void server_side_emit_with_ack(detail::OutgoingEvent& event, detail::AckCallback each,
                                 detail::AllCallback all);

  /// Runs user code that waits for an answer from several sockets; reports what it throws.
  template <class Done>
  void complete(Done done) noexcept;
  /// The same on the loop, from any thread.
  void complete_later(std::function<void()> done);
  /// Reports to the error hook.
  void report(Socket& socket, const HandlerError& error) noexcept;
  /// The same for an exception.
  void report(Socket& socket, std::string_view event, const std::exception_ptr& exception) noexcept;

 private:
  /// Null if there is none.
  std::shared_ptr<NamespaceState> counterpart_here() const;
  /// Calls `request(NamespaceState&)` on the loop.
  template <class Request>
  void on_loop(Request request);
  /// From another thread: calls `use(NamespaceState&, WrittenEvent)` on the loop.
  template <class Use>
  EmitResult post_event(detail::OutgoingEvent& event, Use use);
  void complete_dropped(detail::AckCallback each, detail::AllCallback all);
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
  IdSet<SocketState> sockets_;
  std::vector<SocketState*> everybody_;
  // Null if the server has one loop.
  const std::shared_ptr<NodeGroup::Counter> count_everywhere_;
  std::uint64_t last_ack_id_ = 0;
  std::size_t parent_number_ = 0;
  bool handlers_are_parents_;
  std::atomic<bool> is_announced_ = false;
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
