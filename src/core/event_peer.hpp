// SPDX-License-Identifier: MIT
// EventPeer: the socket that received an event, at a server or at a client. Handlers answer the
// event through it, and it is told what goes wrong with the event. Acknowledgements and coroutines
// that outlive the dispatch hold it.
#pragma once

#include <socketio/event_writer.hpp>
#include <socketio/task.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

namespace socketio::core {

class EventPeer {
 public:
  virtual ~EventPeer() = default;
  /// Sends the acknowledgement; any thread.
  virtual void answer(std::uint64_t ack_id, detail::OutgoingEvent& arguments) = 0;
  /// User code threw. Any thread, because a coroutine continues wherever it is resumed.
  virtual void report(std::string_view event, std::exception_ptr exception) = 0;
  /// What coroutines that handle its events belong to; null if there is none.
  virtual std::shared_ptr<detail::TaskLoop> task_loop() { return nullptr; }
  /// Nobody but those who may still answer an event owns it.
  virtual bool is_kept_by_acks() const { return false; }
  /// An event's arguments do not fit its handler.
  virtual void report(std::string_view event, std::string message) = 0;
};

}  // namespace socketio::core
