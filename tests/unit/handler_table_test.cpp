// SPDX-License-Identifier: MIT
#include "core/handler_table.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace socketio::detail {
namespace {

/// An event without contents: the table passes it on without looking at it.
class NoInvocation final : public Invocation {
 public:
  Socket& socket() override { return socket_; }
  std::shared_ptr<core::EventPeer> peer() override { return nullptr; }
  const Value& payload() const override { return payload_; }
  Arguments raw_arguments(std::size_t) const override { return {}; }
  bool ack_requested() const override { return false; }
  AckTarget ack() override { return {}; }
  void answer(OutgoingEvent&) override {}
  void report_argument(std::size_t) override {}
  void report_exception(std::exception_ptr) override {}

 private:
  Socket socket_;
  Value payload_;
};

class HandlerTableTest : public testing::Test {
 protected:
  static constexpr auto always = HandlerTableRef::Times::always;
  static constexpr auto once = HandlerTableRef::Times::once;

  EventHandler log_as(std::string name) {
    return [this, name](Invocation&) { log.push_back(name); };
  }
  std::vector<std::string> dispatch(std::string_view event) {
    log.clear();
    NoInvocation call;
    table->dispatch(event, call);
    return std::exchange(log, {});
  }
  using Log = std::vector<std::string>;

  std::unique_ptr<HandlerTable> table = std::make_unique<HandlerTable>();
  Log log;
};

TEST_F(HandlerTableTest, RunsHandlersOfTheEventInTheOrderOfRegistration) {
  table->add("a", log_as("1"), always);
  table->add("b", log_as("other"), always);
  table->add("a", log_as("2"), always);
  EXPECT_EQ(dispatch("a"), (Log{"1", "2"}));
  EXPECT_EQ(dispatch("a"), (Log{"1", "2"}));
  EXPECT_EQ(dispatch("c"), Log{});
  EXPECT_EQ(dispatch(""), Log{});
}

TEST_F(HandlerTableTest, OnceIsOnce) {
  table->add("a", log_as("once"), once);
  table->add("a", log_as("always"), always);
  EXPECT_EQ(dispatch("a"), (Log{"once", "always"}));
  EXPECT_EQ(dispatch("a"), (Log{"always"}));
}

TEST_F(HandlerTableTest, OnceIsGoneBeforeItRuns) {
  int runs = 0;
  table->add(
      "a",
      [&](Invocation& call) {
        if (++runs < 10) table->dispatch("a", call);
      },
      once);
  dispatch("a");
  EXPECT_EQ(runs, 1);
  EXPECT_TRUE(table->empty());
}

TEST_F(HandlerTableTest, RemovesByIdByEventAndAll) {
  const HandlerId first = table->add("a", log_as("1"), always);
  const HandlerId second = table->add("a", log_as("2"), always);
  table->add("b", log_as("b"), always);
  EXPECT_NE(first, second);
  EXPECT_NE(first, 0U);
  table->remove("b", first);
  table->remove("unknown", first);
  EXPECT_EQ(dispatch("a"), (Log{"1", "2"}));
  table->remove("a", first);
  EXPECT_EQ(dispatch("a"), (Log{"2"}));
  table->remove("a");
  EXPECT_EQ(dispatch("a"), Log{});
  EXPECT_EQ(dispatch("b"), (Log{"b"}));
  table->remove_all();
  EXPECT_TRUE(table->empty());
}

TEST_F(HandlerTableTest, AHandlerThatIsAddedWhileOthersRunBeginsWithTheNextEvent) {
  table->add(
      "a",
      [&](Invocation&) {
        log.emplace_back("adds");
        table->add("a", log_as("added"), always);
      },
      once);
  EXPECT_EQ(dispatch("a"), (Log{"adds"}));
  EXPECT_EQ(dispatch("a"), (Log{"added"}));
}

TEST_F(HandlerTableTest, AHandlerThatRemovesItselfOrAllFinishes) {
  HandlerId id = 0;
  id = table->add(
      "a",
      [&, kept = std::make_shared<std::string>("kept")](Invocation&) {
        table->remove("a", id);
        table->remove_all();
        log.push_back(*kept);
      },
      always);
  table->add("a", log_as("second"), always);
  EXPECT_EQ(dispatch("a"), (Log{"kept", "second"}))
      << "as in Node.js, who was there at the start is called";
  EXPECT_EQ(dispatch("a"), Log{});
}

TEST_F(HandlerTableTest, ReleasesWhatAHandlerCaptured) {
  const auto captured = std::make_shared<int>(1);
  table->add(
      "a", [captured](Invocation&) {}, always);
  table->add(
      "b", [captured](Invocation&) {}, once);
  EXPECT_EQ(captured.use_count(), 3);
  dispatch("b");
  EXPECT_EQ(captured.use_count(), 2);
  table->remove("a");
  EXPECT_EQ(captured.use_count(), 1);
}

TEST_F(HandlerTableTest, TheRefOfNothingDoesNothing) {
  HandlerTableRef none(nullptr);
  EXPECT_EQ(none.add("a", log_as("1"), always), 0U);
  none.remove("a", 1);
  none.remove("a");
  none.remove_all();
}

TEST(HandlerList, RunsInOrderAndMayChangeWhileItRuns) {
  HandlerList<std::function<void()>> list;
  std::string log;
  HandlerId second = 0;
  list.add([&] {
    log.push_back('1');
    list.remove(second);
    list.add([&] { log.push_back('4'); });
  });
  second = list.add([&] { log.push_back('2'); });
  list.add([&] { log.push_back('0'); }, detail::Position::front);
  const auto run = [&] { list.for_each([](std::function<void()>& function) { function(); }); };
  run();
  EXPECT_EQ(log, "012") << "a copy runs";
  log.clear();
  run();
  EXPECT_EQ(log, "014");
  list.clear();
  EXPECT_TRUE(list.empty());
}

TEST(HandlerList, KeepsAFunctionThatRemovesItself) {
  HandlerList<std::function<void()>> list;
  std::string seen;
  list.add([&, kept = std::string(100, 'k')] {
    list.clear();
    seen = kept;
  });
  list.for_each([](std::function<void()>& function) { function(); });
  EXPECT_EQ(seen, std::string(100, 'k'));
}

}  // namespace
}  // namespace socketio::detail
