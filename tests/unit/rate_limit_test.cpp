// SPDX-License-Identifier: MIT
// limit_events(): which events count, and what becomes of those beyond the rate.
#include "support/core_peer.hpp"

#include <socketio/rate_limit.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace socketio::support {
namespace {

using testing::ElementsAre;

class LimitedEvents : public testing::Test {
 protected:
  /// Events get their names back.
  template <class Limit>
  void limit(Limit make) {
    Namespace nsp(server.node.of("/"));
    nsp.on_connection([this, make](Socket socket) {
      socket.use(make());
      for (const char* const name : {"a", "b", "c"}) {
        socket.on(name, [this, name] { served.emplace_back(name); });
      }
      socket.on_error([this](const MiddlewareError& error) {
        refused.push_back(error.message + ' ' + error.data.dump());
      });
    });
  }

  CoreServer server;
  std::vector<std::string> served;
  std::vector<std::string> refused;
};

TEST_F(LimitedEvents, BeyondTheBurstAreDropped) {
  limit([] { return limit_events({.per_second = 0, .burst = 2}); });
  CorePeer peer(server);
  for (const char* const packet : {R"(2["a"])", R"(2["b"])", R"(21["c"])"}) peer.send(packet);
  EXPECT_THAT(served, ElementsAre("a", "b"));
  EXPECT_THAT(refused, ElementsAre(R"(rate limit exceeded {"event":"c"})"));
}

TEST_F(LimitedEvents, OfOtherNamesDoNotCount) {
  limit([] { return limit_events({.per_second = 0, .burst = 1}, {"a", "b"}); });
  CorePeer peer(server);
  for (const char* const packet : {R"(2["c"])", R"(2["a"])", R"(2["c"])", R"(2["b"])"})
    peer.send(packet);
  EXPECT_THAT(served, ElementsAre("c", "a", "c"));
  EXPECT_THAT(refused, ElementsAre(R"(rate limit exceeded {"event":"b"})"));
}

TEST_F(LimitedEvents, CountForEachSocketAlone) {
  limit([] { return limit_events({.per_second = 0, .burst = 1}); });
  CorePeer first(server);
  CorePeer second(server);
  first.send(R"(2["a"])");
  second.send(R"(2["a"])");
  EXPECT_THAT(served, ElementsAre("a", "a"));
}

}  // namespace
}  // namespace socketio::support
