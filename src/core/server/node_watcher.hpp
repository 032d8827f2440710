// SPDX-License-Identifier: MIT
// NodeWatcher: learns what happens to all clients of a node, also where the application's handlers do
// not, and before them. It must not throw what it can contain. Loop's thread only.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace socketio::core {

class Connection;
class NamespaceState;
class SocketState;

class NodeWatcher {
 public:
  virtual ~NodeWatcher() = default;

  /// A client has connected, and has joined no namespace yet.
  virtual void on_client(const std::shared_ptr<Connection>& client) = 0;
  /// Before the application's handlers.
  virtual void on_connected(SocketState& socket) = 0;
  /// The socket with that id was not in these rooms before.
  virtual void on_joined(NamespaceState& nsp, const std::string& id,
                         const std::vector<std::string>& rooms) = 0;
  virtual void on_left(NamespaceState& nsp, const std::string& id,
                       const std::vector<std::string>& rooms) noexcept = 0;
};

}  // namespace socketio::core
