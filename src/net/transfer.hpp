// SPDX-License-Identifier: MIT
// Transfer: the result of one attempt to receive or to send.
#pragma once

#include <cstddef>

namespace socketio::net {

struct Transfer {
  /// Nothing could be transferred without waiting.
  static constexpr int would_block = -1;

  // If nothing was received and there is no error, the peer has ended the stream.
  std::size_t bytes = 0;
  // would_block, or the system's number of the error that broke the connection.
  int error = 0;
};

}  // namespace socketio::net
