// SPDX-License-Identifier: MIT
#include "chat_history.hpp"

#include "database_fixture.hpp"

#include <gtest/gtest.h>

namespace showcase {
namespace {

class ChatHistoryTest : public DatabaseTest {};

std::int64_t append(ChatHistory& history, const std::string& text, std::int64_t at = 0) {
  ChatMessage message{.id = 0, .username = "Ada", .message = text, .timestamp = at};
  history.append(message);
  return message.id;
}

std::vector<std::string> texts(const std::vector<ChatMessage>& messages) {
  std::vector<std::string> result;
  for (const ChatMessage& message : messages) result.push_back(message.message);
  return result;
}

TEST_F(ChatHistoryTest, GivesTheLatestOldestFirst) {
  Database database(file());
  ChatHistory history(database);
  EXPECT_TRUE(history.latest(10).empty());
  for (const char* text : {"one", "two", "three"}) append(history, text);
  EXPECT_EQ(texts(history.latest(2)), (std::vector<std::string>{"two", "three"}));
  EXPECT_EQ(history.latest(10).size(), 3U);
}

TEST_F(ChatHistoryTest, OutlivesTheProgram) {
  const std::string text = "it's \"quoted\"; \u20ac \U0001F389 \n DROP TABLE message";
  std::int64_t id = 0;
  {
    Database database(file());
    ChatHistory history(database);
    id = append(history, text, 1'700'000'000'123);
  }
  Database database(file());
  ChatHistory history(database);
  const auto messages = history.latest(10);
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0].id, id);
  EXPECT_EQ(messages[0].username, "Ada");
  EXPECT_EQ(messages[0].message, text);
  EXPECT_EQ(messages[0].timestamp, 1'700'000'000'123);
  EXPECT_GT(append(history, "next"), id);
}

TEST_F(ChatHistoryTest, ForgetsWhatIsOld) {
  Database database(file());
  ChatHistory history(database);
  append(history, "first");
  run_sql("UPDATE sqlite_sequence SET seq = " + std::to_string(ChatHistory::kept - 1));
  append(history, "the last beside the first");
  history.forget_old();
  EXPECT_EQ(history.latest(10).size(), 2U);
  append(history, "one more");
  history.forget_old();
  EXPECT_EQ(texts(history.latest(10)),
            (std::vector<std::string>{"the last beside the first", "one more"}));
}

TEST_F(ChatHistoryTest, StoresAlsoWhileItCannotForget) {
  Database database(file());
  ChatHistory history(database);
  run_sql("CREATE TRIGGER stuck BEFORE DELETE ON message BEGIN SELECT RAISE(ABORT, 'stuck'); END");
  append(history, "first");
  run_sql("UPDATE sqlite_sequence SET seq = " + std::to_string(ChatHistory::kept));
  append(history, "told to be stored");
  EXPECT_THROW(history.forget_old(), DatabaseError);
  EXPECT_EQ(history.latest(10).size(), 2U);
  run_sql("DROP TRIGGER stuck");
  history.forget_old();
  EXPECT_EQ(texts(history.latest(10)), (std::vector<std::string>{"told to be stored"}));
}

TEST_F(ChatHistoryTest, TellsWhenTheFileCannotBeWritten) {
  Database database(file());
  ChatHistory history(database);
  run_sql("DROP TABLE message");
  EXPECT_THROW(append(history, "lost"), DatabaseError);
}

}  // namespace
}  // namespace showcase
