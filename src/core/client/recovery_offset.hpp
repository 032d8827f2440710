// SPDX-License-Identifier: MIT
// Connection state recovery in the client: the client's position in the server's history. A server
// that offers recovery appends an offset to each event that it stores. When the client connects
// again, it sends back the latest one.
//
// Nothing marks an offset as such: it is a string in last place, and an event that is not stored (a
// volatile one, or one that asks for an acknowledgement) may end in an ordinary string. Mistaking
// such a string for an offset loses the recovery; missing an offset delivers events twice. So
// strings that look like the offset of a known adapter are always taken. Other strings are taken
// only until one has looked like that: until then the adapter may be one that is not known here.
// One thread.
#pragma once

#include <string>
#include <string_view>

namespace socketio::core {

class RecoveryOffset {
 public:
  /// `text` is the last argument of an event that asks for no acknowledgement.
  void saw(std::string_view text);
  /// The server has started a new history for this client.
  void reset() { *this = {}; }
  /// Empty if there is none.
  const std::string& latest() const { return latest_; }

 private:
  std::string latest_;
  bool form_is_known_ = false;
};

/// True for offsets that an adapter of socket.io makes: a time in the in-memory adapter's alphabet,
/// the id of an entry in a Redis stream, or a MongoDB object id.
bool looks_like_offset(std::string_view text);

}  // namespace socketio::core
