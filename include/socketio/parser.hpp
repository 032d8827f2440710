// SPDX-License-Identifier: MIT
// Parser: how packets are encoded (`parser` in JavaScript). Server and client must use the same.
#pragma once

namespace socketio {

enum class Parser : unsigned char {
  standard,  ///< socket.io-parser: JSON text, the default.
  msgpack    ///< socket.io-msgpack-parser
};

}  // namespace socketio
