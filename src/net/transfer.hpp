// SPDX-License-Identifier: MIT
// Transfer: what came of one attempt to receive or to send.
#pragma once

#include <cstddef>

namespace socketio::net {

struct Transfer {
  /// Nothing could be done without waiting.
  static constexpr int would_block = -1;

  std::size_t bytes = 0;  // none received, without an error: the peer has ended
  int error = 0;          // would_block, or the system's number of what broke the connection
};

}  // namespace socketio::net
