// SPDX-License-Identifier: MIT
// Base64 is a bijection between bytes and canonical texts: decoding and encoding again returns the
// text, and encoding and decoding again returns the bytes.
#include "base/base64.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);

  std::string encoded;
  socketio::base64::append_encoded(encoded, input);
  if (socketio::base64::decode(encoded) != input) std::abort();

  if (const auto decoded = socketio::base64::decode(input)) {
    std::string again;
    socketio::base64::append_encoded(again, *decoded);
    if (again != input) std::abort();
  }
  return 0;
}
