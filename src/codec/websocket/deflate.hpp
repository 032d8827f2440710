// SPDX-License-Identifier: MIT
// Compression of messages (RFC 7692 section 7.2) with zlib. A Deflater turns whole messages into
// the payload of a frame with RSV1; an Inflater gives a message back as its bytes come, a piece at
// a time, so that whoever reads decides when it is too much.
//
// Life cycle: one each for a connection that negotiated the extension, made for what we send and
// what we receive. zlib's memory (about 270 and 40 KiB for the largest window) is allocated by the
// first compressed message. Single thread.
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

class Deflater {
 public:
  /// `role` is ours.
  Deflater(const DeflateParameters& agreed, Role role);

  /// Appends the compressed message. It must then be sent: the next one may refer to it.
  void append_message(std::string& out, std::string_view message);

 private:
  struct Close {
    void operator()(z_stream_s* stream) const;
  };

  void open();

  std::unique_ptr<z_stream_s, Close> stream_;
  std::uint8_t window_bits_;
  bool keeps_context_;
};

class Inflater {
 public:
  /// `role` is ours.
  Inflater(const DeflateParameters& agreed, Role role);

  /// More of the message; it must live until read() gave nothing more.
  void feed(std::string_view compressed);
  /// The message is complete. What is left of it can be read, then the next one fed.
  void finish();

  /// Fills the front of `out`; 0 if it needs more (or behind finish(): the message ended), which is
  /// told only when everything that could be had was read.
  Result<std::size_t, Errc> read(std::span<char> out);

 private:
  /// What of a message went into zlib.
  enum class Phase : std::uint8_t { nothing, some, tail, failed };

  struct Close {
    void operator()(z_stream_s* stream) const;
  };

  void open();
  std::optional<Errc> end_message();

  std::unique_ptr<z_stream_s, Close> stream_;
  std::uint8_t window_bits_;
  bool keeps_context_;
  /// The sender's stream itself ended: nothing behind that counts.
  bool ended_ = false;
  Phase phase_ = Phase::nothing;
};

}  // namespace socketio::websocket
