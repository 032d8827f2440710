// SPDX-License-Identifier: MIT
// WebSocket as a client's Engine.IO transport: connects, has the opening handshake (RFC
// 6455 section 4.1) and offers compression in it (RFC 7692), then one packet a message of
// a WebSocketConnection.
//
// What is separated from what was sent before waits for the pong to a ping that follows that: a
// server reads one after the other (RFC 6455 section 5.5.2).
//
// Life cycle: open() -> on_transport_open() when the server accepted -> packets -> one of close()
// and on_transport_end(). Loop's thread.
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
  /// `sid` is empty, or names the session that is to be upgraded.
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
  /// The bytes behind the response.
  std::span<char> read_response(std::span<char> bytes);
  void on_response();
  /// Nothing if the server accepted what we asked for.
  std::optional<websocket::AcceptError> accept(const http::Response& response);
  void read_frames(std::span<char> bytes);
  void on_event(const websocket::Event& event);
  void on_close_frame(const websocket::Event& event);
  void on_text(std::string_view text);
  void on_pong(std::string_view payload);
  void on_no_pong();
  void end_separation(const std::deque<WaitingPacket>& packets);
  /// Lets go of everything that could call us.
  void detach();
  void fail(Failure failure);
  void end(DisconnectReason reason, const Failure& failure);

  const ClientContext context_;  // used until closed
  const std::string sid_;
  std::unique_ptr<OpeningHandshake> opening_;  // from open() until the server has accepted
  std::shared_ptr<Stream> stream_;             // whose handler we are
  WebSocketConnection connection_;             // open from then on
  std::unique_ptr<Separation> separation_;     // while a ping of ours is unanswered
  std::uint64_t pings_ = 0;
};

}  // namespace socketio::engine
