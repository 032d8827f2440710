// SPDX-License-Identifier: MIT
// Reads the body of an HTTP/1.1 message as its head framed it: by length, by chunks (RFC 9112
// section 7.1) or by the end of the stream. Memory grows with what arrives, not with what is
// announced. Chunk extensions and trailer fields are checked, bounded and dropped. Life cycle: one
// per message, or one after another with restart().
#pragma once

#include "base/result.hpp"
#include "codec/http/grammar.hpp"
#include "codec/http/limits.hpp"
#include "codec/http/line_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace socketio::http {

class BodyReader {
 public:
  /// The limits outlive it.
  explicit BodyReader(const Limits& limits) : limits_(limits) {}

  /// Fails at once if the announced length is over the limit.
  Result<bool, Errc> start(const Framing& framing);

  /// Consumes from the front of `bytes`, but nothing after the body. Returns true once the body
  /// is complete.
  Result<bool, Errc> feed(std::string_view& bytes, std::string& body);

  Framing::Kind framing() const { return kind_; }

  /// Starts over with another message.
  void restart() {
    lines_.restart();
    kind_ = Framing::Kind::none;
    phase_ = Phase::size;
    remaining_bytes_ = extension_bytes_ = trailer_bytes_ = 0;
  }
  /// The memory that restart() keeps.
  std::size_t kept_bytes() const { return lines_.kept_bytes(); }

 private:
  using Done = Result<bool, Errc>;
  enum class Phase : std::uint8_t { size, data, data_end, trailers, done };

  Done feed_stream(std::string_view& bytes, std::string& body);
  Done feed_chunks(std::string_view& bytes, std::string& body);
  Done accept_line(std::size_t body_bytes);
  Done accept_chunk_size(std::string_view line, std::size_t body_bytes);
  Done accept_trailer(std::string_view line);
  std::size_t line_limit() const;
  void take_data(std::string_view& bytes, std::string& body);

  const Limits& limits_;
  LineReader lines_;
  Framing::Kind kind_ = Framing::Kind::none;
  Phase phase_ = Phase::size;
  // Of the body or of the current chunk.
  std::uint64_t remaining_bytes_ = 0;
  std::size_t extension_bytes_ = 0;
  std::size_t trailer_bytes_ = 0;
};

}  // namespace socketio::http
