// SPDX-License-Identifier: MIT
// What a client gives as `auth` when it connects. On the server's loop.
#pragma once

#include <socketio/server.hpp>

#include <string>

namespace showcase {

/// The text of that name; empty if there is none.
inline std::string auth_text(const socketio::Socket& socket, const char* name) {
  const socketio::json& auth = socket.handshake().auth;
  if (!auth.is_object()) return "";
  const auto text = auth.find(name);
  return text != auth.end() && text->is_string() ? text->get<std::string>() : "";
}

}  // namespace showcase
