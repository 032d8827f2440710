// SPDX-License-Identifier: MIT
// When a client ends, its n-th allocation fails, for every n. All of its sockets must end
// nevertheless, and no connection may follow.
#include "support/client_town.hpp"
#include "support/failing_allocations.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

namespace socketio::support {
namespace {

using std::chrono::seconds;

/// A client with three sockets, each of which has just sent something.
struct BusyClient {
  explicit BusyClient(engine::TransportName transport) : town(1, {}, steady(transport)) {
    for (const char* const nsp : {"/", "/a", "/b"}) {
      town.server->of(nsp);
      sockets.push_back(town.socket(nsp));
      sockets.back().on("kept", [kept = kept] {});
      EXPECT_TRUE(town.run_until_connected(sockets.back()));
    }
    town.loop.run_for(milliseconds(100));
    const core::GateEntry entry(town.gate());
    for (const ClientSocket& socket : sockets) {
      socket.emit_with_ack("never answered").then([this](const Reply<json>& reply) {
        failures += reply.error() == Errc::disconnected ? 1 : 0;
      });
    }
  }
  bool is_any_active() const {
    bool any = false;
    for (const ClientSocket& socket : sockets) any = any || socket.active();
    return any;
  }

  std::shared_ptr<int> kept = std::make_shared<int>();
  int failures = 0;
  ClientTown town;
  std::vector<ClientSocket> sockets;
};

/// Runs `end` for new clients until none of its allocations is left to fail.
void fail_each(const std::function<void(BusyClient&)>& end,
               const std::function<void(BusyClient&)>& check) {
  // The category is allocated when it is first used.
  const std::error_code known = Errc::disconnected;
  EXPECT_TRUE(known);
  for (const auto transport : {engine::TransportName::polling, engine::TransportName::websocket}) {
    bool has_failed = true;
    for (std::size_t number = 1; has_failed && !testing::Test::HasFailure(); ++number) {
      SCOPED_TRACE(std::string(engine::to_string(transport)) + ", allocation " +
                   std::to_string(number));
      BusyClient client(transport);
      {
        const FailingAllocation failing(number);
        is_under_test = true;
        end(client);
        is_under_test = false;
        has_failed = failing.has_failed();
      }
      check(client);
    }
  }
}

TEST(FailedAllocations, OfTheEnd) {
  fail_each([](BusyClient& client) { client.town.manager->end(); },
            [](BusyClient& client) {
              EXPECT_FALSE(client.is_any_active());
              EXPECT_EQ(client.failures, 3);
              EXPECT_EQ(client.kept.use_count(), 1) << "handlers are released";
              client.town.finish();
            });
}

TEST(FailedAllocations, OfWhatEndsItOnAnotherThread) {
  fail_each([](BusyClient& client) { client.town.manager->close_now(); },
            [](BusyClient& client) {
              EXPECT_FALSE(client.is_any_active());
              EXPECT_EQ(client.failures, 3);
              EXPECT_EQ(client.kept.use_count(), 1) << "handlers are released";
            });
}

TEST(FailedAllocations, OfDisconnectingAll) {
  fail_each(
      [](BusyClient& client) {
        const core::GateEntry entry(client.town.gate());
        contain(*client.town.manager, [&] { client.town.manager->leave(); });
      },
      [](BusyClient& client) {
        client.town.loop.run_for(seconds(60));
        EXPECT_FALSE(client.is_any_active());
        EXPECT_EQ(client.failures, 3);
        EXPECT_TRUE(client.town.manager->is_idle()) << "and no connection follows";
      });
}

}  // namespace
}  // namespace socketio::support
