// SPDX-License-Identifier: MIT
#include "codec/socketio/packet.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace socketio::parser {
namespace {

/// Removes the digits at the front of `text` and returns them.
std::string_view take_digits(std::string_view& text) {
  std::size_t end = 0;
  while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
  const std::string_view number = text.substr(0, end);
  text.remove_prefix(end);
  return number;
}

/// The value of a text that consists of digits, unless it is more than `limit`.
std::optional<std::uint64_t> read_number(std::string_view number, std::uint64_t limit) {
  std::uint64_t value = 0;
  const auto result = std::from_chars(number.data(), number.data() + number.size(), value);
  if (result.ec != std::errc() || value > limit) return std::nullopt;
  return value;
}

char* write_integer_before(char* end, std::uint64_t value) {
  do {
    *--end = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  return end;
}

}  // namespace

Result<Header, Errc> decode_header(std::string_view text, const Limits& limits) {
  if (text.empty()) return Errc::empty_packet;
  if (text.front() < '0' || text.front() > '6') return Errc::unknown_type;
  Header header;
  header.type = static_cast<PacketType>(text.front() - '0');
  text.remove_prefix(1);

  if (is_binary(header.type)) {
    const std::string_view digits = take_digits(text);
    const bool is_zero = digits.find_first_not_of('0') == digits.npos;
    if (is_zero || !text.starts_with('-')) return Errc::invalid_attachment_count;
    const auto count = read_number(digits, limits.attachments);
    if (!count) return Errc::too_many_attachments;
    header.attachments = *count;
    text.remove_prefix(1);
  }
  if (text.starts_with('/')) {
    const std::size_t end = std::min(text.find(','), text.size());
    header.nsp = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (const std::string_view id = take_digits(text); !id.empty()) {
    header.id = read_number(id, max_ack_id);
    if (!header.id) return Errc::invalid_id;
  }
  header.payload = text;
  return header;
}

char* write_header_before(char* end, const Header& header) {
  if (header.id) end = write_integer_before(end, *header.id);
  if (!is_main(header.nsp)) {
    *--end = ',';
    end -= header.nsp.size();
    header.nsp.copy(end, header.nsp.size());
  }
  if (is_binary(header.type)) {
    *--end = '-';
    end = write_integer_before(end, header.attachments);
  }
  *--end = static_cast<char>('0' + static_cast<int>(header.type));
  return end;
}

void append_header(std::string& out, const Header& header) {
  out.resize(out.size() + header_size(header));
  write_header_before(out.data() + out.size(), header);
}

bool is_reserved_event(std::string_view name) {
  // Called for each event: most names have another length than all of these.
  switch (name.size()) {
    case std::string_view("connect").size():
      return name == "connect";
    case std::string_view("disconnect").size():
      return name == "disconnect";
    case std::string_view("newListener").size():
      return name == "newListener";
    case std::string_view("connect_error").size():
      return name == "connect_error" || name == "disconnecting";
    case std::string_view("removeListener").size():
      return name == "removeListener";
    default:
      return false;
  }
}

std::string namespace_name(std::string_view name) {
  return name.starts_with('/') ? std::string(name) : '/' + std::string(name);
}

}  // namespace socketio::parser
