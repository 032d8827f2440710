// SPDX-License-Identifier: MIT
// HandlerMemory: memory for the few handlers with which Asio calls a loop back. Asking for a call
// must not fail for lack of memory, because a loop that could not ask would never be called again.
// If all of it is in use, further memory comes from the heap.
//
// Life cycle: made by a loop. If Asio still keeps a handler in it, it outlives the loop, as long as
// the io_context. One thread at a time.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <utility>

namespace socketio::net {

class HandlerMemory {
 public:
  struct Release {
    void operator()(HandlerMemory* memory) const {
      memory->is_owned_ = false;
      memory->delete_if_unused();
    }
  };
  using Owner = std::unique_ptr<HandlerMemory, Release>;
  static Owner make() { return Owner(new HandlerMemory); }

  void* allocate(std::size_t size_bytes) {
    for (Slot& slot : slots_) {
      if (slot.is_used || size_bytes > slot.bytes.size()) continue;
      slot.is_used = true;
      ++used_;
      return slot.bytes.data();
    }
    return ::operator new(size_bytes);
  }
  void deallocate(void* bytes) {
    for (Slot& slot : slots_) {
      if (slot.bytes.data() != bytes) continue;
      slot.is_used = false;
      --used_;
      return delete_if_unused();
    }
    ::operator delete(bytes);
  }

 private:
  struct Slot {
    alignas(std::max_align_t) std::array<std::byte, 256> bytes;
    bool is_used = false;
  };

  HandlerMemory() = default;
  void delete_if_unused() {
    if (!is_owned_ && used_ == 0) delete this;
  }

  std::array<Slot, 8> slots_;
  std::size_t used_ = 0;
  bool is_owned_ = true;
};

template <class T>
class HandlerAllocator {
 public:
  using value_type = T;

  explicit HandlerAllocator(HandlerMemory& memory) : memory_(&memory) {}
  template <class Other>
  HandlerAllocator(const HandlerAllocator<Other>& other) : memory_(other.memory_) {}

  T* allocate(std::size_t count) { return static_cast<T*>(memory_->allocate(count * sizeof(T))); }
  void deallocate(T* bytes, std::size_t) { memory_->deallocate(bytes); }

  template <class Other>
  bool operator==(const HandlerAllocator<Other>& other) const {
    return memory_ == other.memory_;
  }

 private:
  template <class Other>
  friend class HandlerAllocator;
  HandlerMemory* memory_;
};

/// A handler that Asio keeps in its HandlerMemory. Boost 1.74 has no bind_allocator().
template <class Handler>
class KeptHandler {
 public:
  using allocator_type = HandlerAllocator<void>;

  KeptHandler(HandlerMemory& memory, Handler handler)
      : allocator_(memory), handler_(std::move(handler)) {}
  allocator_type get_allocator() const noexcept { return allocator_; }
  template <class... Arguments>
  void operator()(Arguments&&... arguments) {
    handler_(std::forward<Arguments>(arguments)...);
  }

 private:
  allocator_type allocator_;
  Handler handler_;
};

/// Makes Asio keep `handler` in `memory`.
template <class Handler>
KeptHandler<Handler> kept_in(HandlerMemory& memory, Handler handler) {
  return {memory, std::move(handler)};
}

}  // namespace socketio::net
