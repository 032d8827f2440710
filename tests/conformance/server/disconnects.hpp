// SPDX-License-Identifier: MIT
// Records what the handlers of disconnecting and disconnect saw, by the id of the socket, for the
// last thousand sockets. Loop's thread only; outlives the server that it records.
#pragma once

#include <socketio/namespace.hpp>

#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace conformance {

class Disconnects {
 public:
  void record(socketio::Namespace& nsp);
  /// A list of {event, reason, rooms}; empty if that socket is connected, unknown, or no
  /// longer recorded.
  socketio::json of(const std::string& id) const;

 private:
  void add(const socketio::Socket& socket, std::string_view event,
           socketio::DisconnectReason reason);

  // A server may have several loops.
  mutable std::mutex mutex_;
  std::unordered_map<std::string, socketio::json> seen_;
  /// The recorded ids, the oldest first.
  std::deque<std::string> ids_;
};

}  // namespace conformance
