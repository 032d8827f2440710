// SPDX-License-Identifier: MIT
#include "codec/http/date.hpp"

#include <gtest/gtest.h>

namespace socketio::http {
namespace {

TEST(HttpDate, IsTheTextOfTheStandard) {
  EXPECT_EQ(date_text(784'111'777), "Sun, 06 Nov 1994 08:49:37 GMT");  // RFC 9110 5.6.7
  EXPECT_EQ(date_text(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(date_text(951'782'399), "Mon, 28 Feb 2000 23:59:59 GMT");
  EXPECT_EQ(date_text(951'782'400), "Tue, 29 Feb 2000 00:00:00 GMT");
  EXPECT_EQ(date_text(1'700'000'000), "Tue, 14 Nov 2023 22:13:20 GMT");
  EXPECT_EQ(date_text(4'102'444'800), "Fri, 01 Jan 2100 00:00:00 GMT");
}

// A clock that was never set.
TEST(HttpDate, BeforeItsTimeToo) { EXPECT_EQ(date_text(-1), "Wed, 31 Dec 1969 23:59:59 GMT"); }

}  // namespace
}  // namespace socketio::http
