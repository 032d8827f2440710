// SPDX-License-Identifier: MIT
#include "codec/ip/address.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace socketio::ip {

namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/// All of `text` as a number of at most `digits` digits. Nothing for anything else.
std::optional<unsigned> parse_number(std::string_view text, std::size_t digits, int base) {
  unsigned value = 0;
  const char* const end = text.data() + text.size();
  if (text.empty() || text.size() > digits) return std::nullopt;
  const auto [stop, failure] = std::from_chars(text.data(), end, value, base);
  if (failure != std::errc{} || stop != end) return std::nullopt;
  return value;
}

/// Four decimal numbers. Leading zeros are refused: some read them as octal.
bool parse_v4(std::string_view text, std::uint8_t* out) {
  for (int i = 0; i < 4; ++i) {
    const auto dot = i < 3 ? text.find('.') : text.size();
    if (dot == std::string_view::npos) return false;
    const auto part = text.substr(0, dot);
    const auto value = parse_number(part, 3, 10);
    if (!value || *value > 255 || (part.size() > 1 && part.front() == '0')) return false;
    out[i] = static_cast<std::uint8_t>(*value);
    text.remove_prefix(std::min(dot + 1, text.size()));
  }
  return true;
}

/// Groups of one side of "::". The number of bytes, or nothing.
std::optional<std::size_t> parse_groups(std::string_view text, std::span<std::uint8_t, 16> out) {
  std::size_t size = 0;
  while (!text.empty()) {
    const auto colon = text.find(':');
    const auto group = text.substr(0, colon);
    const bool last = colon == std::string_view::npos;
    if (last && group.find('.') != std::string_view::npos) {
      if (size > 12 || !parse_v4(group, out.data() + size)) return std::nullopt;
      return size + 4;
    }
    const auto value = parse_number(group, 4, 16);
    if (!value || size > 14) return std::nullopt;
    out[size++] = static_cast<std::uint8_t>(*value >> 8);
    out[size++] = static_cast<std::uint8_t>(*value & 0xff);
    if (last) return size;
    text.remove_prefix(colon + 1);
    if (text.empty()) return std::nullopt;
  }
  return size;
}

bool parse_v6(std::string_view text, std::array<std::uint8_t, 16>& out) {
  const auto gap = text.find("::");
  if (gap == std::string_view::npos) return parse_groups(text, out) == std::size_t{16};
  std::array<std::uint8_t, 16> behind{};
  const auto before_size = parse_groups(text.substr(0, gap), out);
  const auto rest = text.substr(gap + 2);
  const auto behind_size = parse_groups(rest, behind);
  // The gap is for at least one group.
  if (!before_size || !behind_size || *before_size + *behind_size > 14) return false;
  // parse_groups() may have left an IPv4 part in front, where there can be none.
  if (text.substr(0, gap).find('.') != std::string_view::npos) return false;
  std::copy_n(behind.begin(), *behind_size, out.end() - static_cast<std::ptrdiff_t>(*behind_size));
  return true;
}

struct Zeros {
  int begin = -1;
  int size = 1;  // a single group is not shortened
};

Zeros longest_zeros(const std::array<unsigned, 8>& groups) {
  Zeros longest;
  for (int i = 0; i < 8; ++i) {
    int end = i;
    while (end < 8 && groups[static_cast<std::size_t>(end)] == 0) ++end;
    if (end - i > longest.size) longest = {i, end - i};
  }
  return longest;
}

}  // namespace

std::optional<Address> Address::parse(std::string_view text) {
  Address address;
  if (text.find(':') != std::string_view::npos) {
    if (!parse_v6(text, address.bytes_)) return std::nullopt;
    return address;
  }
  std::copy(mapped_prefix.begin(), mapped_prefix.end(), address.bytes_.begin());
  if (!parse_v4(text, address.bytes_.data() + 12)) return std::nullopt;
  return address;
}

Address Address::from_bytes(std::span<const std::uint8_t> bytes) {
  Address address;
  if (bytes.size() == 4)
    std::copy(mapped_prefix.begin(), mapped_prefix.end(), address.bytes_.begin());
  std::copy(bytes.begin(), bytes.end(),
            address.bytes_.end() - static_cast<std::ptrdiff_t>(bytes.size()));
  return address;
}

bool Address::is_v4() const {
  return std::equal(mapped_prefix.begin(), mapped_prefix.end(), bytes_.begin());
}

std::string Address::text() const {
  std::string text;
  if (is_v4()) {
    for (std::size_t i = 12; i < 16; ++i) {
      if (i > 12) text.push_back('.');
      text.append(std::to_string(bytes_[i]));
    }
    return text;
  }
  std::array<unsigned, 8> groups{};
  for (std::size_t i = 0; i < 8; ++i) groups[i] = bytes_[2 * i] * 256U + bytes_[2 * i + 1];
  const Zeros zeros = longest_zeros(groups);
  for (int i = 0; i < 8; ++i) {
    if (i == zeros.begin) {
      text.append("::");
      i += zeros.size - 1;
      continue;
    }
    if (!text.empty() && text.back() != ':') text.push_back(':');
    std::array<char, 4> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(),
                                   groups[static_cast<std::size_t>(i)], 16)
                         .ptr;
    text.append(digits.data(), end);
  }
  return text;
}

std::optional<Block> Block::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = Address::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  Block block;
  block.first_ = *address;
  if (slash == std::string_view::npos) return block;
  const auto bits = parse_number(text.substr(slash + 1), 3, 10);
  const bool is_v4 = text.find(':') == std::string_view::npos;
  if (!bits || *bits > (is_v4 ? 32U : 128U)) return std::nullopt;
  block.bits_ = static_cast<int>(*bits) + (is_v4 ? 96 : 0);
  return block;
}

bool Block::contains(const Address& address) const {
  const auto whole = bits_ / 8;
  if (!std::equal(first_.bytes().begin(), first_.bytes().begin() + whole, address.bytes().begin()))
    return false;
  const auto rest = bits_ % 8;
  if (rest == 0) return true;
  const auto at = static_cast<std::size_t>(whole);
  return ((first_.bytes()[at] ^ address.bytes()[at]) >> (8 - rest)) == 0;
}

}  // namespace socketio::ip
