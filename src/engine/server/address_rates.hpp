// SPDX-License-Identifier: MIT
// AddressRates: how often each client address does something. An address is forgotten when its bucket
// is full again, so the table is as large as the addresses of the last moments are many. One thread.
#pragma once

#include "base/timing_wheel.hpp"
#include "engine/server/address_counts.hpp"

#include <socketio/token_bucket.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>

namespace socketio::engine {

class AddressRates {
 public:
  explicit AddressRates(Rate rate) : rate_(rate) {}

  /// Takes a token of that address; false if there is none.
  bool take(std::string_view address, TimePoint now) {
    if (buckets_.size() >= clean_at_) forget_full(now);
    return buckets_.try_emplace(client_key(address), rate_).first->second.take(now);
  }
  std::size_t size() const { return buckets_.size(); }

 private:
  void forget_full(TimePoint now) {
    std::erase_if(buckets_, [now](auto& entry) { return entry.second.is_full(now); });
    clean_at_ = std::max(clean_size, 2 * buckets_.size());
  }

  static constexpr std::size_t clean_size = 1'024;

  const Rate rate_;
  std::unordered_map<std::uint64_t, TokenBucket> buckets_;
  std::size_t clean_at_ = clean_size;
};

}  // namespace socketio::engine
