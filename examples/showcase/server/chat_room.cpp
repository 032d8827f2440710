// SPDX-License-Identifier: MIT
#include "chat_room.hpp"

#include "text.hpp"

#include <utility>

namespace showcase {
namespace {

std::optional<Refusal> check_name(std::u32string_view name) {
  if (name.empty()) return Refusal::name_empty;
  if (name.size() > name_limit) return Refusal::name_too_long;
  if (has_invisible(name)) return Refusal::name_invisible;
  return std::nullopt;
}

}  // namespace

std::string_view to_string(Refusal refusal) {
  switch (refusal) {
    case Refusal::name_empty:
      return "Please enter a name.";
    case Refusal::name_too_long:
      return "A name has at most 24 characters.";
    case Refusal::name_invisible:
      return "This name contains characters that nobody can see.";
    case Refusal::name_taken:
      return "This name is taken. Please choose another one.";
    case Refusal::room_full:
      return "The room is full. Please try again later.";
    case Refusal::not_joined:
      return "Please join first.";
    case Refusal::message_empty:
      return "Write something first.";
    case Refusal::message_too_long:
      return "A message has at most 2000 characters.";
  }
  return "Refused.";
}

std::string ChatRoom::key_of(std::string_view name) { return fold_case(trim(decode_utf8(name))); }

std::variant<Joined, Refusal> ChatRoom::join(const Visitor& visitor, std::string_view name) {
  const std::u32string characters = decode_utf8(name);
  const std::u32string_view trimmed = trim(characters);
  if (const auto refusal = check_name(trimmed)) return *refusal;

  const std::string key = fold_case(trimmed);
  Joined joined;
  joined.name = encode_utf8(trimmed);
  if (const auto holder = people_.find(key); holder != people_.end()) {
    const Visitor& other = holder->second.visitor;
    const bool same_connection = other.id == visitor.id;
    const bool same_person = !visitor.session.empty() && other.session == visitor.session;
    if (!same_connection && !same_person) return Refusal::name_taken;
    if (!same_connection) joined.replaced_id = other.id;
    joined.was_here = holder->second.name == joined.name;
    if (!joined.was_here) joined.former_name = holder->second.name;
    leave(std::string(other.id));
  } else if (people_.size() >= people_limit && !name_by_id_.contains(visitor.id)) {
    return Refusal::room_full;
  }
  if (auto former = leave(visitor.id)) joined.former_name = std::move(former);
  name_by_id_.emplace(visitor.id, key);
  people_.emplace(key, Person{visitor, joined.name});
  return joined;
}

std::optional<std::string> ChatRoom::leave(const std::string& id) {
  const auto found = name_by_id_.find(id);
  if (found == name_by_id_.end()) return std::nullopt;
  auto person = people_.extract(found->second);
  name_by_id_.erase(found);
  return std::move(person.mapped().name);
}

std::variant<std::string, Refusal> ChatRoom::check_message(const std::string& id,
                                                           std::string_view text) const {
  if (!name_by_id_.contains(id)) return Refusal::not_joined;
  const std::u32string characters = decode_utf8(text);
  const std::u32string_view trimmed = trim(characters);
  if (trimmed.empty()) return Refusal::message_empty;
  if (trimmed.size() > message_limit) return Refusal::message_too_long;
  return encode_utf8(trimmed);
}

std::optional<std::string> ChatRoom::name_of(const std::string& id) const {
  const auto found = name_by_id_.find(id);
  if (found == name_by_id_.end()) return std::nullopt;
  return people_.at(found->second).name;
}

std::vector<std::string> ChatRoom::names() const {
  std::vector<std::string> names;
  names.reserve(people_.size());
  for (const auto& [key, person] : people_) names.push_back(person.name);
  return names;
}

}  // namespace showcase
