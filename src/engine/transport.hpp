// SPDX-License-Identifier: MIT
// Transport: how one Engine.IO session reaches its peer, and PreparedMessage: what many sessions send alike. A session
// has one transport, and a second one while it upgrades. Loop's thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/stream.hpp"
#include "codec/engineio/packet.hpp"
#include <socketio/json.hpp>
#include <socketio/outcome.hpp>

namespace socketio::engine {

enum class TransportName : std::uint8_t { polling, websocket };
std::string_view to_string(TransportName name);

/// A text message and the binary messages that belong to it, encoded once per kind of transport however many
/// sessions send it.
class PreparedMessage {
 public:
  /// `text` is the whole text packet: its first character is the digit of a message.
  PreparedMessage(std::string text, std::vector<Bytes> attachments, Compress compress = Compress::yes)
      : text_(std::move(text)), attachments_(std::move(attachments)), compress_(compress) {}

  const std::string& text() const { return text_; }
  const std::vector<Bytes>& attachments() const { return attachments_; }
  Compress compress() const { return compress_; }
  /// All of it as WebSocket frames.
  const SharedBytes& websocket_frames() const;

 private:
  std::string text_;
  std::vector<Bytes> attachments_;
  Compress compress_;
  mutable SharedBytes websocket_frames_;
};

class Transport {
 public:
  virtual ~Transport() = default;
  virtual TransportName name() const = 0;

  /// A text packet in its text form (type digit first).
  virtual void send_text(std::string_view packet, Compress compress) = 0;
  /// A binary message.
  virtual void send_binary(std::string_view data) = 0;
  virtual void send_prepared(const PreparedMessage& message) = 0;

  /// Nothing waits in front of what would be sent now.
  virtual bool writable() const = 0;
  /// Asks for one Session::on_transport_drain() when the peer has taken what waits.
  virtual void want_drain() = 0;
  /// Bytes that the peer has not taken.
  virtual std::size_t queued_bytes() const = 0;

  /// Says goodbye in the transport's way and releases the connection. The session hears nothing of it.
  virtual void close() = 0;
};

}  // namespace socketio::engine
