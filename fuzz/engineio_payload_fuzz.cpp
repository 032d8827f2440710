// SPDX-License-Identifier: MIT
// If a payload decodes without an error, joining its packets with the separator returns it, except
// for line ends in base64. If not, decoding stops for good and never exceeds the limit.
#include "codec/engineio/payload.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

std::string without_line_ends_in_base64(std::string_view payload) {
  std::string written;
  char packet_type = '\0';
  bool begins = true;
  for (const char c : payload) {
    if (begins) packet_type = c;
    begins = c == socketio::engineio::record_separator;
    if (packet_type != 'b' || (c != '\r' && c != '\n')) written += c;
  }
  return written;
}

}  // namespace

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
  if (joined != without_line_ends_in_base64(payload)) std::abort();
  return 0;
}
