// SPDX-License-Identifier: MIT
#include "tokens.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <jwt.h>
#include <memory>
#include <stdexcept>
#include <utility>

namespace showcase {
namespace {

using namespace std::chrono_literals;

const std::string secret(32, 's');
constexpr SystemTime noon{1'700'000'000s};

Tokens tokens() { return Tokens(secret, 15min); }

Claims ada() {
  return {.account = 7, .email = "ada@example.org", .role = "admin", .generation = 3};
}

/// What somebody else who has the secret, or none, might make.
std::string made_elsewhere(jwt_alg_t algorithm, const std::string& key, long expires) {
  jwt_t* token = nullptr;
  EXPECT_EQ(jwt_new(&token), 0);
  const auto* bytes = reinterpret_cast<const unsigned char*>(key.data());
  EXPECT_EQ(
      jwt_set_alg(token, algorithm, key.empty() ? nullptr : bytes, static_cast<int>(key.size())),
      0);
  EXPECT_EQ(jwt_add_grant(token, "sub", "7"), 0);
  if (expires > 0) {
    EXPECT_EQ(jwt_add_grant_int(token, "exp", expires), 0);
  }
  char* text = jwt_encode_str(token);
  std::string copy(text);
  std::free(text);
  jwt_free(token);
  return copy;
}

TEST(Tokens, SayWhoSomebodyIs) {
  const auto claims = tokens().verify(tokens().issue(ada(), noon), noon);
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->account, 7);
  EXPECT_EQ(claims->email, "ada@example.org");
  EXPECT_EQ(claims->role, "admin");
  EXPECT_EQ(claims->generation, 3);
  EXPECT_EQ(claims->expires, noon + 15min);
}

TEST(Tokens, Expire) {
  const std::string token = tokens().issue(ada(), noon);
  EXPECT_TRUE(tokens().verify(token, noon + 15min - 1s));
  EXPECT_FALSE(tokens().verify(token, noon + 15min));
}

TEST(Tokens, WithoutAnExpiryCountForNothing) {
  const long later = (noon + 1min).time_since_epoch().count();
  EXPECT_TRUE(tokens().verify(made_elsewhere(JWT_ALG_HS256, secret, later), noon));
  EXPECT_FALSE(tokens().verify(made_elsewhere(JWT_ALG_HS256, secret, 0), noon));
}

TEST(Tokens, OfAnotherSecretAreRefused) {
  EXPECT_FALSE(tokens().verify(Tokens(std::string(32, 'x'), 15min).issue(ada(), noon), noon));
}

TEST(Tokens, OfAnotherAlgorithmAreRefused) {
  const long later = (noon + 1min).time_since_epoch().count();
  EXPECT_FALSE(tokens().verify(made_elsewhere(JWT_ALG_HS512, secret, later), noon));
  EXPECT_FALSE(tokens().verify(made_elsewhere(JWT_ALG_NONE, "", later), noon));
}

TEST(Tokens, ThatWereChangedAreRefused) {
  const std::string token = tokens().issue(ada(), noon);
  for (std::size_t i = 0; i + 1 < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(tokens().verify(changed, noon)) << changed;
    EXPECT_FALSE(tokens().verify(token.substr(0, i), noon)) << i;
  }
}

TEST(Tokens, OfAnyOtherTextAreRefused) {
  for (const char* text : {"", ".", "..", "...", "a.b.c", "e30.e30.", "null", "\x80.\xff."}) {
    EXPECT_FALSE(tokens().verify(text, noon)) << text;
  }
  EXPECT_FALSE(tokens().verify(std::string(1'000'000, 'A'), noon));
}

TEST(Tokens, NeedASecretOfSomeLength) {
  EXPECT_THROW(Tokens(std::string(31, 's'), 15min), std::invalid_argument);
}

}  // namespace
}  // namespace showcase
