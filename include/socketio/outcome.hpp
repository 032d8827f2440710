// SPDX-License-Identifier: MIT
// Why a connection ended (with the reasons and texts of the JavaScript implementation), what became
// of an emitted event, and the small enumerations that go with them.
#pragma once

#include <cstdint>
#include <string_view>

namespace socketio {

enum class DisconnectReason : std::uint8_t {
  transport_error,  ///< The peer broke the protocol of the transport, or a request was cut off.
  transport_close,  ///< The connection was closed by the peer or the network.
  forced_close,     ///< The server closed the connection, or the peer broke the Socket.IO protocol.
  forced_server_close,          ///< No namespace was joined in time.
  ping_timeout,                 ///< No pong within ping_timeout.
  parse_error,                  ///< The peer sent a packet that cannot be decoded.
  server_shutting_down,         ///< Server::close().
  client_namespace_disconnect,  ///< The client called disconnect().
  server_namespace_disconnect,  ///< The server called disconnect().
  io_server_disconnect,         ///< At a client: the server called disconnect().
  io_client_disconnect,         ///< At a client: it called disconnect() itself.
};

/// The text that JavaScript gives, e.g. "transport close".
std::string_view to_string(DisconnectReason reason);

/// What became of an emitted event.
enum class EmitResult : std::uint8_t {
  /// It leaves at the end of this turn of the loop, or with the next poll of a polling client. From
  /// another thread: it was handed to the loop.
  sent,
  /// At a server: the client is slow. More than BackpressureOptions::soft_limit_bytes waited for
  /// it, and some of that still does. Or, with connection state recovery, the client is away; or the
  /// event goes by Redis (redis_streams_adapter). At a client: it waits for a connection, or for the
  /// connection to take what is in front of it.
  queued,
  /// Volatile and the peer not ready, or beyond the limit of the buffer; from another thread also
  /// beyond Limits::posted_bytes.
  dropped,
  not_connected,  ///< The socket is not connected.
};

/// Whether an HTTP response that carries the event may be compressed.
enum class Compress : std::uint8_t { yes, no };

/// What disconnect() ends: the socket of one namespace, or the whole connection with all
/// its namespaces.
enum class Close : std::uint8_t { socket, connection };

}  // namespace socketio
