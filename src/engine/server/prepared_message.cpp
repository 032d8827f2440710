// SPDX-License-Identifier: MIT
#include "engine/server/prepared_message.hpp"

#include "codec/json/bytes.hpp"
#include "codec/websocket/encoder.hpp"

#include <memory>
#include <utility>

namespace socketio::engine {

namespace {

// The longest header of a frame that is not masked (RFC 6455 section 5.2).
constexpr std::size_t frame_header_bytes = 10;

}  // namespace

PreparedMessage::PreparedMessage(std::string text, std::vector<Bytes> attachments,
                                 Compress compress)
    : size_bytes_(text.size() + frame_header_bytes),
      compress_(compress),
      has_attachments_(!attachments.empty()) {
  for (const Bytes& attachment : attachments) size_bytes_ += attachment.size() + frame_header_bytes;
  parts_.push_back({std::move(text), std::move(attachments)});
}

void PreparedMessage::append(PreparedMessage later) {
  for (Part& part : later.parts_) parts_.push_back(std::move(part));
  size_bytes_ += later.size_bytes_;
  has_attachments_ |= later.has_attachments_;
  websocket_frames_.reset();
}

const SharedBytes& PreparedMessage::websocket_frames() const {
  if (!websocket_frames_) {
    std::string frames;
    frames.reserve(size_bytes_);
    for (const Part& part : parts_) {
      websocket::append_frame(frames, websocket::Opcode::text, part.text);
      for (const Bytes& attachment : part.attachments) {
        websocket::append_frame(frames, websocket::Opcode::binary, codec::as_text(attachment));
      }
    }
    websocket_frames_ = std::make_shared<const std::string>(std::move(frames));
  }
  return websocket_frames_;
}

}  // namespace socketio::engine
