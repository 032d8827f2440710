// SPDX-License-Identifier: MIT
// Watched: who owns a socket and is told when it is ready, by the loop's Poller. Loop's thread.
#pragma once

namespace socketio::net {

/// What the system says of a socket.
struct Ready {
  bool readable = false;
  bool writable = false;
  bool ended = false;  // FIN or a reset has come, perhaps behind bytes that are still to be read
};

class Watched {
 public:
  /// May close any socket.
  virtual void on_ready(Ready ready) noexcept = 0;

 protected:
  ~Watched() = default;
};

}  // namespace socketio::net
