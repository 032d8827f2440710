// SPDX-License-Identifier: MIT
// Node: the Socket.IO server on one loop: its namespaces, and the clients that live on this loop's
// sessions.
//
// Life cycle: made with its loop; accept() gets every new Engine.IO session; close() ends all
// sockets. Several nodes (loops of a process, or servers of a cluster) know nothing of each other
// here. Loop's thread only, but for loop().
#pragma once

#include "base/loop.hpp"
#include "codec/json/document.hpp"
#include "codec/socketio/packet.hpp"
#include "engine/session.hpp"

#include <socketio/socket.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace socketio::core {

class NamespaceState;
struct NamespaceHandlers;

struct Options {
  std::chrono::milliseconds connect_timeout{45'000};
  std::chrono::milliseconds attachments_timeout{30'000};
  parser::Limits packet{};
  std::size_t namespaces_per_client = 32;
  std::size_t rooms_per_client = 1'024;
  std::size_t room_name_bytes = 1'024;
  std::size_t pending_acks = 10'000;
};

/// Decides whether a namespace that does not exist yet may be made for a client.
using NamespacePredicate = std::function<bool(std::string_view name, const json& auth)>;

class Node {
 public:
  Node(Loop& loop, const Options& options);
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  Loop& loop() { return loop_; }
  const Options& options() const { return options_; }
  /// Parses packets; what it gave is valid until the next packet.
  codec::Document& document() { return document_; }

  /// What lives on a new session.
  std::shared_ptr<engine::SessionHandler> accept(const std::shared_ptr<engine::Session>& session);

  /// "admin", "/admin" are the same; "" is "/". Makes it if needed.
  std::shared_ptr<NamespaceState> of(std::string_view name);
  /// Handlers shared by all namespaces that the predicate admits.
  std::shared_ptr<NamespaceState> of(NamespacePredicate predicate);
  /// What a client may join: an existing namespace, or one that a predicate admits. Null if
  /// neither.
  std::shared_ptr<NamespaceState> find(std::string_view name, const json& auth);

  std::size_t namespace_count() const { return namespaces_.size(); }
  /// Forgets a namespace that was made for clients and has none left.
  void release(const NamespaceState& nsp);

  /// Every socket ends with "server shutting down".
  void close();

 private:
  struct Dynamic {
    NamespacePredicate predicate;
    std::shared_ptr<NamespaceState> parent;
  };

  Loop& loop_;
  Options options_;
  codec::Document document_;
  std::unordered_map<std::string, std::shared_ptr<NamespaceState>> namespaces_;
  std::vector<Dynamic> dynamic_;
  std::unordered_set<const NamespaceState*> made_for_clients_;
};

}  // namespace socketio::core
