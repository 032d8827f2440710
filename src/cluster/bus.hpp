// SPDX-License-Identifier: MIT
// Bus: what carries messages between the nodes of a cluster: the loops of a process, or servers that
// share a Redis. It has two verbs. What a node publishes reaches every other node that is there, in
// the order in which it was published, or not at all; what it answers reaches one of them.
//
// Life cycle: made -> open() for each namespace, as the namespaces come -> close() as they go ->
// destroyed with its node. Every call, and every call of a Listener, is made on the node's loop.
// Calls do not call the listener before they return.
#pragma once

#include "cluster/message.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::cluster {

class Bus {
 public:
  /// Whom a bus tells what arrives.
  class Listener {
   public:
    virtual ~Listener() = default;
    /// A message of another node. It may come for a namespace that is not open.
    virtual void on_message(const MessagePtr& message) = 0;
    /// A node that other_nodes() has named has left. Nothing more comes from it.
    virtual void on_left(const std::string& node) { (void)node; }
    /// Another node of the bus has its first socket in the room, or has lost its last one. A bus that
    /// want_rooms() was called on tells, and tells what is there already when it is called.
    virtual void on_other_room_created(const std::string& nsp, const std::string& room) {
      (void)nsp;
      (void)room;
    }
    virtual void on_other_room_deleted(const std::string& nsp, const std::string& room) {
      (void)nsp;
      (void)room;
    }
    /// Another node of the bus wants to know how many servers have the namespace open
    /// (count_servers()). Comes to a node that want_rooms() was called for.
    virtual void on_count_servers(const std::string& nsp,
                                  std::function<void(std::size_t)> counted) {
      (void)nsp;
      counted(1);
    }
  };

  virtual ~Bus() = default;

  /// The id of this node among the others; the sender of what it sends.
  virtual const std::string& node_id() const = 0;

  /// From now on messages for the namespace arrive, as soon as the bus can have it so.
  virtual void open(const std::string& nsp, Listener& listener) = 0;
  virtual void close(const std::string& nsp) = 0;
  /// This node publishes and answers nothing more.
  virtual void leave() {}

  /// To all other nodes. Never fails: what cannot be carried now is lost, and counted by the bus.
  virtual void publish(MessagePtr message) = 0;
  /// To the node that sent a request.
  virtual void answer(const std::string& node, MessagePtr message) = 0;

  /// How it is known which nodes answer a request.
  enum class Nodes : std::uint8_t {
    heard,    ///< By their heartbeats (Members).
    counted,  ///< count_nodes(): the bus can ask how many have the namespace open.
    named,    ///< other_nodes(): all answer, also for namespaces that they do not have open.
  };
  virtual Nodes nodes() const { return Nodes::heard; }
  /// Calls back with the number, this node included, or with nothing if it cannot be said now.
  virtual void count_nodes(const std::string& nsp,
                           std::function<void(std::optional<std::size_t>)> counted) {
    (void)nsp;
    counted({});
  }
  /// The ids of those that have not left. The listener is told when they do (on_left()).
  virtual std::vector<std::string> other_nodes() const { return {}; }

  /// This node passes messages on to another bus, which may carry those of one room to nodes alone that
  /// have it: so it must know the rooms of the nodes behind it. Ignored by a bus between servers.
  virtual void want_rooms() {}
  /// How many servers have the namespace open, this one included, as the node that passes messages on to
  /// other servers knows it; one if there is none.
  virtual void count_servers(const std::string& nsp, std::function<void(std::size_t)> counted) {
    (void)nsp;
    counted(1);
  }

  /// The history of which a namespace's events are a part, and the sessions that the servers keep
  /// together. Once it has been asked for, broadcasts of this node that clients can recover come back as
  /// those of others do, in the order of the history and with their offsets. Null if the bus has none.
  virtual std::shared_ptr<core::SessionStore> session_store(const std::string& nsp) {
    (void)nsp;
    return nullptr;
  }

  /// Rooms of this node, for a bus that carries messages of one room to those alone that have it.
  virtual void on_room_created(const std::string& nsp, const std::string& room) {
    (void)nsp;
    (void)room;
  }
  virtual void on_room_deleted(const std::string& nsp, const std::string& room) {
    (void)nsp;
    (void)room;
  }
};

}  // namespace socketio::cluster
