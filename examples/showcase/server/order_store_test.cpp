// SPDX-License-Identifier: MIT
#include "order_store.hpp"

#include "database_fixture.hpp"

namespace showcase {
namespace {

class OrderStoreTest : public DatabaseTest {};

std::string ids(const std::vector<Order>& orders) {
  std::string text;
  for (const Order& order : orders) text += order.id + " ";
  return text;
}

TEST(Order, GoesForwardOnly) {
  EXPECT_TRUE(may_become("pending", "processing"));
  EXPECT_TRUE(may_become("pending", "delivered"));
  EXPECT_TRUE(may_become("shipped", "delivered"));
  EXPECT_FALSE(may_become("shipped", "shipped"));
  EXPECT_FALSE(may_become("shipped", "pending"));
  EXPECT_FALSE(may_become("delivered", "processing"));
}

TEST(Order, IsCancelledUntilItIsShipped) {
  EXPECT_TRUE(may_become("pending", "cancelled"));
  EXPECT_TRUE(may_become("processing", "cancelled"));
  EXPECT_FALSE(may_become("shipped", "cancelled"));
  EXPECT_FALSE(may_become("cancelled", "pending"));
  EXPECT_FALSE(may_become("cancelled", "cancelled"));
}

TEST(Order, HasAStatusOfAList) {
  for (const char* status : {"pending", "processing", "shipped", "delivered", "cancelled"})
    EXPECT_TRUE(is_order_status(status)) << status;
  for (const char* status : {"", "Shipped", "lost"}) EXPECT_FALSE(is_order_status(status));
}

TEST_F(OrderStoreTest, HasSomeOrdersFromTheBeginning) {
  Database database(file());
  OrderStore store(database);
  EXPECT_EQ(ids(store.list("")), "1004 1003 1002 1001 ");
  EXPECT_EQ(ids(store.list("ada")), "1002 1001 ");
  EXPECT_EQ(ids(store.list("nobody")), "");
  const auto order = store.find("1003");
  ASSERT_TRUE(order);
  EXPECT_EQ(order->userId, "grace");
  EXPECT_EQ(order->status, "pending");
  EXPECT_FALSE(store.find("1005"));
  EXPECT_FALSE(store.find("1003x"));
  EXPECT_FALSE(store.find(""));
}

TEST_F(OrderStoreTest, KeepsWhatChanges) {
  {
    Database database(file());
    OrderStore store(database);
    store.set_status("1001", "shipped");
    const auto placed = store.place("bob", "A teapot");
    EXPECT_EQ(placed.id, "1005");
    EXPECT_EQ(placed.status, "pending");
  }
  Database database(file());
  OrderStore store(database);
  EXPECT_EQ(store.find("1001")->status, "shipped");
  EXPECT_EQ(store.find("1002")->status, "pending");
  EXPECT_EQ(ids(store.list("")), "1005 1004 1003 1002 1001 ");
  EXPECT_EQ(ids(store.list("bob")), "1005 ");
}

TEST_F(OrderStoreTest, ForgetsWhatIsOld) {
  Database database(file());
  OrderStore store(database);
  database.execute(
      "WITH RECURSIVE n (i) AS (SELECT 5 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)"
      " INSERT INTO purchase (user, item) SELECT 'bob', i FROM n");
  EXPECT_TRUE(store.find("1001"));
  EXPECT_EQ(store.place("bob", "one more").item, "one more");
  EXPECT_FALSE(store.find("1001"));
  EXPECT_EQ(ids(store.list("ada")), "1002 ");
  EXPECT_EQ(store.list("").size(), 100U);
}

}  // namespace
}  // namespace showcase
