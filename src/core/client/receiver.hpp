// SPDX-License-Identifier: MIT
// Receiver: what the server sends to one socket. Events that arrive before the answer to the
// socket's CONNECT are kept until it has connected. Receiver also knows the position in the
// server's history that the next CONNECT names (connection state recovery).
//
// Invariant: kept events stay in order and have at most `limit_bytes` bytes. There is an offset
// only if there is a session of the server, a pid, to which it belongs.
//
// Life cycle: one per socket, for all its connections. Loop's thread only.
#pragma once

#include "codec/socketio/decoder.hpp"
#include "core/client/recovery_offset.hpp"

#include <socketio/json.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::core {

class Receiver {
 public:
  /// An event that owns its bytes.
  struct KeptEvent {
    std::optional<std::uint64_t> id;
    std::string text;
    std::vector<Bytes> attachments;
  };

  explicit Receiver(std::size_t limit_bytes) : limit_bytes_(limit_bytes) {}

  /// False if that would exceed the limit: the server keeps sending without letting the
  /// socket join.
  bool keep(const parser::Packet& event);
  std::deque<KeptEvent> take_kept();
  /// Allocates nothing.
  void drop_kept();

  /// The server has accepted the socket with the session `pid`, which is empty if it offers no
  /// recovery. True if the previous session continues.
  bool begin(std::string_view pid);
  /// Adds to a CONNECT payload what identifies the previous session, if there was one.
  void append_recovery(json& payload) const;
  /// The offset in an event, or nothing.
  std::string offset_of(const parser::Packet& event) const;
  /// The event with that offset has been handled.
  void on_handled(std::string_view offset);
  bool has_session() const { return !pid_.empty(); }

 private:
  const std::size_t limit_bytes_;
  std::deque<KeptEvent> kept_;
  std::size_t kept_bytes_ = 0;
  std::string pid_;
  RecoveryOffset offset_;
};

}  // namespace socketio::core
