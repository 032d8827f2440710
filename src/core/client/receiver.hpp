// SPDX-License-Identifier: MIT
// Receiver: what the server sends to one socket. Events that come before the answer to its CONNECT
// are kept until the socket has connected; and the place in the server's history is known, which
// the next CONNECT names (connection state recovery).
//
// Invariant: kept events stay in order and have at most `limit_bytes` bytes. There is an offset
// only where there is a session of the server's, a pid, that it belongs to.
//
// Life cycle: one per socket, through all its connections. Loop's thread only.
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
  /// An event with bytes of its own.
  struct KeptEvent {
    std::optional<std::uint64_t> id;
    std::string text;
    std::vector<Bytes> attachments;
  };

  explicit Receiver(std::size_t limit_bytes) : limit_bytes_(limit_bytes) {}

  /// False if that is more than the limit: a server that sends on and on without letting the
  /// socket join.
  bool keep(const parser::Packet& event);
  std::deque<KeptEvent> take_kept();
  /// Needs no memory.
  void drop_kept();

  /// The server has accepted the socket as its session `pid`, empty if it offers no recovery. True
  /// if that is the session of before, which goes on.
  bool begin(std::string_view pid);
  /// What CONNECT says of the session of before, if there was one.
  void append_recovery(json& payload) const;
  /// The offset that an event carries, or nothing.
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
