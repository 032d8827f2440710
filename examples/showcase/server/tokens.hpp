// SPDX-License-Identifier: MIT
// JSON Web Tokens (RFC 7519) by libjwt: HS256 and nothing else, with an expiry, signed with one
// secret. What a token says is who somebody is; whether that still counts is for accounts.cpp.
//
// Time is an argument, so that tests need not wait. Immutable, safe on any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace showcase {

using SystemTime = std::chrono::sys_seconds;

/// Who a token speaks for.
struct Claims {
  std::int64_t account = 0;
  std::string email;
  std::string role;
  /// Of the account when the token was issued: signing out everywhere raises it there.
  std::int64_t generation = 0;
  SystemTime expires{};
};

class Tokens {
 public:
  /// A longer text is no token of ours. Ours have less than half of it.
  static constexpr std::size_t longest = 2048;

  /// Throws std::invalid_argument for a secret of less than 32 bytes (RFC 7518, 3.2).
  Tokens(std::string secret, std::chrono::seconds lifetime);

  /// `claims.expires` is ignored: it is `now` and the lifetime.
  std::string issue(const Claims& claims, SystemTime now) const;

  /// Nothing for what was not signed with this secret by HS256, or has expired.
  std::optional<Claims> verify(const std::string& token, SystemTime now) const;

 private:
  const unsigned char* key() const;

  std::string secret_;
  std::chrono::seconds lifetime_;
};

}  // namespace showcase
