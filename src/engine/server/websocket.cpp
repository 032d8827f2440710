// SPDX-License-Identifier: MIT
#include "engine/server/websocket.hpp"

#include <utility>

namespace socketio::engine {

void WebSocketTransport::attach(std::shared_ptr<Stream> stream) {
  connection_.open(std::move(stream));
  if (!session_) connection_.close(websocket::CloseCode::no_status);
}

void WebSocketTransport::send(const engineio::Packet& packet, Compress compress) {
  as_websocket_message(packet, binary_form_, [&](auto opcode, auto prefix, auto data) {
    connection_.send(opcode, data, compress, prefix);
  });
}

namespace {

void write_frames(Stream& stream, const SharedBytes& frames) {
  if (!frames->empty()) stream.write_shared(frames);
}

}  // namespace

void WebSocketTransport::send_prepared(PreparedMessage& message) {
  Stream* const stream = connection_.stream();
  if (!stream) return;
  const websocket::DeflateTerms* const deflate = connection_.deflate_terms();
  if (deflate && message.compress() == Compress::yes) return send_deflated(*stream, message);
  write_frames(*stream, message.websocket_frames(binary_form_));
}

void WebSocketTransport::send_deflated(Stream& stream, PreparedMessage& message) {
  const websocket::DeflateTerms& deflate = *connection_.deflate_terms();
  if (!deflate.keeps_context) {
    return write_frames(stream, message.deflated_frames(binary_form_, deflate));
  }
  message.for_each_packet([&](const engineio::Packet& packet) { send(packet, Compress::yes); });
}

std::size_t WebSocketTransport::refused_bytes() const {
  const Stream* const stream = connection_.stream();
  return stream ? stream->refused_bytes() : 0;
}

void WebSocketTransport::on_bytes(std::span<char> bytes) {
  connection_.feed(bytes);
  for (;;) {
    const auto event = connection_.next();
    if (!event) {
      if (session_) ++session_->counters().bad_frames;
      return leave_session(DisconnectReason::transport_error);
    }
    if (!*event) return watch_message();
    on_event(**event);
  }
}

void WebSocketTransport::on_event(const websocket::Event& event) {
  using Kind = websocket::Event::Kind;
  switch (event.kind) {
    case Kind::text:
      return on_text(event.payload);
    case Kind::binary:
      return on_binary(event.payload);
    case Kind::close:
      return leave_session(DisconnectReason::transport_close);
    case Kind::ping:
    case Kind::pong:
      return;
  }
}

void WebSocketTransport::on_text(std::string_view text) {
  // What nearly all of them are.
  if (text.starts_with(engineio::digit_of(engineio::PacketType::message)) && !is_v3(binary_form_)) {
    return deliver({.data = text.substr(1)});
  }
  std::string storage;
  const auto packet = is_v3(binary_form_) ? engineio::v3::decode_text(text, storage)
                                          : engineio::decode_text(text, storage);
  packet ? deliver(*packet) : refuse_packet();
}

void WebSocketTransport::on_binary(std::string_view bytes) {
  if (!is_v3(binary_form_)) {
    return deliver({engineio::PacketType::message, engineio::Content::binary, bytes});
  }
  const auto packet = engineio::v3::decode_binary(bytes);
  packet ? deliver(*packet) : refuse_packet();
}

void WebSocketTransport::refuse_packet() {
  if (session_) ++session_->counters().bad_packets;
  connection_.close(websocket::CloseCode::no_status);
  leave_session(DisconnectReason::parse_error);
}

void WebSocketTransport::deliver(const engineio::Packet& packet) {
  if (!session_) return;
  if (message_timer_) message_timer_.reset();
  // The session may close the connection.
  Loop& loop = connection_.stream()->loop();
  session_->on_packet(*this, packet);
  loop.catch_up();
}

void WebSocketTransport::watch_message() {
  if (!connection_.is_inside_message() || !connection_.is_open()) {
    if (message_timer_) message_timer_.reset();
    return;
  }
  if (message_timer_ || !session_) return;
  if (session_->options().message_timeout == std::chrono::milliseconds::zero()) return;
  arrived_before_ = connection_.arrived_bytes();
  session_->loop().timers().arm(
      ensure_timer<WebSocketTransport, &WebSocketTransport::on_message_timeout>(message_timer_,
                                                                                *this),
      session_->options().message_timeout);
}

void WebSocketTransport::on_message_timeout() {
  if (!session_) return;
  const auto timeout = session_->options().message_timeout;
  const std::size_t arrived = connection_.arrived_bytes();
  if (arrived >= arrived_before_ + Stream::least_bytes(timeout)) {
    arrived_before_ = arrived;
    return session_->loop().timers().arm(*message_timer_, timeout);
  }
  connection_.close(websocket::CloseCode::policy_violation);
  leave_session(DisconnectReason::transport_error);
}

void WebSocketTransport::leave_session(DisconnectReason reason) {
  if (const auto session = std::exchange(session_, nullptr))
    session->on_transport_close(*this, reason);
}

void WebSocketTransport::close() {
  connection_.close(websocket::CloseCode::no_status);
  session_.reset();
}

void WebSocketTransport::on_drain() {
  connection_.on_drain();
  if (session_) session_->on_transport_drain();
}

void WebSocketTransport::on_exception() noexcept {
  if (Stream* const stream = connection_.stream()) stream->on_exception();
}

void WebSocketTransport::on_close() {
  connection_.on_close();
  leave_session(DisconnectReason::transport_close);
}

}  // namespace socketio::engine
