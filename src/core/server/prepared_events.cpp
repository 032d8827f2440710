// SPDX-License-Identifier: MIT
#include "core/server/prepared_events.hpp"

#include <utility>

namespace socketio::core {

namespace {

// The longest header of a frame that is not masked (RFC 6455 section 5.2), Engine.IO's digit and
// Socket.IO's.
constexpr std::size_t message_overhead_bytes = 12;

}  // namespace

void PreparedEvents::add(WrittenEvent event, std::optional<std::uint64_t> id) {
  std::string text;
  text.reserve(header_room + event.text.size());
  text.append(header_room, ' ').append(event.text);
  size_bytes_ += event.text.size() + message_overhead_bytes;
  for (const Bytes& attachment : event.attachments)
    size_bytes_ += attachment.size() + message_overhead_bytes;
  events_.push_back({id, std::move(text), std::move(event.attachments)});
  drop_forms();
}

void PreparedEvents::append(PreparedEvents later) {
  for (Event& event : later.events_) events_.push_back(std::move(event));
  size_bytes_ += later.size_bytes_;
  log_end_ = later.log_end_;
  drop_forms();
}

void PreparedEvents::for_each(const Use& use) {
  for (Event& event : events_) {
    const auto encoded =
        encoder_->encode({.nsp = nsp_,
                          .id = event.id,
                          .payload = {event.text(), {event.text_behind_room.data(), header_room}},
                          .attachments = event.attachments});
    if (encoded) parser::for_each_message(*encoded, use);
  }
}

}  // namespace socketio::core
