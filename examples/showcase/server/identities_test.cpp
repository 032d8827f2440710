// SPDX-License-Identifier: MIT
#include "identities.hpp"

#include <gtest/gtest.h>

namespace showcase {
namespace {

using namespace std::chrono_literals;

constexpr SystemTime noon{1'700'000'000s};

class IdentitiesTest : public testing::Test {
 protected:
  Identities identities(const std::string& admin_email = "") {
    return {database_, Tokens(std::string(32, 's'), 15min), admin_email};
  }

  Database database_{":memory:"};
};

TEST_F(IdentitiesTest, KeepsAccounts) {
  auto people = identities();
  EXPECT_FALSE(people.find("ada@example.org"));
  const auto ada = people.add("ada@example.org", "hash");
  ASSERT_TRUE(ada);
  EXPECT_EQ(ada->email, "ada@example.org");
  EXPECT_EQ(people.find("ada@example.org")->password_hash, "hash");
  EXPECT_EQ(identities().find("ada@example.org")->id, ada->id);
}

TEST_F(IdentitiesTest, HasOneAccountForAnAddress) {
  auto people = identities();
  EXPECT_TRUE(people.add("ada@example.org", "hash"));
  EXPECT_FALSE(people.add("ada@example.org", "another"));
  EXPECT_EQ(people.find("ada@example.org")->password_hash, "hash");
}

TEST_F(IdentitiesTest, KnowsWhomATokenSpeaksFor) {
  auto people = identities();
  const auto ada = people.add("ada@example.org", "hash");
  const auto claims = people.verify(people.token_for(*ada, noon), noon);
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->account, ada->id);
  EXPECT_FALSE(people.verify("any", noon));
}

TEST_F(IdentitiesTest, RenewsATokenForTheSamePerson) {
  auto people = identities();
  const auto first =
      people.verify(people.token_for(*people.add("ada@example.org", "hash"), noon), noon);
  const std::string token = people.renewed(*first, noon + 14min);
  const auto claims = people.verify(token, noon + 28min);
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->account, first->account);
  EXPECT_EQ(claims->role, first->role);
  EXPECT_EQ(claims->expires, noon + 29min);
}

TEST_F(IdentitiesTest, ForgetsTokensOfWhoSignedOutEverywhere) {
  auto people = identities();
  const auto ada = people.add("ada@example.org", "hash");
  const auto bob = people.add("bob@example.org", "hash");
  const std::string of_ada = people.token_for(*ada, noon);
  const std::string of_bob = people.token_for(*bob, noon);
  people.sign_out_everywhere(ada->id);
  EXPECT_FALSE(people.verify(of_ada, noon));
  EXPECT_TRUE(people.verify(of_bob, noon));
  EXPECT_TRUE(people.verify(people.token_for(*people.find("ada@example.org"), noon), noon));
}

TEST_F(IdentitiesTest, RefusesTokensOfAccountsThatAreNotHere) {
  Database another(":memory:");
  Identities elsewhere(another, Tokens(std::string(32, 's'), 15min), "");
  const std::string token = elsewhere.token_for(*elsewhere.add("ada@example.org", "hash"), noon);
  EXPECT_FALSE(identities().verify(token, noon));
}

TEST_F(IdentitiesTest, MakesTheFirstAccountAnAdministrator) {
  auto people = identities();
  const auto role = [&](const char* email) {
    return people.verify(people.token_for(*people.add(email, "hash"), noon), noon)->role;
  };
  EXPECT_EQ(role("ada@example.org"), "admin");
  EXPECT_EQ(role("bob@example.org"), "user");
}

TEST_F(IdentitiesTest, IsFullAtItsLimit) {
  auto people = identities("");
  database_.execute(
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)"
      " INSERT INTO account (email, password) SELECT i, '' FROM n");
  EXPECT_FALSE(people.full());
  people.add("ada@example.org", "hash");
  EXPECT_TRUE(people.full());
}

TEST_F(IdentitiesTest, MakesTheNamedAddressAnAdministrator) {
  auto people = identities("Bob@Example.org ");
  const auto role = [&](const char* email) {
    return people.verify(people.token_for(*people.add(email, "hash"), noon), noon)->role;
  };
  EXPECT_EQ(role("ada@example.org"), "user");
  EXPECT_EQ(role("bob@example.org"), "admin");
}

TEST_F(IdentitiesTest, ATokenOfAFormerAdministratorMakesNobodyOne) {
  auto before = identities("ada@example.org");
  const std::string token = before.token_for(*before.add("ada@example.org", "hash"), noon);
  EXPECT_EQ(before.verify(token, noon)->role, "admin");
  EXPECT_EQ(identities("bob@example.org").verify(token, noon)->role, "user");
}

}  // namespace
}  // namespace showcase
