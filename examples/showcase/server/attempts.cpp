// SPDX-License-Identifier: MIT
#include "attempts.hpp"

namespace showcase {

bool Attempts::begin(const std::string& name, Clock::time_point now) {
  forget_old(now);
  const auto found = failures_.find(name);
  if (found == failures_.end()) {
    if (names_.size() == names_limit) forget_oldest();
    failures_.emplace(name, Failures{now, 1});
    names_.push_back(name);
    return true;
  }
  if (found->second.count == limit) return false;
  ++found->second.count;
  return true;
}

void Attempts::forgive(const std::string& name) {
  const auto found = failures_.find(name);
  if (found != failures_.end() && found->second.count > 0) --found->second.count;
}

void Attempts::forget_old(Clock::time_point now) {
  while (!names_.empty() && now - failures_.at(names_.front()).since >= window) forget_oldest();
}

void Attempts::forget_oldest() {
  failures_.erase(names_.front());
  names_.pop_front();
}

}  // namespace showcase
