// SPDX-License-Identifier: MIT
// SessionPlaces: on which loop of a server the socket is that has a session, so that a client that comes back
// to another loop replaces its former connection, which may be half open.
//
// By default there is one loop. Loop's thread only.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::core {

class SessionPlaces {
 public:
  virtual ~SessionPlaces() = default;

  /// A socket here has the session, or these sessions are here no more.
  virtual void add_live(const std::string& private_id) { (void)private_id; }
  virtual void remove_live(const std::vector<std::string>& private_ids) noexcept {
    (void)private_ids;
  }
  /// What closes the connection of the socket here that has the session. Copied; any thread destroys it.
  virtual void set_closer(std::function<void(std::string_view private_id)> close_here) {
    (void)close_here;
  }
  /// Closes the connection at whichever other loop it is, and calls `closed` behind that.
  virtual void close_former(const std::string& private_id, std::function<void()> closed) {
    (void)private_id;
    closed();
  }
};

}  // namespace socketio::core
