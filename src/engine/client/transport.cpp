// SPDX-License-Identifier: MIT
#include "engine/client/transport.hpp"

namespace socketio::engine {

void send_waiting(ClientTransport& transport, const std::deque<WaitingPacket>& packets) {
  for (const WaitingPacket& packet : packets) {
    if (packet.content == engineio::Content::text) {
      transport.send_text(packet.data, packet.compress);
    } else {
      transport.send_binary(packet.data, packet.compress);
    }
    if (packet.is_separated) transport.separate();
  }
}

}  // namespace socketio::engine
