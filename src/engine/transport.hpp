// SPDX-License-Identifier: MIT
// Transport: how one Engine.IO session reaches its peer, at either end. A session has one
// transport, and a second one while it upgrades. Loop's thread only.
#pragma once

#include "codec/engineio/packet.hpp"

#include <socketio/outcome.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace socketio::engine {

enum class TransportName : std::uint8_t { polling, websocket };
std::string_view to_string(TransportName name);
/// Throws std::invalid_argument if there is none of that name.
TransportName transport_named(std::string_view name);

class Transport {
 public:
  virtual ~Transport() = default;
  virtual TransportName name() const = 0;

  /// Its data is copied.
  virtual void send(const engineio::Packet& packet, Compress compress) = 0;

  /// Nothing waits in front of what would be sent now.
  virtual bool writable() const = 0;
  /// Asks for one Session::on_transport_drain() when the peer has taken what waits.
  virtual void want_drain() = 0;
  /// Bytes that the peer has not taken.
  virtual std::size_t queued_bytes() const = 0;

  /// Closes in the transport's own way and releases the connection. The session hears
  /// nothing of it.
  virtual void close() = 0;
  /// Releases the connection at once, with what waits, after something went wrong half-way.
  /// Cannot fail.
  virtual void cut() = 0;
};

}  // namespace socketio::engine
