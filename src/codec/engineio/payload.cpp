// SPDX-License-Identifier: MIT
#include "codec/engineio/payload.hpp"

namespace socketio::engineio {

PayloadDecoder::PayloadDecoder(std::string_view payload, std::size_t packet_limit)
    : rest_(payload), packets_left_(packet_limit) {}

Result<std::optional<Packet>, Errc> PayloadDecoder::next() {
  if (finished_) return std::optional<Packet>();
  if (packets_left_ == 0) {
    finished_ = true;
    return Errc::too_many_packets;
  }
  --packets_left_;

  const std::size_t end = rest_.find(record_separator);
  const std::string_view text = rest_.substr(0, end);
  finished_ = end == std::string_view::npos;
  if (!finished_) rest_.remove_prefix(end + 1);

  const auto packet = decode_text(text, storage_);
  if (!packet) {
    finished_ = true;
    return packet.error();
  }
  return std::optional(*packet);
}

}  // namespace socketio::engineio
