// SPDX-License-Identifier: MIT
#include "engine/server/address_counts.hpp"

#include "codec/ip/address.hpp"

namespace socketio::engine {

std::uint64_t client_key(std::string_view address) noexcept {
  // Without the zone of a link-local one.
  const auto parsed = ip::Address::parse(address.substr(0, address.find('%')));
  if (!parsed) return 0;
  // IPv4 addresses are the last half. No IPv6 network has it as its prefix, because 0000::/8 is
  // reserved.
  const std::size_t from = parsed->is_v4() ? 8 : 0;
  std::uint64_t key = 0;
  for (std::size_t i = from; i < from + 8; ++i) key = key << 8 | parsed->bytes()[i];
  return key;
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
