// SPDX-License-Identifier: MIT
#include "credentials.hpp"

#include <gtest/gtest.h>

namespace showcase {
namespace {

using nlohmann::json;

std::string complaint(const std::string& email, const std::string& password = "long enough") {
  return objection_to({.email = email, .password = password}).value_or("");
}

TEST(Credentials, AreReadWithoutSpacesAndInLowerCase) {
  const auto read =
      read_credentials(json{{"email", " Ada@Example.ORG\n"}, {"password", " Spaces count "}});
  ASSERT_TRUE(read);
  EXPECT_EQ(read->email, "ada@example.org");
  EXPECT_EQ(read->password, " Spaces count ");
}

TEST(Credentials, AreAnObjectOfTexts) {
  EXPECT_FALSE(read_credentials(std::nullopt));
  EXPECT_FALSE(read_credentials(json::array()));
  EXPECT_FALSE(read_credentials(json{{"email", "a@b.c"}}));
  EXPECT_FALSE(read_credentials(json{{"password", "long enough"}}));
  EXPECT_FALSE(read_credentials(json{{"email", 7}, {"password", "long enough"}}));
  EXPECT_FALSE(read_credentials(json{{"email", "a@b.c"}, {"password", {1, 2}}}));
}

TEST(Credentials, NeedAnAddress) {
  for (const char* email : {"", "ada", "@example.org", "ada@", "ada@org", "ada@.org", "ada@org.",
                            "ada@example@example.org", "a da@example.org", "ada@exa\x01mple.org"}) {
    EXPECT_EQ(complaint(email), "Please enter an email address.") << email;
  }
  EXPECT_EQ(complaint("a@b.c"), "");
  EXPECT_EQ(complaint("ada+lists@mail.example.org"), "");
  EXPECT_EQ(complaint(std::string(email_limit - 6, 'a') + "@ab.cd"), "");
  EXPECT_NE(complaint(std::string(email_limit - 5, 'a') + "@ab.cd"), "");
}

TEST(Credentials, LimitThePassword) {
  EXPECT_NE(complaint("a@b.c", std::string(password_minimum - 1, 'x')), "");
  EXPECT_EQ(complaint("a@b.c", std::string(password_minimum, 'x')), "");
  EXPECT_EQ(complaint("a@b.c", std::string(password_limit, 'x')), "");
  EXPECT_NE(complaint("a@b.c", std::string(password_limit + 1, 'x')), "");
}

}  // namespace
}  // namespace showcase
