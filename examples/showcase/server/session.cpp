// SPDX-License-Identifier: MIT
#include "session.hpp"

#include "auth.hpp"
#include "clock.hpp"

#include <utility>

namespace showcase {

using socketio::Socket;

std::string room_of(const Claims& claims) { return "user:" + std::to_string(claims.account); }

std::string shown_token(const Socket& socket) { return auth_text(socket, "token"); }

void begin_session(socketio::Server& io, const Socket& socket, Claims claims) {
  auto& session = socket.data<Session>();
  session.end.cancel();
  session.end = io.after(claims.expires - now_seconds(), [socket] {
    socket.emit("token-expired");
    socket.disconnect();
  });
  socket.join(room_of(claims));
  session.claims = std::move(claims);
}

}  // namespace showcase
