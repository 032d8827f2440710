// SPDX-License-Identifier: MIT
// What waits for a poll takes as much memory as it is counted for, however small the messages are.
// This program counts every allocation, so it tests nothing else.
#include "engine/server/polling.hpp"
#include "support/core_peer.hpp"
#include "support/counted_allocations.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <string>

namespace socketio::support {
namespace {

class PollingMemory : public testing::Test {
 protected:
  PollingMemory()
      : session(std::make_shared<engine::Session>(server, "session", engine::OpeningRequest{})),
        transport(std::make_shared<engine::PollingTransport>(*session, engine::BinaryForm::bytes)) {
    session->open(transport);
  }
  ~PollingMemory() override { session->close(DisconnectReason::transport_close); }

  /// Sends until `bytes` are waiting, and checks that the peak of the memory is in proportion.
  /// While a buffer grows there are two of them, and the new one has spare capacity.
  template <class Send>
  void expect_bounded(std::size_t bytes, Send send) {
    const std::size_t before = peak_bytes = live_bytes;
    while (transport->queued_bytes() < bytes) send();
    EXPECT_LE(live_bytes - before, 2 * transport->queued_bytes());
    EXPECT_LE(peak_bytes - before, 3 * transport->queued_bytes());
  }

  CoreServer server;
  std::shared_ptr<engine::Session> session;
  std::shared_ptr<engine::PollingTransport> transport;
};

constexpr std::size_t megabyte = 1'000'000;
constexpr auto binary = engineio::Content::binary;

TEST_F(PollingMemory, SmallMessagesAreBounded) {
  expect_bounded(megabyte, [&] { transport->send({.data = "30[]"}, Compress::yes); });
}

TEST_F(PollingMemory, SmallBinaryMessagesAreBounded) {
  expect_bounded(megabyte,
                 [&] { transport->send({.content = binary, .data = "1"}, Compress::yes); });
}

TEST_F(PollingMemory, EmptyMessagesAreCounted) {
  const std::size_t before = transport->queued_bytes();
  for (int i = 0; i < 1000; ++i) transport->send({}, Compress::yes);
  EXPECT_GE(transport->queued_bytes() - before, 2000U);
}

TEST_F(PollingMemory, LargeMessagesAreBounded) {
  const std::string large(100'000, 'x');
  expect_bounded(megabyte, [&] { transport->send({.data = large}, Compress::yes); });
  expect_bounded(2 * megabyte,
                 [&] { transport->send({.content = binary, .data = large}, Compress::yes); });
}

}  // namespace
}  // namespace socketio::support
