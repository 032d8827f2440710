// SPDX-License-Identifier: MIT
// Counts every allocation of the program, for tests of memory use. It replaces operator new, so a
// file that includes it becomes a program of its own (cmake/tests.cmake). Single thread.
#pragma once

#include "support/forms_of_new.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <malloc.h>
#include <new>

namespace socketio::support {

/// The bytes allocated since a test set this to 0, including those that have been freed.
inline std::size_t allocated_since_reset = 0;
inline std::ptrdiff_t live_allocations = 0;
/// The bytes in use, as rounded by the allocator, and their maximum since a test set it.
inline std::size_t live_bytes = 0;
inline std::size_t peak_bytes = 0;

}  // namespace socketio::support

void* operator new(std::size_t size) {
  namespace counts = socketio::support;
  void* const memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  counts::allocated_since_reset += size;
  ++counts::live_allocations;
  counts::live_bytes += malloc_usable_size(memory);
  counts::peak_bytes = std::max(counts::peak_bytes, counts::live_bytes);
  return memory;
}
void operator delete(void* memory) noexcept {
  namespace counts = socketio::support;
  if (memory != nullptr) {
    --counts::live_allocations;
    counts::live_bytes -= malloc_usable_size(memory);
  }
  std::free(memory);
}
