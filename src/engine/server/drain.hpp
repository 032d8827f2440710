// SPDX-License-Identifier: MIT
// Drain: the end of a server for which its clients need not hurry. It closes sessions one after
// another, evenly over a time, so that their clients do not all come to the next server at once.
//
// Life cycle: made by engine::SessionServer::drain() and kept until the server goes; `on_empty` is
// called once, unless cancel() comes first. Loop's thread only.
#pragma once

#include "base/timing_wheel.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

namespace socketio::engine {

class SessionServer;

class Drain : public std::enable_shared_from_this<Drain> {
 public:
  /// How long closed sessions may wait at the end for the polls that tell their clients.
  static constexpr std::chrono::seconds last_polls_timeout{5};

  Drain(SessionServer& server, std::chrono::milliseconds spread, std::function<void()> on_empty);
  void begin();
  void cancel();
  /// A session has closed, by whomever, or its client has been told.
  void on_change();
  /// For contain(): goes on.
  void on_exception() noexcept;

 private:
  void step();
  void finish();

  SessionServer& server_;
  std::function<void()> on_empty_;
  const TimePoint begun_;
  const std::size_t first_count_;
  /// From one session to the next. Zero: they are too many, or the time is too short.
  const Duration interval_;
  std::optional<TimePoint> emptied_;
  MemberTimer<Drain, &Drain::step> timer_{*this};
};

}  // namespace socketio::engine
