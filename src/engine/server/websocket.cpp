// SPDX-License-Identifier: MIT
#include "engine/server/websocket.hpp"

#include "codec/websocket/encoder.hpp"

#include <utility>

namespace socketio::engine {

void WebSocketTransport::send_text(std::string_view packet, Compress) {
  if (!stream_) return;
  stream_->write_with(
      [&](std::string& out) { websocket::append_frame(out, websocket::Opcode::text, packet); });
}

void WebSocketTransport::send_binary(std::string_view data, Compress) {
  if (!stream_) return;
  if (binary_form_ == BinaryForm::base64) {
    std::string text;
    engineio::append_text(text, {engineio::PacketType::message, engineio::Content::binary, data});
    send_text(text, Compress::no);
    return;
  }
  stream_->write_with(
      [&](std::string& out) { websocket::append_frame(out, websocket::Opcode::binary, data); });
}

void WebSocketTransport::send_prepared(const PreparedMessage& message) {
  if (!stream_) return;
  if (binary_form_ == BinaryForm::frames || !message.has_attachments()) {
    stream_->write_shared(message.websocket_frames());
  } else {
    send_parts(message);
  }
}

void WebSocketTransport::on_bytes(std::span<char> bytes) {
  pongs_left_ = pongs_per_read;
  decoder_.feed(bytes);
  for (;;) {
    const auto event = decoder_.next();
    if (!event) {
      return fail(websocket::close_code_of(event.error()), DisconnectReason::transport_error);
    }
    if (!*event) break;
    if (!on_event(**event)) return;
  }
  if (ping_payload_) answer_ping();
}

bool WebSocketTransport::on_event(const websocket::Event& event) {
  using Kind = websocket::Event::Kind;
  if (event.kind != Kind::ping && ping_payload_) answer_ping();
  switch (event.kind) {
    case Kind::text: {
      std::string storage;
      const auto packet = engineio::decode_text(event.payload, storage);
      if (!packet) {
        fail(websocket::CloseCode::no_status, DisconnectReason::parse_error);
        return false;
      }
      return deliver(*packet);
    }
    case Kind::binary:
      return deliver({engineio::PacketType::message, engineio::Content::binary, event.payload});
    case Kind::ping:
      on_ping(event.payload);
      return true;
    case Kind::pong:
      return true;
    case Kind::close: {
      // Answered with the code that came (RFC 6455 section 5.5.1).
      shut_down(static_cast<websocket::CloseCode>(event.close_code));
      leave_session(DisconnectReason::transport_close);
      return false;
    }
  }
  return true;
}

bool WebSocketTransport::deliver(const engineio::Packet& packet) {
  if (!session_ || !stream_) return false;
  Loop& loop = stream_->loop();
  session_->on_packet(*this, packet);
  loop.catch_up();
  return stream_ != nullptr;
}

void WebSocketTransport::on_ping(std::string_view payload) {
  if (ping_payload_ || pongs_left_ == 0 || has_backlog()) {
    ping_payload_ = std::make_unique<std::string>(payload);
  } else {
    --pongs_left_;
    send_pong(payload);
  }
}

void WebSocketTransport::answer_ping() {
  if (has_backlog()) return want_drain();
  send_pong(*std::exchange(ping_payload_, nullptr));
}

void WebSocketTransport::send_pong(std::string_view payload) {
  if (!stream_) return;
  stream_->write_with(
      [&](std::string& out) { websocket::append_frame(out, websocket::Opcode::pong, payload); });
}

void WebSocketTransport::shut_down(websocket::CloseCode code) {
  const auto stream = std::exchange(stream_, nullptr);
  if (!stream) return;
  contain(*stream, [&] {
    stream->write_with([code](std::string& out) {
      websocket::append_frame(out, websocket::Opcode::close, websocket::close_payload(code, {}));
    });
    stream->close_after_flush();
  });
}

void WebSocketTransport::fail(websocket::CloseCode code, DisconnectReason reason) {
  shut_down(code);
  leave_session(reason);
}

void WebSocketTransport::leave_session(DisconnectReason reason) {
  if (const auto session = std::exchange(session_, nullptr))
    session->on_transport_close(*this, reason);
}

void WebSocketTransport::close() {
  shut_down(websocket::CloseCode::no_status);
  session_.reset();
}

void WebSocketTransport::on_drain() {
  if (ping_payload_) answer_ping();
  if (session_) session_->on_transport_drain();
}

void WebSocketTransport::on_close() {
  stream_.reset();
  leave_session(DisconnectReason::transport_close);
}

}  // namespace socketio::engine
