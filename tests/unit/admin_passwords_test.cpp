// SPDX-License-Identifier: MIT
#include "admin/password_checker.hpp"
#include "admin/session_store.hpp"

#include <gtest/gtest.h>

#include <string>

namespace socketio::admin {
namespace {

TEST(AdminPasswords, AreComparedAsBcryptjsDoes) {
  // What bcryptjs has made, with cost 4.
  const std::string hash = "$2a$04$sRiXwx4ao/o7Tt2l7sztbeFCH.NKnRBw6AVwIVrEXnHtWAnZvcWAa";
  EXPECT_TRUE(matches_bcrypt("changeit", hash));
  EXPECT_FALSE(matches_bcrypt("changeIt", hash));
  EXPECT_FALSE(matches_bcrypt("", hash));
  const std::string umlauts = "$2a$04$KRX6bHZeY/bM50K1cmLLz.7riROjv1utUMrjUoX0VEQQgB5QxoRz6";
  EXPECT_TRUE(matches_bcrypt("pässwörd", umlauts));
}

TEST(AdminPasswords, AreComparedInEachVersionOfBcrypt) {
  for (const char* const version : {"$2a$", "$2b$", "$2y$"}) {
    const std::string hash =
        version + std::string("04$sRiXwx4ao/o7Tt2l7sztbeFCH.NKnRBw6AVwIVrEXnHtWAnZvcWAa");
    EXPECT_TRUE(is_bcrypt_hash(hash));
    EXPECT_TRUE(matches_bcrypt("changeit", hash)) << version;
    EXPECT_FALSE(matches_bcrypt("change", hash)) << version;
  }
}

TEST(AdminPasswords, CountUpTo72Bytes) {
  const std::string hash = "$2a$04$PjpvItoVW4HcYZOl7R44SuZ420MEmLmBHYDFAsv3jpH5IG03OJnRW";
  EXPECT_TRUE(matches_bcrypt(std::string(80, 'x'), hash));
  EXPECT_TRUE(matches_bcrypt(std::string(100'000, 'x'), hash));
  EXPECT_TRUE(matches_bcrypt(std::string(72, 'x'), hash));
  EXPECT_FALSE(matches_bcrypt(std::string(71, 'x'), hash));
}

TEST(AdminPasswords, DoNotEndAtANullByte) {
  const std::string hash = "$2a$04$sRiXwx4ao/o7Tt2l7sztbeFCH.NKnRBw6AVwIVrEXnHtWAnZvcWAa";
  EXPECT_FALSE(matches_bcrypt(std::string("changeit\0more", 13), hash));
}

TEST(AdminPasswords, HaveHashesOfOneForm) {
  const std::string hash = "$2b$10$sRiXwx4ao/o7Tt2l7sztbeFCH.NKnRBw6AVwIVrEXnHtWAnZvcWAa";
  EXPECT_TRUE(is_bcrypt_hash(hash));
  EXPECT_FALSE(is_bcrypt_hash("changeit"));
  EXPECT_FALSE(is_bcrypt_hash(hash.substr(1)));
  EXPECT_FALSE(is_bcrypt_hash("$1" + hash.substr(2)));
  EXPECT_FALSE(is_bcrypt_hash(hash.substr(0, 59) + "!"));
  EXPECT_FALSE(is_bcrypt_hash(""));
}

TEST(AdminSessions, AreForgottenBeyondTheLimit) {
  SessionStore sessions(2);
  sessions.add("a");
  sessions.add("b");
  EXPECT_TRUE(sessions.contains("a"));
  sessions.add("c");
  EXPECT_FALSE(sessions.contains("a"));
  EXPECT_TRUE(sessions.contains("b"));
  EXPECT_TRUE(sessions.contains("c"));
}

}  // namespace
}  // namespace socketio::admin
