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

}  // namespace

Identities::Identities(Database& database, Tokens tokens, std::string_view admin_email)
    : tokens_(std::move(tokens)),
      admin_email_(canonical_email(admin_email)),
      find_(with_table(database).prepare(
          "SELECT id, email, password, generation FROM account WHERE email = ?1")),
      insert_(database.prepare("INSERT INTO account (email, password) VALUES (?1, ?2)")),
      generation_(database.prepare("SELECT generation FROM account WHERE id = ?1")),
      raise_generation_(
          database.prepare("UPDATE account SET generation = generation + 1 WHERE id = ?1")),
      first_(database.prepare("SELECT min(id) FROM account")) {}

std::optional<Account> Identities::find(std::string_view email) {
  Rows rows = find_.query(email);
  if (!rows.next()) return {};
  return Account{.id = rows.integer(0),
                 .email = rows.text(1),
                 .password_hash = rows.text(2),
                 .generation = rows.integer(3)};
}

std::optional<Account> Identities::add(std::string_view email, std::string_view password_hash) {
  if (find(email)) return {};
  insert_.run(email, password_hash);
  return find(email);
}

std::string Identities::token_for(const Account& account, SystemTime now) {
  return tokens_.issue({.account = account.id,
                        .email = account.email,
                        .role = is_admin(account) ? "admin" : "user",
                        .generation = account.generation},
                       now);
}

std::string Identities::renewed(const Claims& claims, SystemTime now) const {
  return tokens_.issue(claims, now);
}

std::optional<Claims> Identities::verify(const std::string& token, SystemTime now) {
  auto claims = tokens_.verify(token, now);
  if (!claims || generation_of(claims->account) != claims->generation) return {};
  return claims;
}

void Identities::sign_out_everywhere(std::int64_t account) { raise_generation_.run(account); }

std::optional<std::int64_t> Identities::generation_of(std::int64_t account) {
  Rows rows = generation_.query(account);
  return rows.next() ? std::optional(rows.integer(0)) : std::nullopt;
}

bool Identities::is_admin(const Account& account) {
  if (!admin_email_.empty()) return account.email == admin_email_;
  Rows rows = first_.query();
  return rows.next() && rows.integer(0) == account.id;
}

}  // namespace showcase
