// SPDX-License-Identifier: MIT
// The client's cookies: names, values, both ways to expire, and the limits (RFC 6265 section 5, and
// what the JavaScript client's jar keeps).
#include "engine/client/cookie_jar.hpp"

#include <gtest/gtest.h>

#include <string>

namespace socketio::engine {
namespace {

constexpr std::int64_t now_ms = 1'700'000'000'000;  // 2023-11-14T22:13:20Z

std::string kept(std::string_view set_cookie, std::int64_t later_ms = now_ms) {
  CookieJar jar;
  jar.take(set_cookie, now_ms);
  return jar.header(later_ms);
}

TEST(CookieJar, RepeatsNamesAndValues) {
  EXPECT_EQ(kept("id=42"), "id=42");
  EXPECT_EQ(kept("  id = 4 2 ; Path=/; HttpOnly; SameSite=Lax; Secure"), "id=4 2");
  EXPECT_EQ(kept("id=a=b=c"), "id=a=b=c");
  EXPECT_EQ(kept("id=\"quoted\"; Path=/"), "id=quoted");
  EXPECT_EQ(kept("id=\""), "id=\"");
  EXPECT_EQ(kept("id="), "id=");
  EXPECT_EQ(kept("id=1; Domain=example.org; Path=/elsewhere"), "id=1") << "they do not matter";
}

TEST(CookieJar, TakesNothingWithoutAName) {
  for (const char* text : {"", "id", "=1", " =1", ";", "; id=1", "id; a=b"}) {
    EXPECT_EQ(kept(text), "") << text;
  }
}

TEST(CookieJar, KeepsTheOrderAndReplacesInPlace) {
  CookieJar jar;
  http::Headers headers;
  headers.add("Set-Cookie", "a=1");
  headers.add("Content-Type", "text/plain");
  headers.add("set-cookie", "b=2");
  jar.take(headers, now_ms);
  EXPECT_EQ(jar.header(now_ms), "a=1; b=2");
  jar.take("a=3", now_ms);
  jar.take("A=4", now_ms);
  EXPECT_EQ(jar.header(now_ms), "a=3; b=2; A=4");
}

TEST(CookieJar, MaxAgeIsCountedFromNow) {
  EXPECT_EQ(kept("id=1; Max-Age=60", now_ms + 59'999), "id=1");
  EXPECT_EQ(kept("id=1; Max-Age=60", now_ms + 60'000), "");
  EXPECT_EQ(kept("id=1; max-age= 60 ; Path=/", now_ms + 59'999), "id=1");
  EXPECT_EQ(kept("id=1; Max-Age=99999999999999999999999", now_ms + 60'000), "id=1");
  for (const char* text : {"0", "-1", "soon", "", "-99999999999999999999999"}) {
    EXPECT_EQ(kept("id=1; Max-Age=" + std::string(text)), "") << text;
  }
}

TEST(CookieJar, ReadsTheDatesThatServersWrite) {
  for (const char* date :
       {"Tue, 14 Nov 2023 22:14:20 GMT", "Tuesday, 14-Nov-23 22:14:20 GMT",
        "Tue Nov 14 22:14:20 2023", "tue, 14 NOV 2023 22:14:20", "14 November 2023 22:14:20 UTC"}) {
    const auto cookie = "id=1; Expires=" + std::string(date);
    EXPECT_EQ(kept(cookie, now_ms + 59'999), "id=1") << date;
    EXPECT_EQ(kept(cookie, now_ms + 60'000), "") << date;
  }
  EXPECT_EQ(kept("id=1; Expires=Fri, 31 Dec 9999 23:59:59 GMT"), "id=1");
  EXPECT_EQ(kept("id=1; Expires=Wed, 01-Jan-69 00:00:00 GMT"), "id=1") << "2069";
}

TEST(CookieJar, AnUnreadableDateDeletes) {
  for (const char* date :
       {"", "never", "31 Feb 2030 00:00:00", "14 Nov 2030", "14 Nov 2030 24:00:00",
        "14 Nov 2030 10:60:00", "14 Nov 2030 10:00:60", "00 Nov 2030 10:00:00",
        "14 Foo 2030 10:00:00", "14 Nov 1600 10:00:00", "14 Nov 12345 10:00:00",
        "14 Nov 2030 10:00", "Thu, 01 Jan 1970 00:00:00 GMT"}) {
    EXPECT_EQ(kept("id=1; Expires=" + std::string(date)), "") << date;
  }
}

TEST(CookieJar, ADeletionRemovesWhatWasThere) {
  CookieJar jar;
  jar.take("a=1", now_ms);
  jar.take("b=2", now_ms);
  jar.take("a=; Max-Age=0", now_ms);
  EXPECT_EQ(jar.header(now_ms), "b=2");
  jar.take("b=; Expires=Thu, 01 Jan 1970 00:00:00 GMT", now_ms);
  EXPECT_EQ(jar.header(now_ms), "");
}

TEST(CookieJar, TheLatestOfTwoExpiriesCounts) {
  EXPECT_EQ(kept("id=1; Max-Age=0; Expires=Fri, 31 Dec 9999 23:59:59 GMT"), "id=1");
  EXPECT_EQ(kept("id=1; Expires=Fri, 31 Dec 9999 23:59:59 GMT; Max-Age=0"), "");
}

TEST(CookieJar, RefusesACookieOverTheLimit) {
  const auto of_size = [](std::size_t size) { return "a=" + std::string(size - 1, 'x'); };
  EXPECT_EQ(kept(of_size(CookieJar::cookie_limit_bytes)), of_size(CookieJar::cookie_limit_bytes));
  EXPECT_EQ(kept(of_size(CookieJar::cookie_limit_bytes + 1)), "");
}

TEST(CookieJar, DropsTheOldestBeyondTheLimits) {
  CookieJar jar;
  for (std::size_t i = 0; i < CookieJar::cookie_limit; ++i) {
    jar.take(std::string("c").append(std::to_string(i)).append("=1"), now_ms);
  }
  EXPECT_EQ(jar.header(now_ms).substr(0, 5), "c0=1;");
  jar.take("new=; Max-Age=0", now_ms);
  EXPECT_EQ(jar.header(now_ms).substr(0, 5), "c0=1;") << "a deletion needs no room";
  jar.take("new=1", now_ms);
  EXPECT_EQ(jar.header(now_ms).substr(0, 5), "c1=1;");
  EXPECT_TRUE(jar.header(now_ms).ends_with("; new=1"));

  CookieJar large;
  large.take("a=" + std::string(3'000, 'x'), now_ms);
  large.take("b=" + std::string(CookieJar::total_limit_bytes - 3'002, 'x'), now_ms);
  EXPECT_EQ(large.header(now_ms).front(), 'a');
  large.take("c=", now_ms);
  EXPECT_EQ(large.header(now_ms).front(), 'b');
}

}  // namespace
}  // namespace socketio::engine
