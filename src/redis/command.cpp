// SPDX-License-Identifier: MIT
#include "redis/command.hpp"

#include <hiredis.h>
#include <new>
#include <vector>

namespace socketio::redis {

Command::Command(std::span<const std::string_view> words) {
  std::vector<const char*> starts;
  std::vector<std::size_t> sizes;
  starts.reserve(words.size());
  sizes.reserve(words.size());
  for (const std::string_view word : words) {
    starts.push_back(word.data());
    sizes.push_back(word.size());
  }
  char* bytes = nullptr;
  const auto size =
      redisFormatCommandArgv(&bytes, static_cast<int>(words.size()), starts.data(), sizes.data());
  if (size < 0) throw std::bad_alloc();
  bytes_.reset(bytes);
  size_ = static_cast<std::size_t>(size);
}

void Command::Free::operator()(char* bytes) const { redisFreeCommand(bytes); }

}  // namespace socketio::redis
