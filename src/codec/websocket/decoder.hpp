// SPDX-License-Identifier: MIT
// WebSocket frames in, messages and control frames out (RFC 6455 sections 5 to 8).
//
// Life cycle: feed() the bytes of one read, then call next() until it returns no event; then feed
// again. Payloads are unmasked in place. An event views either the fed bytes or the decoder's own
// buffer, until the next call of next() or feed(). A message that is complete in the fed bytes
// is never copied. Only what a read leaves unfinished is kept, so an idle decoder owns no memory,
// except for the sender's window if permessage-deflate is in use. Compressed messages are inflated
// as they arrive. After an error the stream is unusable: next() keeps returning the error.
#pragma once

#include "base/result.hpp"
#include "codec/websocket/deflate.hpp"
#include "codec/websocket/frame.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace socketio::websocket {

struct Event {
  enum class Kind : std::uint8_t { text, binary, ping, pong, close };
  Kind kind;
  /// The message, the payload of a control frame, or the reason of a close frame.
  std::string_view payload;
  /// The code of a close frame; CloseCode::no_status if the frame is empty. Application codes
  /// (3000-4999) are passed on.
  std::uint16_t close_code = 0;
};

class Decoder {
 public:
  explicit Decoder(Role role, const Limits& limits) : limits_(limits), role_(role) {}

  /// From now on messages may be compressed with the parameters that the handshake agreed on.
  void allow_deflate(const DeflateParameters& agreed) {
    deflate_ = std::make_unique<Deflate>(agreed, role_);
  }

  /// Takes the bytes of one read. They are modified (unmasked) and must live until next() has
  /// returned no event. All earlier bytes must have been consumed by then.
  void feed(std::span<char> bytes);

  /// Returns the next event, nothing if more bytes are needed, or why the connection must fail.
  Result<std::optional<Event>, Errc> next();

  /// A message or frame has begun and is not complete. Valid after next() has returned no event.
  bool is_inside_message() const { return header_size_ != 0 || message_ != Opcode::continuation; }
  /// How much of it is kept: grows with what arrives of the message, to the limit of its size.
  std::size_t kept_bytes() const { return kept_.size(); }

 private:
  enum class Phase : std::uint8_t { header, payload, closed, failed };
  static constexpr std::size_t max_header_bytes = 14;

  /// The state for permessage-deflate.
  struct Deflate {
    Deflate(const DeflateParameters& agreed, Role role) : inflater(agreed, role) {}

    Inflater inflater;
    /// The length of the unfinished message's payload, as its frame headers announced it.
    std::size_t announced_bytes = 0;
    /// The unfinished message is compressed.
    bool underway = false;
  };

  std::optional<std::string_view> take_short_text();
  /// Returns true once the whole header has arrived and is allowed here.
  Result<bool, Errc> take_header();
  std::optional<Errc> check_start() const;
  std::optional<Errc> begin_frame();
  std::optional<Errc> begin_data(std::uint64_t length);
  std::optional<Errc> begin_deflated(std::uint64_t length);
  Result<std::optional<Event>, Errc> take_payload();
  Result<std::optional<Event>, Errc> take_deflated();
  std::string_view take_bytes();
  std::optional<Errc> keep_inflated();
  Result<std::optional<Event>, Errc> await_next_frame();
  Result<std::optional<Event>, Errc> finish_frame(std::string_view payload);
  Result<std::optional<Event>, Errc> finish_close(std::string_view payload);
  bool fill_header(std::size_t size);
  void unmask(char* bytes, std::size_t size);
  void keep(std::string_view bytes);
  void release_lent();
  void drop_kept();
  Errc fail(Errc error);

  /// Nothing has begun.
  bool awaits_message() const {
    return phase_ == Phase::header && header_size_ == 0 && message_ == Opcode::continuation;
  }
  bool is_final() const { return (header_[0] & final_bit) != 0; }
  bool is_control() const { return (header_[0] & 0x08) != 0; }
  Opcode opcode() const { return static_cast<Opcode>(header_[0] & 0x0f); }
  std::uint8_t short_length() const { return header_[1] & 0x7f; }
  bool is_deflated_data() const { return deflate_ && deflate_->underway && !is_control(); }

  Limits limits_;
  char* cursor_ = nullptr;
  char* end_ = nullptr;
  /// The unmasked, inflated payload of the unfinished message, followed by that of an unfinished
  /// control frame.
  std::vector<char> kept_;
  /// Null unless permessage-deflate was negotiated.
  std::unique_ptr<Deflate> deflate_;
  std::size_t payload_left_ = 0;
  std::uint32_t fragments_ = 0;
  std::array<std::uint8_t, max_header_bytes> header_{};
  std::uint8_t header_size_ = 0;
  Role role_;
  /// The kind of the unfinished message; `continuation` if there is none.
  Opcode message_ = Opcode::continuation;
  Phase phase_ = Phase::header;
  Errc error_{};
  bool kept_is_lent_ : 1 = false;
  // Whatever has been unmasked since the last message, so that its text need not be checked.
  bool is_ascii_ : 1 = true;
};

}  // namespace socketio::websocket
