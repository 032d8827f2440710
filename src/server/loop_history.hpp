// SPDX-License-Identifier: MIT
// LoopHistory: the history of a namespace that the loops of one server have together, so that a client may
// come back to any of them (connection state recovery). An event that can be recovered gets its place in the
// log on the thread that publishes it, and is put into the inbox of each loop that may have receivers, in
// that order. So every loop delivers in the order of the log: one that publishes first delivers what is in its own
// inbox, then its event, before publish() returns. A loop that has no receiver is not woken: the event counts as
// delivered there.
//
// What else is for the namespace's sockets, and whose place among the events matters, goes through the inboxes, too.
//
// Life cycle: made when the first loop has the namespace -> open() for each loop, as the namespace comes there
// -> destroyed with its last part. What is posted to loops does not keep it. Any thread; publish() and the parts on
// their loop's.
#pragma once

#include "cluster/message.hpp"
#include "codec/socketio/text_encoder.hpp"
#include "core/server/shared_history.hpp"
#include "server/loop_bus.hpp"
#include "server/loop_sessions.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace socketio::server {

class LoopHistory : public std::enable_shared_from_this<LoopHistory> {
 public:
  /// `prefix` begins the offsets.
  LoopHistory(std::shared_ptr<LoopBuses> buses, const std::string& prefix, std::string nsp,
              const core::RecoveryLimits& limits);
  ~LoopHistory();
  LoopHistory(const LoopHistory&) = delete;
  LoopHistory& operator=(const LoopHistory&) = delete;

  /// Whether a client that comes back gets it.
  static bool is_recovered(const cluster::Body& body);
  /// Whether such messages are published here.
  static bool orders(const cluster::Body& body);

  /// The part of that loop.
  std::shared_ptr<core::SharedHistory> open(std::size_t loop);
  /// From that loop, which need not have the namespace.
  void publish(std::size_t from, cluster::MessagePtr message);

 private:
  class Part;

  /// Gives the event its place in the log. The mutex is held.
  cluster::MessagePtr add(std::size_t from, const cluster::Message& message);
  /// The mutex is held. `number` is that of an event in the log.
  void put_into_inbox(std::size_t to, const cluster::MessagePtr& message,
                      std::optional<std::uint64_t> number);

  const std::shared_ptr<LoopBuses> buses_;
  const std::string nsp_;
  // Of the log's events, which are never sent: each loop prepares its own.
  parser::TextEncoder encoder_;
  std::mutex mutex_;
  core::History history_;
  // Null for a loop that does not have the namespace.
  std::vector<Part*> parts_;
  LoopSessions sessions_;
};

}  // namespace socketio::server
