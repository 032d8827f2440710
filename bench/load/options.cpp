// SPDX-License-Identifier: MIT
#include "options.hpp"

#include <string_view>

namespace load {

std::string json_argument(std::size_t length) {
  constexpr std::string_view text = "the quick brown fox jumps over the lazy dog, ";
  std::string out = "\"";
  for (std::size_t i = 0; i < length; ++i) out.push_back(text[i % text.size()]);
  return out += '"';
}

}  // namespace load
