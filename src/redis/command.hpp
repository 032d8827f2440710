// SPDX-License-Identifier: MIT
// Command: one command of Redis, as the bytes that are sent. Words may contain any bytes.
//
// A value that can be moved. Any thread.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>

namespace socketio::redis {

class Command {
 public:
  /// At least one word. Throws std::bad_alloc.
  explicit Command(std::span<const std::string_view> words);
  Command(std::initializer_list<std::string_view> words)
      : Command(std::span<const std::string_view>(words.begin(), words.size())) {}

  std::string_view bytes() const { return {bytes_.get(), size_}; }

 private:
  struct Free {
    void operator()(char* bytes) const;
  };
  std::unique_ptr<char, Free> bytes_;  // hiredis allocated it
  std::size_t size_ = 0;
};

}  // namespace socketio::redis
