// SPDX-License-Identifier: MIT
//
// The server of bench/server.cpp with connections in memory, connected as server/worker.cpp does it. All that
// is measured happens in receive() and end_turn(), so callgrind can count just these.
//
// Life cycle: made, used, destroyed; it ends its connections. One thread.
#pragma once

#include "core/server/node.hpp"
#include "engine/server/session_server.hpp"
#include "micro/memory.hpp"
#include "server/http_connection.hpp"
#include "server/request_dispatcher.hpp"

#include <socketio/server_options.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace micro {

using Connection = std::shared_ptr<MemoryStream>;

class Town {
 public:
  Town();
  ~Town();
  Town(const Town&) = delete;
  Town& operator=(const Town&) = delete;

  Connection connect();
  /// Ends all connections.
  void hang_up();

  void receive(MemoryStream& stream, std::string_view bytes);
  void end_turn();
  /// The same, and what the connection is sent in that turn. For what comes before a measurement.
  std::string ask(MemoryStream& stream, std::string_view bytes);

 private:
  MemoryLoop loop_;
  const socketio::ServerOptions options_;
  socketio::core::Node node_;
  socketio::engine::SessionServer engine_;
  const std::shared_ptr<socketio::server::RouterState> router_;
  socketio::server::RequestDispatcher dispatcher_;
  std::vector<Connection> connections_;
  // As the loop's of a real server.
  std::vector<char> read_buffer_;
};

}  // namespace micro
