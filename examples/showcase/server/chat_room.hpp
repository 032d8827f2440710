// SPDX-License-Identifier: MIT
// The rules of the chat room: who is in it, under which name, and what may be said. It knows
// connections only by their id and does no I/O, so that it can be tested by itself.
//
// One thread at a time.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

namespace showcase {

inline constexpr std::size_t name_limit = 24;       // characters
inline constexpr std::size_t message_limit = 2000;  // characters
inline constexpr std::size_t people_limit = 1000;

/// Why something was refused.
enum class Refusal {
  name_empty,
  name_too_long,
  name_invisible,
  name_taken,
  room_full,
  not_joined,
  message_empty,
  message_too_long,
};

/// A sentence for the person who is refused.
std::string_view to_string(Refusal refusal);

/// A connection that has asked to join.
struct Visitor {
  std::string id;
  /// Secret of the browser's tab, empty if it has none: who shows the same one is the same person,
  /// and takes the name over from an old connection that may only seem to be alive.
  std::string session;
};

struct Joined {
  std::string name;
  /// This person had the name already: from an older connection, or asked twice.
  bool was_here = false;
  /// The older connection, which is out now.
  std::optional<std::string> replaced_id;
  /// Another name that this person had until now, if only by the case of its letters.
  std::optional<std::string> former_name;
};

class ChatRoom {
 public:
  /// Names with the same key are one name.
  static std::string key_of(std::string_view name);

  std::variant<Joined, Refusal> join(const Visitor& visitor, std::string_view name);

  /// The name that is free now; none if the connection was not in the room.
  std::optional<std::string> leave(const std::string& id);

  /// The text as it is to be told to all: trimmed, and within the limits.
  std::variant<std::string, Refusal> check_message(const std::string& id,
                                                   std::string_view text) const;

  std::optional<std::string> name_of(const std::string& id) const;

  /// In alphabetical order.
  std::vector<std::string> names() const;

 private:
  struct Person {
    Visitor visitor;
    std::string name;
  };

  std::map<std::string, Person> people_;                     // by folded name
  std::unordered_map<std::string, std::string> name_by_id_;  // folded names
};

}  // namespace showcase
