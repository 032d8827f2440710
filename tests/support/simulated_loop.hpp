// SPDX-License-Identifier: MIT
// SimulatedLoop: a Loop in virtual time. Dice: the only source of randomness in a simulation. The
// same seed gives the same run, byte for byte: nothing here reads a clock, and tasks that are due
// at the same time run in the order in which they were planned.
//
// Life cycle: made with a seed; run_for() and run_until_idle() run it. A turn handles what is
// due at one moment, and then ends as on Asio: first deferred tasks, then flushes. Single thread;
// elsewhere() simulates a call from another one.
#pragma once

#include "base/loop.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace socketio::support {

using std::chrono::milliseconds;

/// SplitMix64. Also the Entropy for everything on the loop.
class Dice final : public Entropy {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15U + 1) {}

  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }
  /// 0 .. limit - 1
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : next() % limit; }
  std::size_t between(std::size_t low, std::size_t high) { return low + below(high - low + 1); }
  bool one_in(std::size_t count) { return below(count) == 0; }

  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(next());
  }

 private:
  std::uint64_t state_;
};

class SimulatedLoop final : public Loop {
 public:
  explicit SimulatedLoop(std::uint64_t seed) : Loop(TimePoint{}, dice_), dice_(seed) {}

  Dice& dice() { return dice_; }
  milliseconds elapsed() const {
    return std::chrono::duration_cast<milliseconds>(now().time_since_epoch());
  }
  std::int64_t wall_clock_ms() const override { return 1'700'000'000'000 + elapsed().count(); }

  /// Runs `task` in the turn at that time from now.
  void after(Duration delay, Task task) { plan(now() + delay, std::move(task)); }
  void post(Task task) override { posted_.push_back(plan(now(), std::move(task))); }
  bool is_current() const override { return current_; }
  /// Calls `use` as if from another thread.
  template <class Use>
  void elsewhere(Use use) {
    current_ = false;
    use();
    current_ = true;
  }

  /// Runs one turn. False if nothing is planned and no deadline is armed, or only later
  /// than `limit`.
  bool run_one(TimePoint limit = TimePoint::max()) {
    if (std::exchange(turn_open_, false)) finish_turn();
    const auto deadline = timers().next_deadline();
    if (planned_.empty() && !deadline) return false;
    auto when = planned_.empty() ? *deadline : planned_.begin()->first.first;
    if (deadline && *deadline < when) when = *deadline;
    if (when > limit) return false;
    record(static_cast<std::uint64_t>(when.time_since_epoch().count()));
    timers().advance(when);
    // As in a real loop, one or several of the tasks that are ready share a turn.
    for (std::size_t count = dice_.between(1, 3); count > 0 && is_due(); --count) run_planned();
    turn_open_ = false;
    finish_turn();
    ++turns_;
    return true;
  }
  void run_for(Duration duration) {
    const TimePoint end = now() + duration;
    while (run_one(end)) {
    }
    timers().advance(end);
    finish_turn();
  }
  template <class Done>
  bool run_until(Done done, Duration limit = std::chrono::minutes(10)) {
    const TimePoint end = now() + limit;
    while (!done()) {
      if (!run_one(end)) return done();
    }
    return true;
  }
  /// Runs until nothing is planned and no deadline is armed; false if that takes longer
  /// than `limit`.
  bool run_until_idle(Duration limit = std::chrono::minutes(10)) {
    const TimePoint end = now() + limit;
    while (run_one(end)) {
    }
    return planned_.empty() && !timers().next_deadline();
  }

  /// Ends the turn for calls that were made outside of one.
  void settle() { finish_turn(); }

  /// Everything that has happened so far, as one number.
  std::uint64_t trace() const { return trace_; }
  void record(std::uint64_t value) { trace_ = (trace_ ^ value) * 0x100000001b3U; }
  void record(std::string_view bytes) {
    for (const char c : bytes) record(static_cast<std::uint64_t>(static_cast<unsigned char>(c)));
  }
  std::uint64_t turns() const { return turns_; }

 protected:
  void request_finish_turn() override { turn_open_ = true; }
  void run_posted() override {
    for (const Key& key : std::exchange(posted_, {})) {
      if (auto node = planned_.extract(key)) node.mapped()();
    }
  }

 private:
  using Key = std::pair<TimePoint, std::uint64_t>;

  Key plan(TimePoint when, Task task) {
    return planned_.emplace(Key(when, ++last_planned_), std::move(task)).first->first;
  }
  bool is_due() const { return !planned_.empty() && planned_.begin()->first.first <= now(); }
  void run_planned() {
    const auto node = planned_.extract(planned_.begin());
    if (!posted_.empty() && posted_.front() == node.key()) posted_.pop_front();
    node.mapped()();
  }

  Dice dice_;
  std::map<Key, Task> planned_;
  // The keys of tasks from post().
  std::deque<Key> posted_;
  std::uint64_t last_planned_ = 0;
  std::uint64_t trace_ = 0xcbf29ce484222325U;
  std::uint64_t turns_ = 0;
  bool turn_open_ = false;
  bool current_ = true;
};

}  // namespace socketio::support
