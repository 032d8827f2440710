// SPDX-License-Identifier: MIT
// ListenOptions: where a server listens, and what arrives there.
#pragma once

#include <socketio/server_tls.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace socketio {

struct ListenOptions {
  /// An IP address or "localhost", which is 127.0.0.1. Empty: all addresses, IPv6 and IPv4.
  std::string address{};
  std::uint16_t port = 0;  ///< 0: a free one.
  /// Speaks https and wss instead of http and ws.
  std::optional<ServerTls> tls{};
  /// A UNIX socket instead of address and port; listen() returns 0. The file of a server that has
  /// ended is replaced, and the file goes when this server closes. Its clients have no address.
  std::string unix_path{};
  /// Who may connect to it. Unset: whom the process's umask allows.
  std::optional<unsigned> unix_permissions{};
  /// A socket that listens already, instead of everything above. The server owns it from now on.
  std::optional<int> descriptor{};
  /// Connections begin with a header of the PROXY protocol, version 1 or 2, which says the client's
  /// address; others are refused. Only a proxy may be able to connect here, because whoever does
  /// can say any address.
  bool proxy_protocol = false;
};

/// A socket that systemd has opened for this process (sd_listen_fds(3)).
struct SystemdSocket {
  int descriptor = -1;
  std::string name{};  ///< FileDescriptorName= of its unit.
};

/// In the order of the unit; none if systemd has not started this process with sockets.
///
///   for (const auto& socket : socketio::systemd_sockets()) io.listen({.descriptor = socket.descriptor});
std::vector<SystemdSocket> systemd_sockets();

}  // namespace socketio
