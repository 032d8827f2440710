// SPDX-License-Identifier: MIT
// LoopBus: the bus between the loops of one process. A message is shared, and posted to the loops that
// may have receivers: many posts wake a loop once. Which these are is known from the rooms that each
// loop has told of (LoopRooms), and for a socket's own id from the id, which names its loop. What waits
// for answers goes to all, because all answer. If clients are recovered, the events of a namespace go by its
// LoopHistory.
//
// Life cycle: one LoopBuses for a server, which its buses share -> a bus for each loop, made and
// destroyed on that loop, or before it runs. Loop's thread, except where noted.
#pragma once

#include "base/loop.hpp"
#include "cluster/bus.hpp"
#include "core/server/session_store.hpp"
#include "server/loop_rooms.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace socketio::server {

class LoopBus;
class LoopHistory;
class LoopSessions;

class LoopBuses : public std::enable_shared_from_this<LoopBuses> {
 public:
  explicit LoopBuses(std::size_t loops) : loops_(loops), rooms_(loops) { members_.reserve(loops); }

  /// Of the next loop.
  std::unique_ptr<cluster::Bus> make_bus(Loop& loop);
  /// That loop is about to be destroyed; none of them runs. What is sent there is dropped.
  void remove(std::size_t index) { members_[index].loop = nullptr; }
  /// Calls `use(const LoopBus*)` on that loop, if it is still there; with null if it has left.
  void on_loop(std::size_t loop, std::function<void(const LoopBus*)> use) {
    post(loop, std::move(use));
  }
  // --- For stores: the loop that is on a bus with a history ---

  bool is_gateway(std::size_t loop) const { return gateway_ == loop; }
  void on_gateway(std::function<void()> use) {
    post(*gateway_, [use = std::move(use)](const LoopBus*) { use(); });
  }
  /// On the gateway: null if its bus has gone.
  std::shared_ptr<core::SessionStore> gateway_store(const std::string& nsp) const {
    return find_store_ ? find_store_(nsp) : nullptr;
  }
  /// On that loop; null after its end.
  Loop* loop(std::size_t loop) const { return members_[loop].loop; }
  /// On that loop: later in this turn. Nothing after its end.
  void defer(std::size_t loop, Loop::Task task) {
    if (members_[loop].loop) members_[loop].loop->defer(std::move(task));
  }
  /// Rooms that have a member on any loop, but for those of sockets' own ids. Any thread.
  std::size_t room_count() const { return rooms_.room_count(); }

 private:
  friend class LoopBus;
  friend class LoopHistory;
  struct Member {
    // Null once it has been removed.
    Loop* loop;
    // Null once it has left. Used on its loop.
    LoopBus* bus;
  };

  /// Calls `use(const LoopBus*)` on its loop; with null if that one has left. An event has a size: false if
  /// it is dropped, because the loop has no room for it.
  template <class Use>
  bool post(std::size_t to, Use use, std::optional<std::size_t> event_bytes = std::nullopt) {
    if (!members_[to].loop) return true;
    Loop::Task task = [self = shared_from_this(), to, use = std::move(use)] {
      use(self->members_[to].bus);
    };
    if (event_bytes) return members_[to].loop->try_post(std::move(task), *event_bytes);
    members_[to].loop->post(std::move(task));
    return true;
  }
  void send(std::size_t to, cluster::MessagePtr message);
  /// Those to which loop `from` has to send a message.
  LoopRooms::Set receivers(std::size_t from, const cluster::Message& message) const;
  /// Of an event that the gateway's history has; null otherwise.
  std::shared_ptr<LoopSessions> sessions_of(const cluster::Message& message);
  std::shared_ptr<LoopSessions> open_sessions(const std::string& nsp);
  /// The history that keeps the order of such messages; null if there is none.
  std::shared_ptr<LoopHistory> history_of(const cluster::Message& message);
  std::shared_ptr<LoopHistory> open_history(const std::string& nsp,
                                            const core::RecoveryLimits& limits, const Loop& loop);

  const std::size_t loops_;
  std::vector<Member> members_;
  // The loop that passes messages on to other servers. All that is published goes there.
  std::optional<std::size_t> gateway_;
  std::atomic<std::size_t> count_ = 0;
  LoopRooms rooms_;
  // If the gateway is on a bus with a history. Used there.
  cluster::Bus::FindStore find_store_;
  // By namespace: those that have a store at any loop.
  std::unordered_map<std::string, std::weak_ptr<LoopSessions>> sessions_;
  // Whether there has been one, or a store.
  std::atomic<bool> has_histories_ = false;
  std::mutex histories_mutex_;
  std::unordered_map<std::string, std::weak_ptr<LoopHistory>> histories_;
  // Beyond this number, those of namespaces that have ended are removed.
  std::size_t histories_limit_ = 64;
};

/// What a message counts for while it waits. Nothing for what asks, answers or changes something: it is
/// never dropped.
std::optional<std::size_t> droppable_bytes(const cluster::Body& body);

class LoopBus final : public cluster::Bus {
 public:
  LoopBus(std::shared_ptr<LoopBuses> buses, std::size_t index);
  ~LoopBus() override;
  LoopBus(const LoopBus&) = delete;
  LoopBus& operator=(const LoopBus&) = delete;

  const std::string& node_id() const override { return id_; }
  void open(const std::string& nsp, Listener& listener) override;
  void close(const std::string& nsp) override;
  void publish(cluster::MessagePtr message) override;
  void answer(const std::string& node, cluster::MessagePtr message) override;
  bool can_count() const override { return true; }
  void count_nodes(const std::string& nsp,
                   std::function<void(std::optional<std::size_t>)> counted) override;
  /// Before the loops run.
  void want_rooms() override { buses_->gateway_ = index_; }
  /// Before the loops run.
  void share_history(FindStore find) override { buses_->find_store_ = std::move(find); }
  std::shared_ptr<core::SessionStore> session_store(const std::string& nsp) override;
  void count_servers(const std::string& nsp, std::function<void(std::size_t)> counted) override;
  std::shared_ptr<core::SharedHistory> shared_history(const std::string& nsp,
                                                      const core::RecoveryLimits& limits) override;
  void on_room_created(const std::string& nsp, const std::string& room) override;
  void on_room_deleted(const std::string& nsp, const std::string& room) override;

  /// A message has come.
  void deliver(const cluster::MessagePtr& message) const {
    if (listener_) listener_->on_message(message);
  }

 private:
  /// Calls `tell(Listener&)` where messages are passed on to other servers, unless that is here.
  template <class Tell>
  void tell_gateway(Tell tell);
  void check_thread() const;

  /// An event that can be recovered, if the gateway has a history.
  void publish_by_gateway(const cluster::MessagePtr& message,
                          const std::shared_ptr<LoopSessions>& sessions);

  const std::shared_ptr<LoopBuses> buses_;
  const std::size_t index_;
  const std::string id_;
  Listener* listener_ = nullptr;
};

}  // namespace socketio::server
