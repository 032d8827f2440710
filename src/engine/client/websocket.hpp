// SPDX-License-Identifier: MIT
// WebSocket at the client (RFC 6455): connects, asks for the upgrade, then one packet a message:
// masked frames out, plain ones in, large ones compressed if the server agrees (RFC 7692).
//
// What is separated from what was sent before waits for the pong to a ping that follows that: a
// server reads one after the other (RFC 6455 section 5.5.2).
//
// Life cycle: open() -> on_transport_open() when the server accepted -> packets -> one of close()
// and on_transport_end(). Loop's thread.
#pragma once

#include "codec/http/response_parser.hpp"
#include "codec/websocket/decoder.hpp"
#include "codec/websocket/deflate.hpp"
#include "codec/websocket/encoder.hpp"
#include "codec/websocket/handshake.hpp"
#include "engine/client/transport.hpp"

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
  void send_text(std::string_view packet, Compress compress) override;
  using ClientTransport::send_binary;
  void send_binary(std::string_view data, Compress compress) override;
  void separate() override;
  bool is_separating() const override { return separation_ != nullptr; }
  void flush_separated(const KeepsMessage& keeps) override;
  bool writable() const override {
    return is_writing() && !separation_ && stream_->queued_bytes() == 0;
  }
  std::size_t queued_bytes() const override;
  void want_drain() override {
    if (is_writing()) stream_->want_drain();
  }
  void close() override;
  void cut() override;
  /// For contain().
  void on_exception() noexcept { context_.listener.on_exception(); }

  void on_bytes(std::span<char> bytes) override;
  void on_drain() override;
  void on_close() override;

 private:
  enum class Phase : std::uint8_t { connecting, asking, open, closed };
  struct Separation;

  bool is_writing() const { return phase_ == Phase::open && stream_ != nullptr; }
  void on_connected(std::shared_ptr<Stream> stream, const ConnectFailure& failure);
  void on_stream_end(const Stream& stream);
  void ask();
  /// The bytes behind the answer to the request.
  std::span<char> read_answer(std::span<char> bytes);
  void on_answer();
  /// Nothing if the server accepted what we asked for.
  std::optional<websocket::AcceptError> accept(const http::Response& response);
  void read_frames(std::span<char> bytes);
  void on_event(const websocket::Event& event);
  void on_close_frame(const websocket::Event& event);
  void on_text(std::string_view text);
  void on_ping(std::string_view payload);
  void answer_ping();
  bool has_backlog() const { return stream_ && stream_->queued_bytes() > pong_backlog_bytes; }
  void send_pong(std::string_view payload);
  void on_pong(std::string_view payload);
  void on_no_pong();
  void end_separation(const std::deque<WaitingPacket>& packets);
  bool is_held(std::string_view data, engineio::Content content, Compress compress);
  void send_message(websocket::Opcode opcode, std::string_view message, Compress compress);
  void send_frame(websocket::Opcode opcode, std::string_view payload,
                  websocket::Coding coding = websocket::Coding::plain);
  /// Ends the stream, after a close frame where one is due.
  void shut_down(websocket::CloseCode code);
  void fail(websocket::CloseCode code, Failure failure);
  void end(DisconnectReason reason, const Failure& failure);

  const ClientContext context_;  // used until closed
  const std::string sid_;
  std::string key_;
  std::unique_ptr<Connector::Attempt> attempt_;
  std::shared_ptr<Stream> stream_;
  std::optional<http::ResponseParser> parser_;  // of the answer to the upgrade request
  websocket::Decoder decoder_;
  std::unique_ptr<websocket::Deflater> deflater_;  // if the server agreed to it
  std::unique_ptr<std::string> ping_payload_;      // the latest ping, if it is unanswered
  std::uint8_t pongs_left_ = 0;                    // of this read, before pings have to share one
  std::unique_ptr<Separation> separation_;         // while a ping of ours is unanswered
  std::uint64_t pings_ = 0;
  Phase phase_ = Phase::connecting;
};

}  // namespace socketio::engine
