// SPDX-License-Identifier: MIT
// How ServerOptions are translated for the layers below, and which values are refused.
#include "server/option_mapping.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace socketio::server {
namespace {

ServerOptions with_transports(std::vector<std::string> names) {
  ServerOptions options;
  options.transports = std::move(names);
  return options;
}

TEST(ServerOptions, TransportsAreThoseThatAreNamed) {
  const auto both = engine_options({});
  EXPECT_TRUE(both.polling);
  EXPECT_TRUE(both.websocket);
  const auto one = engine_options(with_transports({"websocket"}));
  EXPECT_FALSE(one.polling);
  EXPECT_TRUE(one.websocket);
}

TEST(ServerOptions, ATransportThatThereIsNotThrows) {
  for (const std::string name : {"pigeon", "Polling", "websocket ", "webtransport", ""}) {
    EXPECT_THROW(engine_options(with_transports({"polling", name})), std::invalid_argument) << name;
  }
  try {
    engine_options(with_transports({"pigeon"}));
    FAIL() << "nothing was thrown";
  } catch (const std::invalid_argument& thrown) {
    EXPECT_STREQ(thrown.what(), "there is no transport \"pigeon\"");
  }
}

TEST(ServerOptions, RecoveryDoesNotGoWithDroppedEvents) {
  ServerOptions options;
  options.backpressure.policy = BackpressureOptions::Policy::drop_newest;
  EXPECT_NO_THROW(core_options(options));
  options.connection_state_recovery.emplace();
  EXPECT_THROW(core_options(options), std::invalid_argument);
}

}  // namespace
}  // namespace socketio::server
