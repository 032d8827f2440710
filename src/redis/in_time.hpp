// SPDX-License-Identifier: MIT
// InTime: somebody who waits for an answer, but not for ever: a function that is called once, with a
// result, or with nothing when the time is over.
//
// Life cycle: kept by whatever is going to answer. If that is destroyed, the function is not called.
// Loop's thread only.
#pragma once

#include "base/loop.hpp"
#include "base/timing_wheel.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace socketio::redis {

template <class Result>
class InTime final : public std::enable_shared_from_this<InTime<Result>> {
 public:
  using Done = std::function<void(std::optional<Result>)>;

  static std::shared_ptr<InTime> make(Loop& loop, std::chrono::milliseconds timeout, Done done) {
    const std::shared_ptr<InTime> made(new InTime(loop, std::move(done)));
    loop.timers().arm(made->timer_, timeout);
    return made;
  }

  bool is_over() const { return !done_; }
  /// Later calls do nothing.
  void give(std::optional<Result> result) {
    timer_.cancel();
    if (const Done done = std::exchange(done_, nullptr)) done(std::move(result));
  }
  /// For contain().
  void on_exception() noexcept { loop_.report_exception(); }

 private:
  InTime(Loop& loop, Done done) : loop_(loop), done_(std::move(done)) {}
  void on_timeout() { give(std::nullopt); }

  Loop& loop_;
  Done done_;
  MemberTimer<InTime, &InTime::on_timeout> timer_{*this};
};

}  // namespace socketio::redis
