// SPDX-License-Identifier: MIT
// Accounts: the namespace /account, which only a valid token opens. Signing up and in by HTTP is in
// sign_in.hpp.
// Each account has a room of its own, `user:<id>`, for all its connections. A connection lives as
// long as its token, unless that is renewed.
//
// Construct it before the server runs; it must outlive the server's run. On the server's loop.
#pragma once

#include "identities.hpp"
#include "session.hpp"
#include "sign_in.hpp"

#include <socketio/server.hpp>

namespace showcase {

class Accounts {
 public:
  Accounts(socketio::Server& io, Identities& identities);

 private:
  socketio::json on_renew(socketio::Socket& socket);
  void on_sign_out_everywhere(socketio::Socket& socket);

  socketio::Server& io_;
  socketio::Namespace account_;
  Identities& identities_;
  SignIn sign_in_;
};

}  // namespace showcase
