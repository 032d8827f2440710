// SPDX-License-Identifier: MIT
// LoopBus: the bus between the loops of one process. A message is shared, and posted to the loops that
// may have receivers: many posts wake a loop once. Which these are is known from the rooms that each
// loop has told of (LoopRooms), and for a socket's own id from the id, which names its loop. What waits
// for answers goes to all, because all answer.
//
// Life cycle: one LoopBuses for a server, which its buses share -> a bus for each loop, made and
// destroyed on that loop, or before it runs. Loop's thread, except where noted.
#pragma once

#include "base/loop.hpp"
#include "cluster/bus.hpp"
#include "server/loop_rooms.hpp"

#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace socketio::server {

class LoopBus;

class LoopBuses : public std::enable_shared_from_this<LoopBuses> {
 public:
  explicit LoopBuses(std::size_t loops) : rooms_(loops) {}

  /// Of the next loop.
  std::unique_ptr<cluster::Bus> make_bus(Loop& loop);
  /// That loop is about to be destroyed; none of them runs. What is sent there is dropped.
  void remove(std::size_t index) { members_[index].loop = nullptr; }
  /// Rooms that have a member on any loop, but for those of sockets' own ids. Any thread.
  std::size_t room_count() const { return rooms_.room_count(); }

 private:
  friend class LoopBus;
  struct Member {
    // Null once it has been removed.
    Loop* loop;
    // Null once it has ended. Used on its loop.
    LoopBus* bus = nullptr;
    std::atomic<bool> has_left = false;
  };

  /// Calls `use(const LoopBus*)` on its loop; with null if that one has ended. An event has a size, and
  /// is dropped if the loop has no room for it.
  template <class Use>
  void post(std::size_t to, Use use, std::optional<std::size_t> event_bytes = std::nullopt);

  std::deque<Member> members_;
  // The loop that passes messages on to other servers. All that is published goes there.
  std::optional<std::size_t> gateway_;
  LoopRooms rooms_;
};

class LoopBus final : public cluster::Bus {
 public:
  LoopBus(std::shared_ptr<LoopBuses> buses, std::size_t index);
  ~LoopBus() override;
  LoopBus(const LoopBus&) = delete;
  LoopBus& operator=(const LoopBus&) = delete;

  const std::string& node_id() const override { return id_; }
  void open(const std::string& nsp, Listener& listener) override;
  void close(const std::string& nsp) override;
  void leave() override;
  void publish(cluster::MessagePtr message) override;
  void answer(const std::string& node, cluster::MessagePtr message) override;
  Nodes nodes() const override { return Nodes::named; }
  std::vector<std::string> other_nodes() const override;
  /// Before the loops run.
  void want_rooms() override { buses_->gateway_ = index_; }
  void count_servers(const std::string& nsp, std::function<void(std::size_t)> counted) override;
  void on_room_created(const std::string& nsp, const std::string& room) override;
  void on_room_deleted(const std::string& nsp, const std::string& room) override;

 private:
  /// Calls `tell(Listener&)` where messages are passed on to other servers, unless that is here.
  template <class Tell>
  void tell_gateway(Tell tell);
  void send(std::size_t to, cluster::MessagePtr message);
  void check_thread() const;

  const std::shared_ptr<LoopBuses> buses_;
  const std::size_t index_;
  const std::string id_;
  Listener* listener_ = nullptr;
};

}  // namespace socketio::server
