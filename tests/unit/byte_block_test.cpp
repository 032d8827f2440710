// SPDX-License-Identifier: MIT
// Sixteen bytes at once, compared with what a loop over them says.
#include "base/byte_block.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cstddef>
#include <string>

namespace socketio {
namespace {

constexpr std::size_t size = sizeof(ByteBlock);

TEST(ByteBlock, FindsTheFirstByteThatIsSet) {
  for (std::size_t first = 0; first < size; ++first) {
    for (std::size_t second = first; second < size; ++second) {
      std::string bytes(size, '\0');
      bytes[first] = bytes[second] = '\x01';
      EXPECT_FALSE(is_zero(load_block(bytes.data())));
      EXPECT_EQ(first_set(load_block(bytes.data())), first);
    }
  }
  EXPECT_TRUE(is_zero(load_block(std::string(size, '\0').data())));
}

TEST(ByteBlock, SeesAHighBitInAnyByte) {
  EXPECT_TRUE(is_ascii(load_block(std::string(size, '\x7f').data())));
  for (std::size_t at = 0; at < size; ++at) {
    std::string bytes(size, 'a');
    bytes[at] = '\x80';
    EXPECT_FALSE(is_ascii(load_block(bytes.data()))) << at;
  }
}

TEST(ByteBlock, LoadsAndStoresFewerBytes) {
  for (std::size_t count = 0; count < size; ++count) {
    // Of exactly that size, so that the sanitizer sees what is read behind it.
    const std::string bytes(count, 'a');
    std::string stored(size, 'b');
    store_block(load_block(bytes.data(), count), stored.data());
    EXPECT_EQ(stored, bytes + std::string(size - count, '\0'));
  }
}

TEST(ByteBlock, ComparesAllBytes) {
  const std::string bytes = "0123456789abcdef";
  for (std::size_t at = 0; at < size; ++at) {
    const auto equal =
        std::bit_cast<ByteBlock>(load_block(bytes.data()) == static_cast<unsigned char>(bytes[at]));
    EXPECT_EQ(first_set(equal), at);
  }
}

}  // namespace
}  // namespace socketio
