// SPDX-License-Identifier: MIT
// The clients of this server in a namespace, for what belongs to one server: in a cluster an emit
// reaches the clients of all servers, and local() those of one loop.
//
// Construct it before the server runs. Any thread.
#pragma once

#include <socketio/server.hpp>

#include <string>

namespace showcase {

class OwnClients {
 public:
  explicit OwnClients(socketio::Namespace nsp);

  socketio::BroadcastOperator all() const { return nsp_.to(room_); }

 private:
  socketio::Namespace nsp_;
  std::string room_;  // another one on each server
};

}  // namespace showcase
