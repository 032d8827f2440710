// SPDX-License-Identifier: MIT
#include "base/loop.hpp"

#include "support/manual_loop.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace socketio {
namespace {

using support::ManualLoop;

class LoggingStream final : public Stream {
 public:
  LoggingStream(Loop& loop, std::vector<std::string>& log, std::string name)
      : Stream(loop), log_(log), name_(std::move(name)) {}
  void pause_reading() override {}
  void resume_reading() override {}
  std::string remote_address() const override { return {}; }
  void flush() override {
    std::string text = "flush " + name_ + ":";
    queue_.for_each([&](std::string_view piece) {
      text.append(piece);
      return true;
    });
    queue_.clear();
    log_.push_back(std::move(text));
    if (const auto call = std::exchange(on_flush, nullptr)) call();
    notify_drained();
    if (state_ == State::closing_after_flush) finish();
  }
  std::function<void()> on_flush;

 private:
  void shut() override { log_.push_back("shut " + name_); }
  std::vector<std::string>& log_;
  std::string name_;
};

class LoggingHandler final : public StreamHandler {
 public:
  explicit LoggingHandler(std::vector<std::string>& log) : log_(log) {}
  void on_bytes(std::span<char>) override {}
  void on_drain() override { log_.emplace_back("drained"); }
  void on_close() override { log_.emplace_back("closed"); }

 private:
  std::vector<std::string>& log_;
};

class LoopTest : public testing::Test {
 protected:
  std::shared_ptr<LoggingStream> stream(std::string name) {
    auto made = std::make_shared<LoggingStream>(loop, log, std::move(name));
    made->set_handler(std::make_shared<LoggingHandler>(log));
    return made;
  }
  ManualLoop loop;
  std::vector<std::string> log;
};

TEST_F(LoopTest, KeepsObjectsUntilWhatWasDeferredHasRun) {
  const auto a = stream("a");
  const auto object = [this](std::string name) {
    return std::shared_ptr<const void>(nullptr, [this, name](const void*) {
      log.push_back("end of " + name);
      if (name == "first") loop.defer([this] { log.emplace_back("last words"); });
    });
  };
  loop.keep(object("first"));
  loop.defer([&] {
    log.emplace_back("task");
    loop.keep(object("second"));
    a->write("1");
  });
  EXPECT_TRUE(log.empty());
  loop.run();
  EXPECT_EQ(log, (std::vector<std::string>{"task", "end of first", "last words", "end of second",
                                           "flush a:1"}));
}

TEST_F(LoopTest, FlushesEachStreamOnceAfterAllThatWasDeferred) {
  const auto a = stream("a");
  const auto b = stream("b");
  a->write("1");
  loop.defer([&] {
    log.emplace_back("task");
    a->write("2");
    b->write("3");
    loop.defer([&] {
      log.emplace_back("inner task");
      a->write("4");
    });
  });
  EXPECT_TRUE(log.empty());
  loop.run();
  EXPECT_EQ(log, (std::vector<std::string>{"task", "inner task", "flush a:124", "flush b:3"}));
}

TEST_F(LoopTest, DeferredTasksKeepTheirOrder) {
  for (int i = 0; i < 3; ++i) loop.defer([this, i] { log.push_back(std::to_string(i)); });
  loop.run();
  EXPECT_EQ(log, (std::vector<std::string>{"0", "1", "2"}));
}

TEST_F(LoopTest, WhatAFlushCausesHappensInTheSameTurn) {
  const auto a = stream("a");
  const auto b = stream("b");
  a->on_flush = [&] {
    a->write("again");
    loop.defer([&] {
      log.emplace_back("task");
      b->write("1");
    });
  };
  a->write("first");
  loop.run();
  EXPECT_EQ(log, (std::vector<std::string>{"flush a:first", "task", "flush a:again", "flush b:1"}));
}

TEST_F(LoopTest, AsksForTheEndOfTheTurn) {
  EXPECT_EQ(loop.requested_turns(), 0);
  loop.defer([] {});
  EXPECT_EQ(loop.requested_turns(), 1);
  loop.run();
  stream("a")->write("x");
  EXPECT_EQ(loop.requested_turns(), 2);
}

TEST_F(LoopTest, CloseLosesWhatIsQueuedAndTellsTheHandlerAtTheEndOfTheTurn) {
  const auto a = stream("a");
  a->write("lost");
  a->close();
  EXPECT_FALSE(a->is_open());
  EXPECT_EQ(a->queued_bytes(), 0U);
  EXPECT_TRUE(log.empty());
  a->write("ignored");
  a->close();
  loop.run();
  EXPECT_EQ(log, (std::vector<std::string>{"shut a", "closed"}));
}

TEST_F(LoopTest, CloseAfterFlushSendsFirst) {
  const auto a = stream("a");
  a->write("last words");
  a->close_after_flush();
  a->close_after_flush();
  EXPECT_FALSE(a->is_open());
  loop.run();
  EXPECT_EQ(log, (std::vector<std::string>{"flush a:last words", "shut a", "closed"}));
}

TEST_F(LoopTest, AStreamThatDiesBeforeItsFlushIsNotTouched) {
  stream("a")->write("bytes");
  auto b = stream("b");
  auto c = stream("c");
  b->write("1");
  c->write("2");
  b->on_flush = [&] { c.reset(); };
  loop.run();
  EXPECT_EQ(log, (std::vector<std::string>{"flush b:1"}));
}

TEST_F(LoopTest, TellsTheDrainOnceToWhoAskedForIt) {
  const auto a = stream("a");
  a->write("1");
  loop.run();
  EXPECT_EQ(log, (std::vector<std::string>{"flush a:1"}));
  log.clear();
  a->want_drain();
  a->write("2");
  loop.run();
  a->write("3");
  loop.run();
  EXPECT_EQ(log, (std::vector<std::string>{"flush a:2", "drained", "flush a:3"}));
}

TEST_F(LoopTest, NowIsTheTimeOfTheLastAdvance) {
  const TimePoint before = loop.now();
  loop.pass(std::chrono::seconds(3));
  EXPECT_EQ(loop.now() - before, std::chrono::seconds(3));
}

}  // namespace
}  // namespace socketio
