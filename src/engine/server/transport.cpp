// SPDX-License-Identifier: MIT
#include "engine/server/transport.hpp"

#include "codec/json/bytes.hpp"

namespace socketio::engine {

void ServerTransport::send_parts(const PreparedMessage& message) {
  for (const auto& part : message.parts()) {
    send_text(part.text, message.compress());
    for (const Bytes& attachment : part.attachments)
      send_binary(codec::as_text(attachment), message.compress());
  }
}

}  // namespace socketio::engine
