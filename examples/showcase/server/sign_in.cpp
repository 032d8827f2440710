// SPDX-License-Identifier: MIT
#include "sign_in.hpp"

#include "clock.hpp"
#include "passwords.hpp"

#include <cstdint>
#include <string_view>

namespace showcase {
namespace {

using socketio::HttpRequest;
using socketio::HttpResponder;
using socketio::HttpResponse;

constexpr std::string_view how_to_ask = "Send JSON with an email and a password.";
constexpr std::string_view too_busy = "The server is busy. Please try again.";
constexpr std::string_view too_many_accounts = "There are too many accounts already.";
constexpr std::string_view too_many_attempts =
    "Too many attempts have failed. Please try again in a minute.";

HttpResponse failed(std::string_view why, std::uint16_t status) {
  return HttpResponse::of_json({{"error", why}}, status);
}

}  // namespace

SignIn::SignIn(socketio::Server& io, Identities& identities) : io_(io), identities_(identities) {
  io.http().post("/api/signup", [this](const HttpRequest& request, HttpResponder responder) {
    on_sign_up(request, responder);
  });
  io.http().post("/api/login", [this](const HttpRequest& request, HttpResponder responder) {
    on_login(request, responder);
  });
}

/// A password is hashed only while its client waits for that.
void SignIn::on_sign_up(const HttpRequest& request, const HttpResponder& responder) {
  const auto given = read_credentials(request.body_json());
  if (!given) return responder.respond(failed(how_to_ask, 400));
  if (const auto why = objection_to(*given)) return responder.respond(failed(*why, 400));
  if (identities_.full()) return responder.respond(failed(too_many_accounts, 503));
  const bool taken = background_.add([this, given, request, responder] {
    if (request.closed()) return;
    const std::string hash = hash_password(given->password);
    io_.post([this, given, responder, hash] { responder.respond(added(*given, hash)); });
  });
  if (!taken) responder.respond(failed(too_busy, 503));
}

HttpResponse SignIn::added(const Credentials& given, const std::string& hash) {
  if (identities_.full()) return failed(too_many_accounts, 503);
  if (!identities_.add(given.email, hash))
    return failed("This address has an account already.", 409);
  return HttpResponse::of_json({{"success", true}}, 201);
}

void SignIn::on_login(const HttpRequest& request, const HttpResponder& responder) {
  const auto given = read_credentials(request.body_json());
  if (!given) return responder.respond(failed(how_to_ask, 400));
  const std::string address = request.address;
  if (!begin_attempt(address, given->email))
    return responder.respond(failed(too_many_attempts, 429));
  const auto account = identities_.find(given->email);
  const bool taken = background_.add([this, given, account, address, request, responder] {
    if (request.closed()) return;
    if (!account) verify_nobodys_password(given->password);
    const bool right = account && verify_password(given->password, account->password_hash);
    if (!right) return responder.respond(failed("Wrong email or password.", 401));
    io_.post([this, account, address, responder] {
      forgive_attempt(address, account->email);
      const std::string token = identities_.token_for(*account, now_seconds());
      responder.respond(HttpResponse::of_json({{"token", token}}));
    });
  });
  if (taken) return;
  forgive_attempt(address, given->email);
  responder.respond(failed(too_busy, 503));
}

/// An attempt counts as failed until it has succeeded, so that many at once count as well.
bool SignIn::begin_attempt(const std::string& address, const std::string& email) {
  const auto now = Attempts::Clock::now();
  const std::lock_guard lock(mutex_);
  return by_address_.begin(address, now) && by_email_.begin(email.substr(0, email_limit), now);
}

void SignIn::forgive_attempt(const std::string& address, const std::string& email) {
  const std::lock_guard lock(mutex_);
  by_address_.forgive(address);
  by_email_.forgive(email.substr(0, email_limit));
}

}  // namespace showcase
