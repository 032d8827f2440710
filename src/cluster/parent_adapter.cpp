// SPDX-License-Identifier: MIT
#include "cluster/parent_adapter.hpp"

#include "core/server/namespace_state.hpp"

namespace socketio::cluster {

std::vector<std::string> ClusterParentAdapter::children() {
  return nsp().link()->group->children_of(nsp().parent_number());
}

void ClusterParentAdapter::broadcast(core::WrittenEvent event,
                                     const detail::BroadcastOptions& options) {
  if (options.flags.is_local) return ParentAdapter::broadcast(std::move(event), options);
  for (const std::string& child : children()) node_->at(child)->broadcast(event, options);
}

void ClusterParentAdapter::fetch_sockets(const detail::BroadcastOptions& options,
                                         FetchCallback found) {
  if (options.flags.is_local) return ParentAdapter::fetch_sockets(options, std::move(found));
  const std::vector<std::string> names = children();
  if (names.empty()) return found({}, {});
  const FetchCallback gathered = gather(names.size(), std::move(found));
  for (const std::string& child : names) node_->at(child)->fetch_sockets(options, gathered);
}

void ClusterParentAdapter::add_sockets(const detail::BroadcastOptions& options,
                                       std::vector<std::string> rooms) {
  if (options.flags.is_local) return ParentAdapter::add_sockets(options, std::move(rooms));
  for (const std::string& child : children()) node_->at(child)->add_sockets({options, rooms});
}

void ClusterParentAdapter::del_sockets(const detail::BroadcastOptions& options,
                                       std::vector<std::string> rooms) {
  if (options.flags.is_local) return ParentAdapter::del_sockets(options, std::move(rooms));
  for (const std::string& child : children()) node_->at(child)->del_sockets({options, rooms});
}

void ClusterParentAdapter::disconnect_sockets(const detail::BroadcastOptions& options,
                                              Close close) {
  if (options.flags.is_local) return ParentAdapter::disconnect_sockets(options, close);
  for (const std::string& child : children())
    node_->at(child)->disconnect_sockets({options, close});
}

}  // namespace socketio::cluster
