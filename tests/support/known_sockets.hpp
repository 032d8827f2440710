// SPDX-License-Identifier: MIT
// KnownSockets: the sockets that have connected last, for other threads to use. Any thread.
#pragma once

#include <socketio/socket.hpp>

#include <cstddef>
#include <deque>
#include <mutex>
#include <utility>

namespace socketio::support {

class KnownSockets {
 public:
  explicit KnownSockets(std::size_t most) : most_(most) {}

  void add(Socket socket) {
    const std::lock_guard lock(mutex_);
    sockets_.push_back(std::move(socket));
    if (sockets_.size() > most_) sockets_.pop_front();
  }
  /// An empty one if none has connected.
  Socket any(std::size_t seed) const {
    const std::lock_guard lock(mutex_);
    return sockets_.empty() ? Socket() : sockets_[seed % sockets_.size()];
  }

 private:
  const std::size_t most_;
  mutable std::mutex mutex_;
  std::deque<Socket> sockets_;
};

}  // namespace socketio::support
