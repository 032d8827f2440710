// SPDX-License-Identifier: MIT
// ClusterCommands: sends each command to the server that has its slot, follows redirections, and keeps
// the order of what is sent for one slot: a command that is redirected waits until all before it are
// answered, and all behind it wait for it. Only those that were sent with it, and that the server
// accepts after having refused it, overtake it.
//
// A command that Redis has refused, because it is at the wrong server or because nobody has the slot
// now, has had no effect, and is sent again. One whose connection broke may have had one, and is not.
//
// Life cycle: made -> close(). Loop's thread only.
#pragma once

#include "redis/cluster_nodes.hpp"
#include "redis/pipeline.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>

namespace socketio::redis {

class ClusterCommands final : public std::enable_shared_from_this<ClusterCommands> {
 public:
  /// After so many redirections, the servers do not agree, and the command is refused.
  static constexpr std::uint8_t hop_limit = 8;
  /// After which it is tried again whether somebody has a slot.
  static constexpr std::chrono::milliseconds retry{200};

  ClusterCommands(Loop& loop, ClusterNodes& nodes, const ConnectionSettings& settings);

  void send(Slot slot, Command command, OnAnswer on_answer);
  void close();

  /// See Connection::Listener.
  bool take_command(ClusterNode& node, Pipeline::Entry& entry, const Answer& answer);
  /// Slots may have other servers than before.
  void on_map();

  std::size_t held() const { return held_commands_; }
  std::uint64_t dropped() const { return dropped_; }
  std::uint64_t expired() const { return expired_; }
  /// For contain().
  void on_exception() noexcept { loop_.report_exception(); }

 private:
  using Entry = Pipeline::Entry;
  /// A slot with commands that are not answered, or wait.
  struct Traffic {
    // Where they are.
    ClusterNode* node = nullptr;
    std::size_t unanswered = 0;
    // To be sent again when all are answered, before the later ones.
    std::deque<Entry> redirected{};
    std::deque<Entry> later{};
    // Where the redirected ones are to be asked for, though that server does not have the slot yet.
    std::optional<Endpoint> asking{};
    // Nobody has the slot. Until the next attempt.
    bool is_paused = false;
    // That attempt is one command.
    bool is_trial = false;
  };

  bool is_held(const Traffic& traffic, const ClusterNode* owner) const;
  bool has_room(const Entry& entry) const;
  void hold(std::deque<Entry>& queue, Entry entry);
  Entry release(std::deque<Entry>& queue);
  /// Whether the refused command is to be sent again.
  bool take_refused(ClusterNode& node, Traffic& traffic, Entry& entry, std::string_view error);
  void transmit(Traffic& traffic, ClusterNode& node, Entry entry);
  /// Sends what may be sent now. Forgets the slot if nothing is left.
  void proceed(Slot slot);
  void proceed_all();
  void try_again();
  void expire(std::deque<Entry>& queue, std::deque<Entry>& expired);
  /// Calls back later in this turn.
  void give_up(std::deque<Entry> entries, CommandErrc code);

  Loop& loop_;
  ClusterNodes& nodes_;
  const Limits limits_;
  const Times times_;
  std::unordered_map<Slot, Traffic> traffic_;
  bool is_closed_ = false;
  std::size_t held_commands_ = 0;
  std::size_t held_bytes_ = 0;
  std::uint64_t dropped_ = 0;
  std::uint64_t expired_ = 0;
  /// When a loss may be logged again.
  TimePoint silent_until_{};
  MemberTimer<ClusterCommands, &ClusterCommands::try_again> timer_{*this};
};

}  // namespace socketio::redis
