// SPDX-License-Identifier: MIT
// SendBuffer: events that were emitted while there was no connection, in order. Loop's thread only.
#pragma once

#include <socketio/json.hpp>
#include <socketio/outcome.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::core {

/// What an event counts for where memory is bounded: its own bytes and what keeping it costs.
std::size_t event_bytes(std::string_view text, const std::vector<Bytes>& attachments);

class SendBuffer {
 public:
  struct Event {
    std::optional<std::uint64_t> id;
    std::string text;  // the JSON array
    std::vector<Bytes> attachments;
    Compress compress = Compress::yes;
  };

  void push(Event event);
  std::optional<Event> pop();
  /// Of the acknowledgements that are asked for, in rising order.
  std::vector<std::uint64_t> ids() const;
  /// Forgets the event that waits for acknowledgement `id`.
  void remove(std::uint64_t id);
  bool empty() const { return events_.empty(); }
  std::size_t size_bytes() const { return size_bytes_; }

 private:
  std::deque<Event> events_;
  std::size_t size_bytes_ = 0;
};

}  // namespace socketio::core
