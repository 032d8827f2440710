// SPDX-License-Identifier: MIT
#include "database.hpp"

#include "database_fixture.hpp"

#include <fstream>

namespace showcase {
namespace {

TEST_F(DatabaseTest, GivesBackWhatItWasGiven) {
  const std::string text = "it's \"quoted\"; \u20ac \U0001F389 \n DROP TABLE thing";
  Database database(file());
  database.execute("CREATE TABLE thing (number INTEGER, text TEXT)");
  Statement insert = database.prepare("INSERT INTO thing VALUES (?1, ?2)");
  insert.run(std::int64_t{1} << 40, text);
  EXPECT_EQ(database.last_id(), 1);
  insert.run(std::int64_t{-1}, std::string_view());
  EXPECT_EQ(database.last_id(), 2);

  Statement select = database.prepare("SELECT number, text FROM thing WHERE number <> ?1");
  Rows rows = select.query(std::int64_t{7});
  ASSERT_TRUE(rows.next());
  EXPECT_EQ(rows.integer(0), std::int64_t{1} << 40);
  EXPECT_EQ(rows.text(1), text);
  ASSERT_TRUE(rows.next());
  EXPECT_EQ(rows.text(1), "");
  EXPECT_FALSE(rows.next());
}

TEST_F(DatabaseTest, AStatementIsReadyAgainWhateverHappened) {
  Database database(file());
  database.execute("CREATE TABLE thing (id INTEGER PRIMARY KEY)");
  Statement insert = database.prepare("INSERT INTO thing VALUES (?1)");
  insert.run(std::int64_t{1});
  EXPECT_THROW(insert.run(std::int64_t{1}), DatabaseError);
  insert.run(std::int64_t{2});
  Statement select = database.prepare("SELECT id FROM thing ORDER BY id");
  for (int time = 0; time < 2; ++time) {
    Rows rows = select.query();
    ASSERT_TRUE(rows.next());
    EXPECT_EQ(rows.integer(0), 1);
  }
}

TEST_F(DatabaseTest, SaysWhatCouldNotBeDone) {
  Database database(file());
  try {
    database.prepare("SELECT * FROM nowhere");
    FAIL();
  } catch (const DatabaseError& error) {
    EXPECT_STREQ(error.what(), "cannot prepare SELECT * FROM nowhere: no such table: nowhere");
  }
}

TEST_F(DatabaseTest, IsItsOwnersAlone) {
  Database database(file());
  database.execute("CREATE TABLE thing (id INTEGER PRIMARY KEY)");
  namespace fs = std::filesystem;
  for (const auto& entry : fs::directory_iterator(file().parent_path()))
    EXPECT_EQ(entry.status().permissions(), fs::perms::owner_read | fs::perms::owner_write)
        << entry;
}

TEST_F(DatabaseTest, RefusesAFileOfANewerVersion) {
  { const Database database(file()); }
  run_sql("PRAGMA user_version = 2");
  EXPECT_THROW(Database{file()}, DatabaseError);
}

TEST_F(DatabaseTest, RefusesAFileThatIsNoDatabase) {
  std::ofstream(file()) << std::string(4096, 'x');
  EXPECT_THROW(Database{file()}, DatabaseError);
}

TEST_F(DatabaseTest, RefusesAFolderThatIsNotThere) {
  EXPECT_THROW(Database{file().parent_path() / "missing" / "showcase.sqlite"}, DatabaseError);
}

}  // namespace
}  // namespace showcase
