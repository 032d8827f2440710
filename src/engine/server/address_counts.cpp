// SPDX-License-Identifier: MIT
#include "engine/server/address_counts.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace socketio::engine {

namespace {

constexpr std::size_t group_count = 8;

/// The groups of a part of an IPv6 address, without "::".
struct Groups {
  std::array<std::uint16_t, group_count> values{};
  std::size_t size = 0;
};

std::optional<std::uint32_t> parse_ipv4(std::string_view text) {
  std::uint32_t address = 0;
  const char* const end = text.data() + text.size();
  const char* at = text.data();
  for (int i = 0; i < 4; ++i) {
    if (i != 0 && (at == end || *at++ != '.')) return std::nullopt;
    std::uint8_t byte = 0;
    const auto [next, error] = std::from_chars(at, end, byte);
    if (error != std::errc()) return std::nullopt;
    address = address << 8 | byte;
    at = next;
  }
  return at == end ? std::optional(address) : std::nullopt;
}

std::optional<Groups> parse_groups(std::string_view text) {
  Groups groups;
  const char* const end = text.data() + text.size();
  for (const char* at = text.data(); at != end;) {
    if (groups.size != 0 && *at++ != ':') return std::nullopt;
    if (groups.size == group_count) return std::nullopt;
    const auto [next, error] = std::from_chars(at, end, groups.values[groups.size], 16);
    if (error != std::errc()) return std::nullopt;
    ++groups.size;
    at = next;
  }
  return groups;
}

std::optional<std::uint64_t> parse_ipv6_prefix(std::string_view text) {
  text = text.substr(0, text.find('%'));
  const std::size_t gap = text.find("::");
  const auto front = parse_groups(text.substr(0, gap));
  const auto back = gap == std::string_view::npos ? Groups{} : parse_groups(text.substr(gap + 2));
  if (!front || !back || front->size + back->size > group_count) return std::nullopt;
  if (gap == std::string_view::npos && front->size != group_count) return std::nullopt;
  auto all = front->values;
  std::copy_backward(back->values.begin(), back->values.begin() + back->size, all.end());
  std::uint64_t prefix = 0;
  for (std::size_t i = 0; i < group_count / 2; ++i) prefix = prefix << 16 | all[i];
  return prefix;
}

}  // namespace

std::uint64_t client_key(std::string_view address) noexcept {
  // IPv6 reserves the prefixes that these keys could be taken for (0000::/8). IPv4 addresses may be
  // written as IPv6 ("::ffff:192.0.2.1").
  constexpr std::uint64_t ipv4_mark = std::uint64_t{1} << 32;
  const std::string_view last = address.substr(address.rfind(':') + 1);
  if (const auto ipv4 = parse_ipv4(last)) return ipv4_mark | *ipv4;
  return parse_ipv6_prefix(address).value_or(0);
}

std::size_t AddressCounts::count(std::string_view address) const {
  const auto found = counts_.find(client_key(address));
  return found == counts_.end() ? 0 : found->second;
}

void AddressCounts::remove(std::string_view address) noexcept {
  const auto found = counts_.find(client_key(address));
  if (found != counts_.end() && --found->second == 0) counts_.erase(found);
}

}  // namespace socketio::engine
