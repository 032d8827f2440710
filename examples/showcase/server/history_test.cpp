// SPDX-License-Identifier: MIT
#include "history.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace showcase {
namespace {

class HistoryTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "history-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path file() const { return folder_ / "chat.sqlite"; }

  void run_sql(const std::string& sql) const {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(file().c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(database);
  }

 private:
  std::filesystem::path folder_;
};

std::int64_t append(History& history, const std::string& text, std::int64_t at = 0) {
  Message message{.id = 0, .from = "Ada", .text = text, .at = at};
  history.append(message);
  return message.id;
}

std::vector<std::string> texts(const std::vector<Message>& messages) {
  std::vector<std::string> result;
  for (const Message& message : messages) result.push_back(message.text);
  return result;
}

TEST_F(HistoryTest, GivesTheLatestOldestFirst) {
  History history(file());
  EXPECT_TRUE(history.latest(10).empty());
  for (const char* text : {"one", "two", "three"}) append(history, text);
  EXPECT_EQ(texts(history.latest(2)), (std::vector<std::string>{"two", "three"}));
  EXPECT_EQ(history.latest(10).size(), 3U);
}

TEST_F(HistoryTest, OutlivesTheProgram) {
  const std::string text = "it's \"quoted\"; \u20ac \U0001F389 \n DROP TABLE message";
  std::int64_t id = 0;
  {
    History history(file());
    id = append(history, text, 1'700'000'000'123);
  }
  History history(file());
  const auto messages = history.latest(10);
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0].id, id);
  EXPECT_EQ(messages[0].from, "Ada");
  EXPECT_EQ(messages[0].text, text);
  EXPECT_EQ(messages[0].at, 1'700'000'000'123);
  EXPECT_GT(append(history, "next"), id);
}

TEST_F(HistoryTest, ForgetsWhatIsOld) {
  History history(file());
  append(history, "first");
  run_sql("UPDATE sqlite_sequence SET seq = " + std::to_string(History::kept - 1));
  append(history, "the last beside the first");
  history.forget_old();
  EXPECT_EQ(history.latest(10).size(), 2U);
  append(history, "one more");
  history.forget_old();
  EXPECT_EQ(texts(history.latest(10)),
            (std::vector<std::string>{"the last beside the first", "one more"}));
}

TEST_F(HistoryTest, StoresAlsoWhileItCannotForget) {
  History history(file());
  run_sql("CREATE TRIGGER stuck BEFORE DELETE ON message BEGIN SELECT RAISE(ABORT, 'stuck'); END");
  append(history, "first");
  run_sql("UPDATE sqlite_sequence SET seq = " + std::to_string(History::kept));
  append(history, "told to be stored");
  EXPECT_THROW(history.forget_old(), HistoryError);
  EXPECT_EQ(history.latest(10).size(), 2U);
  run_sql("DROP TRIGGER stuck");
  history.forget_old();
  EXPECT_EQ(texts(history.latest(10)), (std::vector<std::string>{"told to be stored"}));
}

TEST_F(HistoryTest, RefusesAFileOfANewerVersion) {
  { History history(file()); }
  run_sql("PRAGMA user_version = 2");
  EXPECT_THROW(History{file()}, HistoryError);
}

TEST_F(HistoryTest, RefusesAFileThatIsNoDatabase) {
  std::ofstream(file()) << std::string(4096, 'x');
  EXPECT_THROW(History{file()}, HistoryError);
}

TEST_F(HistoryTest, RefusesAFolderThatIsNotThere) {
  EXPECT_THROW(History{file().parent_path() / "missing" / "chat.sqlite"}, HistoryError);
}

TEST_F(HistoryTest, TellsWhenTheFileCannotBeWritten) {
  History history(file());
  run_sql("DROP TABLE message");
  EXPECT_THROW(append(history, "lost"), HistoryError);
}

}  // namespace
}  // namespace showcase
