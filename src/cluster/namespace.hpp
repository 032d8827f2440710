// SPDX-License-Identifier: MIT
// ClusterNamespace: one namespace of a ClusterNode. It executes requests for the sockets here, passes
// them on to the buses, and makes one answer of all that come back. The namespace may have no sockets
// here: a node that connects two buses has every namespace of the loops behind it.
//
// Life cycle: made when the namespace is opened here or at another loop, until it is at neither. What
// waits for an answer does not need it. Loop's thread only.
#pragma once

#include "cluster/cluster.hpp"
#include "cluster/message.hpp"
#include "core/server/local_adapter.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace socketio::cluster {

using Clusters = std::vector<std::shared_ptr<Cluster>>;

class ClusterNamespace {
 public:
  /// `clusters` outlive it.
  ClusterNamespace(std::string name, const Clusters& clusters)
      : name_(std::move(name)), clusters_(clusters) {}

  const std::string& name() const { return name_; }
  /// The sockets here, from now on.
  void attach(std::weak_ptr<core::NamespaceState> nsp, core::LocalAdapter& local);
  /// Another loop has it.
  void add_loop(const std::string& node) { loops_.insert(node); }
  void remove_loop(const std::string& node) { loops_.erase(node); }
  bool is_used() const { return !nsp_.expired() || !loops_.empty(); }

  /// A request that has come from `from`.
  void on_request(const std::shared_ptr<Cluster>& from, const MessagePtr& message);

  // --- Requests that begin here, or have come from `from`. With a `from` nothing is sent back to its
  // bus, and answers are given early enough for whoever waits for them there ---

  void broadcast(core::WrittenEvent event, const detail::BroadcastOptions& options,
                 const Cluster* from = nullptr);
  void ask_clients(core::WrittenEvent event, const detail::BroadcastOptions& options,
                   core::Adapter::AskedCallback asked, detail::AckCallback answered,
                   const Cluster* from = nullptr);
  void fetch_sockets(const detail::BroadcastOptions& options, core::Adapter::FetchCallback found,
                     const Cluster* from = nullptr);
  void add_sockets(const SocketsJoin& request, const Cluster* from = nullptr);
  void del_sockets(const SocketsLeave& request, const Cluster* from = nullptr);
  void disconnect_sockets(const DisconnectSockets& request, const Cluster* from = nullptr);

  // --- Events for the other servers. One that another server has emitted is executed by the loop that
  // is connected to it; one that another loop has emitted is only passed on ---

  void emit_to_servers(const core::WrittenEvent& event, const Cluster* from = nullptr);
  /// `answered` gets each answer as JSON text of one value.
  void ask_servers(const core::WrittenEvent& event, std::function<void(const Content&)> answered,
                   detail::AllCallback all, const Cluster* from = nullptr);

  /// Servers, this one included. A loop knows of those to which it is connected itself.
  void count_servers(core::Adapter::CountCallback counted);

  // --- Rooms ---

  void on_room_created(const std::string& room);
  void on_room_deleted(const std::string& room);
  void on_other_room_created(const std::string& room);
  void on_other_room_deleted(const std::string& room);

 private:
  /// It comes back from the bus, as it does to the other servers.
  bool goes_by_history(const detail::BroadcastOptions& options) const;
  void deliver_from_history(const Broadcast& message);
  void serve_server_side(const std::shared_ptr<Cluster>& from, const MessagePtr& message);
  void run_here(const core::WrittenEvent& event, std::function<void(const Content*)> answered);
  /// Calls `use(core::LocalAdapter&)`. False if the namespace is not here.
  template <class Use>
  bool here(Use use);
  /// Calls `use(Cluster&)` for each one that a request from `from` is passed on to.
  template <class Use>
  void for_others(const Cluster* from, Use use);
  std::size_t others(const Cluster* from) const;
  void pass_on(const Body& body, const Cluster* from);
  template <class Tell>
  void tell_room(const std::string& room, Peers peers, Tell tell);

  const std::string name_;
  const Clusters& clusters_;
  std::weak_ptr<core::NamespaceState> nsp_;
  /// Of nsp_.
  core::LocalAdapter* local_ = nullptr;
  std::unordered_set<std::string> loops_;
  /// For servers, if there are loops behind this one: how many of the loops have the room.
  std::unordered_map<std::string, std::size_t> rooms_;
};

}  // namespace socketio::cluster
