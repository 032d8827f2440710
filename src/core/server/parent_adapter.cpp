// SPDX-License-Identifier: MIT
#include "core/server/parent_adapter.hpp"

#include "core/server/namespace_state.hpp"

#include <cstddef>
#include <iterator>
#include <memory>
#include <utility>

namespace socketio::core {

void ParentAdapter::broadcast(WrittenEvent event, const detail::BroadcastOptions& options) {
  for (const auto& child : nsp().children()) child->adapter().broadcast(event, options);
}

Adapter::FetchCallback ParentAdapter::gather(std::size_t children, FetchCallback found) {
  struct Gathered {
    std::size_t awaited;
    FetchCallback found;
    std::vector<SocketDetails> sockets;
    /// The namespaces have the same servers.
    MissingNodes missing;
  };
  const auto gathered = std::make_shared<Gathered>(Gathered{children, std::move(found), {}, {}});
  return [gathered](std::vector<SocketDetails> sockets, MissingNodes missing) {
    std::move(sockets.begin(), sockets.end(), std::back_inserter(gathered->sockets));
    if (missing.count > gathered->missing.count) gathered->missing = std::move(missing);
    if (--gathered->awaited == 0)
      gathered->found(std::move(gathered->sockets), std::move(gathered->missing));
  };
}

void ParentAdapter::fetch_sockets(const detail::BroadcastOptions& options, FetchCallback found) {
  const auto children = nsp().children();
  if (children.empty()) return found({}, {});
  const FetchCallback gathered = gather(children.size(), std::move(found));
  for (const auto& child : children) child->adapter().fetch_sockets(options, gathered);
}

void ParentAdapter::add_sockets(const detail::BroadcastOptions& options,
                                std::vector<std::string> rooms) {
  for (const auto& child : nsp().children()) child->adapter().add_sockets(options, rooms);
}

void ParentAdapter::del_sockets(const detail::BroadcastOptions& options,
                                std::vector<std::string> rooms) {
  for (const auto& child : nsp().children()) child->adapter().del_sockets(options, rooms);
}

void ParentAdapter::disconnect_sockets(const detail::BroadcastOptions& options, Close close) {
  for (const auto& child : nsp().children()) child->adapter().disconnect_sockets(options, close);
}

}  // namespace socketio::core
