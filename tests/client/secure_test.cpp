// SPDX-License-Identifier: MIT
// TLS with an official server over https: which servers the client trusts, and its own certificate.
#include "client/support/test_client.hpp"
#include "support/certificates.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace socketio::support {
namespace {

class Secure : public testing::TestWithParam<std::string> {
 protected:
  static inline const Authority authority{};

  static json identity(const Identity& of) {
    return {{"cert", of.certificate_pem()}, {"key", of.key_pem()}};
  }
  static json tls(json options) { return {{"tls", std::move(options)}}; }
  /// Trusts our authority.
  static ClientOptions trusting() {
    ClientOptions options = only(GetParam());
    options.tls.ca_pem = authority.root().certificate_pem();
    return options;
  }
  std::string failure() const {
    return GetParam() == "polling" ? "xhr poll error" : "websocket error";
  }
  void expect_refused(const Target& server, const ClientOptions& options,
                      const std::string& host = "127.0.0.1") {
    TestClient client(server.url("", "https", host), options);
    client.start();
    ASSERT_TRUE(client.log.wait_for("connect_error " + failure()));
    const ConnectionError error = client.latest("connect_error");
    EXPECT_TRUE(error.code) << error.details;
    EXPECT_NE(error.details, "");
    EXPECT_FALSE(client.socket.connected());
    EXPECT_TRUE(server.said("connect").empty());
  }
};
INSTANTIATE_TEST_SUITE_P(Transports, Secure, testing::Values("polling", "websocket"),
                         [](const auto& tested) { return tested.param; });

TEST_P(Secure, KnownAuthority) {
  OfficialServer server(json::object(), tls(identity(authority.issue({}))));
  for (const char* scheme : {"https", "wss"}) {
    TestClient client(server.url("", scheme), trusting());
    ASSERT_TRUE(client.connect());
    EXPECT_EQ(ask(client.socket, "handshake").value()["secure"], true);
    EXPECT_EQ(ask<std::string>(client.socket, "text", 3'000'000).value().size(), 3'000'000U);
    EXPECT_EQ(ask<int>(client.socket, "length", Bytes(700'000, 1)).value(), 700'000);
  }
}

TEST_P(Secure, AuthorityFromAFile) {
  OfficialServer server(json::object(), tls(identity(authority.issue({}))));
  const TemporaryFile file(authority.root().certificate_pem());
  ClientOptions options = only(GetParam());
  options.tls.ca_file = file.path();
  TestClient client(server.url("", "https", "localhost"), options);
  ASSERT_TRUE(client.connect());
}

TEST_P(Secure, Upgrades) {
  OfficialServer server(json::object(), tls(identity(authority.issue({}))));
  ClientOptions options = trusting();
  options.transports = {"polling", "websocket"};
  TestClient client(server.url("", "https"), options);
  ASSERT_TRUE(client.connect());
  ASSERT_TRUE(client.wait_for_transport("websocket"));
  client.expect_served();
}

TEST_P(Secure, UnknownAuthorityIsRefused) {
  OfficialServer server(json::object(), tls(identity(Authority("foreign").issue({}))));
  expect_refused(server, trusting());
  expect_refused(server, only(GetParam()));
}

TEST_P(Secure, SelfSignedIsRefused) {
  OfficialServer server(json::object(), tls(identity(Authority::self_signed({}))));
  expect_refused(server, only(GetParam()));
}

TEST_P(Secure, WrongNameIsRefused) {
  OfficialServer server(json::object(),
                        tls(identity(authority.issue({.names = "DNS:example.org"}))));
  expect_refused(server, trusting());
  expect_refused(server, trusting(), "localhost");
}

TEST_P(Secure, ExpiredIsRefused) {
  OfficialServer server(json::object(), tls(identity(authority.issue({.valid_to_seconds = -60}))));
  expect_refused(server, trusting());
}

TEST_P(Secure, WrongPurposeIsRefused) {
  OfficialServer server(json::object(), tls(identity(authority.issue({.usage = "clientAuth"}))));
  expect_refused(server, trusting());
}

TEST_P(Secure, AnythingGoesIfToldSo) {
  OfficialServer server(json::object(), tls(identity(Authority::self_signed({.names = "DNS:x"}))));
  ClientOptions options = only(GetParam());
  options.tls.verify = TlsOptions::Verify::none;
  TestClient client(server.url("", "https"), options);
  ASSERT_TRUE(client.connect());
  client.expect_served();
}

TEST_P(Secure, AnotherNameIfToldSo) {
  OfficialServer server(json::object(),
                        tls(identity(authority.issue({.names = "DNS:example.org"}))));
  ClientOptions options = trusting();
  options.tls.server_name = "example.org";
  TestClient client(server.url("", "https"), options);
  ASSERT_TRUE(client.connect());
}

TEST_P(Secure, Pins) {
  const Identity good = authority.issue({});
  OfficialServer server(json::object(), tls(identity(good)));
  ClientOptions options = trusting();
  options.tls.pins = {authority.issue({}).pin(), good.pin()};
  TestClient client(server.url("", "https"), options);
  ASSERT_TRUE(client.connect());
  options.tls.pins = {authority.issue({}).pin()};
  OfficialServer other(json::object(), tls(identity(good)));
  expect_refused(other, options);
}

TEST_P(Secure, CertificateOfTheClient) {
  json options = identity(authority.issue({}));
  options["ca"] = authority.root().certificate_pem();
  options["requestCert"] = true;
  options["rejectUnauthorized"] = true;
  OfficialServer server(json::object(), tls(options));
  expect_refused(server, trusting());

  const Identity own =
      authority.issue({.common_name = "client", .names = "", .usage = "clientAuth"});
  const TemporaryFile certificate(own.certificate_pem());
  const TemporaryFile key(own.key_pem("secret"));
  ClientOptions with_certificate = trusting();
  with_certificate.tls.certificate_file = certificate.path();
  with_certificate.tls.key_file = key.path();
  with_certificate.tls.key_password = "secret";
  TestClient client(server.url("", "https"), with_certificate);
  ASSERT_TRUE(client.connect());
  client.expect_served();
}

TEST_P(Secure, UnreadableFilesAreToldAtOnce) {
  ClientOptions options = only(GetParam());
  options.tls.ca_file = "no/such/file.pem";
  EXPECT_THROW(Client("https://127.0.0.1:1", options), std::system_error);
  const TemporaryFile nonsense("no PEM at all");
  options.tls.ca_file = nonsense.path();
  EXPECT_THROW(Client("https://127.0.0.1:1", options), std::system_error);
}

TEST_P(Secure, ServerWithoutTls) {
  OfficialServer server;
  expect_refused(server, trusting());
}

TEST_P(Secure, ServerWithTlsAskedWithout) {
  OfficialServer server(json::object(), tls(identity(authority.issue({}))));
  TestClient client(server.url("", "http"), only(GetParam()));
  client.start();
  ASSERT_TRUE(client.log.wait_for("connect_error " + failure()));
}

TEST_P(Secure, ComesBackAfterTheServerRestarted) {
  OfficialServer server(json::object(), tls(identity(authority.issue({}))));
  TestClient client(server.url("", "https"), trusting());
  ASSERT_TRUE(client.connect());
  server.ask("stop");
  ASSERT_TRUE(client.log.wait_for_prefix("disconnect transport"));
  server.ask("start");
  ASSERT_TRUE(client.log.wait_for("connect", 2));
  client.expect_served();
}

}  // namespace
}  // namespace socketio::support
