// SPDX-License-Identifier: MIT
// Compression of messages (RFC 7692 section 7.2) with zlib. A Deflater turns whole messages into
// payloads of frames with RSV1. An Inflater restores a message in pieces as its bytes arrive, so
// that the reader can stop when it becomes too large.
//
// Life cycle: a connection that negotiated the extension has one of each, a Deflater for what we
// send and an Inflater for what we receive. zlib's memory (about 270 and 40 KiB with the largest
// window) is allocated for the first compressed message. Without contexts there is one Deflater's
// memory for each thread, and an Inflater's only during a message. Single thread.
#pragma once

#include "base/result.hpp"
#include "codec/websocket/extension.hpp"
#include "codec/websocket/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

struct z_stream_s;

namespace socketio::websocket {

/// A server does not compress longer messages: this many bytes take up to 10 ms, in which its loop
/// serves nobody else.
inline constexpr std::size_t deflate_limit_bytes = 256 * 1024;

/// How one end compresses what it sends.
struct DeflateTerms {
  std::size_t threshold_bytes = 0;
  std::uint8_t window_bits = max_window_bits;
  bool keeps_context = true;
  std::size_t limit_bytes = deflate_limit_bytes;

  bool applies_to(std::size_t message_bytes) const {
    return message_bytes >= threshold_bytes && message_bytes <= limit_bytes;
  }
  bool operator==(const DeflateTerms&) const = default;
};

/// `role` is our own.
DeflateTerms terms_of(const DeflateParameters& agreed, Role role, std::size_t threshold_bytes);

struct CloseDeflate {
  void operator()(z_stream_s* stream) const;
};
using DeflateStream = std::unique_ptr<z_stream_s, CloseDeflate>;

class Deflater {
 public:
  explicit Deflater(const DeflateTerms& terms)
      : window_bits_(terms.window_bits), keeps_context_(terms.keeps_context) {}

  /// Appends the compressed message. It must be sent, because the next one may refer to it.
  void append_message(std::string& out, std::string_view message);

 private:
  z_stream_s& stream();

  // Unless there is no context to keep.
  DeflateStream stream_;
  std::uint8_t window_bits_;
  bool keeps_context_;
};

class Inflater {
 public:
  /// `role` is our own.
  Inflater(const DeflateParameters& agreed, Role role);

  /// Adds more of the message; the bytes must live until read() has returned 0.
  void feed(std::string_view compressed);
  /// The message is complete. Its rest can be read, then the next message can be fed.
  void finish();

  /// Fills the front of `out` and returns how much. 0 means that it needs more bytes or,
  /// after finish(), that the message has ended. An error is reported once all valid output
  /// has been read.
  Result<std::size_t, Errc> read(std::span<char> out);

 private:
  /// How much of a message zlib has been given.
  enum class Phase : std::uint8_t { nothing, some, tail, failed };

  struct Close {
    void operator()(z_stream_s* stream) const;
  };

  void open();
  std::optional<Errc> end_message();

  std::unique_ptr<z_stream_s, Close> stream_;
  std::uint8_t window_bits_;
  bool keeps_context_;
  /// The sender ended the deflate stream itself: nothing after its end counts.
  bool ended_ = false;
  Phase phase_ = Phase::nothing;
};

}  // namespace socketio::websocket
