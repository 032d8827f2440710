// SPDX-License-Identifier: MIT
#include "engine/client/transport.hpp"

namespace socketio::engine {

namespace {

constexpr char message_digit = '4';

}  // namespace

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

void join_sections(std::deque<WaitingPacket>& packets, bool is_behind, const KeepsMessage& keeps) {
  std::erase_if(packets, [&](const WaitingPacket& packet) {
    if (!is_behind) {
      is_behind = packet.is_separated;
      return false;
    }
    const std::string_view data = packet.data;
    if (packet.content == engineio::Content::binary) return !keeps(packet.content, data);
    return data.starts_with(message_digit) && !keeps(packet.content, data.substr(1));
  });
  for (WaitingPacket& packet : packets) packet.is_separated = false;
}

}  // namespace socketio::engine
