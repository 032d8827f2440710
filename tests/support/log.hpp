// SPDX-License-Identifier: MIT
// Log: lines that any thread may append, and that a test's thread can wait for: what handlers saw,
// in order. Waiting fails the test after `patience`; it never hangs.
#pragma once

#include "support/patience.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::support {

class Log {
 public:
  using Lines = std::vector<std::string>;

  void add(std::string line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
    changed_.notify_all();
  }
  Lines lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  /// The lines that begin with `prefix`.
  Lines lines(std::string_view prefix) const {
    const std::lock_guard lock(mutex_);
    Lines found;
    for (const std::string& line : lines_)
      if (line.starts_with(prefix)) found.push_back(line);
    return found;
  }
  std::size_t count(std::string_view line) const {
    const std::lock_guard lock(mutex_);
    return count(line, [](std::string_view a, std::string_view b) { return a == b; });
  }
  /// False, and the test fails, if the line does not arrive.
  bool wait_for(std::string_view line, std::size_t times = 1) {
    return wait(line, times, [](std::string_view a, std::string_view b) { return a == b; });
  }
  /// The same for lines that begin with `prefix`.
  bool wait_for_prefix(std::string_view prefix, std::size_t times = 1) {
    return wait(prefix, times,
                [](std::string_view a, std::string_view b) { return a.starts_with(b); });
  }
  void clear() {
    const std::lock_guard lock(mutex_);
    lines_.clear();
  }

 private:
  template <class Fits>
  bool wait(std::string_view wanted, std::size_t times, Fits fits) {
    std::unique_lock lock(mutex_);
    const bool came =
        changed_.wait_for(lock, patience, [&] { return count(wanted, fits) >= times; });
    EXPECT_TRUE(came) << "never happened: " << wanted << "; what did:" << joined();
    return came;
  }
  template <class Fits>
  std::size_t count(std::string_view wanted, Fits fits) const {
    std::size_t found = 0;
    for (const std::string& line : lines_) found += fits(line, wanted) ? 1 : 0;
    return found;
  }
  std::string joined() const {
    std::string text;
    for (const std::string& line : lines_) text += "\n  " + line;
    return text;
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Lines lines_;
};

}  // namespace socketio::support
