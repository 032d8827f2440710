// SPDX-License-Identifier: MIT
#include "server/request_state.hpp"

namespace socketio::detail {

bool RequestState::closed() const {
  const std::lock_guard lock(mutex_);
  return phase_ == Phase::closed;
}

void RequestState::on_close(Callback callback) {
  {
    const std::lock_guard lock(mutex_);
    if (phase_ == Phase::answered) return;
    if (phase_ == Phase::waiting) return callbacks_.push_back(std::move(callback));
  }
  call(std::move(callback));
}

void RequestState::close() {
  std::vector<Callback> callbacks;
  {
    const std::lock_guard lock(mutex_);
    phase_ = Phase::closed;
    callbacks.swap(callbacks_);
  }
  for (Callback& callback : callbacks) call(std::move(callback));
}

void RequestState::set_answered() {
  std::vector<Callback> dropped;
  const std::lock_guard lock(mutex_);
  phase_ = Phase::answered;
  dropped.swap(callbacks_);
}

void RequestState::call(Callback callback) const {
  timers_ ? timers_->post(std::move(callback)) : callback();
}

}  // namespace socketio::detail
