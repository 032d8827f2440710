// SPDX-License-Identifier: MIT
// Which numbers of a visitor have arrived. Visitors send 1, 2, 3 and so on, in order, over
// connections that break, and may repeat what has arrived already.
#pragma once

#include <socketio/json.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>

namespace showcase {

class Arrivals {
 public:
  /// Visitors that are remembered; those who came first are forgotten.
  static constexpr std::size_t visitors_limit = 1'000;

  struct Counts {
    std::uint64_t received = 0;  ///< Different ones.
    std::uint64_t lost = 0;
    std::uint64_t duplicated = 0;
  };

  /// What has become of this visitor's numbers up to this one. The first that is heard of a visitor
  /// may be any.
  Counts count(const std::string& visitor, std::uint64_t number);

 private:
  struct Visitor {
    std::uint64_t last;
    Counts counts;
  };

  Visitor& find_or_add(const std::string& name, std::uint64_t number);

  std::unordered_map<std::string, Visitor> visitors_;
  std::deque<std::string> names_;  // those of visitors_, as they came
};

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Arrivals::Counts, received, lost, duplicated)

}  // namespace showcase
