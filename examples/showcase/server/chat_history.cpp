// SPDX-License-Identifier: MIT
#include "chat_history.hpp"

#include <algorithm>

namespace showcase {
namespace {

Database& with_table(Database& database) {
  // AUTOINCREMENT: an id is never given twice, also after the last message has been forgotten.
  database.execute(
      "CREATE TABLE IF NOT EXISTS message ("
      " id INTEGER PRIMARY KEY AUTOINCREMENT,"
      " sender TEXT NOT NULL,"
      " text TEXT NOT NULL,"
      " at INTEGER NOT NULL)");
  return database;
}

}  // namespace

ChatHistory::ChatHistory(Database& database)
    : database_(with_table(database)),
      insert_(database.prepare("INSERT INTO message (sender, text, at) VALUES (?1, ?2, ?3)")),
      forget_(
          database.prepare("DELETE FROM message WHERE id <= (SELECT max(id) FROM message) - ?1")),
      latest_(
          database.prepare("SELECT id, sender, text, at FROM message ORDER BY id DESC LIMIT ?1")) {}

void ChatHistory::append(ChatMessage& message) {
  const Turn turn = database_.take_turn();
  insert_.run(message.username, message.message, message.timestamp);
  message.id = database_.last_id();
}

void ChatHistory::forget_old() { forget_.run(kept); }

std::vector<ChatMessage> ChatHistory::latest(std::size_t count) {
  std::vector<ChatMessage> messages;
  for (Rows rows = latest_.query(static_cast<std::int64_t>(count)); rows.next();) {
    messages.push_back({.id = rows.integer(0),
                        .username = rows.text(1),
                        .message = rows.text(2),
                        .timestamp = rows.integer(3)});
  }
  std::reverse(messages.begin(), messages.end());
  return messages;
}

}  // namespace showcase
