// SPDX-License-Identifier: MIT
// Whom a server believes what about its clients.
#include "server/proxy_trust.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace socketio::server {
namespace {

using Fields = std::initializer_list<std::pair<std::string_view, std::string_view>>;

Origin origin(const TrustProxy& trust, std::string_view peer, const Fields& fields) {
  http::Headers headers;
  headers.add("Host", "inner.example");
  for (const auto& [name, value] : fields) headers.add(name, value);
  return ProxyTrust::from(trust).value().origin_of(headers, peer, false);
}

std::string address(const TrustProxy& trust, std::string_view peer,
                    std::string_view forwarded_for) {
  return origin(trust, peer, {{"X-Forwarded-For", forwarded_for}}).address;
}

TEST(ProxyTrust, NobodyIsTrustedByDefault) {
  EXPECT_FALSE(ProxyTrust::from({}));
  EXPECT_FALSE(ProxyTrust::from(false));
  EXPECT_FALSE(ProxyTrust::from(0));
}

TEST(ProxyTrust, AProxyBySomeAddress) {
  EXPECT_EQ(address("loopback", "127.0.0.1", "203.0.113.7"), "203.0.113.7");
  EXPECT_EQ(address("loopback", "::ffff:127.0.0.1", "2001:DB8:0::1"), "2001:db8::1");
  EXPECT_EQ(address("10.0.0.0/8", "10.1.2.3", "203.0.113.7"), "203.0.113.7");
  EXPECT_EQ(address({"192.0.2.1", "uniquelocal"}, "172.31.0.1", "203.0.113.7"), "203.0.113.7");
  EXPECT_EQ(address("linklocal", "fe80::1", "203.0.113.7"), "203.0.113.7");
}

TEST(ProxyTrust, WhatAnybodyElseSaysIsIgnored) {
  const auto spoofed = origin("loopback", "203.0.113.9",
                              {{"X-Forwarded-For", "127.0.0.1"},
                               {"X-Forwarded-Proto", "https"},
                               {"X-Forwarded-Host", "evil.example"},
                               {"Forwarded", "for=127.0.0.1;proto=https;host=evil.example"}});
  EXPECT_EQ(spoofed.address, "203.0.113.9");
  EXPECT_EQ(spoofed.host, "inner.example");
  EXPECT_FALSE(spoofed.secure);
}

TEST(ProxyTrust, OnlyWhatTrustedProxiesHaveAddedCounts) {
  const std::string_view chain = "127.0.0.1, 203.0.113.7, 10.0.0.2";
  EXPECT_EQ(address("10.0.0.0/8", "10.0.0.1", chain), "203.0.113.7");
  EXPECT_EQ(address(1, "10.0.0.1", chain), "10.0.0.2");
  EXPECT_EQ(address(2, "10.0.0.1", chain), "203.0.113.7");
  EXPECT_EQ(address(9, "10.0.0.1", chain), "127.0.0.1");
  EXPECT_EQ(address(true, "10.0.0.1", chain), "127.0.0.1");
}

TEST(ProxyTrust, SeveralLinesAreOneList) {
  EXPECT_EQ(origin(2, "10.0.0.1",
                   {{"X-Forwarded-For", "1.1.1.1, 203.0.113.7"}, {"X-Forwarded-For", "10.0.0.2"}})
                .address,
            "203.0.113.7");
}

TEST(ProxyTrust, PortsAndBracketsAreRemoved) {
  EXPECT_EQ(address(1, "10.0.0.1", "203.0.113.7:1234"), "203.0.113.7");
  EXPECT_EQ(address(1, "10.0.0.1", "[2001:db8::1]:1234"), "2001:db8::1");
  EXPECT_EQ(address(1, "10.0.0.1", "[2001:db8::1]"), "2001:db8::1");
}

TEST(ProxyTrust, WhatIsNoAddressMeansTheConnectionsOwn) {
  for (const std::string_view text : {"", "unknown", "203.0.113.7, ", "203.0.113.7 8.8.8.8",
                                      "300.1.1.1", "[::1", "[::1]x", "<script>", ","}) {
    EXPECT_EQ(address(1, "10.0.0.1", text), "10.0.0.1") << text;
  }
  EXPECT_EQ(address(1, "10.0.0.1", "nonsense, 203.0.113.7"), "203.0.113.7")
      << "a client cannot hide behind its own nonsense";
}

TEST(ProxyTrust, SchemeAndHost) {
  const auto seen =
      origin(1, "10.0.0.1",
             {{"X-Forwarded-Proto", "HTTPS, http"}, {"X-Forwarded-Host", "outer.example, other"}});
  EXPECT_TRUE(seen.secure);
  EXPECT_EQ(seen.host, "outer.example");
  EXPECT_EQ(seen.address, "10.0.0.1");
  EXPECT_FALSE(origin(1, "10.0.0.1", {{"X-Forwarded-Proto", "http"}}).secure);
  EXPECT_EQ(origin(1, "10.0.0.1", {}).host, "inner.example");
}

TEST(ProxyTrust, TheStandardHeader) {
  const auto seen =
      origin(2, "10.0.0.1",
             {{"Forwarded", R"(For="[2001:db8::1]:4711";Proto=https;host="outer.example:8080")"},
              {"Forwarded", "for=10.0.0.2;by=\"a,b;c\""}});
  EXPECT_EQ(seen.address, "2001:db8::1");
  EXPECT_TRUE(seen.secure);
  EXPECT_EQ(seen.host, "outer.example:8080");
  EXPECT_EQ(origin(1, "10.0.0.1", {{"Forwarded", "for=_hidden"}}).address, "10.0.0.1");
  EXPECT_EQ(origin(1, "10.0.0.1", {{"Forwarded", "proto=https"}}).address, "10.0.0.1");
  EXPECT_EQ(origin(1, "10.0.0.1", {{"Forwarded", "for=\"1.1.1.1"}}).address, "10.0.0.1");
}

TEST(ProxyTrust, TheStandardHeaderIsIgnoredBesideTheOlderOnes) {
  const auto seen = origin(1, "10.0.0.1",
                           {{"X-Forwarded-For", "203.0.113.7"},
                            {"Forwarded", "for=1.1.1.1;proto=https;host=evil.example"}});
  EXPECT_EQ(seen.address, "203.0.113.7");
  EXPECT_FALSE(seen.secure);
  EXPECT_EQ(seen.host, "inner.example");
}

TEST(ProxyTrust, AUnixSocketHasNoAddressAndIsTrustedAsAHop) {
  EXPECT_EQ(address(1, "", "203.0.113.7"), "203.0.113.7");
  EXPECT_EQ(address("loopback", "", "203.0.113.7"), "");
}

TEST(ProxyTrust, WhatIsNoAddressAmongTheTrustedIsAnError) {
  EXPECT_THROW(ProxyTrust::from("localhost"), std::invalid_argument);
  EXPECT_THROW(ProxyTrust::from({"10.0.0.1", "10.0.0.0/33"}), std::invalid_argument);
}

TEST(ProxyTrust, AConnectionThatIsSecureItselfStaysSoUnlessTheProxySaysOtherwise) {
  const auto trust = ProxyTrust::from(TrustProxy("10.0.0.1")).value();
  http::Headers silent;
  EXPECT_TRUE(trust.origin_of(silent, "10.0.0.1", true).secure);
  EXPECT_TRUE(trust.origin_of(silent, "192.0.2.1", true).secure);
  http::Headers plain;
  plain.add("x-forwarded-proto", "http");
  EXPECT_FALSE(trust.origin_of(plain, "10.0.0.1", true).secure);
  EXPECT_TRUE(trust.origin_of(plain, "192.0.2.1", true).secure) << "nobody trusts who says so";
}

}  // namespace
}  // namespace socketio::server
