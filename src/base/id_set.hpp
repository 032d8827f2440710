// SPDX-License-Identifier: MIT
// IdSet<T>: shared objects, each found by what its id() returns, which never changes. A node is the
// pointer and nothing else: a map would keep a view of the id and its hash as well, for each of many
// thousands of objects.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <unordered_set>

namespace socketio {

template <class T>
struct ById {
  using is_transparent = void;

  static std::string_view id_of(std::string_view id) noexcept { return id; }
  static std::string_view id_of(const std::shared_ptr<T>& object) noexcept { return object->id(); }

  std::size_t operator()(const auto& object) const noexcept {
    return std::hash<std::string_view>()(id_of(object));
  }
  bool operator()(const auto& one, const auto& other) const noexcept {
    return id_of(one) == id_of(other);
  }
};

template <class T>
using IdSet = std::unordered_set<std::shared_ptr<T>, ById<T>, ById<T>>;

}  // namespace socketio
