// SPDX-License-Identifier: MIT
// The last messages of the chat, in the database. Every function throws DatabaseError when the file
// or the disk fails.
#pragma once

#include "database.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace showcase {

/// A message as it travels.
struct ChatMessage {
  std::int64_t id = 0;
  std::string username;
  std::string message;
  std::int64_t timestamp = 0;  // milliseconds since 1970
};

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ChatMessage, id, username, message, timestamp)

class ChatHistory {
 public:
  /// Messages before these are forgotten by forget_old().
  static constexpr std::int64_t kept = 10'000;

  explicit ChatHistory(Database& database);

  /// Stores it and gives it the next id.
  void append(ChatMessage& message);

  /// The file does not grow without end. Apart from append(), whose message is stored whether this
  /// works or not.
  void forget_old();

  /// Oldest first.
  std::vector<ChatMessage> latest(std::size_t count);

 private:
  Database& database_;
  Statement insert_;
  Statement forget_;
  Statement latest_;
};

}  // namespace showcase
