// SPDX-License-Identifier: MIT
// Passes the pieces of a stream to an HTTP parser as a connection would: it leaves what follows the
// message alone, and stops after an error. Header-only, single thread.
#pragma once

#include "codec/http/request_parser.hpp"
#include "support/splits.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace socketio::support {

struct HttpFate {
  std::optional<http::Errc> error;
  bool done = false;
  std::size_t consumed_bytes = 0;
};

template <class Parser>
HttpFate feed_pieces(Parser& parser, const Pieces& pieces) {
  HttpFate fate;
  for (const auto piece : pieces) {
    if (parser.done()) break;
    const auto consumed = parser.feed(piece);
    if (!consumed) {
      fate.error = consumed.error();
      break;
    }
    fate.consumed_bytes += *consumed;
    EXPECT_TRUE(parser.done() || *consumed == piece.size()) << "bytes of the message were left";
  }
  fate.done = parser.done();
  return fate;
}

/// 0 while the message is neither complete nor refused.
inline int status_of(const HttpFate& fate) {
  if (fate.error) return http::status_of(*fate.error);
  return fate.done ? 200 : 0;
}

/// Checks that `bytes` lead to `status`, however they are split.
inline void expect_request_status(std::string_view bytes, int status,
                                  const http::Limits& limits = {}) {
  for_each_split(bytes, [&](const Pieces& pieces) {
    http::RequestParser parser(limits);
    ASSERT_EQ(status_of(feed_pieces(parser, pieces)), status);
  });
}

inline std::string times(std::size_t count, std::string_view text) {
  std::string all;
  all.reserve(count * text.size());
  for (std::size_t i = 0; i < count; ++i) all.append(text);
  return all;
}

}  // namespace socketio::support
