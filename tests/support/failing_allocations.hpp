// SPDX-License-Identifier: MIT
// FailingAllocation: from now on the n-th allocation of the marked thread fails, and no other
// does. It replaces operator new, and aligned_alloc, which Asio uses, so only a program of one file
// may include it.
#pragma once

#include "support/forms_of_new.hpp"
#include "support/under_test.hpp"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace socketio::support {

/// How many allocations there are until one fails, including that one. 0: none fails.
inline std::atomic<std::size_t> allocations_left{0};

inline bool allocation_fails() {
  if (!is_under_test || allocations_left.load() == 0) return false;
  return allocations_left.fetch_sub(1) == 1;
}

class FailingAllocation {
 public:
  explicit FailingAllocation(std::size_t number) { allocations_left = number; }
  ~FailingAllocation() { allocations_left = 0; }
  FailingAllocation(const FailingAllocation&) = delete;
  FailingAllocation& operator=(const FailingAllocation&) = delete;

  bool has_failed() const { return allocations_left == 0; }
};

}  // namespace socketio::support

void* operator new(std::size_t size) {
  void* const memory = socketio::support::allocation_fails() ? nullptr : std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }

extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  void* memory = nullptr;
  if (socketio::support::allocation_fails()) return nullptr;
  return ::posix_memalign(&memory, alignment, size) == 0 ? memory : nullptr;
}
