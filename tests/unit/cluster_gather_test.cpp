// SPDX-License-Identifier: MIT
#include "cluster/gather.hpp"
#include "support/manual_loop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace socketio::cluster {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class GatherTest : public testing::Test {
 protected:
  Question sockets_question() {
    return {.answer = Question::Answer::sockets,
            .nsp = "/",
            .nodes_timeout = milliseconds(100),
            .answered = [this](const Body&) { ++answers; },
            .heard = [this](MissingNodes nodes) { missing = std::move(nodes); }};
  }
  Question clients_question() {
    return {.answer = Question::Answer::clients,
            .nsp = "/",
            .nodes_timeout = milliseconds(100),
            .clients_timeout = milliseconds(300),
            .answered = [this](const Body&) { ++answers; },
            .heard = [this](MissingNodes nodes) { missing = std::move(nodes); },
            .ended =
                [this](std::size_t clients, std::error_code why) {
                  lost_clients = clients;
                  reason = why;
                }};
  }
  /// A request for sockets that waits for so many nodes, whose ids are not known.
  RequestId ask(std::size_t nodes) {
    const RequestId id = *gather.start(sockets_question());
    gather.expect(id, nodes);
    return id;
  }
  /// Every node has answered that was awaited to the end.
  void expect_complete() const {
    ASSERT_TRUE(missing);
    EXPECT_EQ(missing->count, 0U);
  }
  void answer(const std::string& node, const RequestId& request, const std::string& nsp = "/") {
    gather.on_answer({node, nsp, Sockets{request, {}, {}}});
  }
  void count(const std::string& node, const RequestId& request, std::size_t clients) {
    gather.on_answer({node, "/", ClientCount{request, clients, {}}});
  }
  void client(const std::string& node, const RequestId& request) {
    gather.on_answer({node, "/", ClientAnswer{request, {"[]", {}}, {}}});
  }

  support::ManualLoop loop;
  Gather gather{loop, 3, 10};
  int answers = 0;
  std::optional<MissingNodes> missing;
  std::optional<std::size_t> lost_clients;
  std::error_code reason;
};

TEST_F(GatherTest, EndsWithTheLastOfTheNodes) {
  const RequestId id = *gather.start(sockets_question());
  gather.expect(id, std::vector<std::string>{"a", "b"});
  answer("a", id);
  EXPECT_FALSE(missing);
  answer("b", id);
  expect_complete();
  EXPECT_EQ(answers, 2);
  EXPECT_EQ(gather.waiting(), 0U);
}

TEST_F(GatherTest, EndsAtOnceIfNobodyIsThere) {
  ask(0);
  EXPECT_TRUE(missing);
}

TEST_F(GatherTest, AnswersMayComeBeforeTheNumberIsKnown) {
  const RequestId id = *gather.start(sockets_question());
  answer("a", id);
  EXPECT_FALSE(missing);
  gather.expect(id, std::size_t{1});
  EXPECT_TRUE(missing);
}

TEST_F(GatherTest, ANodeAnswersOnce) {
  const RequestId id = ask(2);
  answer("a", id);
  answer("a", id);
  EXPECT_FALSE(missing);
  EXPECT_EQ(answers, 1);
}

TEST_F(GatherTest, NodesWithoutANameAreCountedEach) {
  const RequestId id = ask(2);
  answer("", id);
  answer("", id);
  EXPECT_TRUE(missing);
  EXPECT_EQ(answers, 2);
}

// It may not have been among those that were counted.
TEST_F(GatherTest, ANodeThatIsGoneStandsForNoneOfThoseCounted) {
  const RequestId id = ask(1);
  EXPECT_THAT(gather.on_gone("/", "a"), ElementsAre(id));
  EXPECT_FALSE(missing);
  answer("b", id);
  expect_complete();
}

TEST_F(GatherTest, ANodeThatIsGoneIsNotAwaitedWhenTheOthersAreCountedAgain) {
  const RequestId id = ask(3);
  answer("a", id);
  EXPECT_THAT(gather.on_gone("/", "a"), IsEmpty());
  EXPECT_THAT(gather.on_gone("/", "b"), ElementsAre(id));
  // Of the three there is one left, and "a" has answered.
  gather.expect_at_most(id, 1);
  EXPECT_FALSE(missing);
  answer("c", id);
  expect_complete();
  EXPECT_EQ(answers, 2);
}

TEST_F(GatherTest, WhoComesLaterIsNotAwaited) {
  const RequestId id = ask(1);
  gather.on_gone("/", "a");
  gather.expect_at_most(id, 5);
  answer("b", id);
  EXPECT_TRUE(missing);
}

TEST_F(GatherTest, ANodeThatHasClosedTheNamespaceMayAnswerAllTheSame) {
  const RequestId id = ask(2);
  gather.on_gone("/", "a");
  answer("a", id);
  EXPECT_FALSE(missing);
  answer("b", id);
  EXPECT_TRUE(missing);
  EXPECT_EQ(answers, 2);
}

// One with loops behind it may have asked them before it closed the namespace.
TEST_F(GatherTest, ANodeThatAnswersAfterItWasCountedOutStandsForNobodyElse) {
  const RequestId id = ask(2);
  gather.on_gone("/", "a");
  gather.expect_at_most(id, 1);
  answer("a", id);
  EXPECT_FALSE(missing);
  answer("b", id);
  expect_complete();
  EXPECT_EQ(answers, 2);
}

// It has crashed, or its goodbye comes behind the count.
TEST_F(GatherTest, ANodeThatAnsweredAndIsNotCountedAnyMoreStandsForNobodyElse) {
  const RequestId id = ask(3);
  answer("a", id);
  gather.on_gone("/", "b");
  // Neither "a" nor "b" is among those counted.
  gather.expect_at_most(id, 1);
  EXPECT_FALSE(missing);
  gather.on_gone("/", "a");
  EXPECT_FALSE(missing);
  answer("c", id);
  expect_complete();
  EXPECT_EQ(answers, 2);
}

TEST_F(GatherTest, ANodeThatGoesAfterTheOthersWereCountedAgainIsStillCountedOnce) {
  const RequestId id = ask(3);
  answer("a", id);
  gather.on_gone("/", "b");
  gather.expect_at_most(id, 2);
  gather.on_gone("/", "a");
  answer("c", id);
  expect_complete();
}

TEST_F(GatherTest, ANodeThatClosesTheNamespaceTwiceIsGoneOnce) {
  const RequestId id = ask(3);
  answer("a", id);
  gather.on_gone("/", "a");
  gather.on_gone("/", "a");
  gather.on_gone("/", "b");
  gather.expect_at_most(id, 1);
  answer("c", id);
  expect_complete();
}

TEST_F(GatherTest, CountsMayComeInAnyOrder) {
  const RequestId id = *gather.start(sockets_question());
  gather.on_gone("/", "a");
  gather.expect_at_most(id, 1);
  gather.expect(id, std::size_t{2});
  EXPECT_FALSE(missing);
  answer("b", id);
  expect_complete();
}

TEST_F(GatherTest, NobodyIsMissingTwiceAtTheDeadline) {
  const RequestId id = ask(3);
  answer("a", id);
  gather.on_gone("/", "b");
  gather.expect_at_most(id, 2);
  loop.pass(milliseconds(110));
  ASSERT_TRUE(missing);
  EXPECT_EQ(missing->count, 1U);
}

TEST_F(GatherTest, TellsWhoIsMissingAtTheDeadline) {
  const RequestId by_id = *gather.start(sockets_question());
  gather.expect(by_id, std::vector<std::string>{"a", "b", "c"});
  answer("b", by_id);
  loop.pass(milliseconds(110));
  ASSERT_TRUE(missing);
  EXPECT_EQ(missing->count, 2U);
  EXPECT_THAT(missing->ids, UnorderedElementsAre("a", "c"));

  const RequestId by_number = ask(3);
  answer("b", by_number);
  loop.pass(milliseconds(110));
  EXPECT_EQ(missing->count, 2U);
  EXPECT_THAT(missing->ids, IsEmpty());
}

TEST_F(GatherTest, SomebodyMayBeMissingIfNobodyCouldBeCounted) {
  *gather.start(sockets_question());
  loop.pass(milliseconds(110));
  EXPECT_EQ(missing->count, 1U);
  gather.give_up(*gather.start(sockets_question()));
  EXPECT_EQ(missing->count, 1U);
}

TEST_F(GatherTest, WhatIsLateOrOfAnotherKindIsIgnored) {
  const RequestId id = ask(1);
  count("a", id, 3);
  answer("a", id, "/other");
  answer("a", "unknown");
  EXPECT_FALSE(missing);
  EXPECT_EQ(answers, 0);
  loop.pass(milliseconds(110));
  answer("a", id);
  EXPECT_EQ(answers, 0);
}

TEST_F(GatherTest, NothingIsAwaitedOfANodeThatIsGone) {
  const RequestId by_id = *gather.start(sockets_question());
  gather.expect(by_id, std::vector<std::string>{"a", "b"});
  answer("a", by_id);
  gather.on_gone("/other", "b");
  EXPECT_FALSE(missing);
  gather.on_gone("/", "b");
  expect_complete();

  missing.reset();
  const RequestId of_all_namespaces = *gather.start(sockets_question());
  gather.expect(of_all_namespaces, std::vector<std::string>{"a"});
  gather.on_gone("a");
  expect_complete();
}

TEST_F(GatherTest, ClientsAreWaitedForAfterTheirNodes) {
  const RequestId id = *gather.start(clients_question());
  gather.expect(id, std::size_t{2});
  count("a", id, 1);
  client("a", id);
  EXPECT_FALSE(missing);
  count("b", id, 2);
  EXPECT_TRUE(missing);
  client("b", id);
  EXPECT_FALSE(lost_clients);
  client("b", id);
  EXPECT_EQ(lost_clients, 0U);
  EXPECT_EQ(answers, 5);
}

TEST_F(GatherTest, AClientMayAnswerBeforeItsNodeHasCountedIt) {
  const RequestId id = *gather.start(clients_question());
  gather.expect(id, std::size_t{2});
  client("a", id);
  client("b", id);
  client("a", id);
  EXPECT_EQ(answers, 0);
  count("a", id, 2);
  EXPECT_EQ(answers, 3);
  EXPECT_FALSE(missing);
  count("b", id, 1);
  EXPECT_EQ(answers, 5);
  EXPECT_TRUE(missing);
  EXPECT_EQ(lost_clients, 0U);
}

TEST_F(GatherTest, WhatComesBeforeTheCountIsLimited) {
  const RequestId id = *gather.start(clients_question());
  gather.expect(id, std::size_t{1});
  for (int i = 0; i < 20; ++i) {
    gather.on_answer(
        {"a", "/", ClientAnswer{id, {std::string(std::size_t{1} << 20, ' '), {}}, {}}});
  }
  count("a", id, 20);
  EXPECT_EQ(answers, 1 + 15);
}

TEST_F(GatherTest, NoMoreClientsAnswerThanWereCounted) {
  const RequestId id = *gather.start(clients_question());
  gather.expect(id, std::size_t{2});
  client("a", id);
  count("a", id, 1);
  count("a", id, 7);
  client("a", id);
  client("a", id);
  EXPECT_EQ(answers, 2);
}

TEST_F(GatherTest, ClientsThatAreSilentAreCountedAtTheDeadline) {
  const RequestId id = *gather.start(clients_question());
  gather.expect(id, std::size_t{2});
  count("a", id, 3);
  client("a", id);
  loop.pass(milliseconds(110));
  ASSERT_TRUE(missing);
  EXPECT_EQ(missing->count, 1U);
  EXPECT_FALSE(lost_clients);
  client("a", id);
  loop.pass(milliseconds(200));
  EXPECT_EQ(lost_clients, 1U);
  EXPECT_EQ(reason, Errc::timeout);
}

TEST_F(GatherTest, ClientsAreLostWithTheirNode) {
  const RequestId id = *gather.start(clients_question());
  gather.expect(id, std::size_t{1});
  count("a", id, 3);
  client("a", id);
  gather.on_gone("/", "a");
  EXPECT_EQ(lost_clients, 2U);
  EXPECT_EQ(reason, Errc::disconnected);
}

TEST_F(GatherTest, TooManyEndAtOnce) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(gather.start(sockets_question()));
  EXPECT_FALSE(missing);
  EXPECT_FALSE(gather.start(clients_question()));
  EXPECT_EQ(missing->count, 1U);
  EXPECT_EQ(reason, Errc::too_many_pending);
}

TEST_F(GatherTest, NoMoreNodesAnswerThanTheLimit) {
  const RequestId id = *gather.start(sockets_question());
  for (int i = 0; i < 20; ++i) answer("node" + std::to_string(i), id);
  EXPECT_EQ(answers, 10);
}

TEST_F(GatherTest, WhatACallbackThrowsIsReportedAndEndsNothing) {
  int reported = 0;
  loop.set_exception_hook([&] { ++reported; });
  Question question = sockets_question();
  question.answered = [](const Body&) { throw std::runtime_error("no"); };
  const RequestId id = *gather.start(std::move(question));
  gather.expect(id, std::size_t{1});
  answer("a", id);
  EXPECT_TRUE(missing);
  EXPECT_EQ(reported, 1);
}

TEST_F(GatherTest, ACallbackMayAskAgain) {
  std::optional<RequestId> again;
  Question question = sockets_question();
  question.heard = [&](const MissingNodes&) { again = gather.start(sockets_question()); };
  gather.start(std::move(question));
  gather.end_all();
  ASSERT_TRUE(again);
  EXPECT_FALSE(missing);
  EXPECT_EQ(gather.waiting(), 1U);
  gather.end("/");
  EXPECT_TRUE(missing);
}

}  // namespace
}  // namespace socketio::cluster
