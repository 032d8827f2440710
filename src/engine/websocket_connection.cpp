// SPDX-License-Identifier: MIT
#include "engine/websocket_connection.hpp"

#include "base/contain.hpp"
#include "base/loop.hpp"
#include "codec/websocket/mask.hpp"

#include <utility>

namespace socketio::engine {

void WebSocketConnection::allow_deflate(const websocket::DeflateParameters& agreed,
                                        std::size_t threshold_bytes) {
  decoder_.allow_deflate(agreed);
  deflate_ = std::make_unique<Deflate>(agreed, role_, threshold_bytes);
}

Result<std::optional<websocket::Event>, websocket::Errc> WebSocketConnection::next() {
  using Kind = websocket::Event::Kind;
  while (stream_) {
    auto event = decoder_.next();
    if (!event) {
      close(websocket::close_code_of(event.error()));
      return event;
    }
    if (*event && (*event)->kind == Kind::ping) {
      on_ping((*event)->payload);
      continue;
    }
    if (ping_payload_) answer_ping();
    // Answered with the same code (RFC 6455 section 5.5.1).
    if (*event && (*event)->kind == Kind::close) {
      close(static_cast<websocket::CloseCode>((*event)->close_code));
    }
    return event;
  }
  return std::optional<websocket::Event>{};
}

void WebSocketConnection::on_ping(std::string_view payload) {
  if (ping_payload_ || pongs_left_ == 0 || has_backlog()) {
    ping_payload_ = std::make_unique<std::string>(payload);
  } else {
    --pongs_left_;
    send_frame(*stream_, websocket::Opcode::pong, payload);
  }
}

void WebSocketConnection::answer_ping() {
  if (has_backlog()) return stream_->want_drain();
  send_frame(*stream_, websocket::Opcode::pong, *std::exchange(ping_payload_, nullptr));
}

void WebSocketConnection::on_drain() {
  if (stream_ && ping_payload_) answer_ping();
}

void WebSocketConnection::deflate_and_send(websocket::Opcode opcode, std::string_view message,
                                           std::string_view prefix) {
  if (!deflate_->terms.applies_to(prefix.size() + message.size())) {
    return send_frame(*stream_, opcode, message, websocket::Coding::plain, prefix);
  }
  std::string whole(prefix);
  whole.append(message);
  std::string deflated;
  deflate_->deflater.append_message(deflated, whole);
  send_frame(*stream_, opcode, deflated, websocket::Coding::deflated);
}

void WebSocketConnection::send_ping(std::string_view payload) {
  if (stream_) send_frame(*stream_, websocket::Opcode::ping, payload);
}

void WebSocketConnection::send_frame(Stream& stream, websocket::Opcode opcode,
                                     std::string_view payload, websocket::Coding coding,
                                     std::string_view prefix) const {
  if (role_ == websocket::Role::server) {
    return stream.write_with(
        [&](std::string& out) { websocket::append_frame(out, opcode, payload, coding, prefix); });
  }
  websocket::MaskKey mask{};
  stream.loop().entropy().fill(mask);
  stream.write_with([&](std::string& out) {
    websocket::append_masked_frame(out, opcode, payload, mask, coding, prefix);
  });
}

void WebSocketConnection::close(websocket::CloseCode code) {
  const auto stream = std::exchange(stream_, nullptr);
  if (!stream) return;
  contain(*stream, [&] {
    send_frame(*stream, websocket::Opcode::close, websocket::close_payload(code, {}));
    stream->close_after_flush();
  });
}

void WebSocketConnection::cut() {
  if (const auto stream = std::exchange(stream_, nullptr)) stream->close();
}

}  // namespace socketio::engine
