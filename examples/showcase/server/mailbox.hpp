// SPDX-License-Identifier: MIT
// Who has ever given a name, and what they wrote to each other, in the database. Names are the same
// whatever the case of their letters. Every function throws DatabaseError when the file or the disk
// fails.
#pragma once

#include "database.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace showcase {

struct Letter {
  std::int64_t id = 0;
  std::string from, to, message;
  std::int64_t timestamp = 0;  // milliseconds since 1970
  bool read = false;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Letter, id, from, to, message, timestamp, read)

/// Ids of letters: those above `after`, up to `last`.
struct Between {
  std::int64_t after, last;
};

class Mailbox {
 public:
  /// People who came before these are forgotten.
  static constexpr std::int64_t people_limit = 10'000;
  /// Letters before these are forgotten.
  static constexpr std::int64_t kept = 10'000;
  /// That waiting() and unread() give at most.
  static constexpr std::int64_t letters_at_once = 100;

  explicit Mailbox(Database& database);

  /// Somebody has come. The name as it was written first.
  std::string add_person(std::string_view name);
  /// The same for somebody who is known.
  std::optional<std::string> find_person(std::string_view name);
  /// Those who came last, first.
  std::vector<std::string> people(std::size_t count);

  /// Stores it and gives it the next id.
  void put(Letter& letter);
  /// What has come while nobody was there to take it, the oldest first.
  std::vector<Letter> waiting(std::string_view name, Between ids);
  std::vector<Letter> unread(std::string_view name, Between ids);
  /// Of the letter that was put last; 0 if there is none.
  std::int64_t last_id();
  /// To and from this person, the oldest of the last `count` first.
  std::vector<Letter> latest(std::string_view name, std::size_t count);

  /// It has been sent.
  void set_delivered(std::int64_t id);
  /// True for the first time.
  bool set_read(std::int64_t id);

 private:
  Database& database_;
  Statement add_person_, forget_person_, find_person_, people_;
  Statement put_, forget_, waiting_, unread_, latest_, last_id_, set_delivered_, set_read_;
};

}  // namespace showcase
