// SPDX-License-Identifier: MIT
// AddressCounts: how many sessions each client address has. Only addresses that have one have an
// entry, so the table is as small as the sessions are few. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>

namespace socketio::engine {

/// A number for the client behind an address in text: the IPv4 address, or the /64 of an IPv6
/// address, because a single subscriber has all of it. 0 for text that is no address.
std::uint64_t client_key(std::string_view address) noexcept;

class AddressCounts {
 public:
  std::size_t count(std::string_view address) const;
  void add(std::string_view address) { ++counts_[client_key(address)]; }
  /// Undoes one add().
  void remove(std::string_view address) noexcept;

 private:
  std::unordered_map<std::uint64_t, std::size_t> counts_;
};

}  // namespace socketio::engine
