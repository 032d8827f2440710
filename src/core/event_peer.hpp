// SPDX-License-Identifier: MIT
// EventPeer: what answers an event and hears what went wrong with it, once its handlers run: the
// socket that received it, at a server or at a client. Held by acknowledgements and coroutines that
// outlive the dispatch.
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
  /// User code threw; any thread: a coroutine goes on wherever it is resumed.
  virtual void report(std::string_view event, std::exception_ptr exception) = 0;
  /// What coroutines that handle its events belong to; null if there is none.
  virtual std::shared_ptr<detail::TaskLoop> task_loop() { return nullptr; }
  /// An event does not fit its handler.
  virtual void report(std::string_view event, std::string message) = 0;
};

}  // namespace socketio::core
