// SPDX-License-Identifier: MIT
// NodeGroup: the nodes of one server, each on a loop of its own. What is registered with a server, or
// with one of its namespaces, is registered with the node of every loop, so that events need no lock.
//
// Life cycle: made before its nodes, which it outlives. Any thread.
#pragma once

#include <socketio/socket.hpp>

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace socketio::core {

class Node;
class NamespaceState;

class NodeGroup {
 public:
  using Change = std::function<void(Node& node)>;
  using Counter = std::atomic<std::size_t>;

  explicit NodeGroup(std::size_t loops) : has_several_(loops > 1) {}
  virtual ~NodeGroup() = default;

  bool has_several() const { return has_several_; }
  /// Runs `change` for every node: for one that is this thread's, and while no loop runs, at once, for
  /// the others in their next turn. What one thread changes keeps its order.
  virtual void change_each(const Change& change) = 0;
  /// The node whose loop this thread runs; null if it runs none.
  virtual Node* here() const = 0;
  /// Whether this thread may use the node: it runs its loop, or no loop runs.
  virtual bool may_use(const Node& node) const = 0;
  /// How many sockets the namespace of that name has on all loops: each adds its own.
  virtual std::shared_ptr<Counter> socket_counter(const std::string& nsp) = 0;
  /// A loop has made a namespace for the parent of that number, or has removed it.
  virtual void add_child(std::size_t parent_number, const std::string& nsp) = 0;
  virtual void remove_child(std::size_t parent_number, const std::string& nsp) = 0;
  /// The names of the namespaces that a parent has on any loop.
  virtual std::vector<std::string> children_of(std::size_t parent_number) const = 0;

  /// The same handler has the same id on all loops.
  HandlerId next_handler_id() { return ++last_handler_id_; }
  /// The number of a parent of namespaces, which has no name.
  std::size_t next_parent_number() { return ++last_parent_number_; }

 private:
  const bool has_several_;
  std::atomic<HandlerId> last_handler_id_ = 0;
  std::atomic<std::size_t> last_parent_number_ = 0;
};

}  // namespace socketio::core
