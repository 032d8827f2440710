// SPDX-License-Identifier: MIT
// WebSocketConnection: one end of a WebSocket connection (RFC 6455) behind its opening handshake,
// whichever role it has: messages and control frames in and out, masked by a client, the answers
// to pings, the closing handshake, and permessage-deflate (RFC 7692) if it was negotiated. This
// is the hot path: the bytes of one read are decoded in place, and what is sent is appended to the
// stream's buffer.
//
// Life cycle: open() -> feed() and next(), sends -> closed, by our close() or cut(), or because
// next() met the peer's close frame or an error. Who owns it is the stream's handler and passes
// on what that is told; it hears of nothing by itself, and may close it between any two calls.
// Loop's thread.
#pragma once

#include "base/result.hpp"
#include "base/stream.hpp"
#include "codec/websocket/decoder.hpp"
#include "codec/websocket/deflate.hpp"
#include "codec/websocket/encoder.hpp"

#include <socketio/outcome.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace socketio::engine {

/// While a peer has more than this many bytes to take, its pings wait; then the last of them is
/// answered (RFC 6455 section 5.5.3).
inline constexpr std::size_t pong_backlog_bytes = 64 * 1024;

/// Pings of one read that are answered one by one. Of further ones in a row only the last is,
/// before what follows it.
inline constexpr std::uint8_t pongs_per_read = 64;

class WebSocketConnection {
 public:
  /// `role` is ours.
  WebSocketConnection(websocket::Role role, const websocket::Limits& limits)
      : decoder_(role, limits), role_(role) {}

  /// The opening handshake is over: what follows on `stream` are frames.
  void open(std::shared_ptr<Stream> stream) { stream_ = std::move(stream); }
  /// Messages may be compressed, as it was agreed in the opening handshake; ours are from
  /// `threshold_bytes` on.
  void allow_deflate(const websocket::DeflateParameters& agreed, std::size_t threshold_bytes);

  bool is_open() const { return stream_ != nullptr; }
  /// Null unless it is open.
  Stream* stream() const { return stream_.get(); }

  // --- In ---

  /// Takes the bytes of one read, as Decoder::feed() does.
  void feed(std::span<char> bytes) {
    pongs_left_ = pongs_per_read;
    decoder_.feed(bytes);
  }
  /// The next message, pong or close frame; nothing if more bytes are needed or the connection is
  /// closed, as it is behind a close frame, which has been answered, and behind an error, whose
  /// close code has been sent.
  Result<std::optional<websocket::Event>, websocket::Errc> next();
  /// The stream has nothing left to send.
  void on_drain();
  /// The stream has ended.
  void on_close() { stream_.reset(); }

  // --- Out; ignored unless it is open ---

  /// A text or binary message. `prefix` is its beginning (websocket_message.hpp).
  void send(websocket::Opcode opcode, std::string_view message, Compress compress,
            std::string_view prefix = {}) {
    if (!stream_) return;
    if (deflate_ && compress == Compress::yes &&
        prefix.size() + message.size() >= deflate_->threshold_bytes) {
      return send_deflated(opcode, message, prefix);
    }
    send_frame(*stream_, opcode, message, websocket::Coding::plain, prefix);
  }
  void send_ping(std::string_view payload);
  /// Asks for one on_drain().
  void want_drain() {
    if (stream_) stream_->want_drain();
  }
  std::size_t queued_bytes() const { return stream_ ? stream_->queued_bytes() : 0; }
  bool writable() const { return stream_ && stream_->queued_bytes() == 0; }

  /// Sends a close frame, and closes the stream behind it.
  void close(websocket::CloseCode code);
  /// Closes the stream at once. Cannot fail.
  void cut();

 private:
  struct Deflate {
    Deflate(const websocket::DeflateParameters& agreed, websocket::Role role, std::size_t threshold)
        : deflater(agreed, role), threshold_bytes(threshold) {}

    websocket::Deflater deflater;
    std::size_t threshold_bytes;
  };

  void on_ping(std::string_view payload);
  void answer_ping();
  bool has_backlog() const { return stream_->queued_bytes() > pong_backlog_bytes; }
  void send_deflated(websocket::Opcode opcode, std::string_view message, std::string_view prefix);
  void send_frame(Stream& stream, websocket::Opcode opcode, std::string_view payload,
                  websocket::Coding coding = websocket::Coding::plain,
                  std::string_view prefix = {}) const;

  std::shared_ptr<Stream> stream_;  // while it is open
  websocket::Decoder decoder_;
  std::unique_ptr<Deflate> deflate_;           // of what we send, if it was negotiated
  std::unique_ptr<std::string> ping_payload_;  // the latest ping, if it is unanswered
  std::uint8_t pongs_left_ = 0;                // of this read, before pings have to share one
  websocket::Role role_;
};

}  // namespace socketio::engine
