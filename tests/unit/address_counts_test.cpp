// SPDX-License-Identifier: MIT
#include "engine/server/address_counts.hpp"

#include <gtest/gtest.h>

namespace socketio::engine {
namespace {

TEST(ClientKey, IsTheWholeAddressInIpv4) {
  EXPECT_EQ(client_key("192.0.2.1"), client_key("192.0.2.1"));
  EXPECT_NE(client_key("192.0.2.1"), client_key("192.0.2.2"));
  EXPECT_EQ(client_key("::ffff:192.0.2.1"), client_key("192.0.2.1"));
}

TEST(ClientKey, IsThePrefixInIpv6) {
  EXPECT_EQ(client_key("2001:db8:1:2::1"), client_key("2001:db8:1:2:3:4:5:6"));
  EXPECT_NE(client_key("2001:db8:1:2::1"), client_key("2001:db8:1:3::1"));
  EXPECT_EQ(client_key("2001:db8::2:0:0:0:1"), client_key("2001:db8:0:2::9"));
  EXPECT_EQ(client_key("fe80::1%eth0"), client_key("fe80::2%eth1"));
}

TEST(ClientKey, OfWhatIsNoAddressIsZero) {
  for (const char* const text : {"", ":", "1.2.3", "1.2.3.4.5", "256.1.1.1", "2001:db8", "unknown",
                                 "1:2:3:4:5:6:7:8:9", "1::2:3:4:5:6:7:8:9", "12345::", "-1::"}) {
    EXPECT_EQ(client_key(text), 0U) << text;
  }
}

TEST(AddressCounts, ForgetWhatHasNone) {
  AddressCounts counts;
  EXPECT_EQ(counts.count("192.0.2.1"), 0U);
  counts.add("192.0.2.1");
  counts.add("192.0.2.1");
  EXPECT_EQ(counts.count("192.0.2.1"), 2U);
  EXPECT_EQ(counts.count("192.0.2.2"), 0U);
  counts.remove("192.0.2.1");
  counts.remove("192.0.2.1");
  EXPECT_EQ(counts.count("192.0.2.1"), 0U);
  counts.remove("192.0.2.1");
  EXPECT_EQ(counts.count("192.0.2.1"), 0U);
}

}  // namespace
}  // namespace socketio::engine
