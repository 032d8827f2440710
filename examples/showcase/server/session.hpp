// SPDX-License-Identifier: MIT
// A socket whose client has shown a token, in any namespace that asks for one: who it is, and the
// end of the token, which is the end of the socket. On the loop of the socket.
#pragma once

#include "tokens.hpp"

#include <socketio/server.hpp>

#include <string>

namespace showcase {

/// What a socket that has shown its token has as data<Session>().
struct Session {
  Claims claims;
  socketio::Timer end;
};

/// The room of all connections of an account, in each namespace that asks for a token.
std::string room_of(const Claims& claims);

/// The `auth.token` of the handshake; empty if there is none.
std::string shown_token(const socketio::Socket& socket);

/// Joins the account's room. The socket is disconnected when the token that it showed expires.
void begin_session(socketio::Server& io, const socketio::Socket& socket, Claims claims);

}  // namespace showcase
