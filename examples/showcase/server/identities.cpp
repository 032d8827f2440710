// SPDX-License-Identifier: MIT
#include "identities.hpp"

#include "credentials.hpp"

#include <utility>

namespace showcase {
namespace {

Database& with_table(Database& database) {
  // AUTOINCREMENT: a token that speaks for an account never comes to speak for another one.
  database.execute(
      "CREATE TABLE IF NOT EXISTS account ("
      " id INTEGER PRIMARY KEY AUTOINCREMENT,"
      " email TEXT NOT NULL UNIQUE,"
      " password TEXT NOT NULL,"
      " generation INTEGER NOT NULL DEFAULT 0)");
  return database;
}

std::optional<Account> first_account(Rows rows) {
  if (!rows.next()) return {};
  return Account{.id = rows.integer(0),
                 .email = rows.text(1),
                 .password_hash = rows.text(2),
                 .generation = rows.integer(3)};
}

}  // namespace

Identities::Identities(Database& database, Tokens tokens, std::string_view admin_email)
    : database_(with_table(database)),
      tokens_(std::move(tokens)),
      admin_email_(canonical_email(admin_email)),
      find_(
          database.prepare("SELECT id, email, password, generation FROM account WHERE email = ?1")),
      insert_(database.prepare("INSERT INTO account (email, password) VALUES (?1, ?2)")),
      find_by_id_(
          database.prepare("SELECT id, email, password, generation FROM account WHERE id = ?1")),
      raise_generation_(
          database.prepare("UPDATE account SET generation = generation + 1 WHERE id = ?1")),
      first_(database.prepare("SELECT min(id) FROM account")),
      count_(database.prepare("SELECT count(*) FROM account")) {}

std::optional<Account> Identities::find(std::string_view email) {
  return first_account(find_.query(email));
}

bool Identities::full() {
  Rows rows = count_.query();
  return rows.next() && rows.integer(0) >= accounts_limit;
}

std::optional<Account> Identities::add(std::string_view email, std::string_view password_hash) {
  const Turn turn = database_.take_turn();
  if (find(email)) return {};
  insert_.run(email, password_hash);
  return find(email);
}

std::string Identities::token_for(const Account& account, SystemTime now) {
  return tokens_.issue({.account = account.id,
                        .email = account.email,
                        .role = role_of(account),
                        .generation = account.generation},
                       now);
}

std::string Identities::renewed(const Claims& claims, SystemTime now) const {
  return tokens_.issue(claims, now);
}

std::optional<Claims> Identities::verify(const std::string& token, SystemTime now) {
  auto claims = tokens_.verify(token, now);
  if (!claims) return {};
  const auto account = first_account(find_by_id_.query(claims->account));
  if (!account || account->generation != claims->generation) return {};
  claims->role = role_of(*account);  // it may have changed since the token was issued
  return claims;
}

void Identities::sign_out_everywhere(std::int64_t account) { raise_generation_.run(account); }

std::string Identities::role_of(const Account& account) {
  if (!admin_email_.empty()) return account.email == admin_email_ ? "admin" : "user";
  Rows rows = first_.query();
  return rows.next() && rows.integer(0) == account.id ? "admin" : "user";
}

}  // namespace showcase
