// SPDX-License-Identifier: MIT
#include "base/timing_wheel.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace socketio {

void Deadline::cancel() {
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

void TimingWheel::link(Head& head, Deadline& timer) {
  timer.previous_ = head.previous_;
  timer.next_ = &head;
  head.previous_->next_ = &timer;
  head.previous_ = &timer;
}

void TimingWheel::insert_after(Deadline& timer, Duration delay) {
  timer.cancel();
  const auto due = now_ - start_ + delay;
  // Round up: a deadline never fires early.
  timer.tick_ = static_cast<std::uint64_t>((due + tick - Duration{1}) / tick);
  timer.tick_ = std::max(timer.tick_, current_ + 1);
  insert(timer);
}

void TimingWheel::insert(Deadline& timer) {
  constexpr std::uint64_t reach = std::uint64_t{1} << (levels * slot_bits);
  const std::uint64_t delta = std::min(timer.tick_ - current_, reach - 1);
  const std::uint64_t tick_in_reach = current_ + delta;
  int level = 0;
  while (level + 1 < levels && delta >= std::uint64_t{1} << ((level + 1) * slot_bits)) ++level;
  const std::uint64_t slot = (tick_in_reach >> (level * slot_bits)) & (slots - 1);
  link(heads_[level][slot], timer);
  occupied_[level] |= std::uint64_t{1} << slot;
}

std::uint64_t TimingWheel::next_tick() const {
  std::uint64_t best = no_tick;
  for (int level = 0; level < levels; ++level) {
    const int shift = level * slot_bits;
    // What this level would find is at the beginning of one of its slots behind the current one.
    if (best >> shift == current_ >> shift) break;
    std::uint64_t& bits = occupied_[level];
    while (bits != 0) {
      const std::uint64_t position = (current_ >> shift) & (slots - 1);
      const std::uint64_t ahead = bits & (~std::uint64_t{1} << position);
      const auto slot = static_cast<std::uint64_t>(std::countr_zero(ahead != 0 ? ahead : bits));
      if (is_empty(heads_[level][slot])) {
        bits &= ~(std::uint64_t{1} << slot);
        continue;
      }
      const std::uint64_t distance = slot - position + (ahead != 0 ? 0 : slots);
      best = std::min(best, ((current_ >> shift) + distance) << shift);
      break;
    }
  }
  return best;
}

void TimingWheel::cascade(int level) {
  Head& head = heads_[level][(current_ >> (level * slot_bits)) & (slots - 1)];
  if (is_empty(head)) return;
  // Aside first, since what is beyond the wheel's reach may come back to the same slot.
  Head moved;
  moved.previous_ = std::exchange(head.previous_, &head);
  moved.next_ = std::exchange(head.next_, &head);
  moved.previous_->next_ = moved.next_->previous_ = &moved;
  while (!is_empty(moved)) {
    Deadline& timer = *moved.next_;
    timer.cancel();
    insert(timer);
  }
  moved.previous_ = moved.next_ = nullptr;
}

void TimingWheel::advance(TimePoint now) {
  set_now(now);
  const auto target = static_cast<std::uint64_t>((now_ - start_) / tick);
  while (current_ < target) {
    const std::uint64_t next = next_tick();
    if (next > target) {
      current_ = target;
      return;
    }
    current_ = next;
    // Where a slot of a coarser level begins, that slot's timers move down.
    const int coarsest = std::min(levels - 1, std::countr_zero(current_) / slot_bits);
    for (int level = coarsest; level > 0; --level) cascade(level);
    Head& due = heads_[0][current_ & (slots - 1)];
    while (!is_empty(due)) {
      Deadline& timer = *due.next_;
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
  const std::uint64_t next = next_tick();
  if (next == no_tick) return std::nullopt;
  return start_ + tick * static_cast<Duration::rep>(next);
}

}  // namespace socketio
