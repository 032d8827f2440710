// SPDX-License-Identifier: MIT
#include "mailbox.hpp"

#include "text.hpp"

#include <algorithm>

namespace showcase {
namespace {

Database& with_tables(Database& database) {
  database.execute(
      "CREATE TABLE IF NOT EXISTS person ("
      " id INTEGER PRIMARY KEY AUTOINCREMENT,"
      " key TEXT NOT NULL UNIQUE,"  // the folded name
      " name TEXT NOT NULL);"
      "CREATE TABLE IF NOT EXISTS letter ("
      " id INTEGER PRIMARY KEY AUTOINCREMENT,"
      " sender TEXT NOT NULL,"
      " recipient TEXT NOT NULL,"
      " text TEXT NOT NULL,"
      " at INTEGER NOT NULL,"
      " delivered INTEGER NOT NULL DEFAULT 0,"
      " read INTEGER NOT NULL DEFAULT 0);"
      "CREATE INDEX IF NOT EXISTS letter_recipient ON letter (recipient);"
      "CREATE INDEX IF NOT EXISTS letter_sender ON letter (sender)");
  return database;
}

std::string key_of(std::string_view name) { return fold_case(decode_utf8(name)); }

template <class... Values>
std::vector<Letter> select(Statement& statement, const Values&... values) {
  std::vector<Letter> letters;
  Rows rows = statement.query(values...);
  while (rows.next()) {
    letters.push_back({.id = rows.integer(0),
                       .from = rows.text(1),
                       .to = rows.text(2),
                       .message = rows.text(3),
                       .timestamp = rows.integer(4),
                       .read = rows.integer(5) != 0});
  }
  return letters;
}

}  // namespace

Mailbox::Mailbox(Database& database)
    : database_(with_tables(database)),
      add_person_(database.prepare("INSERT OR REPLACE INTO person (key, name) VALUES (?1, ?2)")),
      forget_person_(database.prepare("DELETE FROM person WHERE id = (SELECT min(id) FROM person)"
                                      " AND (SELECT count(*) FROM person) > ?1")),
      find_person_(database.prepare("SELECT name FROM person WHERE key = ?1")),
      people_(database.prepare("SELECT name FROM person ORDER BY id DESC LIMIT ?1")),
      put_(database.prepare(
          "INSERT INTO letter (sender, recipient, text, at) VALUES (?1, ?2, ?3, ?4)")),
      forget_(database.prepare("DELETE FROM letter WHERE id <= (SELECT max(id) FROM letter) - ?1")),
      waiting_(database.prepare("SELECT id, sender, recipient, text, at, read FROM letter"
                                " WHERE recipient = ?1 AND NOT delivered AND id > ?2 AND id <= ?3"
                                " ORDER BY id LIMIT ?4")),
      unread_(database.prepare("SELECT id, sender, recipient, text, at, read FROM letter"
                               " WHERE recipient = ?1 AND NOT read AND id > ?2 AND id <= ?3"
                               " ORDER BY id LIMIT ?4")),
      latest_(database.prepare("SELECT id, sender, recipient, text, at, read FROM letter"
                               " WHERE recipient = ?1 OR sender = ?1 ORDER BY id DESC LIMIT ?2")),
      last_id_(database.prepare("SELECT max(id) FROM letter")),
      set_delivered_(database.prepare("UPDATE letter SET delivered = 1 WHERE id = ?1")),
      set_read_(
          database.prepare("UPDATE letter SET read = 1 WHERE id = ?1 AND NOT read RETURNING id")) {}

std::string Mailbox::add_person(std::string_view name) {
  const std::string known = find_person(name).value_or(std::string(name));
  add_person_.run(key_of(name), known);
  forget_person_.run(people_limit);
  return known;
}

std::optional<std::string> Mailbox::find_person(std::string_view name) {
  Rows rows = find_person_.query(key_of(name));
  if (!rows.next()) return std::nullopt;
  return rows.text(0);
}

std::vector<std::string> Mailbox::people(std::size_t count) {
  std::vector<std::string> names;
  for (Rows rows = people_.query(static_cast<std::int64_t>(count)); rows.next();)
    names.push_back(rows.text(0));
  return names;
}

void Mailbox::put(Letter& letter) {
  const Turn turn = database_.take_turn();
  put_.run(letter.from, letter.to, letter.message, letter.timestamp);
  letter.id = database_.last_id();
  forget_.run(kept);
}

std::vector<Letter> Mailbox::waiting(std::string_view name, Between ids) {
  return select(waiting_, name, ids.after, ids.last, letters_at_once);
}

std::vector<Letter> Mailbox::unread(std::string_view name, Between ids) {
  return select(unread_, name, ids.after, ids.last, letters_at_once);
}

std::int64_t Mailbox::last_id() {
  Rows rows = last_id_.query();
  return rows.next() ? rows.integer(0) : 0;
}

std::vector<Letter> Mailbox::latest(std::string_view name, std::size_t count) {
  auto letters = select(latest_, name, static_cast<std::int64_t>(count));
  std::reverse(letters.begin(), letters.end());
  return letters;
}

void Mailbox::set_delivered(std::int64_t id) { set_delivered_.run(id); }

bool Mailbox::set_read(std::int64_t id) { return set_read_.query(id).next(); }

}  // namespace showcase
