// SPDX-License-Identifier: MIT
//
// The server under load: where it listens, which process it is, and what it speaks. Made once from
// the command line, then shared read-only by every connection of the one thread.
#pragma once

#include <cstdint>
#include <netinet/in.h>
#include <string>
#include <sys/types.h>

namespace load {

enum class Dialect {
  SocketIo,  // Socket.IO v5 over Engine.IO v4
  Raw,       // a plain WebSocket server which echoes frames
};

struct Target {
  sockaddr_in address{};
  std::string authority;  // for the Host header
  Dialect dialect = Dialect::SocketIo;
  pid_t server_pid = 0;  // 0: not known, nothing is read from /proc

  static Target resolve(const std::string& host, std::uint16_t port);
};

}  // namespace load
