// SPDX-License-Identifier: MIT
#include "codec/websocket/decoder.hpp"

#include "codec/websocket/mask.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

namespace socketio::websocket {
namespace {

constexpr std::uint8_t reserved_bits = 0x70;
constexpr std::size_t inflated_piece_bytes = 8 * 1024;
constexpr std::uint8_t length_in_two_bytes = 126;
constexpr std::uint8_t length_in_eight_bytes = 127;
constexpr std::size_t max_control_bytes = 125;

using NextEvent = Result<std::optional<Event>, Errc>;

NextEvent no_event() { return std::optional<Event>{}; }

NextEvent event(Event::Kind kind, std::string_view payload, std::uint16_t close_code = 0) {
  return std::optional<Event>{Event{kind, payload, close_code}};
}

std::size_t extended_length_bytes(std::uint8_t short_length) {
  if (short_length == length_in_two_bytes) return 2;
  return short_length == length_in_eight_bytes ? 8 : 0;
}

std::uint64_t big_endian(const std::uint8_t* bytes, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | bytes[i];
  return value;
}

bool is_data(Opcode opcode) { return opcode == Opcode::text || opcode == Opcode::binary; }

bool is_defined(Opcode opcode) {
  return is_data(opcode) || opcode == Opcode::continuation || opcode == Opcode::close ||
         opcode == Opcode::ping || opcode == Opcode::pong;
}

bool is_utf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

// Section 7.4: the registered codes, and those for libraries and applications.
bool may_travel(std::uint16_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

}  // namespace

void Decoder::feed(std::span<char> bytes) {
  release_lent();
  assert(cursor_ == end_);
  // Nothing after a close frame counts (section 5.5.1), nor after an error.
  if (phase_ == Phase::closed || phase_ == Phase::failed) return;
  cursor_ = bytes.data();
  end_ = bytes.data() + bytes.size();
}

Result<std::optional<Event>, Errc> Decoder::next() {
  release_lent();
  if (const auto text = take_short_text()) {
    auto finished = finish_frame(*text);
    if (!finished) return fail(finished.error());
    return finished;
  }
  while (true) {
    if (phase_ == Phase::header) {
      const auto complete = take_header();
      if (!complete) return fail(complete.error());
      if (!*complete) return no_event();
    }
    if (phase_ == Phase::failed) return error_;
    if (phase_ == Phase::closed) return no_event();
    auto taken = take_payload();
    if (!taken) return fail(taken.error());
    if (*taken || phase_ == Phase::payload) return taken;
  }
}

/// What most messages are: a frame of text, shorter than 64 KiB, all of which is in this read. It is
/// taken at once; for any other frame, valid or not, this does nothing.
std::optional<std::string_view> Decoder::take_short_text() {
  constexpr std::size_t longest_header = 2 + 2 + sizeof(MaskKey);
  const auto available = static_cast<std::size_t>(end_ - cursor_);
  if (available < longest_header || role_ != Role::server || !awaits_message()) return std::nullopt;
  const auto* const header = reinterpret_cast<const std::uint8_t*>(cursor_);
  if (header[0] != (final_bit | static_cast<std::uint8_t>(Opcode::text))) return std::nullopt;
  if ((header[1] & mask_bit) == 0) return std::nullopt;
  std::size_t size = header[1] & ~mask_bit;
  if (size == length_in_eight_bytes) return std::nullopt;
  const bool is_extended = size == length_in_two_bytes;
  if (is_extended) size = static_cast<std::size_t>(big_endian(header + 2, 2));
  if (is_extended && size < length_in_two_bytes) return std::nullopt;
  const std::size_t header_bytes = longest_header - (is_extended ? 0 : 2);
  if (size > available - header_bytes || size > limits_.message_bytes) return std::nullopt;

  MaskKey key;
  char* const payload = cursor_ + header_bytes;
  std::memcpy(key.data(), payload - key.size(), key.size());
  is_ascii_ = apply_mask(payload, size, key);
  header_[0] = header[0];
  message_ = Opcode::text;
  cursor_ = payload + size;
  return std::string_view(payload, size);
}

Result<bool, Errc> Decoder::take_header() {
  if (header_size_ < 2) {
    if (!fill_header(2)) return false;
    if (const auto error = check_start()) return *error;
  }
  const std::size_t mask_bytes = role_ == Role::server ? 4 : 0;
  if (!fill_header(2 + extended_length_bytes(short_length()) + mask_bytes)) return false;
  if (const auto error = begin_frame()) return *error;
  return true;
}

bool Decoder::fill_header(std::size_t size) {
  const auto available = static_cast<std::size_t>(end_ - cursor_);
  const std::size_t taken = std::min(size - header_size_, available);
  if (taken > 0) std::memcpy(header_.data() + header_size_, cursor_, taken);
  cursor_ += taken;
  header_size_ += static_cast<std::uint8_t>(taken);
  return header_size_ == size;
}

/// Checks the first two bytes, in the order of the errors of section 5.2.
std::optional<Errc> Decoder::check_start() const {
  const std::uint8_t reserved = header_[0] & reserved_bits;
  const bool may_be_deflated = deflate_ && is_data(opcode());
  if (reserved != 0 && !(may_be_deflated && reserved == deflated_bit)) {
    return Errc::reserved_bit_set;
  }
  if (!is_defined(opcode())) return Errc::reserved_opcode;
  const bool masked = (header_[1] & mask_bit) != 0;
  if (role_ == Role::server && !masked) return Errc::mask_missing;
  if (role_ == Role::client && masked) return Errc::mask_unexpected;
  const bool inside_message = message_ != Opcode::continuation;
  if (is_control()) {
    if (!is_final()) return Errc::control_fragmented;
    if (short_length() > max_control_bytes) return Errc::control_too_long;
  } else if (is_data(opcode()) && inside_message) {
    return Errc::message_not_finished;
  } else if (!is_data(opcode()) && !inside_message) {
    return Errc::unexpected_continuation;
  }
  return std::nullopt;
}

/// The header is complete: checks the form of the length and the limits before any payload is kept.
std::optional<Errc> Decoder::begin_frame() {
  const std::size_t extended = extended_length_bytes(short_length());
  const std::uint64_t length =
      extended == 0 ? short_length() : big_endian(header_.data() + 2, extended);
  if (length >> 63 != 0) return Errc::length_top_bit_set;
  if ((extended == 2 && length < 126) || (extended == 8 && length <= 0xffff)) {
    return Errc::length_not_minimal;
  }
  if (!is_control()) {
    if (const auto error = begin_data(length)) return error;
  }
  payload_left_ = static_cast<std::size_t>(length);
  phase_ = Phase::payload;
  return std::nullopt;
}

std::optional<Errc> Decoder::begin_data(std::uint64_t length) {
  if (is_data(opcode())) message_ = opcode();
  if (deflate_) {
    if (const auto error = begin_deflated(length)) return error;
  }
  const std::size_t room = limits_.message_bytes - std::min(limits_.message_bytes, kept_.size());
  if (!is_deflated_data() && length > room) return Errc::message_too_big;
  if (++fragments_ > limits_.fragments) return Errc::too_many_fragments;
  return std::nullopt;
}

/// The number of kept bytes does not say how much of a compressed message has arrived, so that is
/// counted separately.
std::optional<Errc> Decoder::begin_deflated(std::uint64_t length) {
  if (is_data(opcode())) {
    deflate_->underway = (header_[0] & deflated_bit) != 0;
    deflate_->announced_bytes = 0;
  }
  if (!deflate_->underway) return std::nullopt;
  if (length > limits_.message_bytes - deflate_->announced_bytes) return Errc::message_too_big;
  deflate_->announced_bytes += static_cast<std::size_t>(length);
  return std::nullopt;
}

Result<std::optional<Event>, Errc> Decoder::take_payload() {
  if (is_deflated_data()) return take_deflated();
  const bool nothing_kept = is_control() ? payload_left_ == short_length() : kept_.empty();
  const std::string_view bytes = take_bytes();
  const bool frame_done = payload_left_ == 0;
  if (frame_done && is_final() && nothing_kept) return finish_frame(bytes);

  keep(bytes);
  if (!frame_done) return no_event();
  if (!is_final()) return await_next_frame();
  kept_is_lent_ = true;
  const std::string_view kept(kept_.data(), kept_.size());
  return finish_frame(is_control() ? kept.substr(kept.size() - short_length()) : kept);
}

Result<std::optional<Event>, Errc> Decoder::take_deflated() {
  deflate_->inflater.feed(take_bytes());
  is_ascii_ = false;
  if (const auto error = keep_inflated()) return *error;
  if (payload_left_ != 0) return no_event();
  if (!is_final()) return await_next_frame();
  deflate_->inflater.finish();
  if (const auto error = keep_inflated()) return *error;
  kept_is_lent_ = true;
  return finish_frame({kept_.data(), kept_.size()});
}

/// Takes the bytes of the frame's payload that have arrived, and unmasks them.
std::string_view Decoder::take_bytes() {
  const std::size_t taken = std::min(payload_left_, static_cast<std::size_t>(end_ - cursor_));
  const std::string_view bytes(cursor_, taken);
  unmask(cursor_, taken);
  cursor_ += taken;
  payload_left_ -= taken;
  return bytes;
}

/// Inflates piece by piece, so that a message that is too large is refused before it takes memory.
std::optional<Errc> Decoder::keep_inflated() {
  std::array<char, inflated_piece_bytes> piece;
  while (true) {
    const auto size = deflate_->inflater.read(piece);
    if (!size) return size.error();
    if (*size == 0) return std::nullopt;
    if (*size > limits_.message_bytes - kept_.size()) return Errc::message_too_big;
    keep({piece.data(), *size});
  }
}

Result<std::optional<Event>, Errc> Decoder::await_next_frame() {
  phase_ = Phase::header;
  header_size_ = 0;
  return no_event();
}

Result<std::optional<Event>, Errc> Decoder::finish_frame(std::string_view payload) {
  phase_ = Phase::header;
  header_size_ = 0;
  switch (opcode()) {
    case Opcode::ping:
      return event(Event::Kind::ping, payload);
    case Opcode::pong:
      return event(Event::Kind::pong, payload);
    case Opcode::close:
      return finish_close(payload);
    default:
      break;
  }
  fragments_ = 0;
  const bool is_ascii = is_ascii_;
  is_ascii_ = true;
  if (std::exchange(message_, Opcode::continuation) == Opcode::binary) {
    return event(Event::Kind::binary, payload);
  }
  if (!is_ascii && !is_utf8(payload)) return Errc::invalid_utf8;
  return event(Event::Kind::text, payload);
}

Result<std::optional<Event>, Errc> Decoder::finish_close(std::string_view payload) {
  phase_ = Phase::closed;
  cursor_ = end_;
  // The unfinished message will never be complete. If the close frame is in the same buffer, which
  // is lent, the message is freed with it.
  message_ = Opcode::continuation;
  if (!kept_is_lent_) drop_kept();
  deflate_.reset();
  if (payload.empty()) {
    return event(Event::Kind::close, {}, static_cast<std::uint16_t>(CloseCode::no_status));
  }
  if (payload.size() == 1) return Errc::invalid_close_payload;
  const auto code = static_cast<std::uint16_t>(
      big_endian(reinterpret_cast<const std::uint8_t*>(payload.data()), 2));
  if (!may_travel(code)) return Errc::invalid_close_payload;
  if (!is_utf8(payload.substr(2))) return Errc::invalid_utf8;
  return event(Event::Kind::close, payload.substr(2), code);
}

void Decoder::unmask(char* bytes, std::size_t size) {
  if (size == 0) return;
  if (role_ == Role::client) {
    is_ascii_ = false;
    return;
  }
  std::uint8_t* const stored = header_.data() + header_size_ - 4;
  MaskKey key;
  std::memcpy(key.data(), stored, key.size());
  if (!apply_mask(bytes, size, key)) is_ascii_ = false;
  if (size == payload_left_) return;
  // The key is stored rotated, so that its first byte belongs to the next byte of payload.
  std::rotate_copy(key.begin(), key.begin() + size % key.size(), key.end(), stored);
}

/// The buffer doubles what has arrived; it does not trust what was announced, and stays below
/// the limit. Only the rest of a control frame is reserved ahead: otherwise a control frame that
/// arrives byte by byte would copy the unfinished message for each byte.
void Decoder::keep(std::string_view bytes) {
  const std::size_t needed = kept_.size() + bytes.size();
  if (needed > kept_.capacity()) {
    const std::size_t doubled = std::min(2 * kept_.capacity(), limits_.message_bytes);
    kept_.reserve(std::max(needed + std::min(payload_left_, max_control_bytes), doubled));
  }
  kept_.insert(kept_.end(), bytes.begin(), bytes.end());
}

void Decoder::release_lent() {
  if (!kept_is_lent_) return;
  kept_is_lent_ = false;
  if (message_ == Opcode::continuation) {
    drop_kept();
  } else {
    kept_.erase(kept_.end() - short_length(), kept_.end());
  }
}

void Decoder::drop_kept() { std::vector<char>().swap(kept_); }

Errc Decoder::fail(Errc error) {
  phase_ = Phase::failed;
  error_ = error;
  cursor_ = end_;
  kept_is_lent_ = false;
  drop_kept();
  deflate_.reset();
  return error;
}

}  // namespace socketio::websocket
