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

std::string waiting(Mailbox& mailbox, const std::string& name) {
  return messages(mailbox.waiting(name, {0, mailbox.last_id()}));
}

std::string unread(Mailbox& mailbox, const std::string& name) {
  return messages(mailbox.unread(name, {0, mailbox.last_id()}));
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
  mailbox.add_person("\u00e4da");
  EXPECT_EQ(mailbox.people(9), (std::vector<std::string>{"\u00c4da", "Grace"}));
}

TEST_F(MailboxTest, ForgetsWhoCameLongAgo) {
  Database database(file());
  Mailbox mailbox(database);
  mailbox.add_person("Ada");
  mailbox.add_person("Grace");
  database.execute(
      "WITH RECURSIVE n (i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)"
      " INSERT INTO person (key, name) SELECT i, i FROM n");
  mailbox.add_person("Ada");
  EXPECT_EQ(mailbox.find_person("Grace"), "Grace");
  mailbox.add_person("one more");
  EXPECT_EQ(mailbox.find_person("Grace"), std::nullopt);
  EXPECT_EQ(mailbox.find_person("Ada"), "Ada");
  EXPECT_EQ(mailbox.find_person("3"), "3");
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
  EXPECT_EQ(waiting(mailbox, "Grace"), "one two ");
  mailbox.set_delivered(1);
  EXPECT_EQ(waiting(mailbox, "Grace"), "two ");
  EXPECT_EQ(waiting(mailbox, "Ada"), "aside ");
  EXPECT_EQ(unread(mailbox, "Grace"), "one two ");
}

TEST_F(MailboxTest, GivesWhatWaitsBitByBit) {
  Database database(file());
  Mailbox mailbox(database);
  EXPECT_EQ(mailbox.last_id(), 0);
  database.execute(
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 150)"
      " INSERT INTO letter (sender, recipient, text, at) SELECT 'Ada', 'Grace', i, i FROM n");
  EXPECT_EQ(mailbox.last_id(), 150);
  for (const auto give : {&Mailbox::waiting, &Mailbox::unread}) {
    const auto first = (mailbox.*give)("Grace", {0, 150});
    ASSERT_EQ(first.size(), 100U);
    EXPECT_EQ(first.front().message, "1");
    const auto rest = (mailbox.*give)("Grace", {first.back().id, 149});
    ASSERT_EQ(rest.size(), 49U);
    EXPECT_EQ(rest.front().message, "101");
    EXPECT_EQ(rest.back().message, "149");
  }
}

TEST_F(MailboxTest, KnowsWhatHasBeenRead) {
  Database database(file());
  Mailbox mailbox(database);
  const auto id = put(mailbox, "Ada", "Grace", "one");
  put(mailbox, "Ada", "Grace", "two");
  EXPECT_TRUE(mailbox.set_read(id));
  EXPECT_FALSE(mailbox.set_read(id));
  EXPECT_FALSE(mailbox.set_read(99));
  EXPECT_EQ(unread(mailbox, "Grace"), "two ");
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
