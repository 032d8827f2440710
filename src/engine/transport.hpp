// SPDX-License-Identifier: MIT
// Transport: how one Engine.IO session reaches its peer, and PreparedMessage: what many sessions
// send alike. A session has one transport, and a second one while it upgrades. Loop's thread only.
#pragma once

#include "base/stream.hpp"
#include "codec/engineio/packet.hpp"

#include <socketio/json.hpp>
#include <socketio/outcome.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::engine {

enum class TransportName : std::uint8_t { polling, websocket };
std::string_view to_string(TransportName name);
/// Throws std::invalid_argument if there is none of that name.
TransportName transport_named(std::string_view name);

/// A peer that floods us with WebSocket pings and reads nothing gets no more pongs than this many
/// bytes.
inline constexpr std::size_t pong_backlog_bytes = 64 * 1024;

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

class Transport {
 public:
  virtual ~Transport() = default;
  virtual TransportName name() const = 0;

  /// A text packet in its text form (type digit first).
  virtual void send_text(std::string_view packet, Compress compress) = 0;
  /// A binary message.
  virtual void send_binary(std::string_view data, Compress compress) = 0;
  virtual void send_prepared(const PreparedMessage& message) { send_parts(message); }

  /// Nothing waits in front of what would be sent now.
  virtual bool writable() const = 0;
  /// Asks for one Session::on_transport_drain() when the peer has taken what waits.
  virtual void want_drain() = 0;
  /// Bytes that the peer has not taken.
  virtual std::size_t queued_bytes() const = 0;
  /// Those of them that it has been offered.
  virtual std::size_t refused_bytes() const { return queued_bytes(); }

  /// Says goodbye in the transport's way and releases the connection. The session hears nothing of
  /// it.
  virtual void close() = 0;

 protected:
  /// Sends message by message.
  void send_parts(const PreparedMessage& message);
};

}  // namespace socketio::engine
