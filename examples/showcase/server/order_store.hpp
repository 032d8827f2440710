// SPDX-License-Identifier: MIT
// Orders and what may become of them, in the database. Every function throws DatabaseError when the
// file or the disk fails.
#pragma once

#include "database.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace showcase {

struct Order {
  std::string id, userId, item, status;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Order, id, userId, item, status)

/// pending, processing, shipped, delivered, cancelled.
bool is_order_status(std::string_view status);

/// An order goes forward only, and is cancelled only until it is shipped.
bool may_become(std::string_view from, std::string_view to);

class OrderStore {
 public:
  /// Orders before these are forgotten.
  static constexpr std::int64_t kept = 10'000;
  static constexpr std::int64_t listed = 100;

  /// The first one to open it finds some orders.
  explicit OrderStore(Database& database);

  /// The latest first; of one user, or of all if `user` is empty.
  std::vector<Order> list(std::string_view user);
  std::optional<Order> find(std::string_view id);

  void set_status(std::string_view id, std::string_view status);
  /// A pending one.
  Order place(std::string_view user, std::string_view item);

 private:
  Database& database_;
  Statement list_, find_, set_status_, place_, forget_;
};

}  // namespace showcase
