// SPDX-License-Identifier: MIT
// A response parser never throws, and the result for a stream does not depend on how it was
// cut. The first byte of the input chooses the second of two cuts; its top bit says whether the
// request was HEAD.
#include "codec/http/response_parser.hpp"

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
  bool completed_by_end = false;
  bool keep_alive = false;
  std::size_t consumed_bytes = 0;
  Response response;
};

void require(bool condition) {
  if (!condition) std::abort();
}

Fate feed(std::string_view bytes, std::size_t step, AnswerTo answer_to) {
  Fate fate;
  ResponseParser parser(limits, answer_to);
  while (!bytes.empty() && !parser.done()) {
    const auto piece = bytes.substr(0, step);
    const auto consumed = parser.feed(piece);
    if (!consumed) {
      fate.error = consumed.error();
      require(!parser.done() && !parser.feed_end());
      return fate;
    }
    require(*consumed == piece.size() || (parser.done() && *consumed < piece.size()));
    fate.consumed_bytes += *consumed;
    bytes.remove_prefix(*consumed);
  }
  fate.done = parser.done();
  fate.completed_by_end = parser.feed_end().has_value();
  require(fate.completed_by_end == parser.done());
  require(!fate.completed_by_end || fate.done || !parser.keep_alive());
  fate.keep_alive = parser.keep_alive();
  fate.response = parser.take();
  return fate;
}

void require_same(const Fate& a, const Fate& b) {
  require(a.error == b.error);
  if (a.error) return;
  require(a.done == b.done && a.completed_by_end == b.completed_by_end);
  require(a.keep_alive == b.keep_alive && a.consumed_bytes == b.consumed_bytes);
  require(a.response.status == b.response.status && a.response.body == b.response.body);
  require(std::equal(
      a.response.headers.begin(), a.response.headers.end(), b.response.headers.begin(),
      b.response.headers.end(),
      [](Headers::Field x, Headers::Field y) { return x.name == y.name && x.value == y.value; }));
}

void require_sound(const Response& response, AnswerTo answer_to) {
  require(response.status == 101 || (response.status >= 200 && response.status <= 599));
  require(response.body.size() <= limits.body_bytes);
  require(response.headers.size() <= limits.header_count);
  require(answer_to == AnswerTo::other || response.body.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto answer_to = data[0] & 0x80 ? AnswerTo::head : AnswerTo::other;
  const std::size_t step = std::max<std::size_t>(2, data[0] & 0x7f);
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);

  const auto whole = feed(bytes, bytes.size(), answer_to);
  require_same(whole, feed(bytes, 1, answer_to));
  require_same(whole, feed(bytes, step, answer_to));
  if (whole.completed_by_end) require_sound(whole.response, answer_to);
  return 0;
}
