// SPDX-License-Identifier: MIT
// URLs of Redis servers: what each part may be, and which texts are none.
#include "redis/url.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace socketio::redis {
namespace {

/// "user:password@host:port/database", with what was understood.
std::string understood(std::string_view url) {
  const auto address = parse_url(url);
  if (!address) return std::string(to_string(address.error()));
  const Endpoint& endpoint = address->endpoint;
  return address->user + ':' + address->password + '@' +
         (endpoint.path.empty() ? endpoint.host + ' ' + std::to_string(endpoint.port)
                                : endpoint.path) +
         '/' + std::to_string(address->database) + (endpoint.secure ? " secure" : "");
}

TEST(RedisUrl, NamesAServer) {
  EXPECT_EQ(understood("redis://localhost"), ":@localhost 6379/0");
  EXPECT_EQ(understood("redis://"), ":@localhost 6379/0");
  EXPECT_EQ(understood("redis://:7000"), ":@localhost 7000/0");
  EXPECT_EQ(understood("redis://example.org:7000/3"), ":@example.org 7000/3");
  EXPECT_EQ(understood("redis://example.org/"), ":@example.org 6379/0");
  EXPECT_EQ(understood("rediss://example.org"), ":@example.org 6379/0 secure");
  EXPECT_EQ(understood("redis://[::1]:7000/15"), ":@::1 7000/15");
  EXPECT_EQ(understood("redis://[::1]"), ":@::1 6379/0");
}

TEST(RedisUrl, CarriesCredentials) {
  EXPECT_EQ(understood("redis://:secret@localhost"), ":secret@localhost 6379/0");
  EXPECT_EQ(understood("redis://ann:secret@localhost:1/2"), "ann:secret@localhost 1/2");
  EXPECT_EQ(understood("redis://a%3Ab:c%40d%2F%25+e@localhost"), "a:b:c@d/%+e@localhost 6379/0");
  EXPECT_EQ(understood("redis://localhost/1?password=a@b"), ":@localhost 6379/1");
  EXPECT_EQ(understood("redis://localhost?password=a@b"), ":@localhost 6379/0");
}

TEST(RedisUrl, NamesAUnixSocket) {
  EXPECT_EQ(understood("unix:///run/redis.sock"), ":@/run/redis.sock/0");
  EXPECT_EQ(understood("redis+unix:///run/a%20b?x=1&db=4"), ":@/run/a b/4");
  EXPECT_EQ(understood("unix://ann:secret@/run/redis.sock"), "ann:secret@/run/redis.sock/0");
}

TEST(RedisUrl, NamesServersOfACluster) {
  const auto address = parse_url("rediss+cluster://ann:secret@a,b:7000,[::1]:7001/0");
  ASSERT_TRUE(address);
  EXPECT_EQ(address->user + ' ' + address->password, "ann secret");
  std::string named;
  for (const Endpoint& endpoint : address->cluster) {
    EXPECT_TRUE(endpoint.secure);
    named += endpoint.host + ' ' + std::to_string(endpoint.port) + ", ";
  }
  EXPECT_EQ(named, "a 6379, b 7000, ::1 7001, ");
  EXPECT_EQ(describe(*address), "the cluster at a port 6379");
  std::string many = "redis+cluster://a";
  for (std::size_t i = 1; i < cluster_url_limit; ++i) many += ",a";
  EXPECT_TRUE(parse_url(many));
  EXPECT_EQ(understood(many + ",a"), to_string(UrlErrc::bad_cluster));
  EXPECT_EQ(understood("redis+cluster://a/1"), to_string(UrlErrc::bad_database));
  EXPECT_EQ(understood("redis+cluster://a:x"), to_string(UrlErrc::bad_port));
  EXPECT_TRUE(parse_url("redis://a")->cluster.empty());
}

TEST(RedisUrl, NamesSentinels) {
  const auto address = parse_url(
      "rediss+sentinel://ann:secret@a,b:7000,[::1]:7001/the%20master/3"
      "?sentinel_user=bob&sentinel_password=s%40");
  ASSERT_TRUE(address);
  EXPECT_EQ(address->user + ' ' + address->password, "ann secret");
  EXPECT_EQ(address->database, 3U);
  EXPECT_TRUE(address->endpoint.secure);
  const Sentinels& sentinels = address->sentinels;
  EXPECT_EQ(sentinels.master, "the master");
  EXPECT_EQ(sentinels.user + ' ' + sentinels.password, "bob s@");
  std::string endpoints;
  for (const Endpoint& endpoint : sentinels.endpoints) {
    EXPECT_TRUE(endpoint.secure);
    endpoints += endpoint.host + ' ' + std::to_string(endpoint.port) + ';';
  }
  EXPECT_EQ(endpoints, "a 26379;b 7000;::1 7001;");
  EXPECT_EQ(describe(*address), "the master the master");
}

TEST(RedisUrl, IsRefusedForAReason) {
  std::string many = "redis+sentinel://a";
  for (std::size_t i = 1; i < sentinel_limit; ++i) many += ",a";
  EXPECT_EQ(understood(many + "/chat"), ":@localhost 6379/0");
  EXPECT_EQ(understood(many + ",a/chat"), to_string(UrlErrc::bad_sentinels));
  EXPECT_EQ(understood("redis+sentinel://a"), to_string(UrlErrc::bad_sentinels));
  EXPECT_EQ(understood("redis+sentinel://a/"), to_string(UrlErrc::bad_sentinels));
  EXPECT_EQ(understood("redis+sentinel://a:x/chat"), to_string(UrlErrc::bad_port));
  EXPECT_EQ(understood("redis+sentinel://a/chat/x"), to_string(UrlErrc::bad_database));

  EXPECT_EQ(understood("localhost:6379"), to_string(UrlErrc::bad_scheme));
  EXPECT_EQ(understood("http://localhost"), to_string(UrlErrc::bad_scheme));
  EXPECT_EQ(understood(""), to_string(UrlErrc::bad_scheme));
  EXPECT_EQ(understood("redis://[::1"), to_string(UrlErrc::bad_host));
  EXPECT_EQ(understood("redis://a b"), to_string(UrlErrc::bad_host));
  EXPECT_EQ(understood("redis://[]"), to_string(UrlErrc::bad_host));
  EXPECT_EQ(understood("redis://localhost:"), to_string(UrlErrc::bad_port));
  EXPECT_EQ(understood("redis://localhost:0"), to_string(UrlErrc::bad_port));
  EXPECT_EQ(understood("redis://localhost:65536"), to_string(UrlErrc::bad_port));
  EXPECT_EQ(understood("redis://localhost:1x"), to_string(UrlErrc::bad_port));
  EXPECT_EQ(understood("redis://localhost/x"), to_string(UrlErrc::bad_database));
  EXPECT_EQ(understood("redis://localhost/-1"), to_string(UrlErrc::bad_database));
  EXPECT_EQ(understood("redis://localhost/4294967296"), to_string(UrlErrc::bad_database));
  EXPECT_EQ(understood("unix://run/redis.sock"), to_string(UrlErrc::bad_path));
  EXPECT_EQ(understood("unix://"), to_string(UrlErrc::bad_path));
  EXPECT_EQ(understood("unix:///a%00b"), to_string(UrlErrc::bad_path));
  EXPECT_EQ(understood("unix:///a?db=x"), to_string(UrlErrc::bad_database));
  EXPECT_EQ(understood("redis://" + std::string(url_limit_bytes, 'a')),
            to_string(UrlErrc::too_long));
}

}  // namespace
}  // namespace socketio::redis
