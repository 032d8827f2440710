// SPDX-License-Identifier: MIT
#include "mailbox.hpp"

#include "database_fixture.hpp"

namespace showcase {
namespace {

class MailboxTest : public DatabaseTest {};

std::int64_t put(Mailbox& mailbox, const std::string& from, const std::string& to,
                 const std::string& message) {
  Letter letter{.id = 0, .from = from, .to = to, .message = message, .timestamp = 7, .read = false};
  mailbox.put(letter);
  return letter.id;
}

std::string messages(const std::vector<Letter>& letters) {
  std::string text;
  for (const Letter& letter : letters) text += letter.message + " ";
  return text;
}

TEST_F(MailboxTest, KnowsPeopleWhateverTheCaseOfTheirNames) {
  Database database(file());
  Mailbox mailbox(database);
  EXPECT_EQ(mailbox.find_person("Ada"), std::nullopt);
  EXPECT_EQ(mailbox.add_person("\u00c4da"), "\u00c4da");
  EXPECT_EQ(mailbox.add_person("\u00e4DA"), "\u00c4da");
  EXPECT_EQ(mailbox.find_person("\u00e4da"), "\u00c4da");
  mailbox.add_person("Grace");
  EXPECT_EQ(mailbox.people(9), (std::vector<std::string>{"Grace", "\u00c4da"}));
  EXPECT_EQ(mailbox.people(1), (std::vector<std::string>{"Grace"}));
}

TEST_F(MailboxTest, LimitsHowManyPeopleItKnows) {
  Database database(file());
  Mailbox mailbox(database);
  mailbox.add_person("Ada");
  database.execute(
      "WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)"
      " INSERT INTO person (key, name) SELECT i, i FROM n");
  EXPECT_EQ(mailbox.add_person("one too many"), std::nullopt);
  EXPECT_EQ(mailbox.add_person("Ada"), "Ada");
}

TEST_F(MailboxTest, KeepsWhatWaits) {
  {
    Database database(file());
    Mailbox mailbox(database);
    put(mailbox, "Ada", "Grace", "one");
    put(mailbox, "Grace", "Ada", "aside");
    put(mailbox, "Ada", "Grace", "two");
  }
  Database database(file());
  Mailbox mailbox(database);
  EXPECT_EQ(messages(mailbox.waiting("Grace")), "one two ");
  mailbox.set_delivered("Grace");
  EXPECT_EQ(messages(mailbox.waiting("Grace")), "");
  EXPECT_EQ(messages(mailbox.waiting("Ada")), "aside ");
  EXPECT_EQ(messages(mailbox.unread("Grace")), "one two ");
}

TEST_F(MailboxTest, KnowsWhatHasBeenRead) {
  Database database(file());
  Mailbox mailbox(database);
  const auto id = put(mailbox, "Ada", "Grace", "one");
  put(mailbox, "Ada", "Grace", "two");
  EXPECT_TRUE(mailbox.set_read(id));
  EXPECT_FALSE(mailbox.set_read(id));
  EXPECT_FALSE(mailbox.set_read(99));
  EXPECT_EQ(messages(mailbox.unread("Grace")), "two ");
  const auto letters = mailbox.latest("Grace", 9);
  ASSERT_EQ(letters.size(), 2U);
  EXPECT_TRUE(letters[0].read);
  EXPECT_FALSE(letters[1].read);
}

TEST_F(MailboxTest, GivesTheLatestOfBothDirections) {
  Database database(file());
  Mailbox mailbox(database);
  put(mailbox, "Ada", "Grace", "one");
  put(mailbox, "Grace", "Ada", "two");
  put(mailbox, "Ada", "Linus", "three");
  EXPECT_EQ(messages(mailbox.latest("Ada", 9)), "one two three ");
  EXPECT_EQ(messages(mailbox.latest("Ada", 2)), "two three ");
  EXPECT_EQ(messages(mailbox.latest("Linus", 9)), "three ");
}

TEST_F(MailboxTest, ForgetsWhatIsOld) {
  Database database(file());
  Mailbox mailbox(database);
  put(mailbox, "Ada", "Grace", "first");
  database.execute("UPDATE sqlite_sequence SET seq = 10000 WHERE name = 'letter'");
  put(mailbox, "Ada", "Grace", "last");
  EXPECT_EQ(messages(mailbox.latest("Ada", 9)), "last ");
}

}  // namespace
}  // namespace showcase
