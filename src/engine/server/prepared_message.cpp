// SPDX-License-Identifier: MIT
#include "engine/server/prepared_message.hpp"

#include "codec/engineio/payload.hpp"
#include "codec/websocket/encoder.hpp"

#include <memory>
#include <utility>

namespace socketio::engine {

const SharedBytes& PreparedMessage::websocket_frames(BinaryForm form) {
  SharedBytes& made = websocket_frames_[static_cast<std::size_t>(form)];
  if (made) return made;
  std::string frames;
  frames.reserve(size_bytes());
  for_each([&](const engineio::Packet& packet) {
    as_websocket_message(packet, form, [&](auto opcode, auto prefix, auto data) {
      websocket::append_frame(frames, opcode, data, websocket::Coding::plain, prefix);
    });
  });
  made = std::make_shared<const std::string>(std::move(frames));
  return made;
}

const std::string& PreparedMessage::payload() {
  if (!payload_.empty()) return payload_;
  std::string payload;
  payload.reserve(size_bytes());
  for_each([&](const engineio::Packet& packet) {
    if (!payload.empty()) payload.push_back(engineio::record_separator);
    engineio::append_text(payload, packet);
  });
  payload_ = std::move(payload);
  return payload_;
}

void PreparedMessage::drop_forms() {
  websocket_frames_ = {};
  payload_.clear();
}

}  // namespace socketio::engine
