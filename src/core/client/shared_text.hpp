// SPDX-License-Identifier: MIT
// SharedText: a short text that one thread changes and any thread reads. A reader waits at most for
// one copy, never for user code.
#pragma once

#include <atomic>
#include <string>
#include <string_view>

namespace socketio::core {

class SharedText {
 public:
  std::string get() const {
    const Hold hold(busy_);
    return text_;
  }
  void set(std::string_view text) {
    std::string changed(text);
    const Hold hold(busy_);
    text_.swap(changed);
  }

 private:
  class Hold {
   public:
    explicit Hold(std::atomic_flag& busy) : busy_(busy) {
      while (busy_.test_and_set(std::memory_order_acquire)) {
        busy_.wait(true, std::memory_order_relaxed);
      }
    }
    ~Hold() {
      busy_.clear(std::memory_order_release);
      busy_.notify_one();
    }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;

   private:
    std::atomic_flag& busy_;
  };

  mutable std::atomic_flag busy_;
  std::string text_;
};

}  // namespace socketio::core
