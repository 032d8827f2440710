// SPDX-License-Identifier: MIT
// The WebSocket decoder must tell the same story however its bytes arrive, and what it tells must
// encode to frames that tell it again. Input: one byte for role and limits, seven sizes of reads
// (used in turn), then the stream.
#include "codec/websocket/decoder.hpp"
#include "codec/websocket/encoder.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace {

using namespace socketio::websocket;

constexpr std::size_t prefix_bytes = 8;
// Longer streams byte by byte would cost the fuzzer most of its runs.
constexpr std::size_t max_bytewise_stream = 1024;

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

void require(bool holds) {
  if (!holds) std::abort();
}

void feed(Decoder& decoder, std::span<const std::uint8_t> bytes, Story& story) {
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

Story story_of(Role role, const Limits& limits, std::span<const std::uint8_t> stream,
               std::span<const std::uint8_t> read_sizes) {
  Decoder decoder(role, limits);
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

Opcode opcode_of(Event::Kind kind) {
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

std::string encode(Role receiver, const std::vector<Told>& events) {
  std::string stream;
  for (const Told& event : events) {
    const std::string payload =
        event.kind == Event::Kind::close
            ? close_payload(static_cast<CloseCode>(event.close_code), event.payload)
            : event.payload;
    if (receiver == Role::server) {
      append_masked_frame(stream, opcode_of(event.kind), payload, {0x9a, 0x00, 0xff, 0x3c});
    } else {
      append_frame(stream, opcode_of(event.kind), payload);
    }
  }
  return stream;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < prefix_bytes) return 0;
  const std::span<const std::uint8_t> input(data, size);
  const Role role = (input[0] & 1) != 0 ? Role::client : Role::server;
  const Limits limits =
      (input[0] & 2) != 0 ? Limits{.message_bytes = 40, .fragments = 4} : Limits{};
  const auto stream = input.subspan(prefix_bytes);

  const Story whole = story_of(role, limits, stream, {});
  require(whole == story_of(role, limits, stream, input.subspan(1, prefix_bytes - 1)));
  if (stream.size() <= max_bytewise_stream) {
    const std::uint8_t one_byte[] = {0};
    require(whole == story_of(role, limits, stream, one_byte));
  }

  const std::string again = encode(role, whole.events);
  const std::span<const std::uint8_t> bytes(reinterpret_cast<const std::uint8_t*>(again.data()),
                                            again.size());
  require(story_of(role, limits, bytes, {}) == Story{whole.events, std::nullopt});
  return 0;
}
