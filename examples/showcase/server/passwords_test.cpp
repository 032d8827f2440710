// SPDX-License-Identifier: MIT
#include "passwords.hpp"

#include <gtest/gtest.h>

namespace showcase {
namespace {

TEST(Passwords, VerifiesWhatItHashed) {
  const std::string hash = hash_password("correct horse");
  EXPECT_TRUE(verify_password("correct horse", hash));
  EXPECT_FALSE(verify_password("correct hors", hash));
  EXPECT_FALSE(verify_password("", hash));
}

TEST(Passwords, SaltsEachOne) {
  const std::string first = hash_password("the same");
  const std::string second = hash_password("the same");
  EXPECT_NE(first, second);
  EXPECT_TRUE(verify_password("the same", second));
}

TEST(Passwords, NeverHoldsTheirText) {
  EXPECT_EQ(hash_password("visible").find("visible"), std::string::npos);
}

// RFC 7914, 12: scrypt("pleaseletmein", "SodiumChloride", N=16384, r=8, p=1), its first 32 bytes.
TEST(Passwords, IsScrypt) {
  const char* hash =
      "scrypt:16384:8:1:536f6469756d43686c6f72696465:"
      "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2";
  EXPECT_TRUE(verify_password("pleaseletmein", hash));
  EXPECT_FALSE(verify_password("pleaseletmeout", hash));
}

TEST(Passwords, RefusesAHashThatItDidNotMake) {
  for (const char* hash :
       {"", "scrypt", "scrypt:::::", "plain:16384:8:1:00:00", "scrypt:16384:8:1:00:00",
        "scrypt:x:8:1:536f:7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2",
        "scrypt:15:8:1:536f:7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2",
        "scrypt:16384:8:1:536:7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2",
        "scrypt:16384:8:1:536f:7023:more"}) {
    EXPECT_FALSE(verify_password("any", hash)) << hash;
  }
}

// A hash that asks for more memory than ours ever do is refused, not obeyed.
TEST(Passwords, BoundsTheMemory) {
  EXPECT_FALSE(verify_password("any",
                               "scrypt:1073741824:8:1:00:"
                               "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"));
}

}  // namespace
}  // namespace showcase
