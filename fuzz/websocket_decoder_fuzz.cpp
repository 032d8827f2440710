// SPDX-License-Identifier: MIT
// The WebSocket decoder must report the same events however its bytes arrive, and these events,
// encoded as frames, must decode to themselves. Input: one byte for role and limits, seven sizes of
// reads (used in turn), then the stream.
#include "codec/websocket/encoder.hpp"
#include "websocket_story.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace {

using namespace socketio::websocket;
using namespace socketio::fuzz;

constexpr std::size_t prefix_bytes = 8;
// For longer streams, feeding byte by byte would take most of the fuzzer's time.
constexpr std::size_t max_bytewise_stream = 1024;

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
