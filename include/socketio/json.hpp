// SPDX-License-Identifier: MIT
// The value types of the API: `json` for anything JavaScript can say, `Bytes` for binary data. A
// json value may hold binary anywhere (`json::binary(...)`): it travels as an attachment and comes
// back as one.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <vector>

namespace socketio {

using json = nlohmann::json;

/// Binary data of an argument (Buffer, ArrayBuffer or typed array in JavaScript).
using Bytes = std::vector<std::uint8_t>;

}  // namespace socketio
