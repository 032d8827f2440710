// SPDX-License-Identifier: MIT
// The events that a WebSocket decoder reports for a stream, for the fuzz targets that compare two
// such lists. Header-only, single thread.
#pragma once

#include "codec/websocket/decoder.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace socketio::fuzz {

using websocket::Decoder;
using websocket::Errc;
using websocket::Event;
using websocket::Limits;
using websocket::Opcode;
using websocket::Role;

struct Told {
  Event::Kind kind;
  std::string payload;
  std::uint16_t close_code;

  bool operator==(const Told&) const = default;
};

struct Story {
  std::vector<Told> events;
  std::optional<Errc> error;

  bool operator==(const Story&) const = default;
};

inline void require(bool holds) {
  if (!holds) std::abort();
}

inline void feed(Decoder& decoder, std::span<const std::uint8_t> bytes, Story& story) {
  const auto read = std::make_unique<char[]>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), read.get());
  decoder.feed({read.get(), bytes.size()});
  while (true) {
    const auto next = decoder.next();
    if (!next) {
      require(!story.error || *story.error == next.error());
      story.error = next.error();
      return;
    }
    require(!story.error);
    if (!*next) return;
    const Event& event = **next;
    require(story.events.empty() || story.events.back().kind != Event::Kind::close);
    story.events.push_back({event.kind, std::string(event.payload), event.close_code});
  }
}

/// The events that a decoder reports for `stream`. It arrives in reads of these sizes plus one,
/// used in turn, or whole if there are none.
inline Story story_of(Role role, const Limits& limits, std::span<const std::uint8_t> stream,
                      std::span<const std::uint8_t> read_sizes,
                      const std::optional<websocket::DeflateParameters>& deflate = {}) {
  Decoder decoder(role, limits);
  if (deflate) decoder.allow_deflate(*deflate);
  Story story;
  for (std::size_t turn = 0; !stream.empty(); ++turn) {
    const std::size_t wanted =
        read_sizes.empty() ? stream.size() : std::size_t{1} + read_sizes[turn % read_sizes.size()];
    const std::size_t size = std::min(wanted, stream.size());
    feed(decoder, stream.first(size), story);
    stream = stream.subspan(size);
  }
  return story;
}

inline Opcode opcode_of(Event::Kind kind) {
  switch (kind) {
    case Event::Kind::text:
      return Opcode::text;
    case Event::Kind::binary:
      return Opcode::binary;
    case Event::Kind::ping:
      return Opcode::ping;
    case Event::Kind::pong:
      return Opcode::pong;
    case Event::Kind::close:
      break;
  }
  return Opcode::close;
}

}  // namespace socketio::fuzz
