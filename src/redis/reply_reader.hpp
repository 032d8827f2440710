// SPDX-License-Identifier: MIT
// ReplyReader: makes replies of the bytes that Redis sends, which may be cut anywhere. Reads RESP2
// with hiredis' reader, into values of our own, within limits: what a length announces is neither
// allocated nor waited for beyond them.
//
// After an error it reads nothing more. One thread.
#pragma once

#include "base/result.hpp"
#include "redis/limits.hpp"
#include "redis/reply.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace socketio::redis {

class ReplyReader {
 public:
  /// Bytes given to hiredis at a time: it moves the rest of its buffer after each kilobyte that it
  /// has read.
  static constexpr std::size_t slice_bytes = 16 * 1024;
  /// The longest line: of a status, an error, or a length.
  static constexpr std::size_t line_limit_bytes = 16 * 1024;

  /// Arrays within arrays. A slot of CLUSTER SLOTS needs four.
  static constexpr std::size_t depth_limit = 7;

  explicit ReplyReader(const Limits& limits);
  ~ReplyReader();
  ReplyReader(const ReplyReader&) = delete;
  ReplyReader& operator=(const ReplyReader&) = delete;

  /// Bytes to read next; only when next() has nothing more.
  void feed(std::string_view bytes) { unread_ = bytes; }
  /// The next complete reply; nothing if bytes are missing, or after an error.
  std::optional<Reply> next();
  /// Why reading has ended; empty while it goes on.
  const std::string& error() const { return error_; }
  /// After an error because of a limit: what had been read of the reply; of what was last, a part.
  const std::optional<Reply>& unfinished() const;

 private:
  struct Hiredis;

  void fail(std::string_view why);
  /// Whether what has arrived of the next item may become a valid one.
  void check_unfinished();
  void fail_beyond_limit();

  const Limits limits_;
  std::unique_ptr<Hiredis> hiredis_;
  std::string_view unread_;
  std::string error_;
};

}  // namespace socketio::redis
