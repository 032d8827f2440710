// SPDX-License-Identifier: MIT
// PendingAck: one pending acknowledgement. Its callback is called exactly once: with the
// acknowledgement, with the reason why there is none, or with `disconnected` if it is dropped on
// its way to the loop.
//
// Life cycle: shared by everything that may complete it; take() hands out the callback. One
// thread at a time.
#pragma once

#include <socketio/acknowledgement.hpp>
#include <socketio/reply.hpp>

#include <utility>

namespace socketio::core {

class PendingAck {
 public:
  explicit PendingAck(detail::AckCallback callback) : callback_(std::move(callback)) {}
  ~PendingAck() {
    if (!callback_) return;
    try {
      callback_(Errc::disconnected, nullptr);
    } catch (...) {
      // There is nobody left to notify.
      return;
    }
  }
  PendingAck(const PendingAck&) = delete;
  PendingAck& operator=(const PendingAck&) = delete;

  /// Empty from the second call on.
  detail::AckCallback take() { return std::exchange(callback_, nullptr); }

 private:
  detail::AckCallback callback_;
};

}  // namespace socketio::core
