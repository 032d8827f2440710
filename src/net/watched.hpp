// SPDX-License-Identifier: MIT
// Watched: the owner of a socket, which the loop's Poller notifies when it is ready. Loop's thread.
#pragma once

namespace socketio::net {

/// What the system reports about a socket.
struct Ready {
  bool readable = false;
  bool writable = false;
  // FIN or a reset has arrived, perhaps after bytes that have not been read.
  bool ended = false;
};

class Watched {
 public:
  /// May close any socket.
  virtual void on_ready(Ready ready) noexcept = 0;

 protected:
  ~Watched() = default;
};

}  // namespace socketio::net
