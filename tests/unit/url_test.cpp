// SPDX-License-Identifier: MIT
#include "client/url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace socketio::client {
namespace {

struct Case {
  const char* text;
  const char* host;
  std::uint16_t port;
  bool secure;
  const char* nsp;
};

TEST(Url, PartsOfWhatIsOne) {
  for (const Case& wanted : {
           Case{"http://localhost", "localhost", 80, false, "/"},
           Case{"https://localhost", "localhost", 443, true, "/"},
           Case{"ws://localhost", "localhost", 80, false, "/"},
           Case{"wss://localhost/", "localhost", 443, true, "/"},
           Case{"HTTPS://Example.org:8443/admin", "Example.org", 8443, true, "/admin"},
           Case{"http://127.0.0.1:3000/a/b", "127.0.0.1", 3000, false, "/a/b"},
           Case{"http://[::1]:3000", "::1", 3000, false, "/"},
           Case{"wss://[fe80::1]/x?y=z", "fe80::1", 443, true, "/x"},
           Case{"http://host:", "host", 80, false, "/"},
           Case{"http://host?a=1#b", "host", 80, false, "/"},
           Case{"http://host/path#part?a=1", "host", 80, false, "/path"},
           Case{"http://host:65535", "host", 65535, false, "/"},
       }) {
    const auto url = parse_url(wanted.text);
    ASSERT_TRUE(url) << wanted.text;
    EXPECT_EQ(url->endpoint.host, wanted.host) << wanted.text;
    EXPECT_EQ(url->endpoint.port, wanted.port) << wanted.text;
    EXPECT_EQ(url->endpoint.secure, wanted.secure) << wanted.text;
    EXPECT_EQ(url->nsp, wanted.nsp) << wanted.text;
  }
}

TEST(Url, QueryIsDecoded) {
  const auto url = parse_url("http://host/nsp?token=a%20b&plus=a+b%2Bc&x=1=2&flag#none");
  ASSERT_TRUE(url);
  EXPECT_THAT(url->query,
              testing::ElementsAre(std::pair("token", "a b"), std::pair("plus", "a+b+c"),
                                   std::pair("x", "1=2"), std::pair("flag", "")));
}

TEST(Url, SaysWhatIsWrong) {
  const std::pair<std::string, UrlErrc> cases[] = {
      {"", UrlErrc::unknown_scheme},
      {"localhost:3000", UrlErrc::unknown_scheme},
      {"//localhost", UrlErrc::unknown_scheme},
      {"ftp://localhost", UrlErrc::unknown_scheme},
      {"http:/localhost", UrlErrc::unknown_scheme},
      {"http://", UrlErrc::invalid_host},
      {"http:///path", UrlErrc::invalid_host},
      {"http://:80", UrlErrc::invalid_host},
      {"http://a b", UrlErrc::invalid_host},
      {"http://a\r\nHost: b", UrlErrc::invalid_host},
      {"http://[::1", UrlErrc::invalid_host},
      {"http://[]", UrlErrc::invalid_host},
      {"http://[::1]x", UrlErrc::invalid_host},
      {"http://[localhost]", UrlErrc::invalid_host},
      {"http://user:secret@host", UrlErrc::has_user_info},
      {"http://host:0", UrlErrc::invalid_port},
      {"http://host:65536", UrlErrc::invalid_port},
      {"http://host:80x", UrlErrc::invalid_port},
      {"http://host:-1", UrlErrc::invalid_port},
      {"http://host:1:2", UrlErrc::invalid_port},
  };
  for (const auto& [text, error] : cases) {
    const auto url = parse_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error(), error) << text << ": " << to_string(url.error());
    EXPECT_FALSE(to_string(error).empty());
  }
}

TEST(Url, HasALimit) {
  const std::string longest =
      "http://host/" + std::string(url_limit_bytes - std::string("http://host/").size(), 'a');
  EXPECT_TRUE(parse_url(longest));
  const auto beyond = parse_url(longest + "a");
  ASSERT_FALSE(beyond);
  EXPECT_EQ(beyond.error(), UrlErrc::too_long);
}

}  // namespace
}  // namespace socketio::client
