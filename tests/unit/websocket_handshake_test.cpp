// SPDX-License-Identifier: MIT
// The opening handshake, for both ends (RFC 6455 section 4).
#include "codec/websocket/handshake.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace socketio::websocket {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

// The example of section 1.3.
const std::string sample_key = "dGhlIHNhbXBsZSBub25jZQ==";
const std::string sample_accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

const Fields sample_fields = {{"Host", "example.org"},
                              {"Upgrade", "websocket"},
                              {"Connection", "Upgrade"},
                              {"Sec-WebSocket-Key", sample_key},
                              {"Sec-WebSocket-Version", "13"}};

http::Request request(const Fields& fields, std::string method = "GET") {
  http::Request made;
  made.method = std::move(method);
  made.target = "/socket.io/?EIO=4&transport=websocket";
  for (const auto& [name, value] : fields) made.headers.add(name, value);
  return made;
}

Fields with(std::string_view name, std::string_view value) {
  Fields fields = sample_fields;
  for (auto& field : fields) {
    if (field.first == name) field.second = value;
  }
  return fields;
}

Fields without(std::string_view name) {
  Fields fields;
  for (const auto& field : sample_fields) {
    if (field.first != name) fields.push_back(field);
  }
  return fields;
}

Fields plus(Fields fields, std::string name, std::string value) {
  fields.emplace_back(std::move(name), std::move(value));
  return fields;
}

void expect_granted(const http::Request& asked) {
  EXPECT_TRUE(is_upgrade_request(asked));
  const auto accept = check_upgrade(asked);
  ASSERT_TRUE(accept) << static_cast<int>(accept.error());
  EXPECT_EQ(std::string_view(*accept), sample_accept);
}

void expect_refused(const http::Request& asked, UpgradeError error, std::uint16_t status = 400) {
  const auto accept = check_upgrade(asked);
  ASSERT_FALSE(accept);
  EXPECT_EQ(accept.error(), error);
  EXPECT_EQ(status_of(error), status);
}

TEST(WebSocketUpgrade, GrantsTheExample) {
  EXPECT_EQ(std::string_view(AcceptKey(sample_key)), sample_accept);
  expect_granted(request(sample_fields));
}

TEST(WebSocketUpgrade, ReadsTokensInAnyCaseAndList) {
  for (const char* token : {"WebSocket", "WEBSOCKET", "h2c, websocket", "h2c,websocket"}) {
    expect_granted(request(with("Upgrade", token)));
  }
  for (const char* token : {"upgrade", "UPGRADE", "keep-alive, Upgrade", "Upgrade,keep-alive"}) {
    expect_granted(request(with("Connection", token)));
  }
  expect_granted(request(plus(with("Connection", "keep-alive"), "connection", "upgrade")));
}

TEST(WebSocketUpgrade, RefusesOtherMethods) {
  for (const char* method : {"POST", "HEAD", "OPTIONS", "CONNECT", "get"}) {
    expect_refused(request(sample_fields, method), UpgradeError::not_a_get);
  }
}

TEST(WebSocketUpgrade, RefusesHttp10) {
  http::Request old = request(sample_fields);
  old.minor_version = 0;
  expect_refused(old, UpgradeError::http_version);
}

TEST(WebSocketUpgrade, RefusesWhatDoesNotAskForWebSocket) {
  const std::vector<Fields> cases = {with("Upgrade", "h2c"),
                                     with("Upgrade", "websockets"),
                                     with("Upgrade", "web socket"),
                                     with("Upgrade", ""),
                                     without("Upgrade"),
                                     with("Connection", "keep-alive"),
                                     with("Connection", "close"),
                                     without("Connection")};
  for (const Fields& fields : cases) {
    EXPECT_FALSE(is_upgrade_request(request(fields)));
    expect_refused(request(fields), UpgradeError::not_websocket);
  }
}

TEST(WebSocketUpgrade, RefusesOtherVersions) {
  for (const char* other : {"8", "12", "99", "0", "130", "013", "13, 8", "x", ""}) {
    expect_refused(request(with("Sec-WebSocket-Version", other)), UpgradeError::unsupported_version,
                   426);
  }
  expect_refused(request(plus(sample_fields, "Sec-WebSocket-Version", "8")),
                 UpgradeError::unsupported_version, 426);
  expect_refused(request(without("Sec-WebSocket-Version")), UpgradeError::not_websocket);
}

TEST(WebSocketUpgrade, RefusesKeysThatAreNotSixteenBytes) {
  expect_refused(request(without("Sec-WebSocket-Key")), UpgradeError::bad_key);
  for (const std::string& key :
       {std::string(), std::string("short"), std::string("dGhlIHNhbXBsZSBub25jZQ"),
        std::string("dGhlIHNhbXBsZSBub25jZ==="), std::string("dGhlIHNhbXBsZSBub25jZR=="),
        std::string("dGhlIHNhbXBsZSBub25jZTE="), std::string("dGhlIHNhbXBsZSBub25jZTEy"),
        std::string("dGhlIHNhbXBsZSBub25j"), std::string("dGhlIHNhbXBsZSBub25jZQ==AAAA"),
        std::string("dGhlIHNhbXBsZ-Bub25jZQ=="), std::string(100'000, 'A')}) {
    expect_refused(request(with("Sec-WebSocket-Key", key)), UpgradeError::bad_key);
  }
  expect_refused(request(plus(sample_fields, "Sec-WebSocket-Key", sample_key)),
                 UpgradeError::bad_key);
}

TEST(WebSocketUpgrade, RefusesABody) {
  expect_granted(request(plus(sample_fields, "Content-Length", "0")));
  expect_refused(request(plus(sample_fields, "Content-Length", "1")), UpgradeError::has_body);
  expect_refused(request(plus(sample_fields, "Transfer-Encoding", "chunked")),
                 UpgradeError::has_body);
}

const Fields accept_fields = {
    {"Upgrade", "WebSocket"}, {"Connection", "upgrade"}, {"Sec-WebSocket-Accept", sample_accept}};

http::Response response(const Fields& fields, std::uint16_t status = 101) {
  http::Response made;
  made.status = status;
  for (const auto& [name, value] : fields) made.headers.add(name, value);
  return made;
}

TEST(WebSocketAccept, TakesTheAnswerToItsKey) {
  EXPECT_EQ(check_accept(response(accept_fields), sample_key), std::nullopt);
}

TEST(WebSocketAccept, RefusesEverythingElse) {
  EXPECT_EQ(check_accept(response(accept_fields, 200), sample_key), AcceptError::status);
  EXPECT_EQ(check_accept(response({accept_fields[0], accept_fields[2]}), sample_key),
            AcceptError::not_websocket);
  EXPECT_EQ(check_accept(response({accept_fields[1], accept_fields[2]}), sample_key),
            AcceptError::not_websocket);
  EXPECT_EQ(check_accept(response({accept_fields[0], accept_fields[1]}), sample_key),
            AcceptError::bad_accept);
  EXPECT_EQ(check_accept(response(accept_fields), "AAAAAAAAAAAAAAAAAAAAAA=="),
            AcceptError::bad_accept);
  EXPECT_EQ(check_accept(response(plus(accept_fields, "Sec-WebSocket-Accept", sample_accept)),
                         sample_key),
            AcceptError::bad_accept);
}

TEST(WebSocketAccept, RefusesWhatWasNotOffered) {
  EXPECT_EQ(
      check_accept(response(plus(accept_fields, "Sec-WebSocket-Extensions", "permessage-deflate")),
                   sample_key),
      AcceptError::unexpected_extension);
  EXPECT_EQ(
      check_accept(response(plus(accept_fields, "Sec-WebSocket-Protocol", "chat")), sample_key),
      AcceptError::unexpected_subprotocol);
}

TEST(WebSocketAccept, AClientsKeyIsGranted) {
  const std::string key = make_key({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0xff});
  EXPECT_EQ(key, "AAECAwQFBgcICQoLDA0O/w==");
  const auto accept = check_upgrade(request(with("Sec-WebSocket-Key", key)));
  ASSERT_TRUE(accept);
  EXPECT_EQ(std::string_view(*accept), std::string_view(AcceptKey(key)));
}

}  // namespace
}  // namespace socketio::websocket
