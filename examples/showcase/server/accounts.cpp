// SPDX-License-Identifier: MIT
#include "accounts.hpp"

#include "clock.hpp"

#include <utility>

namespace showcase {
namespace {

using socketio::json;
using socketio::MiddlewareError;
using socketio::Next;
using socketio::Socket;
using socketio::Task;

/// In milliseconds, for clients whose clock is wrong.
std::int64_t time_left(const Claims& claims) {
  return std::chrono::milliseconds(claims.expires - now_seconds()).count();
}

/// Tells all connections of an account how many they are.
Task<> count_connections(socketio::Namespace account, Claims claims) {
  const auto everywhere = account.in(room_of(claims));
  const auto sockets = co_await everywhere.fetch_sockets();
  everywhere.emit("connections", sockets.size());
}

}  // namespace

Accounts::Accounts(socketio::Server& io, Identities& identities)
    : io_(io), account_(io.of("/account")), identities_(identities), sign_in_(io, identities) {
  // Runs for each socket before it is connected. What it refuses with is the client's
  // connect_error.
  account_.use([this](Socket& socket, Next next) {
    const std::string token = shown_token(socket);
    if (token.empty()) return next(MiddlewareError{"Authentication required"});
    auto claims = identities_.verify(token, now_seconds());
    if (!claims) return next(MiddlewareError{"Invalid token"});
    socket.data<Session>().claims = std::move(*claims);
    next();
  });
  account_.on_connection([this](Socket socket) {
    const Claims claims = socket.data<Session>().claims;
    begin_session(io_, socket, claims);
    socket.emit("account", json{{"email", claims.email},
                                {"role", claims.role},
                                {"expiresAt", in_ms(claims.expires)},
                                {"expiresIn", time_left(claims)}});
    return count_connections(account_, claims);
  });
  account_.on_disconnect([this](Socket& socket) {
    socket.data<Session>().end.cancel();
    return count_connections(account_, socket.data<Session>().claims);
  });
  account_.on("renew", [this](Socket& socket) { return on_renew(socket); });
  account_.on("sign-out-everywhere", [this](Socket& socket) { on_sign_out_everywhere(socket); });
}

/// A new token for the same connection, which lives as long as the new one.
json Accounts::on_renew(Socket& socket) {
  const std::string token = identities_.renewed(socket.data<Session>().claims, now_seconds());
  const auto claims = identities_.verify(token, now_seconds());
  if (!claims) return {{"ok", false}, {"error", "Invalid token"}};
  begin_session(io_, socket, *claims);
  return {{"ok", true},
          {"token", token},
          {"expiresAt", in_ms(claims->expires)},
          {"expiresIn", time_left(*claims)}};
}

/// No token that was issued until now opens anything again, and what they opened ends.
void Accounts::on_sign_out_everywhere(Socket& socket) {
  const Claims claims = socket.data<Session>().claims;
  identities_.sign_out_everywhere(claims.account);
  for (const char* nsp : {"/account", "/admin"}) {
    const auto everywhere = io_.of(nsp).in(room_of(claims));
    everywhere.emit("signed-out");
    everywhere.disconnect_sockets();
  }
}

}  // namespace showcase
