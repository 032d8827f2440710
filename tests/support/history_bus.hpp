// SPDX-License-Identifier: MIT
// HistoryBus: a bus of one server that has a history, as the streams of Redis: an event that can be recovered comes
// back with its offset, some time after it was published, and sessions are kept in a store.
//
// Life cycle: as for Bus; what it is asked for is answered in later turns. One thread.
#pragma once

#include "base/loop.hpp"
#include "cluster/bus.hpp"
#include "core/server/session_store.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace socketio::support {

class HistoryBus final : public cluster::Bus {
 public:
  explicit HistoryBus(Loop& loop) : history_(std::make_shared<History>(loop)) {}

  const std::string& node_id() const override { return id_; }
  void open(const std::string&, Listener& listener) override { history_->listener = &listener; }
  void close(const std::string&) override {}
  void publish(cluster::MessagePtr message) override {
    const auto* const broadcast = std::get_if<cluster::Broadcast>(&message->body);
    if (!broadcast || !broadcast->request.empty() || broadcast->options.flags.is_volatile) return;
    history_->loop.post([history = history_, message] { history->deliver(*message); });
  }
  void answer(const std::string&, cluster::MessagePtr) override {}
  bool can_count() const override { return true; }
  void count_nodes(const std::string&,
                   std::function<void(std::optional<std::size_t>)> counted) override {
    history_->loop.defer([counted = std::move(counted)] { counted(1); });
  }
  bool has_history() const override { return true; }
  std::shared_ptr<core::SessionStore> session_store(const std::string&) override {
    return history_;
  }

 private:
  class History final : public core::SessionStore, public std::enable_shared_from_this<History> {
   public:
    explicit History(Loop& its_loop) : loop(its_loop) {}

    void deliver(const cluster::Message& message) {
      auto placed = std::make_shared<cluster::Message>(message);
      std::get<cluster::Broadcast>(placed->body).offset = std::to_string(log_.size() + 1);
      log_.push_back(placed);
      if (listener) listener->on_message(placed);
    }

    core::HistoryPosition position() const override { return {std::to_string(log_.size()), 0}; }
    void save(const core::StoredSession& session, std::chrono::milliseconds lifetime) override {
      sessions_.insert_or_assign(session.private_id, std::pair(session, loop.now() + lifetime));
    }
    void take(const std::string& private_id, TakenCallback taken) override {
      loop.post([self = shared_from_this(), private_id, taken = std::move(taken)] {
        const auto found = self->sessions_.extract(private_id);
        if (found.empty() || found.mapped().second < self->loop.now()) return taken(std::nullopt);
        taken(found.mapped().first);
      });
    }
    void read_missed(core::MissedEvents missed, MissedCallback read) override {
      loop.post([self = shared_from_this(), missed = std::move(missed), read = std::move(read)] {
        read(self->events(missed));
      });
    }

    Loop& loop;
    Listener* listener = nullptr;

   private:
    std::vector<core::StoredEvent> events(const core::MissedEvents& missed) const {
      const auto was_in = [&](const std::string& room) {
        return std::find(missed.rooms.begin(), missed.rooms.end(), room) != missed.rooms.end();
      };
      std::vector<core::StoredEvent> events;
      for (std::size_t i = std::stoul(missed.offset); i < log_.size(); ++i) {
        const auto& broadcast = std::get<cluster::Broadcast>(log_[i]->body);
        const auto& [rooms, except, flags] = broadcast.options;
        const bool is_for = log_[i]->nsp == missed.nsp &&
                            (rooms.empty() || std::any_of(rooms.begin(), rooms.end(), was_in)) &&
                            std::none_of(except.begin(), except.end(), was_in);
        if (is_for)
          events.push_back({core::with_offset(broadcast.event.text, broadcast.offset),
                            broadcast.event.attachments, broadcast.options});
      }
      return events;
    }

    std::vector<std::shared_ptr<const cluster::Message>> log_;
    std::map<std::string, std::pair<core::StoredSession, TimePoint>> sessions_;
  };

  const std::string id_ = "server";
  const std::shared_ptr<History> history_;
};

}  // namespace socketio::support
