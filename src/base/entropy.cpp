// SPDX-License-Identifier: MIT
#include "base/entropy.hpp"

#include <array>

namespace socketio {

std::string random_id(Entropy& entropy) {
  static constexpr char alphabet[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  std::array<std::uint8_t, 20> random{};
  entropy.fill(random);
  std::array<char, 20> id;
  for (std::size_t i = 0; i < random.size(); ++i) id[i] = alphabet[random[i] & 63];
  return {id.data(), id.size()};
}

}  // namespace socketio
