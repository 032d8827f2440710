// SPDX-License-Identifier: MIT
// EventCounts: how many events of each kind there were in each second (the reference's EventBuffer).
#pragma once

#include <socketio/json.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace socketio::admin {

class EventCounts {
 public:
  /// The texts are constants.
  void add(std::int64_t now_ms, std::string_view type, std::string_view sub_type = {},
           std::uint64_t count = 1) {
    counts_[{now_ms / 1000 * 1000, type, sub_type}] += count;
  }

  /// As the page expects them.
  json take() {
    json events = json::array();
    for (const auto& [key, count] : std::exchange(counts_, {})) {
      const auto& [second, type, sub_type] = key;
      json event = {{"timestamp", second}, {"type", type}, {"count", count}};
      if (!sub_type.empty()) event["subType"] = sub_type;
      events.push_back(std::move(event));
    }
    return events;
  }

 private:
  std::map<std::tuple<std::int64_t, std::string_view, std::string_view>, std::uint64_t> counts_;
};

}  // namespace socketio::admin
