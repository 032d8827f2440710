// SPDX-License-Identifier: MIT
// Explainer: says what captured bytes mean, field by field, and what is wrong with them.
// It reads Engine.IO packets and polling payloads, WebSocket frames, and packets of
// socket.io-msgpack-parser, with the library's own codecs, so it refuses what the library refuses.
//
// Life cycle: fed with what one side sent, in order, so that attachments find their packet. Input
// may be anything: it never makes a function throw. One thread.
#pragma once

#include "codec/engineio/packet.hpp"
#include "codec/socketio/text_decoder.hpp"
#include "codec/websocket/decoder.hpp"
#include "show.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sio {

class Explainer {
 public:
  explicit Explainer(Style style);

  /// Reads a packet, or a polling payload of several.
  void text(std::string_view payload);
  /// Reads WebSocket frames, the last of which may be incomplete.
  void websocket(std::string_view frames);
  void msgpack(std::string_view packet);
  /// Reads MessagePack if the bytes are that, otherwise WebSocket.
  void bytes(std::string_view bytes);

  /// Returns the lines so far.
  std::string take() { return std::exchange(out_, {}); }
  /// True if nothing was wrong.
  bool valid() const { return valid_; }
  /// The number of attachments that a packet still waits for.
  std::size_t attachments_due() const { return due_; }

 private:
  struct Frame;

  void packet(std::string_view text);
  void open(std::string_view json);
  void message(std::string_view text);
  void binary(std::string_view bytes);
  void payload(const socketio::parser::Packet& packet);
  void frame(const Frame& frame);
  void frame_content(const Frame& frame, std::string_view bytes);
  void event(const socketio::websocket::Event& event);

  void row(std::string_view name, std::string_view value);
  void title(std::string_view name, std::string_view code, std::string_view meaning);
  void wrong(std::string_view why);

  const Style style_;
  std::string out_;
  std::string indent_;
  bool valid_ = true;
  std::size_t due_ = 0;
  socketio::codec::Document document_;
  socketio::parser::TextDecoder decoder_;
  std::unique_ptr<socketio::websocket::Decoder> frames_;
};

/// Reads bytes in hexadecimal, which may contain blanks, colons, commas and 0x. Nothing if the text
/// is something else.
std::optional<std::string> read_hex(std::string_view text);

}  // namespace sio
