// SPDX-License-Identifier: MIT
// IP addresses as bytes and as text (RFC 791, RFC 4291, RFC 5952), and blocks of them. What proxies
// say about their clients is compared by value, not by spelling. Values; no I/O.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace socketio::ip {

/// IPv4 addresses are kept as IPv4-mapped IPv6 ones ("::ffff:192.0.2.1"), and the two are equal.
class Address {
 public:
  static std::optional<Address> parse(std::string_view text);
  /// 4 or 16 bytes.
  static Address from_bytes(std::span<const std::uint8_t> bytes);

  bool is_v4() const;
  /// The form of RFC 5952; an IPv4-mapped address as IPv4.
  std::string text() const;
  const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
  friend bool operator==(const Address&, const Address&) = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

/// "192.0.2.0/24", or an address alone.
class Block {
 public:
  static std::optional<Block> parse(std::string_view text);
  bool contains(const Address& address) const;

 private:
  Address first_;
  int bits_ = 128;
};

}  // namespace socketio::ip
