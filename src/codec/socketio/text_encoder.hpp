// SPDX-License-Identifier: MIT
// TextEncoder: packets as JSON text followed by their attachments (Socket.IO protocol 5, "Packet
// encoding"). Its memory is that of the longest packet that had no room for its header.
#pragma once

#include "codec/socketio/encoder.hpp"

#include <string>

namespace socketio::parser {

class TextEncoder final : public Encoder {
 public:
  /// Always a packet: the payload is not looked at.
  Result<EncodedPacket, Errc> encode(const OutgoingPacket& packet) override;

 private:
  std::string text_;
};

}  // namespace socketio::parser
