// SPDX-License-Identifier: MIT
// Node: the Socket.IO server on one loop, with its namespaces and the clients of this
// loop's sessions.
//
// Life cycle: made with its loop; accept() gets every new Engine.IO session; close() closes all
// sockets. Of the other loops of its server it knows its group, which registers handlers on all. A namespace that was created because a client asked for it, and a pattern or
// predicate accepts its name, may end with its last client (Options). If somebody still holds
// a handle to it, the next client gets the same namespace. Loop's thread only, except loop().
#pragma once

#include "base/loop.hpp"
#include "base/loop_place.hpp"
#include "codec/json/document.hpp"
#include "codec/socketio/decoder.hpp"
#include "codec/socketio/encoder.hpp"
#include "codec/socketio/packet.hpp"
#include "core/server/adapter.hpp"
#include "core/server/counters.hpp"
#include "core/server/node_group.hpp"
#include "core/server/node_watcher.hpp"
#include "core/server/recovery.hpp"
#include "core/server/waiting_broadcasts.hpp"
#include "engine/server/session.hpp"

#include <socketio/parser.hpp>
#include <socketio/predicate.hpp>
#include <socketio/socket.hpp>
#include <socketio/task.hpp>
#include <socketio/text_buffer.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace socketio::core {

class Node;

/// Where namespaces find their node. Handles to them outlive the node: then it is null, and the
/// loop is one on which every thread is current and nothing ever waits.
struct NodeLink {
  Node* node;
  Loop* loop;
  // Of a server; null if the node is the only one.
  NodeGroup* group = nullptr;
  WaitingBroadcasts waiting_broadcasts{*loop};
  std::shared_ptr<detail::TaskLoop> task_loop{};  // of coroutines that handle events
  Counters counters{};
  HandlerId last_handler_id = 0;  // if there is no group
};

struct Options {
  /// Sockets get ids that belong to this loop.
  LoopPlace place{};
  std::chrono::milliseconds connect_timeout{45'000};
  std::chrono::milliseconds attachments_timeout{30'000};
  parser::Limits packet{};
  codec::JsonLimits json{};
  std::size_t namespaces_per_client = 32;
  std::size_t namespace_name_bytes = 1'024;
  std::size_t rooms_per_client = 1'024;
  std::size_t room_name_bytes = 1'024;
  std::size_t pending_acks = 10'000;
  Parser parser = Parser::standard;
  /// Whether a namespace that was made for a client ends with its last one. While there are more
  /// than `namespaces_kept`, it does anyway.
  bool cleanup_empty_child_namespaces = false;
  std::size_t namespaces_kept = 1'000;
  /// How long acknowledgements take is measured (Counters).
  bool metrics = false;
  std::size_t namespaces_in_metrics = 100;
  std::optional<RecoveryLimits> recovery{};
  /// For each namespace, except parents. None means LocalAdapter.
  AdapterFactory adapter{};
  /// For parents. None means ParentAdapter, which knows the namespaces of this node alone.
  AdapterFactory parent_adapter{};
};

/// Who decides whether a namespace that does not exist yet may be created for a client: a pattern,
/// which looks at the name alone, or a predicate.
struct Dynamic {
  std::function<bool(std::string_view name)> matches;
  detail::NamespacePredicate predicate;
  std::shared_ptr<NamespaceState> parent;
};

using NewNamespaceHandler = std::function<void(const std::shared_ptr<NamespaceState>& nsp)>;

class Node {
 public:
  /// `group` may be null.
  Node(Loop& loop, const Options& options, NodeGroup* group = nullptr);
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  Loop& loop() { return loop_; }
  const Options& options() const { return options_; }
  const std::shared_ptr<NodeLink>& link() const { return link_; }
  WaitingBroadcasts& waiting_broadcasts() { return link_->waiting_broadcasts; }
  Counters& counters() { return link_->counters; }
  /// Parses packets. Its result is valid until the next packet.
  codec::Document& document() { return document_; }
  /// Encodes packets; what it gave is valid until the next packet.
  parser::Encoder& encoder() { return *encoder_; }
  /// One for each connection.
  std::unique_ptr<parser::Decoder> make_decoder() const;
  /// An empty text for a payload, with the memory of the last one that was given back.
  TextBuffer take_text() { return std::exchange(text_, {}); }
  void give_back(TextBuffer text) {
    text.clear();
    text_ = std::move(text);
  }

  /// Makes the handler of a new session.
  std::shared_ptr<engine::SessionHandler> accept(const std::shared_ptr<engine::Session>& session);

  /// "admin" and "/admin" are the same; "" is "/". Creates the namespace if necessary, with the
  /// handlers of the first pattern that matches, as in JavaScript.
  std::shared_ptr<NamespaceState> of(std::string_view name);
  /// The parent of all namespaces that the predicate admits. They have its handlers.
  std::shared_ptr<NamespaceState> of(detail::NamespacePredicate predicate,
                                     std::size_t parent_number = 0);
  /// The same for a predicate that looks at the name alone.
  std::shared_ptr<NamespaceState> of_pattern(std::function<bool(std::string_view name)> matches,
                                             std::size_t parent_number = 0);
  /// What another loop's namespace is here, if there is one that has not ended or is held still.
  std::shared_ptr<NamespaceState> counterpart_of(const NamespaceState& nsp) const;
  /// Null if there is none of that name.
  std::shared_ptr<NamespaceState> find(std::string_view name) const;
  /// `parent` may be null. Runs user code.
  std::shared_ptr<NamespaceState> get_or_make(const std::string& name,
                                              const NamespaceState* parent);
  /// Passes on the namespace that a pattern or predicate admits, now or later; null if none does.
  void search(std::string_view name, json auth,
              std::function<void(const std::shared_ptr<NamespaceState>&)> found);

  /// Reports to the error hook of "/" what concerns no socket.
  void report(std::string_view what, const std::exception_ptr& thrown) noexcept;

  /// Is called when a namespace other than "/" has been created.
  void add_new_namespace_handler(NewNamespaceHandler handler);

  /// False once.
  bool warned_of_no_servers() { return std::exchange(warned_of_no_servers_, true); }

  /// Null if nobody watches.
  NodeWatcher* watcher() const { return watcher_.get(); }
  void set_watcher(std::shared_ptr<NodeWatcher> watcher) { watcher_ = std::move(watcher); }

  std::size_t namespace_count() const { return namespaces_.size(); }
  /// By name.
  std::vector<std::shared_ptr<NamespaceState>> namespaces() const;
  /// The number of namespaces that have ended, including those without handles.
  std::size_t remembered_count() const { return released_.size(); }
  std::vector<std::shared_ptr<NamespaceState>> children_of(const NamespaceState& parent) const;
  /// Removes a namespace that was made for clients and has none left.
  void release(NamespaceState& nsp) noexcept;

  /// Closes every socket with "server shutting down".
  void close();

 private:
  std::shared_ptr<NamespaceState> add_parent(Dynamic dynamic, std::size_t number);
  void notify_new_namespace(const std::shared_ptr<NamespaceState>& nsp);
  /// Null if nobody else has to know the namespaces of parents.
  NodeGroup* group_of_several() const;
  void remember(const std::string& name, const std::shared_ptr<NamespaceState>& nsp);
  std::shared_ptr<NamespaceState> make(const std::string& name, const NamespaceState* parent);

  Loop& loop_;
  Options options_;
  const std::shared_ptr<NodeLink> link_;
  codec::Document document_{options_.json};
  const std::unique_ptr<parser::Encoder> encoder_;
  TextBuffer text_;
  std::unordered_map<std::string, std::shared_ptr<NamespaceState>> namespaces_;
  std::unordered_map<std::string, std::weak_ptr<NamespaceState>> released_;
  // Beyond this number, those without handles are removed.
  std::size_t released_limit_ = 64;
  std::vector<std::shared_ptr<const Dynamic>> dynamic_;
  std::vector<std::shared_ptr<const NewNamespaceHandler>> new_namespace_handlers_;
  std::shared_ptr<NodeWatcher> watcher_;
  bool warned_of_no_servers_ = false;
};

}  // namespace socketio::core
