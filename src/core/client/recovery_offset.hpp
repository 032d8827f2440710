// SPDX-License-Identifier: MIT
// Connection state recovery at the client: where in the server's history it is. A server that
// offers recovery appends an offset to each event that it stores; the client sends the latest one
// back when it connects again.
//
// Nothing marks an offset: it is a string in the last place, where an event that is not stored
// (volatile, or one that asks for an acknowledgement) may have a string of its own. Taking such a
// string loses the recovery; leaving an offset out has events delivered twice. So strings that look
// like an adapter's offset are always taken, and others only as long as none has looked so: then
// the adapter is one whose offsets are not known here. One thread.
#pragma once

#include <string>
#include <string_view>

namespace socketio::core {

class RecoveryOffset {
 public:
  /// The last argument of an event without acknowledgement.
  void saw(std::string_view text);
  /// The server has begun a new history for this client.
  void reset() { *this = {}; }
  /// Empty if there is none.
  const std::string& latest() const { return latest_; }

 private:
  std::string latest_;
  bool form_is_known_ = false;
};

/// Made by an adapter of socket.io: a time in the in-memory adapter's alphabet, the id of a Redis
/// stream's entry, or a MongoDB object id.
bool looks_like_offset(std::string_view text);

}  // namespace socketio::core
