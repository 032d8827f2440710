// SPDX-License-Identifier: MIT
#include "core/ack_table.hpp"

#include "codec/json/document.hpp"
#include "support/manual_loop.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace socketio::core {
namespace {

using namespace std::chrono_literals;

class AckTableTest : public testing::Test {
 protected:
  detail::AckCallback log_as(std::string name) {
    return [this, name](std::error_code error, const Value* arguments) {
      std::string text = name + " " + (error ? error.message() : "answered ");
      if (arguments) arguments->append_text(text);
      log.push_back(std::move(text));
    };
  }
  bool answer(std::uint64_t id, std::string_view text) {
    return table->answer(id, *document.parse(text));
  }

  support::ManualLoop loop;
  codec::Document document;
  std::unique_ptr<AckTable> table = std::make_unique<AckTable>();
  std::vector<std::string> log;
  const std::string timed_out = make_error_code(Errc::timeout).message();
  const std::string disconnected = make_error_code(Errc::disconnected).message();
};

TEST_F(AckTableTest, AnAnswerIsTakenOnce) {
  table->add(7, log_as("a"), std::nullopt, loop);
  EXPECT_EQ(table->size(), 1U);
  EXPECT_TRUE(answer(7, "[1]"));
  EXPECT_FALSE(answer(7, "[2]"));
  EXPECT_EQ(table->size(), 0U);
  EXPECT_EQ(log, (std::vector<std::string>{"a answered [1]"}));
}

TEST_F(AckTableTest, AnAnswerThatNobodyAskedForIsRefused) {
  table->add(7, log_as("a"), std::nullopt, loop);
  EXPECT_FALSE(answer(6, "[1]"));
  EXPECT_FALSE(answer(~std::uint64_t{0}, "[1]"));
  EXPECT_TRUE(log.empty());
}

TEST_F(AckTableTest, TheTimeoutEndsTheWaiting) {
  table->add(1, log_as("a"), 100ms, loop);
  table->add(2, log_as("b"), std::nullopt, loop);
  loop.pass(99ms);
  EXPECT_TRUE(log.empty());
  loop.pass(10ms);
  EXPECT_EQ(log, (std::vector<std::string>{"a " + timed_out}));
  EXPECT_FALSE(answer(1, "[]"));
  EXPECT_EQ(table->size(), 1U);
}

TEST_F(AckTableTest, AnAnswerInTimeTakesTheTimeoutOff) {
  table->add(1, log_as("a"), 100ms, loop);
  EXPECT_TRUE(answer(1, "[]"));
  loop.pass(1s);
  EXPECT_EQ(log, (std::vector<std::string>{"a answered []"}));
}

TEST_F(AckTableTest, TheLongestTimeoutIsNoTimeout) {
  table->add(1, log_as("a"), std::chrono::milliseconds::max(), loop);
  loop.pass(24h * 30);
  EXPECT_TRUE(log.empty());
}

TEST_F(AckTableTest, TheEndFailsAllOnce) {
  table->add(1, log_as("a"), 100ms, loop);
  table->add(2, log_as("b"), std::nullopt, loop);
  table->fail_all(Errc::disconnected);
  loop.pass(1s);
  table->fail_all(Errc::disconnected);
  ASSERT_EQ(log.size(), 2U);
  for (const auto& line : log) EXPECT_NE(line.find(disconnected), std::string::npos);
}

TEST_F(AckTableTest, ACallbackMayAskAgain) {
  table->add(
      1, [&](std::error_code, const Value*) { table->add(2, log_as("again"), std::nullopt, loop); },
      10ms, loop);
  table->add(
      3, [&](std::error_code, const Value*) { table->add(4, log_as("more"), std::nullopt, loop); },
      std::nullopt, loop);
  loop.pass(20ms);
  EXPECT_EQ(table->size(), 2U);
  table->fail_all(Errc::disconnected);
  EXPECT_EQ(table->size(), 1U);
  EXPECT_TRUE(answer(4, "[]"));
  EXPECT_EQ(log, (std::vector<std::string>{"again " + disconnected, "more answered []"}));
}

TEST_F(AckTableTest, ACallbackMayDestroyTheTable) {
  table->add(
      1, [&](std::error_code, const Value*) { table.reset(); }, 10ms, loop);
  loop.pass(20ms);
  EXPECT_FALSE(table);

  table = std::make_unique<AckTable>();
  table->add(
      1, [&](std::error_code, const Value*) { table.reset(); }, std::nullopt, loop);
  table->add(
      2, [&](std::error_code, const Value*) { table.reset(); }, 1s, loop);
  table->fail_all(Errc::disconnected);
  EXPECT_FALSE(table);

  table = std::make_unique<AckTable>();
  table->add(
      1, [&](std::error_code, const Value*) { table.reset(); }, std::nullopt, loop);
  EXPECT_TRUE(answer(1, "[]"));
  EXPECT_FALSE(table);
  loop.pass(10s);
}

}  // namespace
}  // namespace socketio::core
