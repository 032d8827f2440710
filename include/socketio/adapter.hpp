// SPDX-License-Identifier: MIT
// Adapter: how a server is connected with others, so that they are one for their clients
// (ServerOptions::adapter). <socketio/redis.hpp> makes some, and <socketio/cluster_bus.hpp> one of your
// own.
//
// A description, without connections: each server that gets it makes its own. Value semantics; any
// thread.
#pragma once

#include <memory>
#include <utility>

namespace socketio {

namespace server {
class AdapterMaker;
}  // namespace server

class Adapter {
 public:
  /// None: the server is alone.
  Adapter() = default;
  explicit Adapter(std::shared_ptr<const server::AdapterMaker> maker) : maker_(std::move(maker)) {}

  /// Null if there is none.
  const std::shared_ptr<const server::AdapterMaker>& maker() const { return maker_; }

 private:
  std::shared_ptr<const server::AdapterMaker> maker_;
};

}  // namespace socketio
