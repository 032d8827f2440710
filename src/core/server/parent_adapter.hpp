// SPDX-License-Identifier: MIT
// ParentAdapter: the adapter of a namespace that stands for all those that a pattern or predicate
// admits. It has no sockets, and passes requests on to the adapters of its children (JavaScript:
// ParentBroadcastAdapter), but for broadcasts with acknowledgements: those reach nobody.
//
// Life cycle and threads: Adapter's.
#pragma once

#include "core/server/local_adapter.hpp"

#include <string>
#include <vector>

namespace socketio::core {

class ParentAdapter final : public LocalAdapter {
 public:
  using LocalAdapter::LocalAdapter;

  void broadcast(WrittenEvent event, const detail::BroadcastOptions& options) override;
  void fetch_sockets(const detail::BroadcastOptions& options, FetchCallback found) override;
  void add_sockets(const detail::BroadcastOptions& options,
                   std::vector<std::string> rooms) override;
  void del_sockets(const detail::BroadcastOptions& options,
                   std::vector<std::string> rooms) override;
  void disconnect_sockets(const detail::BroadcastOptions& options, Close close) override;
};

}  // namespace socketio::core
