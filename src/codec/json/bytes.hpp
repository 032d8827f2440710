// SPDX-License-Identifier: MIT
// as_text(): binary data as the characters that streams and encoders expect.
#pragma once

#include <socketio/json.hpp>

#include <string_view>

namespace socketio::codec {

inline std::string_view as_text(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace socketio::codec
