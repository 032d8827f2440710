// SPDX-License-Identifier: MIT
#include "net/system_entropy.hpp"

#include <algorithm>

namespace socketio::net {

void SystemEntropy::fill(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    if (left_ == 0) {
      read_entropy(block_);
      left_ = block_.size();
    }
    const std::size_t count = std::min(left_, out.size());
    const auto taken = block_.begin() + static_cast<std::ptrdiff_t>(block_.size() - left_);
    std::copy_n(taken, count, out.begin());
    // Never used twice, and not left in memory.
    std::fill_n(taken, count, std::uint8_t{0});
    left_ -= count;
    out = out.subspan(count);
  }
}

}  // namespace socketio::net
