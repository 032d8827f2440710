// SPDX-License-Identifier: MIT
#include "letter_delivery.hpp"

#include "support/http_client.hpp"
#include "support/live_server.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace showcase {
namespace {

constexpr std::size_t letters = 10;

/// Whether the client acknowledges what its reader has seen.
class LetterDeliveryTest : public testing::TestWithParam<bool> {};

/// A client that never polls is sent less than all letters; the next one is dropped, and it goes.
TEST_P(LetterDeliveryTest, MarksOnlyWhatWasSent) {
  Database database(":memory:");
  Mailbox mailbox(database);
  std::vector<bool> sent;
  socketio::ServerOptions options;
  options.backpressure.soft_limit_bytes = 2500;
  options.backpressure.hard_limit_bytes = 5500;
  socketio::support::LiveServer server(options, [&](socketio::Server& io) {
    io.on("next", [&, delivery = LetterDelivery(io, mailbox)](socketio::Socket& socket) mutable {
      socket.data<Registered>().acknowledges = GetParam();
      Letter letter{.from = "Ada", .to = "Grace", .message = std::string(1000, 'x')};
      mailbox.put(letter);
      sent.push_back(delivery.deliver(socket, letter));
    });
  });
  {
    socketio::support::PollingClient client(server.port);
    client.join();
    for (std::size_t i = 0; i < letters && client.post(R"(42["next"])") == 200; ++i) {
    }
  }
  server.stop();
  ASSERT_LT(sent.size(), letters);
  ASSERT_FALSE(sent.back());
  const auto waiting = mailbox.waiting("Grace", {0, mailbox.last_id()});
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_EQ(waiting.front().id, static_cast<std::int64_t>(sent.size()));
}

INSTANTIATE_TEST_SUITE_P(ToClients, LetterDeliveryTest, testing::Bool());

}  // namespace
}  // namespace showcase
