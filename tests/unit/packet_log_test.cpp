// SPDX-License-Identifier: MIT
// The log of a namespace's events, and in which rooms a socket was when they were sent.
#include "core/server/packet_log.hpp"

#include "codec/socketio/text_encoder.hpp"
#include "core/server/room_history.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace socketio::core {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

class PacketLogTest : public testing::Test {
 protected:
  void add(PacketLog& log, int second = 0) {
    PreparedEvents events(encoder_, "/", Compress::no);
    events.add({log.with_offset(R"(["e"])"), {}});
    log.add({.number = 0,
             .sent_at = TimePoint() + seconds(second),
             .events = std::move(events),
             .options = {},
             .to = {}});
  }
  static std::vector<std::uint64_t> numbers(PacketLog& log, std::uint64_t from) {
    std::vector<std::uint64_t> found;
    log.for_each_from(from, [&](const PacketLog::Entry& entry) { found.push_back(entry.number); });
    return found;
  }

  parser::TextEncoder encoder_;
};

TEST_F(PacketLogTest, OffsetsAreTheLastArgument) {
  PacketLog log("log-", {seconds(10), 10, 100'000});
  EXPECT_EQ(log.with_offset(R"(["a",1])"), R"(["a",1,"log-0"])");
  add(log);
  EXPECT_EQ(log.with_offset(R"(["a"])"), R"(["a","log-1"])");
  EXPECT_EQ(log.number_of("log-0"), 0U);
  for (const char* const other :
       {"", "log-", "log-1", "log-00x", "log--1", "other-0", "0", "log-99999999999999999999"}) {
    EXPECT_EQ(log.number_of(other), std::nullopt) << other;
  }
}

TEST_F(PacketLogTest, TheNumberOfEventsIsLimited) {
  PacketLog log("log-", {seconds(10), 2, 100'000});
  add(log);
  add(log, 1);
  EXPECT_TRUE(log.has_all_from(0));
  add(log, 2);
  EXPECT_FALSE(log.has_all_from(0));
  EXPECT_TRUE(log.has_all_from(1));
  EXPECT_THAT(numbers(log, 0), ElementsAre(1, 2));
}

TEST_F(PacketLogTest, TheirBytesAreLimited) {
  // Twice the text and the frame's header, and the entry.
  const std::size_t entry_bytes = 2 * (std::string(R"(["e","log-0"])").size() + 12) + 512;
  for (const std::size_t spare : {0U, 1U}) {
    PacketLog log("log-", {seconds(10), 100, 2 * entry_bytes - spare});
    add(log);
    add(log);
    EXPECT_EQ(log.has_all_from(0), spare == 0);
  }
}

TEST_F(PacketLogTest, OldEventsAreForgotten) {
  PacketLog log("log-", {seconds(10), 100, 100'000});
  add(log, 0);
  add(log, 1);
  log.trim(TimePoint() + seconds(10));
  EXPECT_THAT(numbers(log, 0), ElementsAre(0, 1));
  log.trim(TimePoint() + seconds(11));
  EXPECT_THAT(numbers(log, 0), ElementsAre(1));
  log.trim(TimePoint() + seconds(12));
  EXPECT_TRUE(log.empty());
  EXPECT_TRUE(log.has_all_from(2)) << "the next one";
  EXPECT_FALSE(log.has_all_from(1));
}

TEST(RoomHistory, KnowsWhoWasInARoomWhen) {
  RoomHistory history;
  history.join("a", 3);
  history.join("a", 4);
  history.join("b", 5);
  EXPECT_FALSE(history.was_in("a", 2));
  EXPECT_TRUE(history.was_in("a", 3));
  history.leave("a", 7);
  EXPECT_TRUE(history.was_in("a", 6));
  EXPECT_FALSE(history.was_in("a", 7));
  EXPECT_THAT(history.rooms(), ElementsAre("b"));
  history.join("a", 9);
  history.erase("a");
  EXPECT_FALSE(history.was_in("a", 9));
  history.leave_all(10);
  EXPECT_THAT(history.rooms(), IsEmpty());
  EXPECT_TRUE(history.was_in("b", 9));
}

TEST(RoomHistory, ForgetsTheOldestStayBeyondItsLimit) {
  RoomHistory history;
  for (std::size_t i = 0; i < RoomHistory::past_stays_limit; ++i) {
    history.join("room " + std::to_string(i), i);
    history.leave("room " + std::to_string(i), i + 1);
  }
  EXPECT_EQ(history.known_from(), 0U);
  EXPECT_TRUE(history.was_in("room 0", 0));
  history.join("one more", 1'000);
  history.leave("one more", 1'001);
  EXPECT_EQ(history.known_from(), 1U);
  EXPECT_FALSE(history.was_in("room 0", 0));
}

}  // namespace
}  // namespace socketio::core
