// SPDX-License-Identifier: MIT
// What a client's socket sends: order, buffers, acknowledgements and retries.
#include "core/client/sender.hpp"

#include "support/manual_loop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace socketio::core {
namespace {

using support::ManualLoop;
using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

class SenderTest : public testing::Test, public Sender::Link {
 protected:
  SenderTest() { make({}); }
  // Pending acknowledgements complete here.
  ~SenderTest() override { sender.reset(); }

  void make(const SocketOptions& options) {
    sender.emplace(*this, options, Sender::Limits{.buffer_bytes = 1'000, .pending_acks = 3});
  }
  void connect() {
    number = ++connections;
    sender->on_connected();
  }
  void disconnect() {
    number = 0;
    sender->on_disconnected();
  }
  EmitResult emit(const std::string& text, const detail::EmitFlags& flags = {}) {
    return sender->emit(text, {}, flags, nullptr);
  }
  EmitResult ask(const std::string& text, const detail::EmitFlags& flags = {}) {
    return sender->emit(
        text, {}, flags,
        std::make_shared<PendingAck>([this, text](std::error_code error, const Value*) {
          completed.push_back(text + (error ? ": " + error.message() : ""));
          if (then) then();
        }));
  }
  void acknowledge(std::uint64_t id) { sender->on_ack(id, Value()); }
  static detail::EmitFlags volatile_flags() {
    detail::EmitFlags flags;
    flags.is_volatile = true;
    return flags;
  }
  static std::string failed(const std::string& text, Errc error) {
    return text + ": " + make_error_code(error).message();
  }

  Loop& loop() override { return loop_; }
  std::uint64_t connection() const override { return number; }
  bool heartbeat_expired() override { return is_expired; }
  bool writable() const override { return is_writable; }
  bool has_room(std::size_t bytes) const override { return bytes <= room; }
  EmitResult send_event(std::optional<std::uint64_t> id, std::string_view text,
                        const std::vector<Bytes>&, Compress) override {
    sent.push_back((id ? std::to_string(*id) : "") + std::string(text));
    return is_sendable ? EmitResult::sent : EmitResult::dropped;
  }
  void notify_outgoing(std::string_view text, const std::vector<Bytes>&) override {
    if (on_outgoing) on_outgoing(std::string(text));
  }
  void enter(const std::function<void()>& work) override { work(); }
  void report_callback() noexcept override { ++reports; }

  ManualLoop loop_;
  std::optional<Sender> sender;
  std::uint64_t connections = 0;
  std::uint64_t number = 0;
  bool is_expired = false;
  bool is_writable = true;
  bool is_sendable = true;
  std::size_t room = 10'000;
  std::function<void(std::string)> on_outgoing;
  std::function<void()> then;
  int reports = 0;
  std::vector<std::string> sent;
  std::vector<std::string> completed;
};

TEST_F(SenderTest, WhatWaitedForTheConnectionLeavesFirst) {
  EXPECT_EQ(emit("a"), EmitResult::queued);
  EXPECT_EQ(ask("b"), EmitResult::queued);
  EXPECT_GT(sender->kept_bytes(), 0U);
  on_outgoing = [&](const std::string& text) {
    if (text == "a") emit("c");
  };
  connect();
  EXPECT_EQ(emit("d"), EmitResult::sent);
  EXPECT_THAT(sent, ElementsAre("a", "0b", "c", "d"));
  EXPECT_EQ(sender->kept_bytes(), 0U);
}

TEST_F(SenderTest, TheRestStaysWhenTheConnectionEndsMeanwhile) {
  emit("a");
  emit("b");
  on_outgoing = [&](const std::string& text) {
    if (text == "b") number = 0;
  };
  connect();
  EXPECT_THAT(sent, ElementsAre("a"));
}

TEST_F(SenderTest, TheBufferIsBounded) {
  EXPECT_EQ(ask(std::string(600, 'a')), EmitResult::queued);
  EXPECT_EQ(ask(std::string(600, 'b')), EmitResult::dropped);
  EXPECT_THAT(completed, ElementsAre(failed(std::string(600, 'b'), Errc::dropped)));
}

TEST_F(SenderTest, SoIsWhatTheConnectionHasNotTaken) {
  connect();
  room = 0;
  EXPECT_EQ(emit("a"), EmitResult::dropped);
}

TEST_F(SenderTest, VolatileEventsLeaveAtOnceOrNever) {
  const auto flags = volatile_flags();
  EXPECT_EQ(emit("a", flags), EmitResult::dropped);
  connect();
  EXPECT_EQ(emit("b", flags), EmitResult::sent);
  is_writable = false;
  EXPECT_EQ(emit("c", flags), EmitResult::dropped);
  EXPECT_THAT(sent, ElementsAre("b"));
}

TEST_F(SenderTest, WhenNoPingHasComeInTimeEventsWaitForTheNextConnection) {
  connect();
  is_expired = true;
  EXPECT_EQ(emit("a"), EmitResult::queued);
  is_expired = false;
  disconnect();
  connect();
  EXPECT_THAT(sent, ElementsAre("a"));
}

TEST_F(SenderTest, AcknowledgementsCompleteOnce) {
  connect();
  ask("a");
  acknowledge(0);
  acknowledge(0);
  disconnect();
  EXPECT_THAT(completed, ElementsAre("a"));
}

TEST_F(SenderTest, TheEndOfTheConnectionFailsThoseThatWereSentInOrder) {
  connect();
  ask("a");
  ask("b");
  is_expired = true;
  ask("c");
  disconnect();
  EXPECT_THAT(completed,
              ElementsAre(failed("a", Errc::disconnected), failed("b", Errc::disconnected)));
  is_expired = false;
  connect();
  acknowledge(2);
  EXPECT_EQ(completed.back(), "c");
}

TEST_F(SenderTest, ATimeoutTakesAnEventThatStillWaitsBack) {
  ask("a", {.timeout = 1s});
  emit("b");
  loop_.pass(2s);
  EXPECT_THAT(completed, ElementsAre(failed("a", Errc::timeout)));
  connect();
  EXPECT_THAT(sent, ElementsAre("b"));
}

TEST_F(SenderTest, PendingAcknowledgementsAreBounded) {
  for (const char* text : {"a", "b", "c"}) ask(text);
  EXPECT_EQ(ask("d"), EmitResult::dropped);
  EXPECT_THAT(completed, ElementsAre(failed("d", Errc::too_many_pending)));
}

TEST_F(SenderTest, AnEventThatCannotBeEncodedFailsItsAcknowledgement) {
  connect();
  is_sendable = false;
  EXPECT_EQ(ask("a"), EmitResult::dropped);
  EXPECT_THAT(completed, ElementsAre(failed("a", Errc::dropped)));
}

TEST_F(SenderTest, TheEndCompletesWhatIsPendingWhateverACallbackDoes) {
  ask("a");
  ask("b");
  then = [] { throw std::runtime_error("of the user's"); };
  sender->end();
  sender->release();
  EXPECT_EQ(completed.size(), 2U);
  EXPECT_EQ(reports, 2);
}

class RetryingSenderTest : public SenderTest {
 protected:
  RetryingSenderTest() { make({.retries = 1, .ack_timeout = 1s}); }
};

TEST_F(RetryingSenderTest, OneEventIsOnItsWayAtATime) {
  EXPECT_TRUE(sender->keeps_all());
  connect();
  ask("a");
  ask("b");
  EXPECT_THAT(sent, ElementsAre("0a"));
  acknowledge(0);
  EXPECT_THAT(sent, ElementsAre("0a", "1b"));
  acknowledge(1);
  EXPECT_THAT(completed, ElementsAre("a", "b"));
  EXPECT_EQ(sender->kept_bytes(), 0U);
}

TEST_F(RetryingSenderTest, ItIsSentAgainAndThenFails) {
  connect();
  ask("a");
  loop_.pass(1s);
  EXPECT_THAT(sent, ElementsAre("0a", "1a"));
  EXPECT_THAT(completed, IsEmpty());
  loop_.pass(1s);
  EXPECT_THAT(completed, ElementsAre(failed("a", Errc::timeout)));
}

TEST_F(RetryingSenderTest, ItIsSentAgainOnTheNextConnection) {
  connect();
  emit("a");
  disconnect();
  connect();
  EXPECT_THAT(sent, ElementsAre("0a", "1a"));
}

TEST_F(RetryingSenderTest, AVolatileEventOvertakes) {
  connect();
  emit("a");
  emit("b");
  emit("c", volatile_flags());
  EXPECT_THAT(sent, ElementsAre("0a", "c"));
}

}  // namespace
}  // namespace socketio::core
