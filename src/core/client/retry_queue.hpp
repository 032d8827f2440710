// SPDX-License-Identifier: MIT
// RetryQueue: events that are sent one at a time, each again until it is acknowledged
// (SocketOptions::retries). Who sends asks next() for the head and completes each try; the queue
// knows nothing of sockets. Loop's thread only.
#pragma once

#include <socketio/acknowledgement.hpp>
#include <socketio/json.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace socketio::core {

class RetryQueue {
 public:
  struct Entry {
    std::uint64_t number = 0;
    std::string text;  // the JSON array
    std::vector<Bytes> attachments;
    detail::EmitFlags flags;
    detail::AckCallback callback;  // may be empty
    std::size_t tries = 0;
  };
  /// hopeless: another try would fail alike.
  enum class Outcome : std::uint8_t { acknowledged, failed, hopeless };

  explicit RetryQueue(std::size_t retries) : retries_(retries) {}

  void push(std::string text, std::vector<Bytes> attachments, const detail::EmitFlags& flags,
            detail::AckCallback callback);
  /// The head, if it is to be sent now; its try has been counted.
  const Entry* next();
  /// What next() gave was not sent after all.
  void take_back();
  /// A try of entry `number` has ended. Gives the entry if that was its end: it is off the
  /// queue then. Does nothing for entries that have left already.
  std::optional<Entry> complete(std::uint64_t number, Outcome outcome);

  bool empty() const { return entries_.empty(); }
  /// Of all that waits, the head included.
  std::size_t size_bytes() const { return size_bytes_; }

 private:
  std::size_t retries_;
  std::deque<Entry> entries_;
  std::size_t size_bytes_ = 0;
  std::uint64_t last_number_ = 0;
  bool in_flight_ = false;
};

}  // namespace socketio::core
