// SPDX-License-Identifier: MIT
// SessionStore: the ids of those who have given the password. Beyond the limit the oldest are
// forgotten.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <unordered_set>
#include <utility>

namespace socketio::admin {

class SessionStore {
 public:
  explicit SessionStore(std::size_t limit) : limit_(limit) {}

  bool contains(const std::string& id) const { return ids_.contains(id); }
  void add(std::string id) {
    ids_.insert(id);
    by_age_.push_back(std::move(id));
    if (by_age_.size() <= limit_) return;
    ids_.erase(by_age_.front());
    by_age_.pop_front();
  }

 private:
  const std::size_t limit_;
  std::unordered_set<std::string> ids_;
  std::deque<std::string> by_age_;
};

}  // namespace socketio::admin
