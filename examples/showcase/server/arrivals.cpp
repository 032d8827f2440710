// SPDX-License-Identifier: MIT
#include "arrivals.hpp"

namespace showcase {

Arrivals::Counts Arrivals::count(const std::string& visitor, std::uint64_t number) {
  auto& [last, counts] = find_or_add(visitor, number);
  if (number <= last) {
    ++counts.duplicated;
    return counts;
  }
  ++counts.received;
  counts.lost += number - last - 1;
  last = number;
  return counts;
}

Arrivals::Visitor& Arrivals::find_or_add(const std::string& name, std::uint64_t number) {
  const auto found = visitors_.find(name);
  if (found != visitors_.end()) return found->second;
  if (names_.size() == visitors_limit) {
    visitors_.erase(names_.front());
    names_.pop_front();
  }
  names_.push_back(name);
  const std::uint64_t before = number == 0 ? 0 : number - 1;
  return visitors_.emplace(name, Visitor{before, {}}).first->second;
}

}  // namespace showcase
