// SPDX-License-Identifier: MIT
// ServerTransport: how a server's session reaches its client. Loop's thread only.
#pragma once

#include "engine/server/prepared_message.hpp"
#include "engine/transport.hpp"

#include <cstddef>

namespace socketio::engine {

class ServerTransport : public Transport {
 public:
  virtual void send_prepared(PreparedMessage& message) = 0;

  /// How many of the queued bytes have been offered to the peer.
  virtual std::size_t refused_bytes() const { return queued_bytes(); }
};

}  // namespace socketio::engine
