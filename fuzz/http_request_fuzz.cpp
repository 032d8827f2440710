// SPDX-License-Identifier: MIT
// A request parser never throws, and the result for a stream (the request, how far it was read,
// the error) does not depend on how it was cut, nor on what the parser has read before. What it accepts has the properties that the layers
// above rely on. The first byte of the input chooses the second of two cuts.
#include "codec/http/request_parser.hpp"
#include "codec/http/writer.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace {

using namespace socketio::http;

constexpr Limits limits{.header_bytes = 512,
                        .header_count = 8,
                        .target_bytes = 128,
                        .body_bytes = 256,
                        .chunk_extension_bytes = 32,
                        .trailer_bytes = 64};

struct Fate {
  std::optional<Errc> error;
  bool done = false;
  std::size_t consumed_bytes = 0;
  Request request;
};

void require(bool condition) {
  if (!condition) std::abort();
}

Fate feed(RequestParser& parser, std::string_view bytes, std::size_t step) {
  Fate fate;
  while (!bytes.empty() && !parser.done()) {
    const auto piece = bytes.substr(0, step);
    const auto consumed = parser.feed(piece);
    if (!consumed) {
      fate.error = consumed.error();
      require(status_of(*fate.error) >= 400);
      require(!parser.done());
      return fate;
    }
    require(*consumed == piece.size() || (parser.done() && *consumed < piece.size()));
    fate.consumed_bytes += *consumed;
    bytes.remove_prefix(*consumed);
  }
  fate.done = parser.done();
  require(!parser.done() || parser.headers_done());
  require(!parser.done() || !parser.expects_continue());
  fate.request = parser.take();
  return fate;
}

Fate feed(std::string_view bytes, std::size_t step) {
  RequestParser parser(limits);
  return feed(parser, bytes, step);
}

bool same(const Headers& a, const Headers& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](Headers::Field x, Headers::Field y) {
    return x.name == y.name && x.value == y.value;
  });
}

void require_same(const Fate& a, const Fate& b) {
  require(a.error == b.error);
  if (a.error) return;
  require(a.done == b.done && a.consumed_bytes == b.consumed_bytes);
  require(a.request.method == b.request.method && a.request.target == b.request.target);
  require(a.request.body == b.request.body && a.request.keep_alive == b.request.keep_alive);
  require(same(a.request.headers, b.request.headers));
}

void require_sound(const Request& request) {
  require(!request.method.empty());
  require(request.target.front() == '/' || (request.target == "*" && request.method == "OPTIONS"));
  require(request.target.size() <= limits.target_bytes);
  require(request.body.size() <= limits.body_bytes);
  require(request.headers.size() <= limits.header_count);
  require(request.minor_version == 0 || request.headers.has("Host"));
  require(!(request.headers.has("Content-Length") && request.headers.has("Transfer-Encoding")));
  for (const auto [name, value] : request.headers) {
    require(value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos);
    require(name.find_first_of(" \t:\r\n") == std::string_view::npos && !name.empty());
  }
  for (const auto& [name, value] : parse_query(request.query())) {
    if (!name.empty()) query_value(request.query(), name);
  }
}

// What was accepted and is written again reads back as the same request.
void require_round_trip(const Request& request) {
  if (request.minor_version == 0 || request.headers.has("Expect")) return;
  std::string bytes;
  append_request(bytes, request);
  RequestParser parser({});
  const auto consumed = parser.feed(bytes);
  require(consumed && *consumed == bytes.size() && parser.done());
  require(parser.request().target == request.target && parser.request().body == request.body);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t step = std::max<std::size_t>(2, data[0]);
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);

  const auto whole = feed(bytes, bytes.size());
  require_same(whole, feed(bytes, 1));
  require_same(whole, feed(bytes, step));
  RequestParser used(limits);
  feed(used, bytes.substr(0, step), 1);
  used.restart();
  require_same(whole, feed(used, bytes, step));
  if (whole.done) {
    require_sound(whole.request);
    require_round_trip(whole.request);
  }
  return 0;
}
