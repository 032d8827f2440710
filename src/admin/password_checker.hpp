// SPDX-License-Identifier: MIT
// PasswordChecker: compares passwords with a bcrypt hash. That takes as long as ten thousand messages,
// so it has a thread of its own, from the first password on.
//
// Life cycle: destroying it waits for the comparison that is running, and forgets the others. Loop's
// thread only.
#pragma once

#include "base/loop.hpp"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace socketio::admin {

/// Whether the text has the form of a hash.
bool is_bcrypt_hash(std::string_view text);
/// As bcryptjs compares: of a password, the first 72 bytes count.
bool matches_bcrypt(std::string_view password, const std::string& hash);

class PasswordChecker {
 public:
  using Answer = std::function<void(bool matches)>;

  /// At most `limit` passwords are without an answer. The loop outlives it.
  PasswordChecker(Loop& loop, std::string hash, std::size_t limit)
      : loop_(loop), hash_(std::move(hash)), limit_(limit) {}
  ~PasswordChecker();
  PasswordChecker(const PasswordChecker&) = delete;
  PasswordChecker& operator=(const PasswordChecker&) = delete;

  /// Calls `answer` later, on the loop. False if there are too many already.
  bool check(std::string password, Answer answer);

 private:
  struct Question {
    std::string password;
    Answer answer;
  };
  void run();

  Loop& loop_;
  const std::string hash_;
  const std::size_t limit_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Question> waiting_;
  // Shared with the tasks that answer.
  const std::shared_ptr<std::atomic<std::size_t>> unanswered_ =
      std::make_shared<std::atomic<std::size_t>>(0);
  bool is_ending_ = false;
  std::thread thread_;
};

}  // namespace socketio::admin
