// SPDX-License-Identifier: MIT
// RetryQueue: events that are sent one at a time, each again and again until it is acknowledged
// (SocketOptions::retries). The sender asks next() for the head and completes each try. The queue
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
    // The JSON array.
    std::string text;
    std::vector<Bytes> attachments;
    detail::EmitFlags flags;
    // May be empty.
    detail::AckCallback callback;
    std::size_t tries = 0;
  };
  /// `hopeless` means that another try would fail in the same way.
  enum class Outcome : std::uint8_t { acknowledged, failed, hopeless };

  explicit RetryQueue(std::size_t retries) : retries_(retries) {}

  void push(std::string text, std::vector<Bytes> attachments, const detail::EmitFlags& flags,
            detail::AckCallback callback);
  /// Returns the head if it is to be sent now, and counts the try.
  const Entry* next();
  /// The entry from next() was not sent after all.
  void take_back();
  /// A try of entry `number` has ended. Returns the entry, which has left the queue, if this was
  /// its last try. Does nothing for entries that have left already.
  std::optional<Entry> complete(std::uint64_t number, Outcome outcome);

  bool empty() const { return entries_.empty(); }
  /// The size of all entries, including the head.
  std::size_t size_bytes() const { return size_bytes_; }

 private:
  std::size_t retries_;
  std::deque<Entry> entries_;
  std::size_t size_bytes_ = 0;
  std::uint64_t last_number_ = 0;
  bool in_flight_ = false;
};

}  // namespace socketio::core
