// SPDX-License-Identifier: MIT
// Entropy from the operating system. It is read in blocks, so that an identifier rarely costs a
// system call. One thread.
#pragma once

#include "base/entropy.hpp"
#include "net/system.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace socketio::net {

class SystemEntropy final : public Entropy {
 public:
  void fill(std::span<std::uint8_t> out) override;

 private:
  std::array<std::uint8_t, entropy_block_bytes> block_{};
  std::size_t left_ = 0;
};

}  // namespace socketio::net
