// SPDX-License-Identifier: MIT
// CountBy: a number for each value of an enumeration whose values are 0 to `last`. One thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace socketio {

template <class Enum, Enum last>
class CountBy {
 public:
  std::uint64_t& operator[](Enum key) { return counts_[static_cast<std::size_t>(key)]; }
  std::uint64_t operator[](Enum key) const { return counts_[static_cast<std::size_t>(key)]; }

  /// Calls `use(Enum, std::uint64_t)` for each value.
  template <class Use>
  void for_each(Use use) const {
    for (std::size_t i = 0; i < counts_.size(); ++i) use(static_cast<Enum>(i), counts_[i]);
  }

 private:
  std::array<std::uint64_t, static_cast<std::size_t>(last) + 1> counts_{};
};

}  // namespace socketio
