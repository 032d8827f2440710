// SPDX-License-Identifier: MIT
#include "database.hpp"

#include <sqlite3.h>

#include <fcntl.h>
#include <unistd.h>

namespace showcase {
namespace {

constexpr int newest_schema = 1;
constexpr int busy_timeout = 2000;  // milliseconds, while another process has the file locked

[[noreturn]] void fail(sqlite3* database, std::string_view doing) {
  const char* why = database ? sqlite3_errmsg(database) : "out of memory";
  throw DatabaseError("cannot " + std::string(doing) + ": " + why);
}

/// SQLite gives its own files beside it the same mode.
void make_for_its_owner_alone(const std::filesystem::path& file) {
  if (file == ":memory:") return;
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor >= 0) ::close(descriptor);  // else SQLite says what is wrong
}

}  // namespace

// --- Turn ---

Turn::Turn(sqlite3* database) : database_(database) {
  sqlite3_mutex_enter(sqlite3_db_mutex(database_));
}

Turn::Turn(sqlite3_stmt* statement) : Turn(sqlite3_db_handle(statement)) {}

Turn::~Turn() { sqlite3_mutex_leave(sqlite3_db_mutex(database_)); }

// --- Rows ---

Rows::~Rows() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

bool Rows::next() {
  const int state = sqlite3_step(statement_);
  if (state == SQLITE_ROW) return true;
  if (state == SQLITE_DONE) return false;
  fail(sqlite3_db_handle(statement_), std::string("run ") + sqlite3_sql(statement_));
}

std::int64_t Rows::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string Rows::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  const auto length = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return bytes ? std::string(bytes, length) : std::string();
}

void Rows::bind(int index, std::int64_t value) { sqlite3_bind_int64(statement_, index, value); }

void Rows::bind(int index, std::string_view text) {
  const int length = static_cast<int>(text.size());
  sqlite3_bind_text(statement_, index, text.data(), length, SQLITE_TRANSIENT);
}

// --- Statement and Database ---

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

void Database::Close::operator()(sqlite3* database) const { sqlite3_close(database); }

Database::Database(const std::filesystem::path& file) {
  make_for_its_owner_alone(file);
  sqlite3* database = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX;
  const int result = sqlite3_open_v2(file.c_str(), &database, flags, nullptr);
  database_.reset(database);
  if (result != SQLITE_OK) fail(database, "open " + file.string());
  sqlite3_busy_timeout(database, busy_timeout);
  // A crash of the machine may lose the last changes, never the file: good enough for a showcase,
  // and it spares the event loop a wait for the disk at every one of them.
  execute("PRAGMA journal_mode = WAL");
  execute("PRAGMA synchronous = NORMAL");
  check_version();
}

void Database::check_version() {
  Statement statement = prepare("PRAGMA user_version");
  Rows rows = statement.query();
  const auto version = rows.next() ? rows.integer(0) : 0;
  if (version > newest_schema) {
    throw DatabaseError("the database has schema version " + std::to_string(version) +
                        ", this program knows versions up to " + std::to_string(newest_schema));
  }
  if (version == 0) execute("PRAGMA user_version = 1");
}

void Database::execute(const char* sql) {
  if (sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    fail(database_.get(), "prepare the database");
}

Statement Database::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  const unsigned flags = SQLITE_PREPARE_PERSISTENT;
  if (sqlite3_prepare_v3(database_.get(), sql, -1, flags, &statement, nullptr) != SQLITE_OK)
    fail(database_.get(), std::string("prepare ") + sql);
  return Statement(statement);
}

std::int64_t Database::last_id() const { return sqlite3_last_insert_rowid(database_.get()); }

}  // namespace showcase
