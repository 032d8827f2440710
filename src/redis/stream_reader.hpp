// SPDX-License-Identifier: MIT
// StreamReader: reads a stream of Redis from its end on, over a connection of its own, because the
// command waits in Redis. After a reconnection it goes on where it was, so that nothing is missed
// that Redis still has. An entry that is larger than an answer may be is skipped.
//
// In a cluster it follows the stream when its slot moves. A server that has given the key away lets a
// command wait for it until its time is over, so the reader looks again when the connector notices that.
//
// Life cycle: made -> open() -> close(), after which nothing is called. Loop's thread only.
#pragma once

#include "base/timing_wheel.hpp"
#include "redis/connection.hpp"
#include "redis/key_connector.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::redis {

struct StreamReaderOptions {
  std::string stream;
  /// Of one answer of Redis, at most.
  std::size_t entries = 100;
  /// How long Redis waits for an entry before it says that there is none.
  std::chrono::milliseconds block{5'000};
  /// Between attempts, if Redis answers with an error.
  std::chrono::milliseconds retry{1'000};
};

/// Asks for the last entry.
Command find_end_of(const std::string& stream);

class StreamReader final : private Connection::Listener, private Deadline {
 public:
  /// `fields` are names and values by turns.
  using OnEntry = std::function<void(const std::string& id, const std::vector<Reply>& fields)>;

  /// `connector` outlives it.
  StreamReader(Loop& loop, KeyConnector& connector, const ConnectionSettings& settings,
               StreamReaderOptions options, OnEntry on_entry);
  ~StreamReader() override { close(); }

  /// Of the entry that was read last; empty as long as the end is unknown.
  const std::string& last_id() const { return last_id_; }
  /// How often Redis had forgotten that entry after a reconnection, so that others may be missing.
  std::uint64_t gaps() const { return gaps_; }

  void open() { connection_->open(); }
  /// What another connection was answered when it asked for the end. Without effect if the reader has
  /// found it before.
  void begin_behind(const redis::Answer& last_entry);
  void close();

 private:
  void on_state(const StateChange&) override {}
  void on_greeted() override;
  bool take_push(const Reply&) override { return false; }
  void on_excess(const Reply& unfinished) override;

  /// From where it was.
  void go_on();
  void find_end();
  void find_last();
  void read();
  /// Comes before each command.
  void say_asking();
  void on_end(const redis::Answer& answer);
  void on_read(const redis::Answer& answer);
  void take(std::span<const Reply> entries);
  /// One entry alone is too large for an answer.
  void skip(const Reply& entry);
  /// Follows the stream to another server, or tries again later.
  void on_refused(std::string_view why);
  void retry_later();
  /// The stream may be at another server: the one that has the slot is asked again, at most once in
  /// StreamReaderOptions::retry.
  void look_again();
  /// The time of the next attempt.
  void expired() noexcept override;

  Loop& loop_;
  KeyConnector& connector_;
  const StreamReaderOptions options_;
  OnEntry on_entry_;
  std::string last_id_;
  /// How many are asked for: fewer after an answer that was too large.
  std::size_t entries_;
  // The last entry is too large to be asked for.
  bool was_skipped_ = false;
  std::uint64_t gaps_ = 0;
  // The server has the stream, but does not have its slot yet: it wants to be told that we know.
  bool is_asking_ = false;
  TimePoint looked_at_ = TimePoint::min();
  std::shared_ptr<Connection> connection_;
};

}  // namespace socketio::redis
