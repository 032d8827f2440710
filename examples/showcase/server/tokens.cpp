// SPDX-License-Identifier: MIT
#include "tokens.hpp"

#include <cstdlib>
#include <jwt.h>
#include <memory>
#include <stdexcept>
#include <utility>

namespace showcase {
namespace {

constexpr std::size_t shortest_secret = 32;

struct Free {
  void operator()(jwt_t* token) const { jwt_free(token); }
  void operator()(char* text) const { std::free(text); }
};
using Token = std::unique_ptr<jwt_t, Free>;

void require(int error) {
  if (error != 0) throw std::runtime_error("cannot make a token");
}

/// Empty if it is not there.
std::string text_of(const Token& token, const char* name) {
  const char* text = jwt_get_grant(token.get(), name);
  return text ? text : "";
}

}  // namespace

Tokens::Tokens(std::string secret, std::chrono::seconds lifetime)
    : secret_(std::move(secret)), lifetime_(lifetime) {
  if (secret_.size() < shortest_secret) {
    throw std::invalid_argument("the secret of the tokens needs at least 32 bytes");
  }
}

std::string Tokens::issue(const Claims& claims, SystemTime now) const {
  jwt_t* made = nullptr;
  require(jwt_new(&made));
  const Token token(made);
  const SystemTime expires = now + lifetime_;
  require(jwt_set_alg(made, JWT_ALG_HS256, key(), static_cast<int>(secret_.size())));
  require(jwt_add_grant(made, "sub", std::to_string(claims.account).c_str()));
  require(jwt_add_grant(made, "email", claims.email.c_str()));
  require(jwt_add_grant(made, "role", claims.role.c_str()));
  require(jwt_add_grant_int(made, "generation", claims.generation));
  require(jwt_add_grant_int(made, "iat", now.time_since_epoch().count()));
  require(jwt_add_grant_int(made, "exp", expires.time_since_epoch().count()));
  const std::unique_ptr<char, Free> text(jwt_encode_str(made));
  require(text == nullptr);
  return text.get();
}

std::optional<Claims> Tokens::verify(const std::string& text, SystemTime now) const {
  if (text.size() > longest) return {};
  jwt_t* read = nullptr;
  if (jwt_decode(&read, text.c_str(), key(), static_cast<int>(secret_.size())) != 0) return {};
  const Token token(read);
  // The header of a token names the algorithm, and whoever made the token wrote it.
  if (jwt_get_alg(read) != JWT_ALG_HS256) return {};
  Claims claims;
  claims.account = std::atoll(text_of(token, "sub").c_str());
  claims.email = text_of(token, "email");
  claims.role = text_of(token, "role");
  claims.generation = jwt_get_grant_int(read, "generation");
  claims.expires = SystemTime(std::chrono::seconds(jwt_get_grant_int(read, "exp")));
  if (claims.expires <= now) return {};
  return claims;
}

const unsigned char* Tokens::key() const {
  return reinterpret_cast<const unsigned char*>(secret_.data());
}

}  // namespace showcase
