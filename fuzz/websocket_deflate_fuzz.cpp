// SPDX-License-Identifier: MIT
// Compressed WebSocket messages: the decoder must report the same events however the bytes arrive,
// and stay within its limits. The messages, compressed by us, must decode to themselves. Input: one
// byte for role, limits and parameters, seven sizes of reads (used in turn), then the stream.
#include "codec/websocket/encoder.hpp"
#include "websocket_story.hpp"

namespace {

using namespace socketio::fuzz;
using socketio::websocket::Coding;
using socketio::websocket::DeflateParameters;
using socketio::websocket::Deflater;

constexpr std::size_t prefix_bytes = 8;
// For longer streams, feeding byte by byte would take most of the fuzzer's time.
constexpr std::size_t max_bytewise_stream = 1024;

DeflateParameters parameters_of(std::uint8_t choice) {
  DeflateParameters agreed;
  agreed.server_no_context_takeover = agreed.client_no_context_takeover = (choice & 4) != 0;
  const auto bits = static_cast<std::uint8_t>(8 + (choice >> 3) % 8);
  agreed.server_max_window_bits = agreed.client_max_window_bits = bits;
  return agreed;
}

/// The messages among `events`, compressed for `receiver`.
std::string encode(Role receiver, const DeflateParameters& agreed,
                   const std::vector<Told>& events) {
  const Role sender = receiver == Role::server ? Role::client : Role::server;
  Deflater deflater(socketio::websocket::terms_of(agreed, sender, 0));
  std::string stream;
  for (const Told& event : events) {
    std::string payload;
    deflater.append_message(payload, event.payload);
    if (receiver == Role::server) {
      append_masked_frame(stream, opcode_of(event.kind), payload, {0x9a, 0x00, 0xff, 0x3c},
                          Coding::deflated);
    } else {
      append_frame(stream, opcode_of(event.kind), payload, Coding::deflated);
    }
  }
  return stream;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < prefix_bytes) return 0;
  const std::span<const std::uint8_t> input(data, size);
  const Role role = (input[0] & 1) != 0 ? Role::server : Role::client;
  const Limits limits = {.message_bytes = (input[0] & 2) != 0 ? 40u : 50'000u, .fragments = 8};
  const DeflateParameters agreed = parameters_of(input[0]);
  const auto stream = input.subspan(prefix_bytes);

  const Story whole = story_of(role, limits, stream, {}, agreed);
  require(whole == story_of(role, limits, stream, input.subspan(1, prefix_bytes - 1), agreed));
  if (stream.size() <= max_bytewise_stream) {
    const std::uint8_t one_byte[] = {0};
    require(whole == story_of(role, limits, stream, one_byte, agreed));
  }

  std::vector<Told> messages;
  for (const Told& event : whole.events) {
    require(event.payload.size() <= limits.message_bytes || event.kind >= Event::Kind::ping);
    if (event.kind < Event::Kind::ping) messages.push_back(event);
  }
  const std::string again = encode(role, agreed, messages);
  const std::span<const std::uint8_t> bytes(reinterpret_cast<const std::uint8_t*>(again.data()),
                                            again.size());
  // A short message can be longer than the limit when it is compressed.
  require(story_of(role, {}, bytes, {}, agreed) == Story{messages, std::nullopt});
  return 0;
}
