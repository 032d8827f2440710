// SPDX-License-Identifier: MIT
// What sockets see of their connections below Socket.IO (README.md, "Hooks").
#pragma once

#include <socketio/server.hpp>

#include <map>
#include <memory>
#include <string>

namespace conformance {

/// The connections of the main namespace's sockets, by the socket's id.
class ConnEvents {
 public:
  /// Adds `conn-events` and `request` to the namespace.
  void record(socketio::Namespace nsp);

 private:
  using Log = std::shared_ptr<socketio::json>;
  static void watch(const socketio::Socket& socket, const Log& log);

  std::map<std::string, Log> logs_;
};

}  // namespace conformance
