// SPDX-License-Identifier: MIT
#include "chat_room.hpp"

#include <gtest/gtest.h>

namespace showcase {
namespace {

using Names = std::vector<std::string>;

Visitor visitor(const std::string& id, const std::string& session = "") { return {id, session}; }

Joined must_join(ChatRoom& room, const Visitor& who, std::string_view name) {
  const auto result = room.join(who, name);
  EXPECT_TRUE(std::holds_alternative<Joined>(result)) << name;
  return std::holds_alternative<Joined>(result) ? std::get<Joined>(result) : Joined{};
}

std::optional<Refusal> refusal_of_name(std::string_view name) {
  ChatRoom room;
  const auto result = room.join(visitor("1"), name);
  if (const auto* refusal = std::get_if<Refusal>(&result)) return *refusal;
  return std::nullopt;
}

std::optional<Refusal> refusal_of_message(std::string_view text) {
  ChatRoom room;
  must_join(room, visitor("1"), "Ada");
  const auto result = room.check_message("1", text);
  if (const auto* refusal = std::get_if<Refusal>(&result)) return *refusal;
  return std::nullopt;
}

std::string repeat(std::string_view text, std::size_t times) {
  std::string result;
  for (std::size_t i = 0; i < times; ++i) result += text;
  return result;
}

TEST(ChatRoom, KeepsWhoIsIn) {
  ChatRoom room;
  EXPECT_EQ(must_join(room, visitor("1"), "  Grace ").name, "Grace");
  must_join(room, visitor("2"), "ada");
  EXPECT_EQ(room.names(), (Names{"ada", "Grace"}));
  EXPECT_EQ(room.name_of("1"), "Grace");
  EXPECT_EQ(room.leave("1"), "Grace");
  EXPECT_EQ(room.leave("1"), std::nullopt);
  EXPECT_EQ(room.name_of("1"), std::nullopt);
  EXPECT_EQ(room.names(), Names{"ada"});
}

TEST(ChatRoom, LimitsNames) {
  EXPECT_EQ(refusal_of_name(""), Refusal::name_empty);
  EXPECT_EQ(refusal_of_name(" \n\u3000"), Refusal::name_empty);
  EXPECT_EQ(refusal_of_name("x"), std::nullopt);
  EXPECT_EQ(refusal_of_name(repeat("\U0001F389", name_limit)), std::nullopt);
  EXPECT_EQ(refusal_of_name(repeat("x", name_limit + 1)), Refusal::name_too_long);
  EXPECT_EQ(refusal_of_name("A\u200Bda"), Refusal::name_invisible);
  EXPECT_EQ(refusal_of_name("\u3164\u2800"), Refusal::name_invisible);
}

TEST(ChatRoom, RefusesATakenNameInAnyCase) {
  ChatRoom room;
  must_join(room, visitor("1", "secret of 1"), "\u00c4da");
  for (const char* name : {"\u00c4da", "\u00e4DA", " \u00e4da "}) {
    const auto result = room.join(visitor("2", "secret of 2"), name);
    ASSERT_TRUE(std::holds_alternative<Refusal>(result)) << name;
    EXPECT_EQ(std::get<Refusal>(result), Refusal::name_taken);
  }
  room.leave("1");
  must_join(room, visitor("2"), "\u00e4da");
}

TEST(ChatRoom, TheSamePersonTakesTheNameOver) {
  ChatRoom room;
  must_join(room, visitor("old", "secret"), "Ada");
  const Joined joined = must_join(room, visitor("new", "secret"), "Ada");
  EXPECT_TRUE(joined.was_here);
  EXPECT_EQ(joined.former_name, std::nullopt);
  EXPECT_EQ(joined.replaced_id, "old");
  EXPECT_EQ(room.leave("old"), std::nullopt);
  EXPECT_EQ(room.names(), Names{"Ada"});
  EXPECT_EQ(room.name_of("new"), "Ada");
}

TEST(ChatRoom, OthersAreToldOfANameThatOnlyChangesItsCase) {
  ChatRoom room;
  must_join(room, visitor("old", "secret"), "Ada");
  const Joined joined = must_join(room, visitor("new", "secret"), "ADA");
  EXPECT_FALSE(joined.was_here);
  EXPECT_EQ(joined.former_name, "Ada");
  EXPECT_EQ(joined.replaced_id, "old");
  EXPECT_EQ(room.names(), Names{"ADA"});
}

TEST(ChatRoom, ConnectionsWithoutASecretAreDifferentPeople) {
  ChatRoom room;
  must_join(room, visitor("1"), "Ada");
  EXPECT_TRUE(std::holds_alternative<Refusal>(room.join(visitor("2"), "Ada")));
}

TEST(ChatRoom, AskingTwiceChangesNothing) {
  ChatRoom room;
  EXPECT_FALSE(must_join(room, visitor("1"), "Ada").was_here);
  const Joined again = must_join(room, visitor("1"), "Ada");
  EXPECT_TRUE(again.was_here);
  EXPECT_EQ(again.replaced_id, std::nullopt);
  EXPECT_EQ(again.former_name, std::nullopt);
  EXPECT_EQ(room.names(), Names{"Ada"});
}

TEST(ChatRoom, AnotherNameFreesTheFormerOne) {
  ChatRoom room;
  must_join(room, visitor("1"), "Ada");
  EXPECT_EQ(must_join(room, visitor("1"), "Grace").former_name, "Ada");
  must_join(room, visitor("2"), "Ada");
  EXPECT_EQ(room.names(), (Names{"Ada", "Grace"}));
}

TEST(ChatRoom, HoldsALimitedNumberOfPeople) {
  ChatRoom room;
  for (std::size_t i = 0; i < people_limit; ++i)
    must_join(room, visitor(std::to_string(i)), "person " + std::to_string(i));
  const auto result = room.join(visitor("late"), "Late");
  ASSERT_TRUE(std::holds_alternative<Refusal>(result));
  EXPECT_EQ(std::get<Refusal>(result), Refusal::room_full);
  must_join(room, visitor("0"), "renamed");
  room.leave("1");
  must_join(room, visitor("late"), "Late");
}

TEST(ChatRoom, LimitsMessages) {
  EXPECT_EQ(refusal_of_message(""), Refusal::message_empty);
  EXPECT_EQ(refusal_of_message(" \n\t"), Refusal::message_empty);
  EXPECT_EQ(refusal_of_message(repeat("\u20ac", message_limit)), std::nullopt);
  EXPECT_EQ(refusal_of_message(repeat("\u20ac", message_limit + 1)), Refusal::message_too_long);
}

TEST(ChatRoom, TrimsMessagesAndKeepsTheirInside) {
  ChatRoom room;
  must_join(room, visitor("1"), "Ada");
  const auto result = room.check_message("1", "  <b>a\n b</b> \n");
  ASSERT_TRUE(std::holds_alternative<std::string>(result));
  EXPECT_EQ(std::get<std::string>(result), "<b>a\n b</b>");
}

TEST(ChatRoom, OnlyWhoIsInMaySpeak) {
  const ChatRoom room;
  const auto result = room.check_message("1", "hello");
  ASSERT_TRUE(std::holds_alternative<Refusal>(result));
  EXPECT_EQ(std::get<Refusal>(result), Refusal::not_joined);
}

}  // namespace
}  // namespace showcase
