// SPDX-License-Identifier: MIT
#include "engine/server/drain.hpp"

#include "engine/server/session_server.hpp"

#include <algorithm>
#include <utility>

namespace socketio::engine {

namespace {

Duration interval_of(std::chrono::milliseconds spread, std::size_t count) {
  const Duration whole = std::clamp<std::chrono::milliseconds>(
      spread, std::chrono::milliseconds::zero(), TimingWheel::longest_delay);
  return whole / std::max<Duration::rep>(static_cast<Duration::rep>(count), 1);
}

}  // namespace

Drain::Drain(SessionServer& server, std::chrono::milliseconds spread,
             std::function<void()> on_empty)
    : server_(server),
      on_empty_(std::move(on_empty)),
      begun_(server.loop().timers().now()),
      first_count_(server.session_count()),
      interval_(interval_of(spread, first_count_)) {}

void Drain::begin() {
  // Not from inside the caller, who may be a handler.
  const bool is_empty = first_count_ == 0;
  server_.loop().timers().arm(timer_, is_empty ? Duration::zero() : interval_);
}

void Drain::cancel() {
  on_empty_ = nullptr;
  timer_.cancel();
}

void Drain::on_change() {
  if (on_empty_ && server_.session_count() == 0) {
    server_.loop().timers().arm(timer_, Duration::zero());
  }
}

void Drain::on_exception() noexcept {
  server_.loop().report_exception();
  if (on_empty_) server_.loop().timers().arm(timer_, interval_);
}

void Drain::step() {
  // How many may be left now, whoever else has gone meanwhile.
  const Duration elapsed = server_.loop().now() - begun_;
  const auto turns =
      interval_ == Duration::zero() ? first_count_ : static_cast<std::size_t>(elapsed / interval_);
  const std::size_t left = first_count_ - std::min(turns, first_count_);
  while (server_.session_count() > left) server_.close_one();
  // A handler may have closed the server.
  if (!on_empty_) return;
  if (server_.session_count() == 0) return finish();
  server_.loop().timers().arm(timer_, interval_);
}

void Drain::finish() {
  const TimePoint now = server_.loop().now();
  if (!emptied_) emptied_ = now;
  const TimePoint end = *emptied_ + last_polls_timeout;
  if (server_.closing_count() != 0 && now < end) {
    return server_.loop().timers().arm(timer_, end - now);
  }
  std::exchange(on_empty_, nullptr)();
}

}  // namespace socketio::engine
