// SPDX-License-Identifier: MIT
// What claims to be Redis: replies within limits, the same however the bytes are cut, and nothing
// after an error. Input: the bytes that arrive.
#include "redis/reply_reader.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace {

using namespace socketio;
using redis::Reply;

constexpr redis::Limits limits{.reply_bytes = 1'000, .reply_elements = 100};

void require(bool holds) {
  if (!holds) std::abort();
}

struct Seen {
  std::string text;
  std::size_t elements = 0;
  std::size_t bytes = 0;
};

void look(const Reply& reply, Seen& seen) {
  ++seen.elements;
  seen.bytes += reply.text().size();
  seen.text += reply.is_nil()     ? "nil"
               : reply.is_error() ? "error "
               : reply.string()   ? "bytes "
                                  : "";
  seen.text += reply.text();
  if (const auto* const number = reply.integer()) seen.text += std::to_string(*number);
  if (const auto* const elements = reply.array()) {
    seen.text += '[';
    for (const Reply& element : *elements) look(element, seen);
    seen.text += ']';
  }
  seen.text += '\n';
  if (reply.is_error()) redis::remedy_for(reply.text());
}

/// All replies, as one text, with the bytes in pieces of a size.
std::string read(std::string_view bytes, std::size_t piece_bytes) {
  redis::ReplyReader reader(limits);
  std::string text;
  while (!bytes.empty()) {
    reader.feed(bytes.substr(0, piece_bytes));
    bytes.remove_prefix(std::min(piece_bytes, bytes.size()));
    while (const std::optional<Reply> reply = reader.next()) {
      require(reader.error().empty());
      Seen seen;
      look(*reply, seen);
      require(seen.elements <= limits.reply_elements && seen.bytes <= limits.reply_bytes);
      text += seen.text;
    }
  }
  // The words for an error may depend on how much has arrived.
  return text + (reader.error().empty() ? "" : "broken");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string whole = read(bytes, bytes.size());
  require(read(bytes, 1) == whole);
  require(read(bytes, 7) == whole);
  return 0;
}
