// SPDX-License-Identifier: MIT
// Accounts: signing up and in by HTTP, and the namespace /account, which only a valid token opens.
// Each account has a room of its own, `user:<id>`, for all its connections. A connection lives as
// long as its token, unless that is renewed.
//
// Construct it before the server runs; it must outlive the server's run. On the server's loop,
// except passwords, which are hashed on a thread of their own.
#pragma once

#include "background.hpp"
#include "identities.hpp"

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

class Accounts {
 public:
  Accounts(socketio::Server& io, Identities& identities);

 private:
  socketio::HttpResponse on_sign_up(const socketio::HttpRequest& request);
  socketio::HttpResponse on_login(const socketio::HttpRequest& request);
  socketio::json on_renew(socketio::Socket& socket);
  void on_sign_out_everywhere(socketio::Socket& socket);

  socketio::Server& io_;
  socketio::Namespace account_;
  Identities& identities_;
  Background background_;
};

}  // namespace showcase
