// SPDX-License-Identifier: MIT
// Deadlines of one loop: a hierarchical timing wheel (Varghese and Lauck), so that a hundred
// thousand heartbeats cost one system timer. Arming and cancelling are O(1) and allocate nothing: a
// Deadline lives in its owner.
//
// The wheel never reads a clock: set_now() tells it the time, advance() fires what is due by then,
// next_deadline() says when to call that again. A deadline fires in the first advance() at or after
// it, rounded up to the tick. One thread.
#pragma once

#include "base/contain.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

namespace socketio {

using TimePoint = std::chrono::steady_clock::time_point;
using Duration = std::chrono::steady_clock::duration;

class TimingWheel;

/// A deadline, embedded in what waits for it. Destroying it cancels it.
class Deadline {
 public:
  Deadline() = default;
  virtual ~Deadline() { cancel(); }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  bool armed() const { return next_ != nullptr; }
  void cancel();

 protected:
  /// Called by the wheel when the deadline has passed; may arm, cancel or destroy any timer,
  /// itself included.
  virtual void expired() noexcept = 0;

 private:
  friend class TimingWheel;
  Deadline* previous_ = nullptr;
  Deadline* next_ = nullptr;
  std::uint64_t tick_ = 0;
};

/// A Deadline that calls a member function of its owner, contained.
template <class Owner, void (Owner::*Function)()>
class MemberTimer final : public Deadline {
 public:
  explicit MemberTimer(Owner& owner) : owner_(owner) {}

 private:
  void expired() noexcept override {
    contain(owner_, [this] { (owner_.*Function)(); });
  }
  Owner& owner_;
};

/// The timer in `slot`, made when it is first needed, so that owners that rarely need
/// it stay small.
template <class Owner, void (Owner::*Function)()>
Deadline& ensure_timer(std::unique_ptr<Deadline>& slot, Owner& owner) {
  if (!slot) slot = std::make_unique<MemberTimer<Owner, Function>>(owner);
  return *slot;
}

class TimingWheel {
 public:
  /// Short enough that several waits in a row, each armed by the one before, are together less than
  /// a millisecond late.
  static constexpr std::chrono::microseconds tick{250};
  /// Ten years: what users mean by "never", and far from an overflow.
  static constexpr std::chrono::hours longest_delay{24 * 365 * 10};

  explicit TimingWheel(TimePoint start);
  ~TimingWheel();
  TimingWheel(const TimingWheel&) = delete;
  TimingWheel& operator=(const TimingWheel&) = delete;

  TimePoint now() const { return now_; }
  /// Time never goes back.
  void set_now(TimePoint now) { now_ = std::max(now_, now); }

  /// Arms (or re-arms) the timer. Any delay of any unit is fine: negative ones count as zero,
  /// longer ones than `longest_delay` as that.
  template <class Rep, class Period>
  void arm(Deadline& timer, std::chrono::duration<Rep, Period> delay) {
    using Delay = std::chrono::duration<Rep, Period>;
    if (delay > longest_delay) {
      insert_after(timer, longest_delay);
    } else {
      insert_after(timer, delay < Delay::zero() ? Duration::zero() : Duration(delay));
    }
  }

  /// set_now(), and fires everything that is due.
  void advance(TimePoint now);

  /// When advance() should be called next; never later than the first deadline, nothing if
  /// there is none.
  std::optional<TimePoint> next_deadline() const;

 private:
  static constexpr int levels = 4;
  static constexpr int slot_bits = 6;
  static constexpr std::uint64_t slots = 1U << slot_bits;
  static constexpr std::uint64_t no_tick = ~std::uint64_t{0};

  struct Head final : Deadline {
    void expired() noexcept override {}
  };

  void insert_after(Deadline& timer, Duration delay);
  void insert(Deadline& timer);
  void cascade(int level);
  /// The next tick at which timers fire or move to a finer level.
  std::uint64_t next_tick() const;
  static bool is_empty(const Head& head);
  static void link(Head& head, Deadline& timer);

  TimePoint start_;
  TimePoint now_;
  std::uint64_t current_ = 0;
  std::array<std::array<Head, slots>, levels> heads_;
  // A set bit means "may hold timers": cancelling leaves it set until the wheel looks.
  mutable std::array<std::uint64_t, levels> occupied_{};
};

}  // namespace socketio
