// SPDX-License-Identifier: MIT
#include "net/system_entropy.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/random.h>
#include <system_error>

namespace socketio::net {

void SystemEntropy::fill(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    if (left_ == 0) {
      // Cannot fail for this size once the kernel has been seeded; a machine without entropy must
      // not serve.
      if (getrandom(block_.data(), block_.size(), 0) != static_cast<ssize_t>(block_.size())) {
        if (errno == EINTR) continue;
        throw std::system_error(errno, std::generic_category(), "getrandom");
      }
      left_ = block_.size();
    }
    const std::size_t count = std::min(left_, out.size());
    const auto taken = block_.begin() + static_cast<std::ptrdiff_t>(block_.size() - left_);
    std::copy_n(taken, count, out.begin());
    std::fill_n(taken, count, std::uint8_t{0});  // never used twice, nor left to be read
    left_ -= count;
    out = out.subspan(count);
  }
}

}  // namespace socketio::net
