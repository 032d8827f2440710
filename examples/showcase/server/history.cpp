// SPDX-License-Identifier: MIT
#include "history.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <string_view>

namespace showcase {
namespace {

constexpr int newest_schema = 1;
constexpr int busy_timeout = 2000;  // milliseconds, while another process has the file locked

/// A statement in use: whatever happens, it is ready for its next use afterwards.
class Use {
 public:
  explicit Use(sqlite3_stmt* statement) : statement_(statement) {}
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  ~Use() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }

  void bind(int index, std::int64_t value) { sqlite3_bind_int64(statement_, index, value); }
  /// `text` must outlive this use.
  void bind(int index, std::string_view text) {
    const int length = static_cast<int>(text.size());
    sqlite3_bind_text(statement_, index, text.data(), length, SQLITE_STATIC);
  }
  int step() { return sqlite3_step(statement_); }
  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  std::string text(int column) const {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    const auto length = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return bytes ? std::string(bytes, length) : std::string();
  }

 private:
  sqlite3_stmt* statement_;
};

}  // namespace

void History::Close::operator()(sqlite3* database) const { sqlite3_close(database); }
void History::Close::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

History::History(const std::filesystem::path& file) {
  open(file);
  migrate();
  insert_ = prepare("INSERT INTO message (sender, text, at) VALUES (?1, ?2, ?3)");
  forget_ = prepare("DELETE FROM message WHERE id <= (SELECT max(id) FROM message) - ?1");
  latest_ = prepare("SELECT id, sender, text, at FROM message ORDER BY id DESC LIMIT ?1");
}

void History::append(Message& message) {
  Use insert(insert_.get());
  insert.bind(1, message.from);
  insert.bind(2, message.text);
  insert.bind(3, message.at);
  if (insert.step() != SQLITE_DONE) fail("store a message");
  message.id = sqlite3_last_insert_rowid(database_.get());
}

void History::forget_old() {
  Use forget(forget_.get());
  forget.bind(1, kept);
  if (forget.step() != SQLITE_DONE) fail("forget old messages");
}

std::vector<Message> History::latest(std::size_t count) {
  Use select(latest_.get());
  select.bind(1, static_cast<std::int64_t>(count));
  std::vector<Message> messages;
  int state = SQLITE_ROW;
  while ((state = select.step()) == SQLITE_ROW) {
    messages.push_back({.id = select.integer(0),
                        .from = select.text(1),
                        .text = select.text(2),
                        .at = select.integer(3)});
  }
  if (state != SQLITE_DONE) fail("read the messages");
  std::reverse(messages.begin(), messages.end());
  return messages;
}

void History::open(const std::filesystem::path& file) {
  sqlite3* database = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int result = sqlite3_open_v2(file.c_str(), &database, flags, nullptr);
  database_.reset(database);
  if (result != SQLITE_OK) fail(("open " + file.string()).c_str());
  sqlite3_busy_timeout(database, busy_timeout);
  // A crash of the machine may lose the last messages, never the file: good enough for a chat, and
  // it spares the event loop a wait for the disk at every message.
  execute("PRAGMA journal_mode = WAL");
  execute("PRAGMA synchronous = NORMAL");
}

void History::migrate() {
  execute("BEGIN IMMEDIATE");
  const int version = schema_version();
  if (version > newest_schema) {
    throw HistoryError("the database has schema version " + std::to_string(version) +
                       ", this program knows versions up to " + std::to_string(newest_schema));
  }
  if (version == 0) {
    // AUTOINCREMENT: an id is never given twice, also after the last message has been forgotten.
    execute(
        "CREATE TABLE message ("
        " id INTEGER PRIMARY KEY AUTOINCREMENT,"
        " sender TEXT NOT NULL,"
        " text TEXT NOT NULL,"
        " at INTEGER NOT NULL);"
        "PRAGMA user_version = 1");
  }
  execute("COMMIT");
}

int History::schema_version() {
  const Statement statement = prepare("PRAGMA user_version");
  Use select(statement.get());
  if (select.step() != SQLITE_ROW) fail("read the schema version");
  return static_cast<int>(select.integer(0));
}

void History::execute(const char* sql) {
  if (sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    fail("prepare the database");
}

History::Statement History::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  const unsigned flags = SQLITE_PREPARE_PERSISTENT;
  if (sqlite3_prepare_v3(database_.get(), sql, -1, flags, &statement, nullptr) != SQLITE_OK)
    fail("prepare a statement");
  return Statement(statement);
}

void History::fail(const char* doing) const {
  const char* why = database_ ? sqlite3_errmsg(database_.get()) : "out of memory";
  throw HistoryError(std::string("cannot ") + doing + ": " + why);
}

}  // namespace showcase
