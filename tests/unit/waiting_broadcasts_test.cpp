// SPDX-License-Identifier: MIT
#include "core/server/waiting_broadcasts.hpp"

#include "codec/socketio/text_encoder.hpp"
#include "support/manual_loop.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::core {
namespace {

using Log = std::vector<std::string>;

/// Records what is delivered to it: its name, the rooms, the packets.
class Receivers final : public WaitingBroadcasts::Receivers,
                        public std::enable_shared_from_this<Receivers> {
 public:
  Receivers(Log& log, std::string name) : log_(log), name_(std::move(name)) {}
  void deliver(PreparedEvents& events, const detail::BroadcastOptions& options) override {
    std::string line = name_ + ":";
    for (const std::string& room : options.rooms) line += " " + room;
    for (const auto& event : events.events()) line.append(" ").append(event.text());
    log_.push_back(std::move(line));
    if (fails) throw std::runtime_error("cannot deliver");
  }
  std::shared_ptr<WaitingBroadcasts::Receivers> shared() override { return shared_from_this(); }

  bool fails = false;

 private:
  Log& log_;
  std::string name_;
};

class WaitingBroadcastsTest : public testing::Test {
 protected:
  void add(const std::shared_ptr<Receivers>& receivers, std::vector<std::string> rooms,
           std::string_view text) {
    waiting.add(*receivers, {std::move(rooms), {}, {}}, events(text));
  }
  PreparedEvents events(std::string_view text) {
    PreparedEvents events(encoder, "/", Compress::yes);
    events.add({text, {}});
    return events;
  }

  Log log;
  parser::TextEncoder encoder;
  support::ManualLoop loop;
  WaitingBroadcasts waiting{loop};
  std::shared_ptr<Receivers> a = std::make_shared<Receivers>(log, "a");
  std::shared_ptr<Receivers> b = std::make_shared<Receivers>(log, "b");
};

TEST_F(WaitingBroadcastsTest, ThoseToTheSameSocketsAreDeliveredTogetherAtTheEndOfTheTurn) {
  add(a, {"x"}, "1");
  add(a, {"x"}, "2");
  EXPECT_EQ(log, Log{});
  loop.run();
  EXPECT_EQ(log, Log{"a: x 1 2"});
  add(a, {"x"}, "3");
  loop.run();
  EXPECT_EQ(log, (Log{"a: x 1 2", "a: x 3"}));
}

TEST_F(WaitingBroadcastsTest, OneToOtherSocketsFlushesThem) {
  add(a, {"x"}, "1");
  add(a, {"y"}, "2");
  EXPECT_EQ(log, Log{"a: x 1"});
  add(b, {"y"}, "3");
  EXPECT_EQ(log, (Log{"a: x 1", "a: y 2"}));
  loop.run();
  EXPECT_EQ(log, (Log{"a: x 1", "a: y 2", "b: y 3"}));
}

TEST_F(WaitingBroadcastsTest, OneWithOtherFlagsFlushesThem) {
  add(a, {}, "1");
  detail::BroadcastOptions options;
  options.flags.compress = Compress::no;
  waiting.add(*a, options, events("2"));
  EXPECT_EQ(log, Log{"a: 1"});
  loop.run();
}

TEST_F(WaitingBroadcastsTest, WhoSendsToASocketOrChangesARoomFlushesThem) {
  waiting.before_sending();
  waiting.before_room_change();
  EXPECT_EQ(log, Log{});
  add(a, {}, "1");
  waiting.before_sending();
  EXPECT_EQ(log, Log{"a: 1"});
  add(a, {}, "2");
  waiting.before_room_change();
  EXPECT_EQ(log, (Log{"a: 1", "a: 2"}));
  loop.run();
  EXPECT_EQ(log.size(), 2U);
}

TEST_F(WaitingBroadcastsTest, ThereIsALimit) {
  const std::string large(256 * 1024, 'x');
  add(a, {}, large);
  add(a, {}, "2");
  EXPECT_EQ(log, Log{"a: " + large});
  loop.run();
  EXPECT_EQ(log.back(), "a: 2");
}

TEST_F(WaitingBroadcastsTest, ReceiversAreKeptUntilTheEndOfTheTurn) {
  add(a, {}, "1");
  a.reset();
  loop.run();
  EXPECT_EQ(log, Log{"a: 1"});
}

TEST_F(WaitingBroadcastsTest, ADeliveryThatFailsIsNotRepeated) {
  a->fails = true;
  add(a, {}, "1");
  EXPECT_THROW(waiting.before_sending(), std::runtime_error);
  waiting.before_sending();
  add(b, {}, "2");
  loop.run();
  EXPECT_EQ(log, (Log{"a: 1", "b: 2"}));
}

}  // namespace
}  // namespace socketio::core
