// SPDX-License-Identifier: MIT
// Connector: how protocol code opens a connection: TCP, a UNIX socket or TLS, perhaps through a
// proxy, or a pipe in a simulation. Loop's thread only.
#pragma once

#include "base/stream.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <system_error>

namespace socketio {

struct Endpoint {
  std::string host;  // a name, or an address without brackets
  std::uint16_t port = 0;
  bool secure = false;  // TLS
  // The file of a UNIX socket, instead of host and port; the host's name is still TLS's.
  std::string path{};
};

/// Why there is no connection.
struct ConnectFailure {
  std::error_code code;
  std::string message;  // e.g. "connect to example.org port 443: Connection refused"
};

class Connector {
 public:
  /// Underway; destroying it gives it up.
  class Attempt {
   public:
    virtual ~Attempt() = default;
  };
  /// Gets a stream that is ready to be written to and has no handler yet, or null and why. It must
  /// be given its handler before the call returns. Throws nothing.
  using Done = std::function<void(std::shared_ptr<Stream> stream, const ConnectFailure& failure)>;

  virtual ~Connector() = default;
  /// Calls `done` once, never before this returns and never after the attempt was destroyed (which
  /// `done` may do).
  virtual std::unique_ptr<Attempt> connect(const Endpoint& endpoint, Done done) = 0;
};

}  // namespace socketio
