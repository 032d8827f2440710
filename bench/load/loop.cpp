// SPDX-License-Identifier: MIT
#include "loop.hpp"

#include "usage.hpp"

#include <cerrno>
#include <system_error>
#include <unistd.h>

namespace load {
namespace {

constexpr std::size_t events_a_turn = 1024;
constexpr int longest_wait_ms = 50;

void check(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

Loop::Loop(const Options& options)
    : epoll_(epoll_create1(EPOLL_CLOEXEC)), buffer_(receive_bytes), events_(events_a_turn) {
  check(epoll_, "epoll_create1");
  if (options.count > 0) lockstep_.emplace(options.target.server_pid);
  touch_clock();
}

Loop::~Loop() { ::close(epoll_); }

void Loop::add(int fd, Pollable& pollable) {
  epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                    .data = {.ptr = &pollable}};
  check(epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
}

void Loop::touch_clock() { now_ = monotonic_ns(); }

void Loop::turn() {
  if (lockstep_) lockstep_->run_server();
  const int ready = epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()),
                               lockstep_ ? 0 : longest_wait_ms);
  if (ready < 0 && errno != EINTR) check(ready, "epoll_wait");
  touch_clock();
  for (int i = 0; i < ready; ++i) {
    static_cast<Pollable*>(events_[static_cast<std::size_t>(i)].data.ptr)
        ->on_events(events_[static_cast<std::size_t>(i)].events);
  }
  if (turn_) turn_();
}

void Loop::run_until(const std::function<bool()>& done) {
  while (!done()) turn();
}

void Loop::run_until_time(std::uint64_t end_ns) {
  while (now_ < end_ns) turn();
}

}  // namespace load
