// SPDX-License-Identifier: MIT
// Who is who: the accounts in the database, and the tokens that speak for them. A token counts only
// while its account has not signed out everywhere since.
//
// Administrators: the account with the address that ADMIN_EMAIL names; where it names none, the
// first account that was created.
//
// Time is an argument. Any thread. Throws DatabaseError as the
// database does.
#pragma once

#include "database.hpp"
#include "tokens.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace showcase {

struct Account {
  std::int64_t id = 0;
  std::string email;
  std::string password_hash;
  std::int64_t generation = 0;
};

class Identities {
 public:
  Identities(Database& database, Tokens tokens, std::string_view admin_email);

  static constexpr std::int64_t accounts_limit = 10'000;

  std::optional<Account> find(std::string_view email);
  /// Whether there are `accounts_limit` of them: unlike orders, none may be forgotten for another.
  bool full();
  /// Nothing if the address has an account already.
  std::optional<Account> add(std::string_view email, std::string_view password_hash);

  std::string token_for(const Account& account, SystemTime now);
  /// A token for whom `claims` speak, good for another while.
  std::string renewed(const Claims& claims, SystemTime now) const;
  std::optional<Claims> verify(const std::string& token, SystemTime now);
  /// No token that was issued until now counts any more.
  void sign_out_everywhere(std::int64_t account);

 private:
  std::string role_of(const Account& account);

  Database& database_;
  Tokens tokens_;
  std::string admin_email_;
  Statement find_;
  Statement insert_;
  Statement find_by_id_;
  Statement raise_generation_;
  Statement first_;
  Statement count_;
};

}  // namespace showcase
