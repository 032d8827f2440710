// SPDX-License-Identifier: MIT
// PreparedEvents: events that many sockets of one namespace receive. They are encoded when the first
// session needs a form of them (engine::PreparedMessage).
//
// The encoder and the namespace's name must outlive them. Loop's thread only.
#pragma once

#include "codec/socketio/encoder.hpp"
#include "core/server/adapter.hpp"
#include "engine/server/prepared_message.hpp"

#include <socketio/event_writer.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::core {

class PreparedEvents final : public engine::PreparedMessage {
 public:
  struct Event {
    std::optional<std::uint64_t> id;
    // The JSON text, behind room for a header.
    std::string text_behind_room;
    std::vector<Bytes> attachments;

    /// The JSON array of name and arguments.
    std::string_view text() const { return std::string_view(text_behind_room).substr(header_room); }
  };
  static constexpr std::size_t header_room = detail::OutgoingEvent::header_room;

  PreparedEvents(parser::Encoder& encoder, std::string_view nsp, Compress compress)
      : PreparedMessage(compress), encoder_(&encoder), nsp_(nsp) {}

  /// With `id`, it asks for an acknowledgement.
  void add(WrittenEvent event, std::optional<std::uint64_t> id = {});
  /// Adds the events in `later`, which are of the same namespace, at the end.
  void append(PreparedEvents later);

  const std::vector<Event>& events() const { return events_; }
  /// The number behind the last of them in the namespace's log (recovery.hpp); 0 if there is no log.
  std::uint64_t log_end() const { return log_end_; }
  void set_log_end(std::uint64_t number) { log_end_ = number; }
  std::size_t size_bytes() const override { return size_bytes_; }

 private:
  void for_each(const Use& use) override;

  parser::Encoder* encoder_;
  std::string_view nsp_;
  std::vector<Event> events_;
  std::size_t size_bytes_ = 0;
  std::uint64_t log_end_ = 0;
};

}  // namespace socketio::core
