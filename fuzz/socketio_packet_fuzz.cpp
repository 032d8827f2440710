// SPDX-License-Identifier: MIT
// A sequence of messages for one decoder: the lines of the input, which are text unless they begin
// with 'B'. What is decoded has the properties that decoder.hpp promises, and its header is written
// as one that reads back the same.
#include "codec/socketio/text_decoder.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace socketio::parser;
using Kind = socketio::Value::Kind;

constexpr Limits limits{.attachments = 3, .packet_bytes = 2'000};

void require(bool condition) {
  if (!condition) std::abort();
}

void check(const Packet& packet, Role role) {
  const Kind kind = packet.payload.kind();
  require(packet.attachments.size() <= limits.attachments);
  require(packet.nsp.starts_with('/'));
  switch (packet.type) {
    case PacketType::connect:
      require(packet.text.empty() || kind == Kind::object);
      break;
    case PacketType::disconnect:
      require(packet.text.empty());
      break;
    case PacketType::event:
      require(packet.text.empty() || (packet.payload.size() > 0 && kind == Kind::array));
      break;
    case PacketType::ack:
      require(packet.text.empty() || kind == Kind::array);
      break;
    case PacketType::connect_error:
      require(role == Role::client);
      break;
    default:
      std::abort();
  }
  static_cast<void>(packet.payload.to_json());

  std::string text;
  append_header(text, {.type = packet.type, .nsp = packet.nsp, .id = packet.id});
  text += packet.text;
  const auto header = decode_header(text, limits);
  require(header && header->type == packet.type && header->nsp == packet.nsp);
  require(header->id == packet.id && header->payload == packet.text);
}

void run(std::string_view input, Role role) {
  static socketio::codec::Document document;
  TextDecoder decoder(role, limits);
  while (!input.empty()) {
    const std::size_t end = std::min(input.find('\n'), input.size());
    const std::string_view line = input.substr(0, end);
    input.remove_prefix(std::min(end + 1, input.size()));
    const bool binary = line.starts_with('B');
    // A copy of exactly the message's size, so that a sanitizer notices reads after its end.
    const std::vector<char> message(line.begin() + (binary ? 1 : 0), line.end());
    const std::string_view view(message.data(), message.size());
    const auto result =
        binary ? decoder.add_binary(view, document) : decoder.add_text(view, document);
    if (!result) return;
    require(result->has_value() != decoder.attachments_due());
    if (*result) check(**result, role);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  run(input, Role::server);
  run(input, Role::client);
  return 0;
}
