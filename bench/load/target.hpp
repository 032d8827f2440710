// SPDX-License-Identifier: MIT
//
// The server under load: where it listens, its process, and what it speaks. Made once from the
// command line, then shared read-only by every connection of the one thread.
#pragma once

#include <cstdint>
#include <netinet/in.h>
#include <string>
#include <sys/types.h>

namespace load {

enum class Dialect {
  SocketIo,  // Socket.IO v5 over Engine.IO v4
  Raw,       // a plain WebSocket server that echoes frames
};

struct Target {
  sockaddr_in address{};
  // For the Host header.
  std::string authority;
  Dialect dialect = Dialect::SocketIo;
  // 0: not known, so nothing is read from /proc.
  pid_t server_pid = 0;

  static Target resolve(const std::string& host, std::uint16_t port);
};

}  // namespace load
