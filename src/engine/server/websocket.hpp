// SPDX-License-Identifier: MIT
// WebSocket as the transport of a server's Engine.IO session: passes messages of a
// WebSocketConnection to the session as packets, and back. This is the hot path.
//
// Life cycle: made for an accepted upgrade request, attach()ed to the byte stream, alive until the
// stream has closed. Loop's thread.
#pragma once

#include "base/stream.hpp"
#include "engine/server/session.hpp"
#include "engine/server/transport.hpp"
#include "engine/websocket_connection.hpp"
#include "engine/websocket_message.hpp"

#include <memory>
#include <string_view>

namespace socketio::engine {

class WebSocketTransport final : public ServerTransport,
                                 public StreamHandler,
                                 public std::enable_shared_from_this<WebSocketTransport> {
 public:
  WebSocketTransport(std::shared_ptr<Session> session, const websocket::Limits& limits,
                     BinaryForm form)
      : session_(std::move(session)),
        binary_form_(form),
        connection_(websocket::Role::server, limits) {}

  /// Before attach(): the handshake has agreed on compression.
  void allow_deflate(const websocket::DeflateParameters& agreed, std::size_t threshold_bytes) {
    connection_.allow_deflate(agreed, threshold_bytes);
  }
  /// Closes the stream again if the session has ended meanwhile.
  void attach(std::shared_ptr<Stream> stream);

  TransportName name() const override { return TransportName::websocket; }
  void send(const engineio::Packet& packet, Compress compress) override;
  void send_prepared(PreparedMessage& message) override;
  bool writable() const override { return connection_.writable(); }
  std::size_t queued_bytes() const override { return connection_.queued_bytes(); }
  std::size_t refused_bytes() const override;
  void want_drain() override { connection_.want_drain(); }
  void close() override;
  // The end of the connection is reported.
  void cut() override { connection_.cut(); }

  void on_bytes(std::span<char> bytes) override;
  void on_drain() override;
  void on_close() override;
  /// For contain(): cuts the connection.
  void on_exception() noexcept;

 private:
  [[gnu::noinline]] void send_deflated(Stream& stream, PreparedMessage& message);
  void on_event(const websocket::Event& event);
  void on_text(std::string_view text);
  void on_binary(std::string_view bytes);
  void refuse_packet();
  void deliver(const engineio::Packet& packet);
  void leave_session(DisconnectReason reason);
  /// All that was read has been handled: an unfinished message may not take for ever.
  void watch_message();
  void on_message_timeout();

  // Until the transport or the session ends.
  std::shared_ptr<Session> session_;
  BinaryForm binary_form_;
  WebSocketConnection connection_;
  // While a read has left a message unfinished.
  std::unique_ptr<Deadline> message_timer_;
  // What had arrived of it when the timer was armed.
  std::size_t arrived_before_ = 0;
};

}  // namespace socketio::engine
