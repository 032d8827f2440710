// SPDX-License-Identifier: MIT
// WebSocket frames and MessagePack.
#include "codec/msgpack/packet.hpp"
#include "codec/websocket/mask.hpp"
#include "explainer.hpp"
#include "faults.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace sio {

namespace msgpack = socketio::msgpack;
namespace parser = socketio::parser;
namespace websocket = socketio::websocket;
using socketio::json;

/// The fields of a frame's header, unchecked (RFC 6455 section 5.2).
struct Explainer::Frame {
  std::uint8_t first = 0;
  std::uint8_t second = 0;
  std::size_t header_bytes = 0;
  std::uint64_t length = 0;
  std::array<std::uint8_t, 4> key{};

  bool is_masked() const { return (second & websocket::mask_bit) != 0; }
  bool is_compressed() const { return (first & 0x40) != 0; }

  /// Nothing if the header is incomplete.
  static std::optional<Frame> read(std::string_view bytes) {
    if (bytes.size() < 2) return std::nullopt;
    Frame frame;
    frame.first = static_cast<std::uint8_t>(bytes[0]);
    frame.second = static_cast<std::uint8_t>(bytes[1]);
    const std::size_t form = frame.second & 0x7f;
    const std::size_t extended = form == 126 ? 2 : form == 127 ? 8 : 0;
    frame.header_bytes = 2 + extended + (frame.is_masked() ? frame.key.size() : 0);
    if (bytes.size() < frame.header_bytes) return std::nullopt;
    frame.length = extended == 0 ? form : 0;
    for (std::size_t i = 0; i < extended; ++i) {
      frame.length = frame.length << 8 | static_cast<std::uint8_t>(bytes[2 + i]);
    }
    if (frame.is_masked()) {
      std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(2 + extended), frame.key.size(),
                  frame.key.begin());
    }
    return frame;
  }
};

namespace {

constexpr websocket::Limits message_limits{.message_bytes = 64 * 1024 * 1024, .fragments = 100'000};
constexpr parser::Limits packet_limits{.attachments = 1'000, .packet_bytes = 64 * 1024 * 1024};

constexpr std::string_view reserved_name = "reserved";

std::string_view name_of(websocket::Opcode opcode) {
  switch (opcode) {
    case websocket::Opcode::continuation:
      return "continuation";
    case websocket::Opcode::text:
      return "text";
    case websocket::Opcode::binary:
      return "binary";
    case websocket::Opcode::close:
      return "close";
    case websocket::Opcode::ping:
      return "ping";
    case websocket::Opcode::pong:
      return "pong";
  }
  return reserved_name;
}

std::string hex(const std::uint8_t* bytes, std::size_t size) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < size; ++i) {
    if (i > 0) out += ' ';
    out += digits[bytes[i] >> 4];
    out += digits[bytes[i] & 0x0f];
  }
  return out;
}

int hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  const char lower = static_cast<char>(std::tolower(static_cast<unsigned char>(digit)));
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// The whole message as JSON, or why it is not MessagePack.
socketio::Result<json, msgpack::Errc> read_msgpack(std::string_view message) {
  constexpr msgpack::TextLimits limits{.attachments = 1'000, .text_bytes = 64 * 1024 * 1024};
  msgpack::Reader reader(message);
  socketio::TextBuffer text;
  std::vector<socketio::Bytes> attachments;
  if (const auto fault = msgpack::append_json(text, attachments, reader, limits)) return *fault;
  if (!reader.at_end()) return msgpack::Errc::trailing_bytes;
  socketio::codec::Document document;
  const auto value = document.parse(text.view(), attachments);
  if (!value) return msgpack::Errc::too_many_values;
  return value->to_json();
}

/// True if the bytes begin a map of 3 to 15 pairs, with a first byte that no frame has.
bool begins_map_only(std::string_view bytes) {
  const auto first = static_cast<std::uint8_t>(bytes.empty() ? 0 : bytes.front());
  return first > 0x82 && first < 0x90 &&
         name_of(static_cast<websocket::Opcode>(first & 0x0f)) == reserved_name;
}

}  // namespace

void Explainer::bytes(std::string_view bytes) {
  const auto value = read_msgpack(bytes);
  const bool is_packet = value && value->is_object() && value->contains("type");
  is_packet || begins_map_only(bytes) ? msgpack(bytes) : websocket(bytes);
}

// --- WebSocket ---

void Explainer::websocket(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto frame = Frame::read(bytes);
    if (!frame) {
      title("WebSocket", {}, "frame");
      return wrong("the header is not complete: it has " + std::to_string(bytes.size()) +
                   (bytes.size() == 1 ? " byte" : " bytes"));
    }
    this->frame(*frame);
    const std::size_t rest = bytes.size() - frame->header_bytes;
    const std::size_t size = frame->header_bytes + std::min<std::uint64_t>(frame->length, rest);
    const bool was_valid = std::exchange(valid_, true);
    frame_content(*frame, bytes.substr(0, size));
    const bool is_broken = !valid_;
    valid_ = valid_ && was_valid;
    if (is_broken) return;
    bytes.remove_prefix(size);
  }
}

void Explainer::frame(const Frame& frame) {
  const auto opcode = static_cast<websocket::Opcode>(frame.first & 0x0f);
  title("WebSocket", hex(&frame.first, 1), name_of(opcode));
  row("FIN", frame.first & 0x80 ? "1  the last frame of its message" : "0  more frames follow");
  const unsigned reserved = frame.first >> 4 & 7;
  if (reserved != 0) {
    row("RSV", std::string(reserved & 4 ? "1" : "0") + (reserved & 2 ? "1" : "0") +
                   (reserved & 1 ? "1" : "0") +
                   (reserved == 4 ? "  compressed (permessage-deflate)" : ""));
  }
  row("MASK", frame.is_masked() ? "1  from a client, key " + hex(frame.key.data(), frame.key.size())
                                : std::string("0  from a server"));
  row("length", std::to_string(frame.length));
}

void Explainer::frame_content(const Frame& frame, std::string_view bytes) {
  const auto role = frame.is_masked() ? websocket::Role::server : websocket::Role::client;
  if (!frames_) {
    frames_ = std::make_unique<websocket::Decoder>(role, message_limits);
    if (frame.is_compressed()) frames_->allow_deflate({});
  }
  std::string content(bytes);
  frames_->feed(content);
  const auto event = frames_->next();
  const bool is_over = !event || (*event && (*event)->kind == websocket::Event::Kind::close);
  if (!event) {
    wrong(to_text(event.error()));
  } else if (*event) {
    this->event(**event);
  } else if (bytes.size() - frame.header_bytes < frame.length) {
    wrong("the payload is not complete: " + std::to_string(bytes.size() - frame.header_bytes) +
          " of " + std::to_string(frame.length) + " bytes");
  }
  if (is_over) frames_.reset();
}

void Explainer::event(const websocket::Event& event) {
  const json payload = json::binary({event.payload.begin(), event.payload.end()});
  switch (event.kind) {
    case websocket::Event::Kind::text:
      return packet(event.payload);
    case websocket::Event::Kind::binary:
      if (const auto value = read_msgpack(event.payload);
          due_ == 0 && value && value->is_object()) {
        return msgpack(event.payload);
      }
      return binary(event.payload);
    case websocket::Event::Kind::ping:
    case websocket::Event::Kind::pong:
      if (!event.payload.empty()) row("payload", to_text(payload));
      return;
    case websocket::Event::Kind::close:
      if (event.close_code == static_cast<std::uint16_t>(websocket::CloseCode::no_status)) {
        return row("code", "none");
      }
      row("code", std::to_string(event.close_code));
      if (!event.payload.empty()) row("reason", without_controls(event.payload));
      return;
  }
}

// --- MessagePack ---

void Explainer::msgpack(std::string_view bytes) {
  title("MessagePack", {}, std::to_string(bytes.size()) + " bytes");
  const auto value = read_msgpack(bytes);
  if (!value) return wrong(to_text(value.error()));
  if (!value->is_object()) {
    row("value", to_text(*value));
    return wrong("a packet of socket.io-msgpack-parser is a map");
  }
  for (const auto& [name, member] : value->items()) {
    if (name != "data") row(without_controls(name), to_text(member));
  }
  msgpack::Decoder decoder(parser::Role::client, packet_limits);
  const auto packet = decoder.add_binary(bytes, document_);
  if (!packet) {
    if (value->contains("data")) row("data", to_text((*value)["data"]));
    return wrong(to_text(packet.error()));
  }
  if (*packet) payload(**packet);
}

std::optional<std::string> read_hex(std::string_view text) {
  std::string bytes;
  int high = -1;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '0' && high < 0 && i + 1 < text.size() && (text[i + 1] == 'x' || text[i + 1] == 'X')) {
      ++i;
      continue;
    }
    if (std::isspace(static_cast<unsigned char>(c)) || c == ':' || c == ',') {
      if (high >= 0) return std::nullopt;
      continue;
    }
    const int value = hex_value(c);
    if (value < 0) return std::nullopt;
    if (high < 0) {
      high = value;
    } else {
      bytes += static_cast<char>(high << 4 | value);
      high = -1;
    }
  }
  if (high >= 0 || bytes.empty()) return std::nullopt;
  return bytes;
}

}  // namespace sio
