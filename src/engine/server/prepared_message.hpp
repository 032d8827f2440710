// SPDX-License-Identifier: MIT
// PreparedMessage: what many sessions of a server send alike. Loop's thread only.
#pragma once

#include "base/stream.hpp"

#include <socketio/json.hpp>
#include <socketio/outcome.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace socketio::engine {

/// One or several messages, encoded once per kind of transport however many sessions send them.
class PreparedMessage {
 public:
  /// A text message and the binary messages that belong to it.
  struct Part {
    std::string text;  // the whole text packet: its first character is the digit of a message
    std::vector<Bytes> attachments;
  };

  PreparedMessage(std::string text, std::vector<Bytes> attachments,
                  Compress compress = Compress::yes);

  /// Adds what `later` holds, to be sent behind.
  void append(PreparedMessage later);

  const std::vector<Part>& parts() const { return parts_; }
  std::size_t size_bytes() const { return size_bytes_; }
  Compress compress() const { return compress_; }
  bool has_attachments() const { return has_attachments_; }
  /// All of it as WebSocket frames.
  const SharedBytes& websocket_frames() const;

 private:
  std::vector<Part> parts_;
  std::size_t size_bytes_ = 0;
  Compress compress_;
  bool has_attachments_;
  mutable SharedBytes websocket_frames_;
};

}  // namespace socketio::engine
