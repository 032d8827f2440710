// SPDX-License-Identifier: MIT
#include "engine/server/prepared_message.hpp"

#include "codec/engineio/payload.hpp"
#include "codec/websocket/encoder.hpp"

#include <memory>
#include <utility>

namespace socketio::engine {

using websocket::Coding;

template <class Append>
SharedBytes PreparedMessage::make_frames(BinaryForm form, Append append) {
  std::string frames;
  frames.reserve(size_bytes());
  for_each([&](const engineio::Packet& packet) {
    as_websocket_message(packet, form, [&](auto opcode, auto prefix, auto data) {
      append(frames, opcode, prefix, data);
    });
  });
  // Compressed, they are much smaller than was reserved, and clients may keep them waiting.
  if (frames.size() < size_bytes() / 2) frames.shrink_to_fit();
  return std::make_shared<const std::string>(std::move(frames));
}

SharedBytes PreparedMessage::make_websocket_frames(BinaryForm form) {
  return make_frames(form, [](std::string& out, auto opcode, auto prefix, auto data) {
    websocket::append_frame(out, opcode, data, Coding::plain, prefix);
  });
}

const SharedBytes& PreparedMessage::deflated_frames(BinaryForm form,
                                                    const websocket::DeflateTerms& terms) {
  for (const DeflatedFrames& made : deflated_frames_) {
    if (made.form == form && made.terms == terms) return made.frames;
  }
  websocket::Deflater deflater(terms);
  auto frames = make_frames(form, [&](std::string& out, auto opcode, auto prefix, auto data) {
    if (!terms.applies_to(prefix.size() + data.size())) {
      return websocket::append_frame(out, opcode, data, Coding::plain, prefix);
    }
    std::string whole(prefix);
    whole.append(data);
    std::string deflated;
    deflater.append_message(deflated, whole);
    websocket::append_frame(out, opcode, deflated, Coding::deflated);
  });
  return deflated_frames_.emplace_back(DeflatedFrames{form, terms, std::move(frames)}).frames;
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

const PreparedMessage::Content& PreparedMessage::content() {
  if (content_) return *content_;
  Content content;
  for_each([&](const engineio::Packet& packet) {
    ++content.packets;
    content.bytes += packet.data.size();
  });
  return content_.emplace(content);
}

void PreparedMessage::drop_forms() {
  websocket_frames_ = {};
  deflated_frames_.clear();
  payload_.clear();
  content_.reset();
}

}  // namespace socketio::engine
