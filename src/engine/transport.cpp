// SPDX-License-Identifier: MIT
#include "engine/transport.hpp"

#include "codec/websocket/encoder.hpp"

#include <stdexcept>
#include <utility>

namespace socketio::engine {

std::string_view to_string(TransportName name) {
  return name == TransportName::polling ? "polling" : "websocket";
}

TransportName transport_named(std::string_view name) {
  for (const TransportName known : {TransportName::polling, TransportName::websocket}) {
    if (name == to_string(known)) return known;
  }
  throw std::invalid_argument("there is no transport \"" + std::string(name) + '"');
}

namespace {

std::string_view as_text(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

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

void Transport::send_parts(const PreparedMessage& message) {
  for (const auto& part : message.parts()) {
    send_text(part.text, message.compress());
    for (const Bytes& attachment : part.attachments)
      send_binary(as_text(attachment), message.compress());
  }
}

const SharedBytes& PreparedMessage::websocket_frames() const {
  if (!websocket_frames_) {
    std::string frames;
    frames.reserve(size_bytes_);
    for (const Part& part : parts_) {
      websocket::append_frame(frames, websocket::Opcode::text, part.text);
      for (const Bytes& attachment : part.attachments) {
        websocket::append_frame(frames, websocket::Opcode::binary, as_text(attachment));
      }
    }
    websocket_frames_ = std::make_shared<const std::string>(std::move(frames));
  }
  return websocket_frames_;
}

}  // namespace socketio::engine
