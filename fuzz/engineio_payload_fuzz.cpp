// SPDX-License-Identifier: MIT
// A payload that decodes without an error is its packets joined by the separator; one that does not
// stops for good and never exceeds the limit.
#include "codec/engineio/payload.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace engineio = socketio::engineio;
  constexpr std::size_t packet_limit = 50;
  const std::string_view payload(reinterpret_cast<const char*>(data), size);
  engineio::PayloadDecoder decoder(payload, packet_limit);
  std::string joined;
  for (std::size_t count = 0;; ++count) {
    const auto packet = decoder.next();
    if (!packet) {
      if (const auto after = decoder.next(); !after || after->has_value()) std::abort();
      return 0;
    }
    if (!packet->has_value()) break;
    if (count == packet_limit) std::abort();
    if (count > 0) joined += engineio::record_separator;
    engineio::append_text(joined, **packet);
  }
  if (joined != payload) std::abort();
  return 0;
}
