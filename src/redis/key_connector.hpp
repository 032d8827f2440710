// SPDX-License-Identifier: MIT
// KeyConnector: reaches the server that has a key, for connections of their own whose commands wait in
// Redis (XREAD BLOCK).
//
// Life cycle: belongs to a Client, and outlives the connections. Loop's thread only.
#pragma once

#include "base/connector.hpp"
#include "redis/slots.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace socketio::redis {

class KeyConnector : public Connector {
 public:
  /// A server has refused a command for the key. If it says that another one has the key, the next
  /// connection is to that one, where an `ask` has to come before each command.
  virtual std::optional<Redirection::Kind> redirect(std::string_view error) = 0;
  /// `on_moving` is called when the key may be at another server than before, though the one that had it
  /// does not end a command that waits for it: it has sent a command for some key of that slot elsewhere.
  /// Empty: nobody is told any more.
  virtual void watch(std::function<void()> on_moving) = 0;
};

/// A server that has all keys.
class SoleServer final : public KeyConnector {
 public:
  explicit SoleServer(Connector& connector) : connector_(connector) {}

  std::unique_ptr<Attempt> connect(const Endpoint& endpoint, Done done) override {
    return connector_.connect(endpoint, std::move(done));
  }
  std::optional<Redirection::Kind> redirect(std::string_view) override { return std::nullopt; }
  void watch(std::function<void()>) override {}

 private:
  Connector& connector_;
};

}  // namespace socketio::redis
