// SPDX-License-Identifier: MIT
// BusInbox: what a ClusterBus has received, on its way to the server's loop. ClusterBus::Receiver is a
// handle on it.
//
// Life cycle: made by its BytesBus -> close(), after which add() takes nothing and the loop may end.
// add() and node_id() belong to any thread, the rest to the loop's.
#pragma once

#include "base/loop.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace socketio::server {

struct InboxLimits {
  std::size_t message_bytes;
  std::size_t waiting_messages;
  std::size_t waiting_bytes;
};

class BusInbox : public std::enable_shared_from_this<BusInbox> {
 public:
  /// That are delivered before the loop sees to its clients again.
  static constexpr std::size_t messages_at_a_time = 256;

  BusInbox(Loop& loop, std::string node_id, const InboxLimits& limits,
           std::function<void(std::string_view bytes)> deliver);

  const std::string& node_id() const { return node_id_; }
  bool add(std::string_view bytes);
  void close();

  void on_exception() noexcept;

 private:
  void wake();
  void deliver();
  /// Nothing if none waits.
  std::optional<std::string> take();

  const std::string node_id_;
  const InboxLimits limits_;
  const std::function<void(std::string_view bytes)> deliver_;
  std::mutex mutex_;
  // Null once it is closed.
  Loop* loop_;
  std::deque<std::string> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::uint64_t dropped_ = 0;
  // deliver() has been posted.
  bool is_awake_ = false;
};

}  // namespace socketio::server
