// SPDX-License-Identifier: MIT
// Poller: readiness of all connections of one loop, by an epoll of our own that Asio watches as one
// descriptor. One wake-up of Asio serves every connection that is ready, and an idle connection
// costs Asio nothing (docs/decisions/0002-epoll-inside-asio.md has the measurements).
//
// Edge-triggered: who is told "readable" reads until the kernel has no more, or asks to be called
// again. Loop's thread.
#pragma once

#include "net/handler_memory.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <sys/epoll.h>
#include <utility>
#include <vector>

namespace socketio::net {

class Poller {
 public:
  class Watched {
   public:
    /// `events` as epoll tells them. May close any descriptor.
    virtual void on_ready(std::uint32_t events) noexcept = 0;

   protected:
    ~Watched() = default;
  };

  /// `enter_turn` is called before the first descriptor of a batch.
  Poller(boost::asio::io_context& context, HandlerMemory& handler_memory,
         std::function<void()> enter_turn);
  ~Poller();

  /// False if the kernel refuses. `watched` must be removed before it dies.
  bool add(int descriptor, Watched& watched);
  void remove(int descriptor, Watched& watched);
  /// Calls on_ready(EPOLLIN) in the next turn: for who stopped before the kernel ran out.
  void call_again(Watched& watched);
  /// The latest batch was full, so that more descriptors may be ready; says so once.
  bool take_full() { return std::exchange(is_full_, false); }
  /// Nothing is told any more.
  void stop();

 private:
  void wait();
  void poll();
  void call_waiting();

  boost::asio::io_context& context_;
  HandlerMemory& handler_memory_;
  std::function<void()> enter_turn_;
  boost::asio::posix::stream_descriptor epoll_;
  std::array<epoll_event, 256> events_{};
  std::span<epoll_event> batch_;  // not yet told
  std::vector<Watched*> again_;
  std::size_t watched_count_ = 0;
  bool is_full_ = false;
  bool waiting_ = false;
  bool calls_planned_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace socketio::net
