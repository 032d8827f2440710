// SPDX-License-Identifier: MIT
#include "order_store.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace showcase {
namespace {

constexpr std::array<std::string_view, 4> steps{"pending", "processing", "shipped", "delivered"};
constexpr std::string_view cancelled = "cancelled";

/// steps.size() for what is no step.
std::size_t step_of(std::string_view status) {
  const auto* found = std::find(steps.begin(), steps.end(), status);
  return static_cast<std::size_t>(std::distance(steps.begin(), found));
}

Database& with_table(Database& database) {
  database.execute(
      "CREATE TABLE IF NOT EXISTS purchase ("
      " id INTEGER PRIMARY KEY AUTOINCREMENT,"
      " user TEXT NOT NULL,"
      " item TEXT NOT NULL,"
      " status TEXT NOT NULL DEFAULT 'pending');"
      "CREATE INDEX IF NOT EXISTS purchase_user ON purchase (user);"
      "INSERT INTO purchase (id, user, item) SELECT * FROM (VALUES"
      " (1001, 'ada', 'A difference engine'),"
      " (1002, 'ada', 'Punched cards, a box'),"
      " (1003, 'grace', 'A pair of tweezers'),"
      " (1004, 'linus', 'A stuffed penguin'))"
      " WHERE NOT EXISTS (SELECT 1 FROM purchase)");
  return database;
}

Order order_of(const Rows& rows) {
  return {.id = rows.text(0), .userId = rows.text(1), .item = rows.text(2), .status = rows.text(3)};
}

}  // namespace

bool is_order_status(std::string_view status) {
  return status == cancelled || step_of(status) < steps.size();
}

bool may_become(std::string_view from, std::string_view to) {
  if (from == cancelled) return false;
  if (to == cancelled) return step_of(from) < step_of("shipped");
  return step_of(to) > step_of(from);
}

OrderStore::OrderStore(Database& database)
    : database_(with_table(database)),
      list_(database.prepare("SELECT id, user, item, status FROM purchase"
                             " WHERE ?1 = '' OR user = ?1 ORDER BY id DESC LIMIT ?2")),
      find_(database.prepare("SELECT id, user, item, status FROM purchase WHERE id = ?1")),
      set_status_(database.prepare("UPDATE purchase SET status = ?2 WHERE id = ?1")),
      place_(database.prepare("INSERT INTO purchase (user, item) VALUES (?1, ?2)")),
      forget_(database.prepare(
          "DELETE FROM purchase WHERE id <= (SELECT max(id) FROM purchase) - ?1")) {}

std::vector<Order> OrderStore::list(std::string_view user) {
  std::vector<Order> orders;
  for (Rows rows = list_.query(user, listed); rows.next();) orders.push_back(order_of(rows));
  return orders;
}

std::optional<Order> OrderStore::find(std::string_view id) {
  Rows rows = find_.query(id);
  if (!rows.next()) return std::nullopt;
  return order_of(rows);
}

void OrderStore::set_status(std::string_view id, std::string_view status) {
  set_status_.run(id, status);
}

Order OrderStore::place(std::string_view user, std::string_view item) {
  const Turn turn = database_.take_turn();
  place_.run(user, item);
  forget_.run(kept);
  return *find(std::to_string(database_.last_id()));
}

}  // namespace showcase
