// SPDX-License-Identifier: MIT
#include "base/timing_wheel.hpp"

#include <algorithm>
#include <bit>

namespace socketio {

void Timer::cancel() {
  if (next_ == nullptr) return;
  previous_->next_ = next_;
  next_->previous_ = previous_;
  previous_ = next_ = nullptr;
}

TimingWheel::TimingWheel(TimePoint start) : start_(start), now_(start) {
  for (auto& level : heads_) {
    for (Head& head : level) head.previous_ = head.next_ = &head;
  }
}

TimingWheel::~TimingWheel() {
  for (auto& level : heads_) {
    for (Head& head : level) {
      while (!is_empty(head)) head.next_->cancel();
      head.previous_ = head.next_ = nullptr;
    }
  }
}

bool TimingWheel::is_empty(const Head& head) { return head.next_ == &head; }

void TimingWheel::link(Head& head, Timer& timer) {
  timer.previous_ = head.previous_;
  timer.next_ = &head;
  head.previous_->next_ = &timer;
  head.previous_ = &timer;
}

void TimingWheel::insert_after(Timer& timer, Duration delay) {
  timer.cancel();
  const auto due = now_ - start_ + delay;
  // Round up: a deadline never fires early.
  timer.tick_ = static_cast<std::uint64_t>((due + tick - Duration{1}) / tick);
  timer.tick_ = std::max(timer.tick_, current_ + 1);
  insert(timer);
}

void TimingWheel::insert(Timer& timer) {
  constexpr std::uint64_t reach = std::uint64_t{1} << (levels * slot_bits);
  const std::uint64_t delta = std::min(timer.tick_ - current_, reach - 1);
  const std::uint64_t tick_in_reach = current_ + delta;
  int level = 0;
  while (level + 1 < levels && delta >= std::uint64_t{1} << ((level + 1) * slot_bits)) ++level;
  const std::uint64_t slot = (tick_in_reach >> (level * slot_bits)) & (slots - 1);
  link(heads_[level][slot], timer);
  occupied_[level] |= std::uint64_t{1} << slot;
}

std::optional<std::uint64_t> TimingWheel::next_tick() const {
  std::optional<std::uint64_t> best;
  for (int level = 0; level < levels; ++level) {
    const int shift = level * slot_bits;
    const std::uint64_t position = current_ >> shift;
    std::uint64_t& bits = occupied_[level];
    while (bits != 0) {
      const auto rotation = static_cast<int>((position + 1) & (slots - 1));
      const auto distance =
          static_cast<std::uint64_t>(std::countr_zero(std::rotr(bits, rotation))) + 1;
      const std::uint64_t slot = (position + distance) & (slots - 1);
      if (is_empty(heads_[level][slot])) {
        bits &= ~(std::uint64_t{1} << slot);
        continue;
      }
      const std::uint64_t candidate = (position + distance) << shift;
      if (!best || candidate < *best) best = candidate;
      break;
    }
  }
  return best;
}

void TimingWheel::cascade(int level) {
  Head& head = heads_[level][(current_ >> (level * slot_bits)) & (slots - 1)];
  Head moved;
  moved.previous_ = moved.next_ = &moved;
  while (!is_empty(head)) {
    Timer& timer = *head.next_;
    timer.cancel();
    link(moved, timer);
  }
  while (!is_empty(moved)) {
    Timer& timer = *moved.next_;
    timer.cancel();
    insert(timer);
  }
  moved.previous_ = moved.next_ = nullptr;
}

void TimingWheel::advance(TimePoint now) {
  set_now(now);
  const auto target = static_cast<std::uint64_t>((now_ - start_) / tick);
  while (current_ < target) {
    const auto next = next_tick();
    if (!next || *next > target) {
      current_ = target;
      return;
    }
    current_ = *next;
    for (int level = levels - 1; level > 0; --level) {
      const std::uint64_t below = (std::uint64_t{1} << (level * slot_bits)) - 1;
      if ((current_ & below) == 0) cascade(level);
    }
    Head& due = heads_[0][current_ & (slots - 1)];
    while (!is_empty(due)) {
      Timer& timer = *due.next_;
      timer.cancel();
      if (timer.tick_ > current_) {
        insert(timer);  // was beyond the wheel's reach
      } else {
        timer.expired();
      }
    }
  }
}

std::optional<TimePoint> TimingWheel::next_deadline() const {
  const auto next = next_tick();
  if (!next) return std::nullopt;
  return start_ + tick * static_cast<Duration::rep>(*next);
}

}  // namespace socketio
