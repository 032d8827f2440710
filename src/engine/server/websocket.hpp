// SPDX-License-Identifier: MIT
// WebSocket as an Engine.IO transport: frames of one byte stream in, packets to the session, and
// back. This is the hot path: bytes of one read are decoded in place, and what is sent is appended
// to the stream's buffer, which leaves once at the end of the turn.
//
// Life cycle: made for an accepted upgrade request, attach()ed to the byte stream, alive until it
// closed. Loop's thread.
#pragma once

#include "base/stream.hpp"
#include "codec/websocket/decoder.hpp"
#include "engine/server/session.hpp"
#include "engine/server/transport.hpp"

#include <memory>
#include <string_view>

namespace socketio::engine {

class WebSocketTransport final : public ServerTransport, public StreamHandler {
 public:
  /// How binary messages travel: as they are, or as base64 text for clients that asked so
  /// (`b64=1`).
  enum class BinaryForm : std::uint8_t { frames, base64 };

  WebSocketTransport(std::shared_ptr<Session> session, const websocket::Limits& limits,
                     BinaryForm form)
      : session_(std::move(session)),
        decoder_(websocket::Role::server, limits),
        binary_form_(form) {}

  void attach(std::shared_ptr<Stream> stream) { stream_ = std::move(stream); }

  TransportName name() const override { return TransportName::websocket; }
  void send_text(std::string_view packet, Compress compress) override;
  void send_binary(std::string_view data, Compress compress) override;
  void send_prepared(const PreparedMessage& message) override;
  bool writable() const override { return stream_ != nullptr && stream_->queued_bytes() == 0; }
  std::size_t queued_bytes() const override { return stream_ ? stream_->queued_bytes() : 0; }
  std::size_t refused_bytes() const override { return stream_ ? stream_->refused_bytes() : 0; }
  void want_drain() override {
    if (stream_) stream_->want_drain();
  }
  void close() override;
  void cut() override {
    if (stream_) stream_->close();  // whose end will be news
  }

  void on_bytes(std::span<char> bytes) override;
  void on_drain() override;
  void on_close() override;

 private:
  /// Handles one event; false once the connection is ending.
  bool on_event(const websocket::Event& event);
  bool deliver(const engineio::Packet& packet);
  void on_ping(std::string_view payload);
  void answer_ping();
  bool has_backlog() const { return queued_bytes() > pong_backlog_bytes; }
  void send_pong(std::string_view payload);
  /// Sends a close frame and ends the stream.
  void shut_down(websocket::CloseCode code);
  void fail(websocket::CloseCode code, DisconnectReason reason);
  void leave_session(DisconnectReason reason);

  std::shared_ptr<Session> session_;  // until the transport or the session ends
  std::shared_ptr<Stream> stream_;    // until it closes
  websocket::Decoder decoder_;
  std::unique_ptr<std::string> ping_payload_;  // the latest ping, if it is unanswered
  std::uint8_t pongs_left_ = 0;                // of this read, before pings have to share one
  BinaryForm binary_form_;
};

}  // namespace socketio::engine
