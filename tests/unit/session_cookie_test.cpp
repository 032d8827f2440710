// SPDX-License-Identifier: MIT
#include "server/session_cookie.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>

namespace socketio::server {
namespace {

using namespace std::chrono_literals;

TEST(SessionCookie, HasTheReferencesDefaults) {
  EXPECT_EQ(SessionCookie({}).with("abc"), "io=abc; Path=/; HttpOnly; SameSite=Lax");
}

TEST(SessionCookie, HasEveryAttributeInTheReferencesOrder) {
  CookieOptions options;
  options.name = "n";
  options.path = "/a b";
  options.domain = "example.org";
  options.max_age = 100s;
  options.expires = std::chrono::system_clock::time_point(784111777s);
  options.secure = true;
  options.partitioned = true;
  options.priority = CookieOptions::Priority::high;
  options.same_site = CookieOptions::SameSite::none;
  EXPECT_EQ(SessionCookie(options).with("i"),
            "n=i; Max-Age=100; Domain=example.org; Path=/a b; Expires=Sun, 06 Nov 1994 08:49:37 "
            "GMT; HttpOnly; Secure; Partitioned; Priority=High; SameSite=None");
}

TEST(SessionCookie, HasNoAttributeThatIsUnset) {
  CookieOptions options;
  options.path.clear();
  options.http_only = false;
  options.same_site = CookieOptions::SameSite::unset;
  EXPECT_EQ(SessionCookie(options).with("i"), "io=i");
}

TEST(SessionCookie, EscapesTheIdAsJavaScriptDoes) {
  EXPECT_EQ(SessionCookie({}).with("a-_.!~*'()9 ;,\"%/\x7f").substr(0, 37),
            "io=a-_.!~*'()9%20%3B%2C%22%25%2F%7F; ");
}

TEST(SessionCookie, RefusesWhatNoCookieCanHave) {
  for (const std::string name : {"", "a b", "a=b", "a;b", "\xc3\xbc"}) {
    CookieOptions options;
    options.name = name;
    EXPECT_THROW(SessionCookie{options}, std::invalid_argument) << name;
  }
  for (const std::string value : {"/;x", "/\r\nX: y", "/\xc3\xbc"}) {
    CookieOptions options;
    options.path = value;
    EXPECT_THROW(SessionCookie{options}, std::invalid_argument) << value;
    options.path = "/";
    options.domain = value;
    EXPECT_THROW(SessionCookie{options}, std::invalid_argument) << value;
  }
}

}  // namespace
}  // namespace socketio::server
