// SPDX-License-Identifier: MIT
#include "engine/server/opening_request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace socketio::engine {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

Fields fields_of(const http::Headers& headers) {
  Fields fields;
  for (const auto [name, value] : headers) fields.emplace_back(name, value);
  return fields;
}

TEST(OpeningRequest, KeepsTargetAddressAndHeadersInOrder) {
  http::Request request;
  request.target = "/socket.io/?EIO=4&transport=polling";
  const Fields fields{{"Host", "localhost:3000"},
                      {"X-Empty", ""},
                      {"Cookie", "a=1"},
                      {"cookie", "b=2; c=3"},
                      {"Referer", "a:b"}};
  for (const auto& [name, value] : fields) request.headers.add(name, value);
  OpeningRequest first(request, "2001:db8::1");
  request = {};

  const OpeningRequest opening = std::move(first);
  EXPECT_EQ(opening.target(), "/socket.io/?EIO=4&transport=polling");
  EXPECT_EQ(opening.remote_address(), "2001:db8::1");
  EXPECT_EQ(fields_of(opening.headers()), fields);
  EXPECT_EQ(opening.headers().get("HOST"), "localhost:3000");
}

TEST(OpeningRequest, OfNothingIsEmpty) {
  const OpeningRequest opening;
  EXPECT_EQ(opening.target(), "");
  EXPECT_EQ(opening.remote_address(), "");
  EXPECT_EQ(opening.headers().size(), 0u);
  const OpeningRequest of_empty(http::Request{}, "");
  EXPECT_EQ(of_empty.headers().size(), 0u);
}

}  // namespace
}  // namespace socketio::engine
