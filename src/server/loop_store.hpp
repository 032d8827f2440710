// SPDX-License-Identifier: MIT
// LoopStore: the store of a namespace at one of several loops, whose first one is on a bus with a history (Redis
// Streams). Sessions and what clients have missed are asked for there. Answers come by the same way as the
// events that the first loop passes on, so when one comes, this loop has delivered what the first had delivered when
// it answered, as far as it was for sockets here.
//
// A client joins its rooms before it asks for what it has missed. So no event is lost between the answer
// and what is delivered to it, although the loop is told only of events for which it has sockets.
//
// Life cycle: made by its bus, for a namespace -> destroyed with it, on any thread. Loop's thread.
#pragma once

#include "base/timing_wheel.hpp"
#include "core/server/session_store.hpp"
#include "server/loop_bus.hpp"
#include "server/loop_sessions.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::server {

class LoopStore final : public core::SessionStore, public std::enable_shared_from_this<LoopStore> {
 public:
  LoopStore(std::shared_ptr<LoopBuses> buses, std::size_t loop, std::string nsp,
            std::shared_ptr<LoopSessions> sessions);

  /// Asks for the end of the history, until that is known: whoever has received nothing when it leaves has
  /// begun there. At the first loop it asks for the history, so that that has what is published from now on.
  void find_position();
  core::HistoryPosition position() const override;
  void save(const core::StoredSession& session, std::chrono::milliseconds lifetime) override;
  void take(const std::string& private_id, TakenCallback taken) override;
  void read_missed(core::MissedEvents missed, MissedCallback read) override;

  void add_live(const std::string& private_id) override;
  void remove_live(const std::vector<std::string>& private_ids) noexcept override {
    sessions_->remove(private_ids, loop_);
  }
  void set_closer(std::function<void(std::string_view private_id)> close_here) override {
    sessions_->set_closer(loop_, std::move(close_here));
  }
  void close_former(const std::string& private_id, std::function<void()> closed) override {
    sessions_->close_former(loop_, private_id, std::move(closed));
  }
  /// For contain().
  void on_exception() noexcept {
    if (Loop* const loop = buses_->loop(loop_)) loop->report_exception();
  }

 private:
  /// Calls `use(core::SessionStore*)` on the first loop; with null if there is no store any more.
  template <class Use>
  void ask(Use use) const;
  /// What gives an answer to `answered`, from the first loop.
  template <class Answer>
  std::function<void(Answer)> answer_here(std::function<void(Answer)> answered) const;

  const std::shared_ptr<LoopBuses> buses_;
  const std::size_t loop_;
  const std::string nsp_;
  const std::shared_ptr<LoopSessions> sessions_;
  bool is_asking_ = false;
  MemberTimer<LoopStore, &LoopStore::find_position> timer_{*this};
};

}  // namespace socketio::server
