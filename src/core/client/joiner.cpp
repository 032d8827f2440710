// SPDX-License-Identifier: MIT
#include "core/client/joiner.hpp"

#include <utility>

namespace socketio::core {

Joiner::Joiner(Link& link, Deadline& timer, const Backoff::Options& backoff, const Auth& auth)
    : link_(link),
      timer_(timer),
      backoff_(backoff),
      auth_(auth ? std::make_shared<const Auth>(auth) : nullptr) {}

std::shared_ptr<const Auth> Joiner::set_auth(std::shared_ptr<const Auth> auth) {
  return std::exchange(auth_, std::move(auth));
}

void Joiner::join() {
  if (state_ == State::sent || state_ == State::left) return;
  if (in_auth_) return join_later();
  timer_.cancel();
  if (!link_.begin_section()) {
    state_ = State::waiting;
    return;
  }
  state_ = State::asking;
  const std::uint64_t attempt = ++attempt_;
  const auto auth = auth_;
  if (!auth) return on_auth(attempt, nullptr);
  in_auth_ = true;
  link_.ask_for_auth(*auth, attempt);
  in_auth_ = false;
}

void Joiner::join_later() {
  if (timer_.armed()) return;
  Loop& loop = link_.loop();
  loop.timers().arm(timer_, backoff_.next(loop.entropy()));
}

void Joiner::on_separated() {
  if (state_ == State::waiting) join();
}

void Joiner::on_auth(std::uint64_t attempt, const json& data) {
  if (attempt != attempt_ || state_ != State::asking || !link_.may_join()) return;
  state_ = State::sent;
  try {
    link_.send_connect(data);
  } catch (...) {
    // CONNECT was not sent after all.
    if (state_ == State::sent) state_ = State::asking;
    throw;
  }
}

void Joiner::on_auth_failed() {
  if (state_ == State::asking) state_ = State::none;
}

Joiner::Answered Joiner::answered() const {
  if (state_ == State::sent) return Answered::latest;
  return state_ == State::left ? Answered::left : Answered::nothing;
}

void Joiner::on_connected() {
  state_ = State::none;
  backoff_.reset();
}

void Joiner::on_refused() { state_ = State::none; }

void Joiner::on_left_answered() {
  state_ = State::none;
  if (link_.may_join()) join();
}

void Joiner::cancel() {
  if (state_ == State::waiting || state_ == State::asking) state_ = State::none;
}

void Joiner::leave() {
  timer_.cancel();
  backoff_.reset();
  cancel();
  if (state_ == State::sent) state_ = State::left;
}

void Joiner::reset() {
  timer_.cancel();
  state_ = State::none;
}

}  // namespace socketio::core
