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
#include "session.hpp"

#include <socketio/server.hpp>

namespace showcase {

class Accounts {
 public:
  Accounts(socketio::Server& io, Identities& identities);

 private:
  void on_sign_up(const socketio::HttpRequest& request, const socketio::HttpResponder& responder);
  void on_login(const socketio::HttpRequest& request, const socketio::HttpResponder& responder);
  socketio::json on_renew(socketio::Socket& socket);
  void on_sign_out_everywhere(socketio::Socket& socket);

  socketio::Server& io_;
  socketio::Namespace account_;
  Identities& identities_;
  Background background_;
};

}  // namespace showcase
