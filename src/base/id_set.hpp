// SPDX-License-Identifier: MIT
// IdSet<T>: shared objects, each found by what its id() returns, which never changes. A node is the
// pointer and nothing else: a map would keep a view of the id and its hash as well, for each of many
// thousands of objects.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <unordered_set>

namespace socketio {

template <class T>
struct ById {
  using is_transparent = void;

  static std::string_view id_of(std::string_view id) noexcept { return id; }
  static std::string_view id_of(const std::shared_ptr<T>& object) noexcept { return object->id(); }

  std::size_t operator()(const auto& object) const noexcept { return hash_of(id_of(object)); }
  bool operator()(const auto& one, const auto& other) const noexcept {
    return id_of(one) == id_of(other);
  }

 private:
  /// Quicker than the standard one: a table without hashes computes those of an object's neighbours,
  /// too. Ids come from us or from the application.
  static std::size_t hash_of(std::string_view id) noexcept {
    std::uint64_t hash = id.size();
    const auto add = [&](std::uint64_t word) {
      hash = (hash ^ word) * 0x9e37'79b9'7f4a'7c15;  // odd, with bits all over it
      hash ^= hash >> 32;
    };
    const auto word_at = [&](std::size_t position) {
      std::uint64_t word;
      std::memcpy(&word, id.data() + position, sizeof word);
      return word;
    };
    constexpr std::size_t size = sizeof(std::uint64_t);
    if (id.size() < size) {
      for (const char c : id) add(static_cast<unsigned char>(c));
      return static_cast<std::size_t>(hash);
    }
    // The last word overlaps the one before it.
    for (std::size_t at = 0; at < id.size() - size; at += size) add(word_at(at));
    add(word_at(id.size() - size));
    return static_cast<std::size_t>(hash);
  }
};

template <class T>
using IdSet = std::unordered_set<std::shared_ptr<T>, ById<T>, ById<T>>;

}  // namespace socketio
