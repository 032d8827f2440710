// SPDX-License-Identifier: MIT
// Transport: how one Engine.IO session reaches its peer, for both ends. A session has one
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
/// Throws std::invalid_argument if there is no transport with that name.
TransportName transport_named(std::string_view name);

class Transport {
 public:
  virtual ~Transport() = default;
  virtual TransportName name() const = 0;

  /// Sends a packet, whose data is copied.
  virtual void send(const engineio::Packet& packet, Compress compress) = 0;

  /// A packet that is sent now would not have to wait.
  virtual bool writable() const = 0;
  /// Asks for one Session::on_transport_drain(), when the peer has taken everything that waits.
  virtual void want_drain() = 0;
  /// Bytes that the peer has not taken.
  virtual std::size_t queued_bytes() const = 0;

  /// Closes in the transport's own way and releases the connection. The session is not notified.
  virtual void close() = 0;
  /// After something failed half-way: releases the connection at once and drops what is waiting.
  /// Cannot fail.
  virtual void cut() = 0;
};

}  // namespace socketio::engine
