// SPDX-License-Identifier: MIT
// Connections through a proxy that makes tunnels with CONNECT.
#include "client/support/test_client.hpp"
#include "support/certificates.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace socketio::support {
namespace {

struct Proxy : Target {
  explicit Proxy(const json& options = json::object()) : Target("proxy", options) {}
  std::string with(const std::string& credentials) const {
    return "http://" + credentials + "@127.0.0.1:" + std::to_string(port);
  }
};

class ThroughProxy : public testing::TestWithParam<std::string> {
 protected:
  static ClientOptions by(const std::string& proxy) {
    ClientOptions options = only(GetParam());
    options.proxy = proxy;
    return options;
  }
  std::string failure() const {
    return GetParam() == "polling" ? "xhr poll error" : "websocket error";
  }
  void expect_failure(const ClientOptions& options) {
    TestClient client(server, options);
    client.start();
    ASSERT_TRUE(client.log.wait_for("connect_error " + failure(), 2));
    EXPECT_NE(client.latest("connect_error").details, "");
    EXPECT_TRUE(server.ask("requests").empty());
  }
  OfficialServer server;
};
INSTANTIATE_TEST_SUITE_P(Transports, ThroughProxy, testing::Values("polling", "websocket"),
                         [](const auto& tested) { return tested.param; });

TEST_P(ThroughProxy, Tunnels) {
  Proxy proxy;
  TestClient client(server, by(proxy.url()));
  ASSERT_TRUE(client.connect());
  client.expect_served();
  EXPECT_GE(proxy.log->count("CONNECT 127.0.0.1:" + std::to_string(server.port)), 1U);
}

TEST_P(ThroughProxy, Upgrades) {
  Proxy proxy;
  ClientOptions options = by(proxy.url());
  options.transports = {"polling", "websocket"};
  TestClient client(server, options);
  ASSERT_TRUE(client.connect());
  ASSERT_TRUE(client.wait_for_transport("websocket"));
  client.expect_served();
}

TEST_P(ThroughProxy, NamesAreResolvedByTheProxy) {
  Proxy proxy;
  TestClient client(server.url("", "http", "localhost"), by(proxy.url()));
  ASSERT_TRUE(client.connect());
  EXPECT_GE(proxy.log->count("CONNECT localhost:" + std::to_string(server.port)), 1U);
}

TEST_P(ThroughProxy, Secure) {
  const Authority authority;
  const Identity identity = authority.issue({});
  OfficialServer secure(
      json::object(),
      {{"tls", {{"cert", identity.certificate_pem()}, {"key", identity.key_pem()}}}});
  Proxy proxy;
  ClientOptions options = by(proxy.url());
  options.tls.ca_pem = authority.root().certificate_pem();
  TestClient client(secure.url("", "https"), options);
  ASSERT_TRUE(client.connect());
  EXPECT_EQ(ask(client.socket, "handshake").value()["secure"], true);
}

TEST_P(ThroughProxy, Credentials) {
  Proxy proxy(json{{"credentials", "user:pass word"}});
  TestClient client(server, by(proxy.with("user:pass%20word")));
  ASSERT_TRUE(client.connect());
  client.expect_served();
  EXPECT_EQ(proxy.log->count("wrong credentials"), 0U);
}

TEST_P(ThroughProxy, WrongCredentials) {
  Proxy proxy(json{{"credentials", "user:secret"}});
  expect_failure(by(proxy.with("user:wrong")));
  expect_failure(by(proxy.url()));
}

TEST_P(ThroughProxy, ThatRefuses) {
  for (const char* answer : {"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
                             "HTTP/1.1 302 Found\r\nLocation: http://x/\r\n\r\n",
                             "nonsense\r\n\r\n", "HTTP/1.1 2", ""}) {
    Proxy proxy(json{{"answer", answer}});
    expect_failure(by(proxy.url()));
  }
}

TEST_P(ThroughProxy, ThatIsNotThere) {
  std::string url;
  {
    Proxy proxy;
    url = proxy.url();
  }
  expect_failure(by(url));
}

TEST_P(ThroughProxy, ThatBreaks) {
  Proxy proxy;
  TestClient client(server, by(proxy.url()));
  ASSERT_TRUE(client.connect());
  proxy.ask("cut");
  // A polling client that is between two requests would not notice.
  server.ask("cut");
  ASSERT_TRUE(client.log.wait_for_prefix("disconnect transport"));
  ASSERT_TRUE(client.log.wait_for("connect", 2));
}

TEST_P(ThroughProxy, BadAddressesAreToldAtOnce) {
  for (const char* proxy : {"ftp://127.0.0.1:1", "nonsense", "http://"})
    EXPECT_THROW(Client("http://127.0.0.1:1", by(proxy)), std::invalid_argument) << proxy;
}

}  // namespace
}  // namespace socketio::support
