// SPDX-License-Identifier: MIT
#include "codec/proxy/header.hpp"
#include "support/splits.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace socketio::proxy {
namespace {

constexpr std::string_view signature{"\r\n\r\n\0\r\nQUIT\n", 12};

std::string version_2(char version_and_command, char family_and_protocol, std::string_view rest) {
  std::string bytes(signature);
  bytes.push_back(version_and_command);
  bytes.push_back(family_and_protocol);
  bytes.push_back(static_cast<char>(rest.size() >> 8));
  bytes.push_back(static_cast<char>(rest.size() & 0xff));
  return bytes.append(rest);
}

/// 192.0.2.7 to 198.51.100.1.
const std::string inet_fields("\xc0\x00\x02\x07\xc6\x33\x64\x01\x00\x01\x00\x02", 12);

/// However it is cut: the header is read to its end, and no further.
void expect_source(std::string_view header, std::string_view source) {
  const std::string bytes = std::string(header) + "GET / HTTP/1.1\r\n";
  support::for_each_split(bytes, [&](const support::Pieces& pieces) {
    HeaderReader reader;
    std::size_t used = 0;
    for (const auto piece : pieces) {
      const auto taken = reader.feed(piece);
      ASSERT_TRUE(taken);
      used += *taken;
    }
    ASSERT_TRUE(reader.done());
    EXPECT_EQ(used, header.size());
    EXPECT_EQ(reader.source() ? reader.source()->text() : "none", source);
  });
}

void expect_error(std::string_view bytes, Errc error) {
  support::for_each_split(bytes, [&](const support::Pieces& pieces) {
    HeaderReader reader;
    for (const auto piece : pieces) {
      const auto taken = reader.feed(piece);
      if (taken) continue;
      EXPECT_EQ(taken.error(), error);
      return;
    }
    ADD_FAILURE() << "accepted: " << bytes;
  });
}

TEST(ProxyHeader, OfVersion1) {
  expect_source("PROXY TCP4 192.0.2.7 198.51.100.1 51234 443\r\n", "192.0.2.7");
  expect_source("PROXY TCP6 2001:DB8:0::1 ::1 1 65535\r\n", "2001:db8::1");
  expect_source("PROXY UNKNOWN\r\n", "none");
  expect_source("PROXY UNKNOWN ffff::1 whatever 1 2\r\n", "none");
}

TEST(ProxyHeader, OfVersion1EndsAtItsLimit) {
  const std::string start = "PROXY UNKNOWN ";
  expect_source(start + std::string(107 - start.size() - 2, 'x') + "\r\n", "none");
  expect_error(start + std::string(108 - start.size() - 2, 'x') + "\r\n", Errc::header_size);
}

TEST(ProxyHeader, OfVersion1MustBeComplete) {
  for (const std::string_view line :
       {"PROXY \r\n", "PROXY TCP4\r\n", "PROXY TCP4 192.0.2.7 198.51.100.1 51234\r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.1 51234 443 1\r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.1 51234 65536\r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.1 -1 443\r\n",
        "PROXY TCP4  192.0.2.7 198.51.100.1 51234 443\r\n",
        "PROXY TCP4 2001:db8::1 ::1 51234 443\r\n", "PROXY TCP5 192.0.2.7 192.0.2.8 1 2\r\n",
        "PROXY UDP4 192.0.2.7 192.0.2.8 1 2\r\n", "PROXY TCP4 192.0.2.7 192.0.2.8 1 2\n"}) {
    expect_error(line, Errc::bad_header);
  }
}

TEST(ProxyHeader, OfVersion2) {
  expect_source(version_2('\x21', '\x11', inet_fields), "192.0.2.7");
  const std::string client("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01", 16);
  expect_source(version_2('\x21', '\x21', client + std::string(20, 'x')), "2001:db8::1");
  expect_source(version_2('\x20', '\x11', inet_fields), "none");
  expect_source(version_2('\x20', '\0', ""), "none");
  expect_source(version_2('\x21', '\0', "ignored"), "none");
  expect_source(version_2('\x21', '\x31', std::string(216, 'x')), "none");
}

TEST(ProxyHeader, FieldsBehindTheAddressesAreSkippedUpToTheLimit) {
  const std::size_t most = header_limit_bytes - 16 - inet_fields.size();
  expect_source(version_2('\x21', '\x11', inet_fields + std::string(most, 'x')), "192.0.2.7");
  expect_error(version_2('\x21', '\x11', inet_fields + std::string(most + 1, 'x')),
               Errc::header_size);
}

TEST(ProxyHeader, OfVersion2MustBeComplete) {
  expect_error(version_2('\x11', '\x11', inet_fields), Errc::bad_header);
  expect_error(version_2('\x22', '\x11', inet_fields), Errc::bad_header);
  expect_error(version_2('\x21', '\x41', inet_fields), Errc::bad_header);
  expect_error(version_2('\x21', '\x13', inet_fields), Errc::bad_header);
  expect_error(version_2('\x21', '\x11', inet_fields.substr(1)), Errc::bad_header);
  expect_error(version_2('\x21', '\x21', std::string(35, 'x')), Errc::bad_header);
}

TEST(ProxyHeader, AnythingElseIsNone) {
  expect_error("GET / HTTP/1.1\r\n", Errc::no_header);
  expect_error("PROXX TCP4", Errc::no_header);
  expect_error("\r\n\r\n\x01", Errc::no_header);
  expect_error("\x16\x03\x01", Errc::no_header);
}

}  // namespace
}  // namespace socketio::proxy
