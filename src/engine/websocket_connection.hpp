// SPDX-License-Identifier: MIT
// WebSocketConnection: one end of a WebSocket connection (RFC 6455) after its opening handshake,
// in either role: messages and control frames in and out, masking in a client, pongs, the closing
// handshake, and permessage-deflate (RFC 7692) if it was negotiated. This is the hot path: the
// bytes of one read are decoded in place, and what is sent is appended to the stream's buffer.
//
// Life cycle: open() -> feed() and next(), sends -> closed, by close() or cut(), or because next()
// has read a close frame or found an error. The owner is the stream's handler, and must pass on the
// stream's notifications: this object receives none itself. The owner may close it between any two
// calls. Loop's thread.
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

/// While more than this many bytes are waiting for the peer, its pings wait as well; then only the
/// latest is answered (RFC 6455 section 5.5.3).
inline constexpr std::size_t pong_backlog_bytes = 64 * 1024;

/// How many pings of one read are answered individually. Of further consecutive ones only the last
/// is answered, before whatever follows it.
inline constexpr std::uint8_t pongs_per_read = 64;

class WebSocketConnection {
 public:
  /// `role` is our own.
  WebSocketConnection(websocket::Role role, const websocket::Limits& limits)
      : role_(role), decoder_(role, limits) {}

  /// The opening handshake is over: from now on `stream` carries frames.
  void open(std::shared_ptr<Stream> stream) { stream_ = std::move(stream); }
  /// Messages may be compressed with the parameters that the opening handshake agreed on. Ours are
  /// compressed if they have at least `threshold_bytes`.
  void allow_deflate(const websocket::DeflateParameters& agreed, std::size_t threshold_bytes);

  /// How messages are compressed; null if they are not.
  const websocket::DeflateTerms* deflate_terms() const {
    return deflate_ ? &deflate_->terms : nullptr;
  }

  bool is_open() const { return stream_ != nullptr; }
  /// Null unless it is open.
  Stream* stream() const { return stream_.get(); }

  // --- In ---

  /// Takes the bytes of one read, as Decoder::feed() does.
  void feed(std::span<char> bytes) {
    pongs_left_ = pongs_per_read;
    decoder_.feed(bytes);
  }
  /// Returns the next message, pong or close frame. Returns nothing if more bytes are needed, or
  /// if the connection is closed: a close frame has been answered, or a close code sent because
  /// of an error.
  Result<std::optional<websocket::Event>, websocket::Errc> next();
  /// A message or frame has begun and is not complete. Valid after next() has returned nothing.
  bool is_inside_message() const { return decoder_.is_inside_message(); }
  /// What has arrived of it.
  std::size_t arrived_bytes() const { return decoder_.kept_bytes(); }
  /// The stream has nothing left to send.
  void on_drain();
  /// The stream has ended.
  void on_close() { stream_.reset(); }

  // --- Out; ignored unless it is open ---

  /// A text or binary message. `prefix` is its beginning (websocket_message.hpp).
  void send(websocket::Opcode opcode, std::string_view message, Compress compress,
            std::string_view prefix = {}) {
    if (!stream_) return;
    if (deflate_ && compress == Compress::yes) return deflate_and_send(opcode, message, prefix);
    send_frame(*stream_, opcode, message, websocket::Coding::plain, prefix);
  }
  void send_ping(std::string_view payload);
  /// Asks for one on_drain() of the stream.
  void want_drain() {
    if (stream_) stream_->want_drain();
  }
  std::size_t queued_bytes() const { return stream_ ? stream_->queued_bytes() : 0; }
  bool writable() const { return stream_ && stream_->queued_bytes() == 0; }

  /// Sends a close frame, then closes the stream.
  void close(websocket::CloseCode code);
  /// Closes the stream at once. Cannot fail.
  void cut();

 private:
  struct Deflate {
    Deflate(const websocket::DeflateParameters& agreed, websocket::Role role, std::size_t threshold)
        : terms(websocket::terms_of(agreed, role, threshold)), deflater(terms) {}

    websocket::DeflateTerms terms;
    websocket::Deflater deflater;
  };

  void on_ping(std::string_view payload);
  void answer_ping();
  bool has_backlog() const { return stream_->queued_bytes() > pong_backlog_bytes; }
  /// Compressed, if it has a size for that.
  void deflate_and_send(websocket::Opcode opcode, std::string_view message,
                        std::string_view prefix);
  void send_frame(Stream& stream, websocket::Opcode opcode, std::string_view payload,
                  websocket::Coding coding = websocket::Coding::plain,
                  std::string_view prefix = {}) const;

  // Set while it is open.
  std::shared_ptr<Stream> stream_;
  // Compresses what we send, if that was negotiated.
  std::unique_ptr<Deflate> deflate_;
  // The latest ping, while it is unanswered.
  std::unique_ptr<std::string> ping_payload_;
  // How many pings of this read are still answered individually.
  std::uint8_t pongs_left_ = 0;
  websocket::Role role_;
  // Behind what sending uses.
  websocket::Decoder decoder_;
};

}  // namespace socketio::engine
