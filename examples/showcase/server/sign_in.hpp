// SPDX-License-Identifier: MIT
// Signing up and in by HTTP. Passwords are hashed on a thread of their own, and so requests are
// answered later.
//
// Construct it before the server runs; it must outlive the server's run. Handlers run on the
// loops of their connections.
#pragma once

#include "attempts.hpp"
#include "background.hpp"
#include "credentials.hpp"
#include "identities.hpp"

#include <socketio/server.hpp>

#include <mutex>
#include <string>

namespace showcase {

class SignIn {
 public:
  SignIn(socketio::Server& io, Identities& identities);

 private:
  void on_sign_up(const socketio::HttpRequest& request, const socketio::HttpResponder& responder);
  void on_login(const socketio::HttpRequest& request, const socketio::HttpResponder& responder);
  bool begin_attempt(const std::string& address, const std::string& email);
  void forgive_attempt(const std::string& address, const std::string& email);
  socketio::HttpResponse added(const Credentials& given, const std::string& hash);

  socketio::Server& io_;
  Identities& identities_;
  std::mutex mutex_;  // for the attempts
  Attempts by_address_, by_email_;
  Background background_;
};

}  // namespace showcase
