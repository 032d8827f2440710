// SPDX-License-Identifier: MIT
// TextEncoder: packets as JSON text followed by their attachments (Socket.IO protocol 5, "Packet
// encoding"). It keeps as much memory as the longest packet without room for its header has needed.
#pragma once

#include "codec/socketio/encoder.hpp"

#include <string>

namespace socketio::parser {

class TextEncoder final : public Encoder {
 public:
  /// Never fails: it does not look at the payload.
  Result<EncodedPacket, Errc> encode(const OutgoingPacket& packet) override;

 private:
  std::string text_;
};

}  // namespace socketio::parser
