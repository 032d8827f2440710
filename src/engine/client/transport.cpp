// SPDX-License-Identifier: MIT
#include "engine/client/transport.hpp"

namespace socketio::engine {

void send_waiting(ClientTransport& transport, const std::deque<WaitingPacket>& packets) {
  for (const WaitingPacket& packet : packets) {
    transport.send(packet.packet(), packet.compress);
    if (packet.is_separated) transport.separate();
  }
}

void join_sections(std::deque<WaitingPacket>& packets, bool is_behind, const KeepsMessage& keeps) {
  std::erase_if(packets, [&](const WaitingPacket& packet) {
    if (!is_behind) {
      is_behind = packet.is_separated;
      return false;
    }
    return packet.type == engineio::PacketType::message && !keeps(packet.content, packet.data);
  });
  for (WaitingPacket& packet : packets) packet.is_separated = false;
}

}  // namespace socketio::engine
