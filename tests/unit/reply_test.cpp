// SPDX-License-Identifier: MIT
#include <socketio/json.hpp>
#include <socketio/reply.hpp>

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <system_error>
#include <vector>

namespace socketio {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

template <class Use>
std::error_code thrown_by(Use use) {
  try {
    use();
  } catch (const std::system_error& error) {
    return error.code();
  }
  return {};
}

TEST(Reply, HoldsAValue) {
  Reply<std::string> reply("hello");
  ASSERT_TRUE(reply);
  EXPECT_TRUE(reply.has_value());
  EXPECT_FALSE(reply.error());
  EXPECT_EQ(reply.value(), "hello");
  EXPECT_EQ(*reply, "hello");
  EXPECT_EQ(reply->size(), 5U);
  EXPECT_EQ(reply.value_or("other"), "hello");
  *reply += "!";
  EXPECT_EQ(*std::as_const(reply), "hello!");
}

TEST(Reply, HoldsAnErrorInItsPlace) {
  const Reply<std::string> reply = Errc::timeout;
  EXPECT_FALSE(reply);
  EXPECT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error(), Errc::timeout);
  EXPECT_EQ(reply.value_or("other"), "other");
}

TEST(Reply, WhatIsNotThereCannotBeReadByMistake) {
  Reply<std::string> reply = make_error_code(Errc::disconnected);
  EXPECT_EQ(thrown_by([&] { (void)reply.value(); }), Errc::disconnected);
  EXPECT_EQ(thrown_by([&] { (void)*reply; }), Errc::disconnected);
  EXPECT_EQ(thrown_by([&] { (void)reply->size(); }), Errc::disconnected);
  EXPECT_EQ(thrown_by([&] { (void)*std::as_const(reply); }), Errc::disconnected);
  EXPECT_EQ(thrown_by([&] { (void)*std::move(reply); }), Errc::disconnected);
}

TEST(Reply, IsMovedOutOf) {
  Reply<std::unique_ptr<int>> reply(std::make_unique<int>(5));
  const std::unique_ptr<int> taken = *std::move(reply);
  EXPECT_EQ(*taken, 5);
  EXPECT_EQ(Reply<std::string>("a").value_or("b"), "a");
}

// nlohmann's json can be made from almost anything, including an enumerator of Errc.
TEST(Reply, OfJsonTellsValuesFromErrors) {
  EXPECT_TRUE(Reply<json>(json(1)));
  EXPECT_TRUE(Reply<json>(json()));
  EXPECT_FALSE(Reply<json>(Errc::timeout));
  EXPECT_FALSE(Reply<json>(make_error_code(Errc::timeout)));
}

TEST(Replies, AreAllThereAtFirst) {
  Replies<int> replies;
  EXPECT_TRUE(replies);
  EXPECT_THAT(*replies, IsEmpty());
  replies.add(1);
  replies.add(2);
  EXPECT_TRUE(replies.has_value());
  EXPECT_FALSE(replies.error());
  EXPECT_THAT(replies.value(), ElementsAre(1, 2));
  EXPECT_EQ(replies->size(), 2U);
}

TEST(Replies, ThatCameStayReadableWhenOthersAreMissing) {
  Replies<int> replies;
  replies.add(1);
  replies.add(Errc::timeout);
  replies.add(2);
  EXPECT_FALSE(replies);
  EXPECT_EQ(replies.missing(), 1U);
  EXPECT_EQ(replies.error(), Errc::timeout);
  EXPECT_THAT(replies.values(), ElementsAre(1, 2));
  EXPECT_EQ(thrown_by([&] { (void)*replies; }), Errc::timeout);
  EXPECT_EQ(thrown_by([&] { (void)replies.value(); }), Errc::timeout);
  EXPECT_EQ(thrown_by([&] { (void)replies->size(); }), Errc::timeout);
  EXPECT_THAT(std::move(replies).values(), ElementsAre(1, 2));
}

TEST(Errc, EachHasATextOfItsOwn) {
  std::vector<std::string> texts;
  for (const Errc error : {Errc::timeout, Errc::disconnected, Errc::not_connected,
                           Errc::too_many_pending, Errc::bad_answer}) {
    const std::error_code code = error;
    EXPECT_TRUE(code);
    for (const auto& text : texts) EXPECT_NE(code.message(), text);
    texts.push_back(code.message());
  }
  EXPECT_EQ(texts.front(), "operation has timed out");
}

}  // namespace
}  // namespace socketio
