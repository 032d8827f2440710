// SPDX-License-Identifier: MIT
#include "codec/proxy/header.hpp"

#include <algorithm>
#include <charconv>
#include <span>

namespace socketio::proxy {

namespace {

constexpr std::string_view line_start = "PROXY ";
constexpr std::size_t line_limit_bytes = 107;  // with CRLF, section 2.1

constexpr std::string_view signature{"\r\n\r\n\0\r\nQUIT\n", 12};
constexpr std::size_t fixed_bytes = 16;  // of version 2, section 2.2

bool is_port(std::string_view text) {
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, port);
  return !text.empty() && failure == std::errc{} && stop == end;
}

/// The word before the next space; `text` goes on behind it.
std::string_view take_word(std::string_view& text) {
  const auto word = text.substr(0, text.find(' '));
  text.remove_prefix(std::min(text.size(), word.size() + 1));
  return word;
}

bool begin_alike(std::string_view text, std::string_view with) {
  const std::size_t size = std::min(text.size(), with.size());
  return text.substr(0, size) == with.substr(0, size);
}

}  // namespace

Result<std::size_t, Errc> HeaderReader::feed(std::string_view bytes) {
  std::size_t used = 0;
  while (used < bytes.size() && !done_) {
    if (skipped_bytes_ != 0 && head_.size() == fixed_bytes + address_bytes_) {
      const std::size_t size = std::min(skipped_bytes_, bytes.size() - used);
      used += size;
      skipped_bytes_ -= size;
      done_ = skipped_bytes_ == 0;
      continue;
    }
    head_.push_back(bytes[used++]);
    if (const auto error = examine()) return *error;
  }
  return used;
}

std::optional<Errc> HeaderReader::examine() {
  if (begin_alike(head_, line_start)) return examine_line();
  if (begin_alike(head_, signature)) return examine_fields();
  return Errc::no_header;
}

std::optional<Errc> HeaderReader::examine_line() {
  if (!head_.ends_with('\n')) {
    if (head_.size() >= line_limit_bytes) return Errc::header_size;
    return std::nullopt;
  }
  std::string_view line = head_;
  if (!line.ends_with("\r\n")) return Errc::bad_header;
  line.remove_suffix(2);
  line.remove_prefix(line_start.size());
  done_ = true;
  const auto family = take_word(line);
  // What follows is to be ignored.
  if (family == "UNKNOWN") return std::nullopt;
  const auto source = ip::Address::parse(take_word(line));
  const auto destination = ip::Address::parse(take_word(line));
  const auto source_port = take_word(line);
  if (!source || !destination || !is_port(source_port) || !is_port(line)) return Errc::bad_header;
  const bool fits = family == "TCP4" ? source->is_v4() && destination->is_v4() : family == "TCP6";
  if (!fits) return Errc::bad_header;
  source_ = source;
  return std::nullopt;
}

std::optional<Errc> HeaderReader::examine_fields() {
  if (head_.size() < fixed_bytes) return std::nullopt;
  if (head_.size() == fixed_bytes) {
    if (const auto error = begin_version_2()) return error;
  }
  if (head_.size() < fixed_bytes + address_bytes_) return std::nullopt;
  if (address_bytes_ != 0) {
    const auto* const begin = reinterpret_cast<const std::uint8_t*>(head_.data()) + fixed_bytes;
    source_ = ip::Address::from_bytes(std::span(begin, address_bytes_));
  }
  done_ = skipped_bytes_ == 0;
  return std::nullopt;
}

std::optional<Errc> HeaderReader::begin_version_2() {
  const auto byte = [this](std::size_t at) { return static_cast<unsigned char>(head_[at]); };
  const unsigned command = byte(12) & 0x0fU;
  const unsigned family = byte(13) >> 4U;
  const unsigned protocol = byte(13) & 0x0fU;
  const std::size_t size = byte(14) * 256U + byte(15);
  if (byte(12) >> 4U != 2 || command > 1 || family > 3 || protocol > 2) return Errc::bad_header;
  if (fixed_bytes + size > header_limit_bytes) return Errc::header_size;
  skipped_bytes_ = size;
  const bool is_local = command == 0;
  if (is_local || (family != 1 && family != 2)) return std::nullopt;
  // Two addresses and two ports; the client's address is first.
  const std::size_t address_bytes = family == 1 ? 4 : 16;
  if (size < 2 * address_bytes + 4) return Errc::bad_header;
  address_bytes_ = address_bytes;
  skipped_bytes_ -= address_bytes;
  return std::nullopt;
}

}  // namespace socketio::proxy
