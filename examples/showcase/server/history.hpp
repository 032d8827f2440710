// SPDX-License-Identifier: MIT
// The last messages, in an SQLite file that outlives the server. Statements are prepared once; the
// file says which version of the schema it has, and a file of a newer version is refused.
//
// Opened by the constructor, closed by the destructor. Every function throws HistoryError when the
// file or the disk fails. One thread at a time.
#pragma once

#include "message.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace showcase {

struct HistoryError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class History {
 public:
  /// Messages before these are forgotten by forget_old().
  static constexpr std::int64_t kept = 10'000;

  /// Creates the file if there is none; its folder must exist.
  explicit History(const std::filesystem::path& file);

  /// Stores it and gives it the next id.
  void append(Message& message);

  /// The file does not grow without end. Apart from append(), whose message is stored whether this
  /// works or not.
  void forget_old();

  /// Oldest first.
  std::vector<Message> latest(std::size_t count);

 private:
  struct Close {
    void operator()(sqlite3* database) const;
    void operator()(sqlite3_stmt* statement) const;
  };
  using Statement = std::unique_ptr<sqlite3_stmt, Close>;

  void open(const std::filesystem::path& file);
  void migrate();
  int schema_version();
  void execute(const char* sql);
  Statement prepare(const char* sql);
  [[noreturn]] void fail(const char* doing) const;

  std::unique_ptr<sqlite3, Close> database_;
  Statement insert_;
  Statement forget_;
  Statement latest_;
};

}  // namespace showcase
