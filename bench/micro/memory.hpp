// SPDX-License-Identifier: MIT
//
// A loop and streams without a kernel: bytes are handed to a stream, and what it sends is counted, or kept.
// Time stands still, so that no heartbeat falls into a measurement.
//
// Life cycle: the loop outlives its streams. One thread.
#pragma once

#include "base/loop.hpp"
#include "base/stream.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace micro {

/// A generator (SplitMix64) that is as cheap as a read from a block of the system's entropy.
class Numbers final : public socketio::Entropy {
 public:
  void fill(std::span<std::uint8_t> out) override {
    std::size_t i = 0;
    for (std::uint64_t word = 0; i < out.size(); word >>= 8U) {
      if (i % sizeof(word) == 0) word = next();
      out[i++] = static_cast<std::uint8_t>(word);
    }
  }

 private:
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }
  std::uint64_t state_ = 1;
};

class MemoryLoop final : public socketio::Loop {
 public:
  MemoryLoop() : Loop(socketio::TimePoint{}, numbers_) {}

  std::int64_t wall_clock_ms() const override { return 1'700'000'000'000; }
  void post(Task task) override { posted_.push_back(std::move(task)); }
  bool is_current() const override { return true; }

  void end_turn() {
    run_posted();
    finish_turn();
  }

 private:
  // Whoever hands bytes to a stream ends the turn.
  void request_finish_turn() override {}
  void run_posted() override {
    for (const Task& task : std::exchange(posted_, {})) run(task);
  }

  Numbers numbers_;
  std::vector<Task> posted_;
};

class MemoryStream final : public socketio::Stream {
 public:
  using Stream::Stream;

  std::size_t sent_bytes() const { return sent_bytes_; }
  /// What is sent from now on is kept, until it is taken.
  void keep() { keeps_ = true; }
  std::string take_kept() {
    keeps_ = false;
    return std::exchange(kept_, {});
  }
  /// The client has gone.
  void hang_up() { finish(); }

  std::string remote_address() const override { return "127.0.0.1"; }
  void pause_reading() override {}
  void resume_reading() override {}
  void flush() override {
    if (state_ == State::closed) return;
    if (keeps_) keep_queue();
    sent_bytes_ += queue_.size();
    while (!queue_.empty()) consume(queue_.size());
    if (state_ == State::closing_after_flush) return finish();
    notify_drained();
  }

 private:
  void shut() override {}
  void keep_queue() {
    queue_.for_each([this](std::string_view piece) {
      kept_.append(piece);
      return true;
    });
  }

  std::size_t sent_bytes_ = 0;
  bool keeps_ = false;
  std::string kept_;
};

}  // namespace micro
