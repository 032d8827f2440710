// SPDX-License-Identifier: MIT
// LoopSessions: on which loop of a server each client of a namespace is that may be recovered, and how its
// connection is closed from another loop.
//
// Shared by the loops' parts of a namespace. Any thread.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace socketio::server {

class LoopBuses;

class LoopSessions {
 public:
  using CloseHere = std::function<void(std::string_view private_id)>;

  LoopSessions(std::shared_ptr<LoopBuses> buses, std::size_t loops);

  void add(const std::string& private_id, std::size_t loop);
  /// Those that have not moved to another loop.
  void remove(const std::vector<std::string>& private_ids, std::size_t loop) noexcept;
  /// Called on that loop.
  void set_closer(std::size_t loop, CloseHere close_here);
  /// Closes the connection of the client, and calls `closed` on loop `from`: behind what the end of the session
  /// has posted, and behind all that has been posted to that loop by now.
  void close_former(std::size_t from, const std::string& private_id, std::function<void()> closed);

 private:
  const std::shared_ptr<LoopBuses> buses_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::size_t> places_;
  std::vector<CloseHere> closers_;
};

}  // namespace socketio::server
