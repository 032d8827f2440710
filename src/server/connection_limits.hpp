// SPDX-License-Identifier: MIT
// ConnectionLimits: how many connections a server has on all its loops, and how many of each address
// (Limits::connections, connections_per_address).
//
// Any thread.
#pragma once

#include "engine/server/address_counts.hpp"

#include <socketio/server_options.hpp>

#include <atomic>
#include <cstddef>
#include <mutex>
#include <string>

namespace socketio::server {

class ConnectionLimits {
 public:
  explicit ConnectionLimits(const Limits& limits)
      : most_(limits.connections), most_per_address_(limits.connections_per_address) {}

  /// Counts one more, unless there are too many.
  bool add() {
    if (most_ == 0) return true;
    if (connections_.fetch_add(1, std::memory_order_relaxed) < most_) return true;
    remove();
    return false;
  }
  /// What another loop has given up.
  void add_again() noexcept {
    if (most_ != 0) connections_.fetch_add(1, std::memory_order_relaxed);
  }
  void remove() noexcept {
    if (most_ != 0) connections_.fetch_sub(1, std::memory_order_relaxed);
  }

  bool counts_addresses() const { return most_per_address_ != 0; }
  bool add(const std::string& address) {
    const std::lock_guard lock(mutex_);
    if (addresses_.count(address) >= most_per_address_) return false;
    addresses_.add(address);
    return true;
  }
  /// What another loop has given up.
  void add_again(const std::string& address) {
    const std::lock_guard lock(mutex_);
    addresses_.add(address);
  }
  void remove(const std::string& address) noexcept {
    const std::lock_guard lock(mutex_);
    addresses_.remove(address);
  }

 private:
  const std::size_t most_;
  const std::size_t most_per_address_;
  std::atomic<std::size_t> connections_ = 0;
  std::mutex mutex_;
  engine::AddressCounts addresses_;
};

}  // namespace socketio::server
