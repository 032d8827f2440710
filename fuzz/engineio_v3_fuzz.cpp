// SPDX-License-Identifier: MIT
// The first byte selects the form of the payload. Whatever decodes can be written and decoded again,
// as text and, if a packet is binary, as bytes. If there is an error, decoding stops for good, and
// it never exceeds the limit.
#include "codec/engineio/v3.hpp"
#include "codec/http/utf8.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

namespace engineio = socketio::engineio;
using engineio::Content;

constexpr std::size_t packet_limit = 50;

/// The packets as text, until the end or an error.
std::string written(std::string_view payload, Content form) {
  std::string text;
  engineio::v3::PayloadDecoder decoder(payload, form, packet_limit);
  for (std::size_t count = 0;; ++count) {
    const auto packet = decoder.next();
    if (!packet) {
      if (const auto after = decoder.next(); !after || after->has_value()) std::abort();
      return text;
    }
    if (!packet->has_value()) return text;
    if (count == packet_limit) std::abort();
    engineio::v3::append_to_payload(text, **packet);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view payload(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Content form = data[0] % 2 == 0 ? Content::text : Content::binary;
  if (form == Content::text && !socketio::http::is_utf8(payload)) return 0;
  const std::string text = written(payload, form);
  if (written(text, Content::text) != text) std::abort();
  const auto bytes = engineio::v3::to_binary_payload(text);
  if (bytes && written(*bytes, Content::binary) != text) std::abort();
  return 0;
}
