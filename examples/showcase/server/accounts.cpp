// SPDX-License-Identifier: MIT
#include "accounts.hpp"

#include "clock.hpp"
#include "credentials.hpp"
#include "passwords.hpp"

#include <utility>

namespace showcase {
namespace {

using socketio::HttpRequest;
using socketio::HttpResponder;
using socketio::HttpResponse;
using socketio::json;
using socketio::MiddlewareError;
using socketio::Next;
using socketio::Socket;
using socketio::Task;

constexpr std::string_view how_to_ask = "Send JSON with an email and a password.";
constexpr std::string_view too_busy = "The server is busy. Please try again.";

HttpResponse failed(std::string_view why, std::uint16_t status) {
  return HttpResponse::of_json({{"error", why}}, status);
}

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
    : io_(io), account_(io.of("/account")), identities_(identities) {
  io.http().post("/api/signup", [this](const HttpRequest& request, HttpResponder responder) {
    on_sign_up(request, responder);
  });
  io.http().post("/api/login", [this](const HttpRequest& request, HttpResponder responder) {
    on_login(request, responder);
  });
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

/// The password is hashed on another thread, and so this is answered later.
void Accounts::on_sign_up(const HttpRequest& request, const HttpResponder& responder) {
  const auto given = read_credentials(request.body_json());
  if (!given) return responder.respond(failed(how_to_ask, 400));
  if (const auto why = objection_to(*given)) return responder.respond(failed(*why, 400));
  const bool taken = background_.add([this, given, responder] {
    const std::string hash = hash_password(given->password);
    io_.post([this, given, responder, hash] {
      const bool added = identities_.add(given->email, hash).has_value();
      responder.respond(added ? HttpResponse::of_json({{"success", true}}, 201)
                              : failed("This address has an account already.", 409));
    });
  });
  if (!taken) responder.respond(failed(too_busy, 503));
}

void Accounts::on_login(const HttpRequest& request, const HttpResponder& responder) {
  const auto given = read_credentials(request.body_json());
  if (!given) return responder.respond(failed(how_to_ask, 400));
  const auto account = identities_.find(given->email);
  const bool taken = background_.add([this, given, account, responder] {
    if (!account) verify_nobodys_password(given->password);
    const bool right = account && verify_password(given->password, account->password_hash);
    if (!right) return responder.respond(failed("Wrong email or password.", 401));
    io_.post([this, account, responder] {
      const std::string token = identities_.token_for(*account, now_seconds());
      responder.respond(HttpResponse::of_json({{"token", token}}));
    });
  });
  if (!taken) responder.respond(failed(too_busy, 503));
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
