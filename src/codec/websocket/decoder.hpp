// SPDX-License-Identifier: MIT
// WebSocket frames in, messages and control frames out (RFC 6455 sections 5 to 8).
//
// Life cycle: feed() the bytes of one read, then call next() until it returns no event; then feed
// again. Payloads are unmasked in place and an event views either the fed bytes or the decoder's own
// buffer, until the next call of next() or feed(). A message that lies whole in the fed bytes is
// never copied; only what a read leaves unfinished is kept, so an idle decoder owns no memory.
// After an error the stream is dead: next() keeps returning it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "codec/websocket/frame.hpp"

namespace socketio::websocket {

struct Event {
  enum class Kind : std::uint8_t { text, binary, ping, pong, close };
  Kind kind;
  /// Message, control payload, or the reason of a close frame.
  std::string_view payload;
  /// Of a close frame; CloseCode::no_status if it was empty. Application codes (3000-4999) as they are.
  std::uint16_t close_code = 0;
};

class Decoder {
 public:
  explicit Decoder(Role role, const Limits& limits) : limits_(limits), role_(role) {}

  /// Takes the bytes of one read; they are modified (unmasked) and must live until next() returned no
  /// event. Everything fed before must have been drained.
  void feed(std::span<char> bytes);

  /// The next event, nothing if more bytes are needed, or why the connection must fail.
  Result<std::optional<Event>, Errc> next();

 private:
