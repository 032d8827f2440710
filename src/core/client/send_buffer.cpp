// SPDX-License-Identifier: MIT
#include "core/client/send_buffer.hpp"

#include <algorithm>
#include <utility>

namespace socketio::core {

void SendBuffer::push(Event event) {
  size_bytes_ += event_bytes(event.text, event.attachments);
  events_.push_back(std::move(event));
}

std::optional<SendBuffer::Event> SendBuffer::pop() {
  if (events_.empty()) return std::nullopt;
  Event event = std::move(events_.front());
  events_.pop_front();
  size_bytes_ -= event_bytes(event.text, event.attachments);
  return event;
}

std::vector<std::uint64_t> SendBuffer::ids() const {
  std::vector<std::uint64_t> ids;
  for (const Event& event : events_) {
    if (event.id) ids.push_back(*event.id);
  }
  return ids;
}

void SendBuffer::remove(std::uint64_t id) {
  const auto found = std::find_if(events_.begin(), events_.end(),
                                  [id](const Event& event) { return event.id == id; });
  if (found == events_.end()) return;
  size_bytes_ -= event_bytes(found->text, found->attachments);
  events_.erase(found);
}

}  // namespace socketio::core
