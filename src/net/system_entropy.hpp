// SPDX-License-Identifier: MIT
// Entropy from the operating system (getrandom), a block at a time so that an identifier rarely
// costs a system call. One thread.
#pragma once

#include "base/entropy.hpp"

#include <array>
#include <cstddef>

namespace socketio::net {

class SystemEntropy final : public Entropy {
 public:
  void fill(std::span<std::uint8_t> out) override;

 private:
  std::array<std::uint8_t, 256> block_{};  // the most that getrandom gives without interruption
  std::size_t left_ = 0;
};

}  // namespace socketio::net
