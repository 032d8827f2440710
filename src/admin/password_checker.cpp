// SPDX-License-Identifier: MIT
#include "admin/password_checker.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <crypt.h>
#include <memory>

namespace socketio::admin {

namespace {

constexpr std::size_t longest_password = 72;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_base64(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '/';
}

}  // namespace

bool is_bcrypt_hash(std::string_view text) {
  // "$2b$10$", 22 characters of salt, 31 of hash
  if (text.size() != 60) return false;
  const std::string_view kind = text.substr(0, 4);
  return (kind == "$2a$" || kind == "$2b$" || kind == "$2y$") && is_digit(text[4]) &&
         is_digit(text[5]) && text[6] == '$' &&
         std::all_of(text.begin() + 7, text.end(), is_base64);
}

bool matches_bcrypt(std::string_view password, const std::string& hash) {
  const std::string counted(password.substr(0, longest_password));
  // crypt() would take it for the end.
  if (counted.find('\0') != std::string::npos) return false;
  const auto memory = std::make_unique<crypt_data>();
  const char* const made = crypt_r(counted.c_str(), hash.c_str(), memory.get());
  return made && hash == made;
}

PasswordChecker::~PasswordChecker() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

bool PasswordChecker::check(std::string password, Answer answer) {
  if (*unanswered_ >= limit_) return false;
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back({std::move(password), std::move(answer)});
  }
  ++*unanswered_;
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  changed_.notify_one();
  return true;
}

void PasswordChecker::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return is_ending_ || !waiting_.empty(); });
    if (is_ending_) return;
    Question question = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    try {
      const bool matches = matches_bcrypt(question.password, hash_);
      loop_.post([answer = std::move(question.answer), matches, unanswered = unanswered_] {
        --*unanswered;
        answer(matches);
      });
    } catch (...) {
      --*unanswered_;
      // No memory. The client, which gets no answer, gives up.
      log_line(LogScope::core, LogLevel::error, {"a password of the Admin UI was not checked"});
    }
    lock.lock();
  }
}

}  // namespace socketio::admin
