// SPDX-License-Identifier: MIT
// One SQLite file for all applications. Each makes the tables it needs if they are missing, and
// prepares its statements once.
//
//   Statement latest = database.prepare("SELECT id, text FROM message LIMIT ?1");
//   for (Rows rows = latest.query(100); rows.next();) show(rows.integer(0), rows.text(1));
//
// Opened by the constructor, closed by the destructor, after the last of its statements. Every
// function throws DatabaseError when the file or the disk fails. Any thread may use the statements: one at a
// time has its turn, from a query until its Rows are destroyed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace showcase {

struct DatabaseError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// While it lives, the statements of other threads wait. A thread may have several at a time.
class Turn {
 public:
  explicit Turn(sqlite3* database);
  explicit Turn(sqlite3_stmt* statement);
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn();

 private:
  sqlite3* database_;
};

/// A statement in use: whatever happens, it is ready for its next use afterwards.
class Rows {
 public:
  /// `values` are those of ?1, ?2, …: integers and texts.
  template <class... Values>
  explicit Rows(sqlite3_stmt* statement, const Values&... values)
      : turn_(statement), statement_(statement) {
    int index = 0;
    (bind(++index, values), ...);
  }
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  ~Rows();

  /// Goes to the next row, the first one at first; false behind the last one.
  bool next();
  std::int64_t integer(int column) const;
  std::string text(int column) const;

 private:
  void bind(int index, std::int64_t value);
  void bind(int index, std::string_view text);

  Turn turn_;
  sqlite3_stmt* statement_;
};

class Statement {
 public:
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  template <class... Values>
  Rows query(const Values&... values) {
    return Rows(statement_.get(), values...);
  }
  /// For what has no rows to read.
  template <class... Values>
  void run(const Values&... values) {
    query(values...).next();
  }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class Database {
 public:
  /// Creates the file, with mode 600, if there is none; its folder must exist. Refuses a file of a newer version of
  /// this program.
  explicit Database(const std::filesystem::path& file);

  /// One or several statements without values or rows.
  void execute(const char* sql);
  Statement prepare(const char* sql);

  /// For statements that belong together.
  Turn take_turn() const { return Turn(database_.get()); }

  /// Of the row that was inserted last, in the same turn.
  std::int64_t last_id() const;

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };

  void check_version();

  std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace showcase
