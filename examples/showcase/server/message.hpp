// SPDX-License-Identifier: MIT
// A message as the page gets it and as the history keeps it.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>

namespace showcase {

struct Message {
  std::int64_t id = 0;
  std::string from;
  std::string text;
  std::int64_t at = 0;  // milliseconds since 1970
};

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Message, id, from, text, at)

}  // namespace showcase
