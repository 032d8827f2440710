// SPDX-License-Identifier: MIT
// PreparedMessage: one or several messages that many sessions of a server send. Each form in which
// they travel is made when the first session needs it, and shared with the others. Loop's thread
// only.
#pragma once

#include "base/stream.hpp"
#include "codec/engineio/packet.hpp"
#include "engine/websocket_message.hpp"

#include <socketio/outcome.hpp>

#include <array>
#include <cstddef>
#include <functional>
#include <string>

namespace socketio::engine {

class PreparedMessage {
 public:
  explicit PreparedMessage(Compress compress) : compress_(compress) {}
  virtual ~PreparedMessage() = default;

  Compress compress() const { return compress_; }
  /// What they count for while they wait to be sent.
  virtual std::size_t size_bytes() const = 0;

  /// As WebSocket frames, one for each message.
  const SharedBytes& websocket_frames(BinaryForm form);
  /// As part of a payload of long-polling (codec/engineio/payload.hpp).
  const std::string& payload();

 protected:
  PreparedMessage(PreparedMessage&&) = default;
  PreparedMessage& operator=(PreparedMessage&&) = default;

  using Use = std::function<void(const engineio::Packet& packet)>;
  /// Calls `use` for each message, in order. Making a form takes one call.
  virtual void for_each(const Use& use) = 0;
  /// The messages have changed.
  void drop_forms();

 private:
  Compress compress_;
  std::array<SharedBytes, 2> websocket_frames_;  // of either BinaryForm
  std::string payload_;
};

}  // namespace socketio::engine
