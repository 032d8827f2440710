// SPDX-License-Identifier: MIT
// WebSocket as the transport of a client's Engine.IO session. It connects, does the opening
// handshake (RFC 6455 section 4.1), in which it offers compression (RFC 7692), and then sends each
// packet as one message of a WebSocketConnection.
//
// separate() sends a ping, and what follows waits for the pong: a server reads frames in order, so
// it has then read everything that came before the ping (RFC 6455 section 5.5.2).
//
// Life cycle: open() -> on_transport_open() when the server has accepted -> packets -> either
// close() or on_transport_end(). Loop's thread.
#pragma once

#include "codec/http/response_parser.hpp"
#include "codec/websocket/handshake.hpp"
#include "engine/client/transport.hpp"
#include "engine/websocket_connection.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace socketio::engine {

class ClientWebSocket final : public ClientTransport,
                              public StreamHandler,
                              public std::enable_shared_from_this<ClientWebSocket> {
 public:
  /// `sid` is empty, or the id of the session that is to be upgraded.
  ClientWebSocket(const ClientContext& context, std::string_view sid);
  ~ClientWebSocket() override;

  void open() override;

  TransportName name() const override { return TransportName::websocket; }
  void send(const engineio::Packet& packet, Compress compress) override;
  void separate() override;
  bool is_separating() const override { return separation_ != nullptr; }
  void flush_separated(const KeepsMessage& keeps) override;
  bool writable() const override { return connection_.writable() && !separation_; }
  std::size_t queued_bytes() const override;
  void want_drain() override { connection_.want_drain(); }
  void close() override;
  void cut() override;
  /// For contain().
  void on_exception() noexcept { context_.listener.on_exception(); }

  void on_bytes(std::span<char> bytes) override;
  void on_drain() override;
  void on_close() override;

 private:
  struct OpeningHandshake;
  struct Separation;

  void on_connected(std::shared_ptr<Stream> stream, const ConnectFailure& failure);
  void on_stream_end(const Stream& stream);
  void send_request();
  /// Reads the response and returns the bytes after it.
  std::span<char> read_response(std::span<char> bytes);
  void on_response();
  /// Returns nothing if the server has accepted what was requested.
  std::optional<websocket::AcceptError> accept(const http::Response& response);
  void read_frames(std::span<char> bytes);
  void on_event(const websocket::Event& event);
  void on_close_frame(const websocket::Event& event);
  void on_text(std::string_view text);
  void on_pong(std::string_view payload);
  void on_no_pong();
  void end_separation(const std::deque<WaitingPacket>& packets);
  /// Releases everything that could call this object.
  void detach();
  void fail(Failure failure);
  void end(DisconnectReason reason, const Failure& failure);

  // Used until closed.
  const ClientContext context_;
  const std::string sid_;
  // From open() until the server has accepted.
  std::unique_ptr<OpeningHandshake> opening_;
  // This object is its handler.
  std::shared_ptr<Stream> stream_;
  // Open once the server has accepted.
  WebSocketConnection connection_;
  // While the separating ping is unanswered.
  std::unique_ptr<Separation> separation_;
  std::uint64_t pings_ = 0;
};

}  // namespace socketio::engine
