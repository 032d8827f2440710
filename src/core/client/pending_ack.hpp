// SPDX-License-Identifier: MIT
// PendingAck: what waits for one acknowledgement. Its callback is called exactly once: with the
// acknowledgement, with the reason why there is none, or, when it is dropped on its way to the
// loop, with `disconnected`.
//
// Life cycle: shared by all that may complete it; take() gives the callback away. One
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
      return;  // there is nobody left to notify
    }
  }
  PendingAck(const PendingAck&) = delete;
  PendingAck& operator=(const PendingAck&) = delete;

  /// Empty the second time.
  detail::AckCallback take() { return std::exchange(callback_, nullptr); }

 private:
  detail::AckCallback callback_;
};

}  // namespace socketio::core
