// SPDX-License-Identifier: MIT
// SendBuffer: events that were emitted without a connection, in order. Loop's thread only.
#pragma once

#include "core/event_bytes.hpp"

#include <socketio/json.hpp>
#include <socketio/outcome.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace socketio::core {

class SendBuffer {
 public:
  struct Event {
    std::optional<std::uint64_t> id;
    // The JSON array.
    std::string text;
    std::vector<Bytes> attachments;
    Compress compress = Compress::yes;
  };

  void push(Event event);
  std::optional<Event> pop();
  /// The ids of the acknowledgements that the events ask for, in ascending order.
  std::vector<std::uint64_t> ids() const;
  /// Removes the event that asks for acknowledgement `id`.
  void remove(std::uint64_t id);
  bool empty() const { return events_.empty(); }
  std::size_t size_bytes() const { return size_bytes_; }

 private:
  std::deque<Event> events_;
  std::size_t size_bytes_ = 0;
};

}  // namespace socketio::core
