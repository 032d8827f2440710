// SPDX-License-Identifier: MIT
// ParentAdapter: the adapter of a namespace that represents all namespaces which a pattern
// or predicate accepts. It has no sockets. It passes requests on to the adapters of its
// children (JavaScript: ParentBroadcastAdapter), except broadcasts with acknowledgements, which
// reach nobody.
//
// Life cycle and threads: as for Adapter.
#pragma once

#include "core/server/local_adapter.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace socketio::core {

class ParentAdapter : public LocalAdapter {
 public:
  using LocalAdapter::LocalAdapter;

  void broadcast(WrittenEvent event, const detail::BroadcastOptions& options) override;
  void fetch_sockets(const detail::BroadcastOptions& options, FetchCallback found) override;
  void add_sockets(const detail::BroadcastOptions& options,
                   std::vector<std::string> rooms) override;
  void del_sockets(const detail::BroadcastOptions& options,
                   std::vector<std::string> rooms) override;
  void disconnect_sockets(const detail::BroadcastOptions& options, Close close) override;

 protected:
  /// For so many children, each of which calls it once. `found` gets what all of them have found.
  static FetchCallback gather(std::size_t children, FetchCallback found);
};

}  // namespace socketio::core
