// SPDX-License-Identifier: MIT
//
// The event loop of the only thread: edge-triggered epoll, one receive buffer for all connections,
// and the time of the last read. `run_until` returns when its condition holds, which it checks once
// per turn. Pollables must outlive their registration, which ends when their descriptor is closed.
#pragma once

#include "lockstep.hpp"
#include "options.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <sys/epoll.h>
#include <vector>

namespace load {

class Pollable {
 public:
  virtual void on_events(std::uint32_t events) = 0;

 protected:
  ~Pollable() = default;
};

class Loop {
 public:
  static constexpr std::size_t receive_bytes = 512 * 1024;

  explicit Loop(const Options& options);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Notifies `pollable` when the descriptor becomes readable, writable or closed.
  void add(int fd, Pollable& pollable);

  // Called after every turn, when all ready connections have been read.
  void on_turn(std::function<void()> callback) { turn_ = std::move(callback); }

  void run_until(const std::function<bool()>& done);
  void run_until_time(std::uint64_t monotonic_ns);

  char* buffer() { return buffer_.data(); }
  std::uint64_t now() const { return now_; }
  void touch_clock();

 private:
  void turn();

  int epoll_;
  std::vector<char> buffer_;
  std::vector<epoll_event> events_;
  std::function<void()> turn_;
  std::uint64_t now_ = 0;
  // With it, the server runs only between turns.
  std::optional<Lockstep> lockstep_;
};

}  // namespace load
