// SPDX-License-Identifier: MIT
// HandshakeQueue: one step of one handshake in a turn. A signature takes as long as thousands of
// messages, so that many clients that connect at once would make the others wait.
//
// Shared with the tasks that it posts. Loop's thread only.
#pragma once

#include "base/loop.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <utility>

namespace socketio::net {

class HandshakeQueue : public std::enable_shared_from_this<HandshakeQueue> {
 public:
  using Step = std::function<void()>;

  /// Runs `step`, which throws nothing, in a later turn, after those that were added before. Nothing
  /// is added if this throws.
  void add(Loop& loop, Step step) {
    waiting_.push_back(std::move(step));
    if (is_requested_) return;
    try {
      request_turn(loop);
    } catch (...) {
      waiting_.pop_back();
      throw;
    }
  }

 private:
  void request_turn(Loop& loop) {
    loop.post([weak = weak_from_this(), &loop] {
      if (const auto self = weak.lock()) self->run_one(loop);
    });
    is_requested_ = true;
  }
  void run_one(Loop& loop) {
    is_requested_ = false;
    do {
      const Step step = std::move(waiting_.front());
      waiting_.pop_front();
      step();
    } while (!waiting_.empty() && !requests_turn(loop));
  }
  /// False if memory is short; then the others run in this turn.
  bool requests_turn(Loop& loop) {
    try {
      if (!is_requested_) request_turn(loop);
      return true;
    } catch (...) {
      loop.report_exception();
      return false;
    }
  }

  std::deque<Step> waiting_;
  bool is_requested_ = false;
};

}  // namespace socketio::net
