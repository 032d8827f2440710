// SPDX-License-Identifier: MIT
// A reader of PROXY headers never throws, and the result for a stream (the client's address, how
// far it was read, the error) does not depend on how it was cut. An address that is written reads
// back as the same. The first byte of the input chooses the second of two cuts.
#include "codec/proxy/header.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace {

using namespace socketio;

struct Fate {
  std::optional<proxy::Errc> error{};
  bool done = false;
  std::size_t consumed_bytes = 0;
  std::optional<ip::Address> source{};
  bool operator==(const Fate&) const = default;
};

void require(bool condition) {
  if (!condition) std::abort();
}

Fate feed(std::string_view bytes, std::size_t step) {
  Fate fate;
  proxy::HeaderReader reader;
  while (!bytes.empty() && !reader.done()) {
    const auto piece = bytes.substr(0, step);
    const auto consumed = reader.feed(piece);
    if (!consumed) return {.error = consumed.error()};
    require(*consumed == piece.size() || (reader.done() && *consumed < piece.size()));
    fate.consumed_bytes += *consumed;
    bytes.remove_prefix(*consumed);
  }
  fate.done = reader.done();
  if (fate.done) fate.source = reader.source();
  return fate;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t step = std::max<std::size_t>(2, data[0]);
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const Fate whole = feed(bytes, std::max<std::size_t>(1, bytes.size()));
  require(whole == feed(bytes, 1));
  require(whole == feed(bytes, step));
  require(whole.consumed_bytes <= proxy::header_limit_bytes);
  if (whole.source) require(ip::Address::parse(whole.source->text()) == whole.source);
  return 0;
}
