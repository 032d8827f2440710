// SPDX-License-Identifier: MIT
// A client's TLS over loopback with OpenSSL's server: which certificates are accepted and which are
// not, the error messages, the settings, and the way through a proxy.
#include "net/client/connector.hpp"
#include "net/tls_error.hpp"
#include "support/loop_server.hpp"
#include "support/tls_peer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace socketio::support {
namespace {

using net::ClientConnector;
using net::TlsErrc;
using net::TlsSettings;
using testing::HasSubstr;
using testing::StartsWith;

const Authority& authority() {
  static const Authority made;
  return made;
}

class Tls : public testing::Test {
 protected:
  Tls() { settings.ca_pem = authority().root().certificate_pem(); }

  void serve(const Identity& identity) { context = server_context(identity); }
  /// Connects again with the current settings.
  void connect(const std::string& host = "localhost") {
    outcome = std::make_unique<Outcome>();
    connector =
        std::make_unique<ClientConnector>(driver.loop(), net::ConnectorSettings{proxy, settings});
    attempt = connector->connect({host, server.port(), true}, outcome->done());
    driver.run_until([&] { return outcome->known(); });
  }
  void expect_served() {
    ASSERT_NE(outcome->stream, nullptr) << outcome->failure.message;
    outcome->stream->write("from the client");
    driver.run_until([&] { return peer->text == "from the client"; });
    peer->say("from the server");
    driver.run_until([&] { return outcome->recorder->text == "from the server"; });
    outcome->stream->close_after_flush();
    driver.run_until([&] { return outcome->recorder->closes == 1 && peer->closes == 1; });
    EXPECT_TRUE(peer->goodbye);
    EXPECT_FALSE(outcome->stream->error());
  }
  void expect_refused(long verify_result, const std::string& words) {
    EXPECT_EQ(outcome->stream, nullptr);
    EXPECT_EQ(outcome->failure.code, net::certificate_error(verify_result));
    EXPECT_EQ(outcome->failure.message, "certificate verify failed: " + words);
    driver.run_until([&] { return peer->closes == 1; });
    EXPECT_EQ(peer->text, "");
    EXPECT_THAT(peer->problem, HasSubstr("alert")) << "the server hears why";
  }

  LoopDriver driver;
  ServerContext context = server_context(authority().issue({}));
  std::shared_ptr<TlsPeer> peer;
  LoopServer server{driver, [this](const std::shared_ptr<Stream>& stream) {
                      peer = std::make_shared<TlsPeer>(stream, context);
                      return peer;
                    }};
  TlsSettings settings;
  std::string proxy;
  std::unique_ptr<Outcome> outcome;
  std::unique_ptr<ClientConnector> connector;
  std::unique_ptr<Connector::Attempt> attempt;
};

TEST_F(Tls, ACertificateOfAKnownAuthority) {
  connect();
  expect_served();
  EXPECT_EQ(peer->version(), "TLSv1.3");
  EXPECT_EQ(peer->server_name(), "localhost");
}

TEST_F(Tls, AnAddressIsCheckedAndNotAskedForByName) {
  connect("127.0.0.1");
  expect_served();
  EXPECT_EQ(peer->server_name(), "");
  serve(authority().issue({"other", "DNS:localhost,DNS:127.0.0.1,IP:127.0.0.2"}));
  connect("127.0.0.1");
  expect_refused(X509_V_ERR_IP_ADDRESS_MISMATCH, "IP address mismatch (host 127.0.0.1)");
}

TEST_F(Tls, TheSystemsRootsAreTheDefault) {
  settings.ca_pem.clear();
  connect();
  EXPECT_EQ(outcome->stream, nullptr) << "they do not know this authority";
  EXPECT_THAT(outcome->failure.message, StartsWith("certificate verify failed: "));
  EXPECT_THAT(outcome->failure.message, HasSubstr("local issuer certificate"));
}

TEST_F(Tls, SelfSigned) {
  serve(Authority::self_signed({}));
  connect();
  expect_refused(X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
                 "self-signed certificate (host localhost)");
}

TEST_F(Tls, AnUnknownAuthorityOfTheSameName) {
  serve(Authority().issue({}));
  connect();
  EXPECT_EQ(outcome->stream, nullptr);
  EXPECT_THAT(outcome->failure.message, StartsWith("certificate verify failed: "));
}

TEST_F(Tls, AnUnknownAuthority) {
  serve(Authority("somebody else").issue({}));
  connect();
  expect_refused(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
                 "unable to get local issuer certificate (host localhost)");
}

TEST_F(Tls, ExpiredAndNotYetValid) {
  Wish wish;
  wish.valid_to_seconds = -60;
  serve(authority().issue(wish));
  connect();
  expect_refused(X509_V_ERR_CERT_HAS_EXPIRED, "certificate has expired (host localhost)");
  wish.valid_from_seconds = 3600;
  wish.valid_to_seconds = 7200;
  serve(authority().issue(wish));
  connect();
  expect_refused(X509_V_ERR_CERT_NOT_YET_VALID, "certificate is not yet valid (host localhost)");
}

TEST_F(Tls, ForAnotherHost) {
  for (const Wish& wish : {Wish{"localhost", "DNS:example.org"}, Wish{"localhost.example", ""},
                           Wish{"x", "DNS:*.localhost"}, Wish{"x", "DNS:local*"},
                           Wish{std::string("localhost\0.example", 18), ""}}) {
    serve(authority().issue(wish));
    connect();
    expect_refused(X509_V_ERR_HOSTNAME_MISMATCH, "hostname mismatch (host localhost)");
  }
}

TEST_F(Tls, ForAnotherPurpose) {
  Wish wish;
  wish.usage = "clientAuth";
  serve(authority().issue(wish));
  connect();
  EXPECT_EQ(outcome->stream, nullptr);
  EXPECT_EQ(outcome->failure.code, net::certificate_error(X509_V_ERR_INVALID_PURPOSE));
}

TEST_F(Tls, VerificationCanBeSwitchedOff) {
  settings.verify = TlsSettings::Verify::none;
  settings.ca_pem.clear();
  Wish wish{"x", "DNS:example.org"};
  wish.valid_to_seconds = -60;
  serve(Authority::self_signed(wish));
  connect();
  expect_served();
}

TEST_F(Tls, AnotherNameCanBeAskedForAndChecked) {
  serve(authority().issue({"x", "DNS:example.org"}));
  settings.server_name = "example.org";
  connect("127.0.0.1");
  expect_served();
  EXPECT_EQ(peer->server_name(), "example.org");
  settings.server_name = "example.net";
  connect("127.0.0.1");
  expect_refused(X509_V_ERR_HOSTNAME_MISMATCH, "hostname mismatch (host example.net)");
}

TEST_F(Tls, ADotAtTheEndBelongsToNoCertificate) {
  settings.server_name = "localhost.";
  connect();
  expect_served();
  EXPECT_EQ(peer->server_name(), "localhost");
}

TEST_F(Tls, PinnedKeys) {
  const Identity identity = authority().issue({});
  serve(identity);
  settings.pins = {authority().root().pin(), identity.pin()};
  connect();
  expect_served();
  settings.pins = {authority().root().pin()};
  connect();
  EXPECT_EQ(outcome->stream, nullptr);
  EXPECT_EQ(outcome->failure.code, TlsErrc::pin_mismatch);
  settings.pins = {identity.pin()};
  settings.ca_pem = Authority("somebody else").root().certificate_pem();
  connect();
  EXPECT_EQ(outcome->stream, nullptr) << "a pin comes on top of the other checks";
  settings.verify = TlsSettings::Verify::none;
  connect();
  expect_served();
  settings.pins = {authority().root().pin()};
  connect();
  EXPECT_EQ(outcome->failure.code, TlsErrc::pin_mismatch) << "of which it is the last that stays";
}

TEST_F(Tls, TheClientShowsItsCertificate) {
  Wish wish{"the client", ""};
  wish.usage = "clientAuth";
  const Identity identity = authority().issue(wish);
  const TemporaryFile certificate(identity.certificate_pem());
  const TemporaryFile key(identity.key_pem());
  const TemporaryFile locked(identity.key_pem("secret"));
  const TemporaryFile both(identity.certificate_pem() + identity.key_pem());
  ask_for_certificate(context, authority().root());
  settings.certificate_file = certificate.path();
  settings.key_file = key.path();
  connect();
  expect_served();
  EXPECT_EQ(peer->client_name(), "the client");
  settings.key_file = locked.path();
  settings.key_password = "secret";
  connect();
  expect_served();
  settings.certificate_file = both.path();
  settings.key_file.clear();
  connect();
  expect_served();
}

TEST_F(Tls, AClientWithoutCertificateIsRefused) {
  ask_for_certificate(context, authority().root());
  connect();
  ASSERT_NE(outcome->stream, nullptr) << "TLS 1.3: the server's answer comes after the handshake";
  driver.run_until([&] { return outcome->recorder->closes == 1; });
  EXPECT_EQ(outcome->stream->error(), net::alert_error(SSL_AD_CERTIFICATE_REQUIRED));
  EXPECT_EQ(outcome->stream->error().message(), "the peer refused: certificate required");
  SSL_CTX_set_max_proto_version(context.get(), TLS1_2_VERSION);
  connect();
  EXPECT_EQ(outcome->failure.code, net::alert_error(SSL_AD_HANDSHAKE_FAILURE));
  EXPECT_EQ(outcome->failure.message, "the peer refused: handshake failure (host localhost)");
}

TEST_F(Tls, SettingsThatCannotBeUsedFailEachAttempt) {
  const Identity identity = authority().issue({});
  const TemporaryFile certificate(identity.certificate_pem());
  const TemporaryFile key(identity.key_pem());
  const TemporaryFile other_key(authority().issue({}).key_pem());
  const TemporaryFile locked(identity.key_pem("secret"));
  const TemporaryFile nonsense("nonsense");
  struct Case {
    TlsSettings settings;
    std::string message;
  };
  TlsSettings base;
  const auto with = [&](auto change) {
    TlsSettings changed = base;
    change(changed);
    return changed;
  };
  base.ca_pem = settings.ca_pem;
  const std::string missing = certificate.path() + ".missing";
  const std::string broken = settings.ca_pem.substr(0, settings.ca_pem.size() / 2);
  for (const Case& one : {
           Case{with([&](auto& s) { s.ca_file = missing; }),
                "TLS ca_file " + missing + ": No such file or directory"},
           Case{with([&](auto& s) { s.ca_file = nonsense.path(); }), "TLS ca_file "},
           Case{with([&](auto& s) { s.ca_pem = "nonsense"; }), "TLS ca_pem: "},
           Case{with([&](auto& s) { s.ca_pem += broken; }), "TLS ca_pem: "},
           Case{with([&](auto& s) { s.certificate_file = missing; }), "TLS certificate_file "},
           Case{with([&](auto& s) { s.certificate_file = certificate.path(); }), "TLS key_file "},
           Case{with([&](auto& s) { s.key_file = key.path(); }), "TLS key_file "},
           Case{with([&](auto& s) {
                  s.certificate_file = certificate.path();
                  s.key_file = other_key.path();
                }),
                "TLS key_file " + other_key.path() + ": key values mismatch"},
           Case{with([&](auto& s) {
                  s.certificate_file = certificate.path();
                  s.key_file = locked.path();
                }),
                "TLS key_file "},
           Case{with([&](auto& s) {
                  s.certificate_file = certificate.path();
                  s.key_file = locked.path();
                  s.key_password = "wrong";
                }),
                "TLS key_file "},
           Case{with([&](auto& s) { s.pins = {"c2hvcnQ="}; }), "TLS pin \"c2hvcnQ=\": "},
           Case{with([&](auto& s) { s.pins = {"?"}; }), "TLS pin \"?\": "},
           Case{with([&](auto& s) { s.server_name = std::string(300, 'x'); }),
                "TLS cannot ask for "},
           Case{with([&](auto& s) { s.server_name = std::string("a\0b", 3); }),
                "TLS cannot ask for "},
       }) {
    settings = one.settings;
    connect();
    EXPECT_EQ(outcome->stream, nullptr);
    EXPECT_TRUE(outcome->failure.code);
    EXPECT_THAT(outcome->failure.message, StartsWith(one.message));
  }
}

TEST_F(Tls, AMissingFileMayAppear) {
  std::string path;
  {
    const TemporaryFile reserved("");
    path = reserved.path();
  }
  settings.ca_pem.clear();
  settings.ca_file = path;
  connect();
  EXPECT_EQ(outcome->failure.code, std::errc::no_such_file_or_directory);
  const TemporaryFile file(authority().root().certificate_pem());
  ASSERT_EQ(::symlink(file.path().c_str(), path.c_str()), 0);
  outcome = std::make_unique<Outcome>();
  attempt = connector->connect({"localhost", server.port(), true}, outcome->done());
  driver.run_until([&] { return outcome->known(); });
  ::unlink(path.c_str());
  expect_served();
}

TEST_F(Tls, AContextOfTheUsers) {
  SSL_CTX* const own = SSL_CTX_new(TLS_client_method());
  X509_STORE_add_cert(SSL_CTX_get_cert_store(own), authority().root().certificate());
  settings.ca_pem.clear();
  settings.context = own;
  outcome = std::make_unique<Outcome>();
  connector =
      std::make_unique<ClientConnector>(driver.loop(), net::ConnectorSettings{{}, settings});
  // The connector holds a reference.
  SSL_CTX_free(own);
  attempt = connector->connect({"localhost", server.port(), true}, outcome->done());
  driver.run_until([&] { return outcome->known(); });
  expect_served();
}

TEST_F(Tls, AContextOfTheUsersIsVerifiedToo) {
  const std::shared_ptr<SSL_CTX> own(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  SSL_CTX_set_verify(own.get(), SSL_VERIFY_NONE, nullptr);
  settings.context = own.get();
  connect();
  EXPECT_EQ(outcome->stream, nullptr);
  settings.verify = TlsSettings::Verify::none;
  connect();
  expect_served();
}

TEST_F(Tls, VersionsBefore12AreRefused) {
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context.get(), TLS1_1_VERSION);
  connect();
  EXPECT_EQ(outcome->stream, nullptr);
  EXPECT_EQ(outcome->failure.code.category(), net::tls_category());
  SSL_CTX_set_max_proto_version(context.get(), TLS1_2_VERSION);
  connect();
  expect_served();
  EXPECT_EQ(peer->version(), "TLSv1.2");
}

TEST_F(Tls, TheProtocolIsNegotiated) {
  std::string offered;
  SSL_CTX_set_alpn_select_cb(
      context.get(),
      [](SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
         unsigned in_size, void* to) {
        static_cast<std::string*>(to)->assign(reinterpret_cast<const char*>(in), in_size);
        *out = in + 1;
        *out_size = in[0];
        return SSL_TLSEXT_ERR_OK;
      },
      &offered);
  connect();
  EXPECT_EQ(offered, "\x08http/1.1");
  expect_served();
  SSL_CTX_set_alpn_select_cb(
      context.get(),
      [](SSL*, const unsigned char**, unsigned char*, const unsigned char*, unsigned, void*) {
        return SSL_TLSEXT_ERR_ALERT_FATAL;
      },
      nullptr);
  connect();
  EXPECT_EQ(outcome->failure.code, net::alert_error(SSL_AD_NO_APPLICATION_PROTOCOL));
}

TEST_F(Tls, LargeMessagesBothWays) {
  connect();
  ASSERT_NE(outcome->stream, nullptr) << outcome->failure.message;
  const std::string large(20'000'000, 'x');
  outcome->stream->write(large);
  driver.run_until([&] { return peer->text.size() == large.size(); });
  EXPECT_EQ(outcome->stream->queued_bytes(), 0U);
  peer->say(large);
  driver.run_until([&] { return outcome->recorder->text.size() == large.size(); });
  EXPECT_TRUE(peer->text == large && outcome->recorder->text == large);
}

TEST_F(Tls, ThroughAProxy) {
  ConnectProxy tunnels(driver);
  proxy = tunnels.url();
  connect();
  expect_served();
  EXPECT_THAT(tunnels.requests.at(0), StartsWith("CONNECT localhost:"));
  EXPECT_EQ(peer->server_name(), "localhost");
  serve(authority().issue({"x", "DNS:example.org"}));
  connect();
  expect_refused(X509_V_ERR_HOSTNAME_MISMATCH, "hostname mismatch (host localhost)");
}

TEST_F(Tls, AServerOfPlainHttp) {
  LoopServer plain(driver, [](const std::shared_ptr<Stream>& stream) {
    stream->write("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    stream->close_after_flush();
    return std::make_shared<Recorder>();
  });
  outcome = std::make_unique<Outcome>();
  connector =
      std::make_unique<ClientConnector>(driver.loop(), net::ConnectorSettings{{}, settings});
  attempt = connector->connect({"localhost", plain.port(), true}, outcome->done());
  driver.run_until([&] { return outcome->known(); });
  EXPECT_EQ(outcome->failure.code, TlsErrc::not_tls);
  EXPECT_EQ(outcome->failure.message, "the peer does not speak TLS (host localhost)");
}

TEST_F(Tls, GivingUpAtEveryMoment) {
  for (int rounds = 0; rounds < 12; ++rounds) {
    outcome = std::make_unique<Outcome>();
    peer = nullptr;
    connector =
        std::make_unique<ClientConnector>(driver.loop(), net::ConnectorSettings{proxy, settings});
    attempt = connector->connect({"localhost", server.port(), true}, outcome->done());
    int left = rounds;
    driver.run_until([&] { return left-- == 0; });
    const int before = outcome->calls;
    attempt.reset();
    if (outcome->stream) outcome->stream->close();
    driver.run_until([&] { return server.open_connections() == 0; });
    EXPECT_EQ(outcome->calls, before);
  }
}

}  // namespace
}  // namespace socketio::support
