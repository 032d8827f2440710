// SPDX-License-Identifier: MIT
#include "engine/transport.hpp"

#include "codec/websocket/encoder.hpp"

namespace socketio::engine {

std::string_view to_string(TransportName name) {
  return name == TransportName::polling ? "polling" : "websocket";
}

const SharedBytes& PreparedMessage::websocket_frames() const {
  if (!websocket_frames_) {
    std::string frames;
    websocket::append_frame(frames, websocket::Opcode::text, text_);
    for (const Bytes& attachment : attachments_) {
      websocket::append_frame(frames, websocket::Opcode::binary,
                              {reinterpret_cast<const char*>(attachment.data()), attachment.size()});
    }
    websocket_frames_ = std::make_shared<const std::string>(std::move(frames));
  }
  return websocket_frames_;
}

}  // namespace socketio::engine
