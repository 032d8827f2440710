// SPDX-License-Identifier: MIT
// instrument(): what the official Admin UI (@socket.io/admin-ui, a page that runs in the browser) needs
// of a server: who is connected, in which rooms, and what is sent; and from there, events, rooms and
// disconnects for any of them. A program that uses it links `socketio::admin`.
//
//   socketio::Server io({.cors = {.origins = "https://admin.socket.io", .credentials = true}});
//   socketio::instrument(io, {.auth = socketio::AdminAuth::basic("admin", "$2b$10$heqvAk…")});
//
// docs/observability.md says what the modes cost.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace socketio {

class Server;

/// Who may use the page.
class AdminAuth {
 public:
  /// Whoever can reach the server.
  static AdminAuth none();
  /// Who knows a password. What is kept is its bcrypt hash, as `htpasswd -nbB` prints it behind the
  /// name: "$2a$", "$2b$" or "$2y$", the cost, salt and hash.
  static AdminAuth basic(std::string username, std::string password_hash);

  bool is_required() const { return is_required_; }
  const std::string& username() const { return username_; }
  const std::string& password_hash() const { return password_hash_; }

 private:
  AdminAuth() = default;
  bool is_required_ = false;
  std::string username_;
  std::string password_hash_;
};

enum class AdminMode : std::uint8_t {
  /// Every event, with its arguments, and every change of a room is sent to the page. Slows down the
  /// server; and who sees the page, sees what clients send.
  development,
  /// Numbers only.
  production,
};

struct AdminUiOptions {
  AdminAuth auth;  ///< Has to be given.
  std::string namespace_name = "/admin";
  /// The page shows, and changes nothing.
  bool readonly = false;
  std::string server_id = {};  ///< Default: the host's name.
  AdminMode mode = AdminMode::development;
  /// Who has given the password gets a session, with which the page reconnects without it. Beyond this
  /// number the oldest are forgotten.
  std::size_t sessions_kept = 1'000;
  /// Passwords that wait to be checked, which takes a thread of its own some 50 ms each (cost 10).
  /// Beyond this number they are refused.
  std::size_t passwords_waiting = 16;
};

/// Call it once, before the server runs or on its loop. Throws std::invalid_argument if `auth` has
/// something other than a hash, and std::logic_error for a second call.
void instrument(Server& io, AdminUiOptions options);

}  // namespace socketio
