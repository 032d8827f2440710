// SPDX-License-Identifier: MIT
// A server that listens with TLS, with our client and with OpenSSL's: versions, names, certificates
// of both ends, reloading, resumption, and peers that do not speak TLS, or not to the end.
#include "support/live_server.hpp"
#include "support/log.hpp"
#include "support/tls_client.hpp"

#include <socketio/client.hpp>
#include <socketio/server.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;
using ClientCertificates = ServerTlsOptions::ClientCertificates;

const Authority& authority() {
  static const Authority made;
  return made;
}

TlsCertificate in_memory(const Identity& identity) {
  return {.certificate_pem = identity.certificate_pem(), .key_pem = identity.key_pem()};
}

ServerTlsOptions showing(const Identity& identity) {
  return {.certificates = {in_memory(identity)}};
}

/// Listens with TLS beside the port without it, and answers every request with "here".
class SecureServer {
 public:
  explicit SecureServer(const ServerTlsOptions& tls_options = showing(authority().issue({})),
                        ServerOptions options = {})
      : tls(tls_options), plain_(std::move(options), [this](Server& io) {
          log_errors(io, log);
          io.on("secure", [](Socket& socket) { return socket.handshake().secure; });
          io.on_connection([this](Socket socket) {
            socket.on_disconnect([this](DisconnectReason) { log.add("gone"); });
          });
          io.on("bytes", [](Socket&, Bytes bytes) { return bytes; });
          io.http().get("/", [](const HttpRequest&) { return HttpResponse::text("here"); });
          port = io.listen({.address = "127.0.0.1", .tls = tls});
        }) {}

  std::uint16_t plain_port() const { return plain_.port; }
  Server& io() { return plain_.io; }
  void stop() { plain_.stop(); }
  void expect_served() {
    TlsClient client(port);
    EXPECT_TRUE(client.shake_hands()) << client.problem;
    EXPECT_THAT(client.ask(), HasSubstr("\r\n\r\nhere"));
    EXPECT_TRUE(client.goodbye());
  }

  Log log;
  ServerTls tls;
  std::uint16_t port = 0;

 private:
  LiveServer plain_;
};

/// A client of ours that trusts the authority.
struct OurClient {
  explicit OurClient(std::uint16_t port, ClientOptions options = {})
      : client("https://localhost:" + std::to_string(port), trusting(std::move(options))) {
    socket.on_connect([this] { log.add("connect"); });
    socket.on_connect_error([this](const ConnectionError& error) { log.add(error.details); });
    socket.on_disconnect([this](DisconnectReason) { log.add("disconnect"); });
    client.start();
  }
  static ClientOptions trusting(ClientOptions options) {
    options.tls.ca_pem = authority().root().certificate_pem();
    options.reconnection = false;
    return options;
  }
  template <class R, class... Args>
  R ask(std::string_view event, Args... args) {
    auto future = socket.template emit_with_ack<R>(event, std::move(args)...).future();
    if (future.wait_for(patience) != std::future_status::ready) {
      ADD_FAILURE() << "no answer to " << event;
      return {};
    }
    Reply<R> reply = future.get();
    EXPECT_TRUE(reply) << reply.error().message();
    return reply ? *std::move(reply) : R{};
  }

  Log log;
  Client client;
  ClientSocket socket = client.socket();
};

void offer(SSL* connection, int version) {
  SSL_set_min_proto_version(connection, version);
  SSL_set_max_proto_version(connection, version);
}

void show(SSL* connection, const Identity& identity) {
  SSL_use_certificate(connection, identity.certificate());
  SSL_use_PrivateKey(connection, identity.key());
}

class ServerTlsTransports : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Transports, ServerTlsTransports,
                         testing::Values("polling", "websocket", "upgrade"),
                         [](const auto& tested) { return tested.param; });

TEST_P(ServerTlsTransports, OurClientIsServed) {
  SecureServer server;
  ClientOptions options;
  if (GetParam() != "upgrade") options.transports = {GetParam()};
  OurClient client(server.port, options);
  ASSERT_TRUE(client.log.wait_for("connect"));
  EXPECT_TRUE(client.ask<bool>("secure"));
  const Bytes large(700'000, 7);
  EXPECT_EQ(client.ask<Bytes>("bytes", large), large);
  EXPECT_EQ(client.ask<Bytes>("bytes", large), large);
  EXPECT_EQ(client.log.lines(), Log::Lines{"connect"});
}

TEST(ServerTls, APlainPortBesideItIsNotSecure) {
  SecureServer server;
  SocketClient plain(server.plain_port());
  EXPECT_EQ(plain.ask(R"(["secure"])"), "[false]");
  server.expect_served();
}

TEST(ServerTls, ManyClientsAtOnce) {
  SecureServer server;
  std::vector<std::unique_ptr<OurClient>> clients;
  for (int i = 0; i < 200; ++i) clients.push_back(std::make_unique<OurClient>(server.port));
  for (const auto& client : clients) {
    ASSERT_TRUE(client->log.wait_for("connect"));
    EXPECT_TRUE(client->ask<bool>("secure"));
  }
}

TEST(ServerTls, VersionsBelow12AreRefused) {
  SecureServer server;
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    TlsClient client(server.port, [&](SSL* connection) { offer(connection, version); });
    EXPECT_FALSE(client.shake_hands());
    EXPECT_EQ(client.problem, "tlsv1 alert protocol version");
  }
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(server.port, [&](SSL* connection) { offer(connection, version); });
    EXPECT_TRUE(client.shake_hands()) << client.problem;
    EXPECT_THAT(client.ask(), HasSubstr("here"));
  }
}

TEST(ServerTls, OnlyHttp11IsSpoken) {
  SecureServer server;
  const auto offering = [&](const std::string& protocols) {
    return TlsClient(server.port, [&](SSL* connection) {
      SSL_set_alpn_protos(connection, reinterpret_cast<const unsigned char*>(protocols.data()),
                          static_cast<unsigned>(protocols.size()));
    });
  };
  TlsClient both = offering("\x02h2\x08http/1.1");
  EXPECT_TRUE(both.shake_hands());
  const unsigned char* chosen = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(both.ssl(), &chosen, &size);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(chosen), size), "http/1.1");
  TlsClient other = offering("\x02h2");
  EXPECT_FALSE(other.shake_hands());
  EXPECT_EQ(other.problem, "tlsv1 alert no application protocol");
  server.expect_served();
}

TEST(ServerTls, TheNameChoosesTheCertificate) {
  SecureServer server(
      {.certificates = {in_memory(authority().issue({"first", "DNS:first.example"})),
                        in_memory(authority().issue({"second", "DNS:second.example"})),
                        in_memory(authority().issue({"many", "DNS:*.many.example"})),
                        in_memory(authority().issue({"common.example", ""}))}});
  const auto shown = [&](const char* name, int version = TLS1_3_VERSION) {
    TlsClient client(server.port, [&](SSL* connection) {
      offer(connection, version);
      if (name) SSL_set_tlsext_host_name(connection, name);
    });
    EXPECT_TRUE(client.shake_hands()) << client.problem;
    EXPECT_THAT(client.ask(), HasSubstr("here"));
    return client.server_name();
  };
  EXPECT_EQ(shown(nullptr), "first");
  EXPECT_EQ(shown("first.example"), "first");
  EXPECT_EQ(shown("second.example"), "second");
  EXPECT_EQ(shown("SECOND.example", TLS1_2_VERSION), "second");
  EXPECT_EQ(shown("a.many.example"), "many");
  EXPECT_EQ(shown("a.b.many.example"), "first");
  EXPECT_EQ(shown("common.example"), "common.example");
  EXPECT_EQ(shown("unknown.example"), "first");
}

TEST(ServerTls, ANameThatChangesAfterARetryIsNoProblem) {
  SecureServer server(
      {.certificates = {in_memory(authority().issue({"first", "DNS:first.example"})),
                        in_memory(authority().issue({"second", "DNS:second.example"}))}});
  // The server does not accept what is offered first, and asks for another key share.
  TlsClient client(server.port, [&](SSL* connection) {
    SSL_set1_groups_list(connection, "X448:P-256");
    SSL_set_tlsext_host_name(connection, "second.example");
  });
  EXPECT_TRUE(client.shake_hands()) << client.problem;
  EXPECT_EQ(client.server_name(), "second");
  server.expect_served();
}

TEST(ServerTls, AClientsCertificateMayBeRequired) {
  ServerTlsOptions options = showing(authority().issue({}));
  options.client_certificates = ClientCertificates::require;
  options.ca_pem = authority().root().certificate_pem();
  SecureServer server(options);
  const Wish wish{.common_name = "client", .names = "", .usage = "clientAuth"};
  const auto answer = [&](const Identity* identity, int version) {
    TlsClient client(server.port, [&](SSL* connection) {
      offer(connection, version);
      if (identity) show(connection, *identity);
    });
    client.shake_hands();
    const std::string text = client.ask();
    return text.empty() ? client.problem : text;
  };
  const Identity known = authority().issue(wish);
  const Identity unknown = Authority("somebody else").issue(wish);
  Wish late = wish;
  late.valid_to_seconds = -60;
  const Identity expired = authority().issue(late);
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    EXPECT_THAT(answer(&known, version), HasSubstr("here"));
    EXPECT_THAT(answer(&unknown, version), HasSubstr("alert unknown ca"));
    EXPECT_THAT(answer(&expired, version), HasSubstr("alert certificate expired"));
  }
  EXPECT_THAT(answer(nullptr, TLS1_3_VERSION), HasSubstr("certificate required"));
  EXPECT_THAT(answer(nullptr, TLS1_2_VERSION), HasSubstr("handshake failure"));
}

TEST(ServerTls, AClientsCertificateMayBeRequested) {
  ServerTlsOptions options = showing(authority().issue({}));
  options.client_certificates = ClientCertificates::request;
  const TemporaryFile roots(authority().root().certificate_pem());
  options.ca_file = roots.path();
  SecureServer server(options);
  server.expect_served();
  const Wish wish{.common_name = "client", .names = "", .usage = "clientAuth"};
  const Identity unknown = Authority("somebody else").issue(wish);
  TlsClient client(server.port, [&](SSL* connection) { show(connection, unknown); });
  client.shake_hands();
  EXPECT_EQ(client.ask(), "");
  EXPECT_THAT(client.problem, HasSubstr("alert unknown ca"));
}

TEST(ServerTls, ReloadingShowsNewClientsTheNewCertificate) {
  const auto write = [](const TemporaryFile& file, const std::string& text) {
    std::ofstream(file.path(), std::ios::trunc) << text;
  };
  const Identity before = authority().issue({"before"});
  const Identity after = authority().issue({"after"});
  const TemporaryFile chain(before.certificate_pem());
  const TemporaryFile key(before.key_pem());
  SecureServer server(
      {.certificates = {{.certificate_file = chain.path(), .key_file = key.path()}}});
  OurClient old(server.port);
  ASSERT_TRUE(old.log.wait_for("connect"));
  write(chain, after.certificate_pem());
  const auto shown = [&] {
    TlsClient client(server.port);
    EXPECT_TRUE(client.shake_hands()) << client.problem;
    EXPECT_THAT(client.ask(), HasSubstr("here"));
    return client.server_name();
  };
  try {
    server.tls.reload();
    ADD_FAILURE() << "the key is another one's";
  } catch (const std::system_error& error) {
    EXPECT_THAT(error.what(), StartsWith("TLS key_file " + key.path() + ": key values mismatch"));
  }
  EXPECT_EQ(shown(), "before");
  write(key, after.key_pem());
  server.tls.reload();
  EXPECT_EQ(shown(), "after");
  EXPECT_TRUE(old.ask<bool>("secure"));
  EXPECT_EQ(old.log.lines(), Log::Lines{"connect"});
}

class ServerTlsVersions : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Versions, ServerTlsVersions,
                         testing::Values(TLS1_2_VERSION, TLS1_3_VERSION), [](const auto& tested) {
                           return tested.param == TLS1_2_VERSION ? "Tls12" : "Tls13";
                         });

TEST_P(ServerTlsVersions, SessionsAreResumedUntilReloading) {
  ServerTlsOptions options = showing(authority().issue({}));
  options.client_certificates = ClientCertificates::request;
  options.ca_pem = authority().root().certificate_pem();
  SecureServer server(options);
  TlsClient first(server.port, [](SSL* connection) { offer(connection, GetParam()); });
  ASSERT_TRUE(first.shake_hands());
  ASSERT_THAT(first.ask(), HasSubstr("here"));
  const std::shared_ptr<SSL_SESSION> session(SSL_get1_session(first.ssl()), SSL_SESSION_free);
  const auto is_resumed = [&] {
    TlsClient next(server.port, [&](SSL* connection) {
      offer(connection, GetParam());
      SSL_set_session(connection, session.get());
    });
    EXPECT_TRUE(next.shake_hands());
    EXPECT_THAT(next.ask(), HasSubstr("here"));
    return SSL_session_reused(next.ssl()) == 1;
  };
  EXPECT_TRUE(is_resumed());
  server.tls.reload();
  EXPECT_FALSE(is_resumed());
}

TEST(ServerTls, ASecondHandshakeIsRefused) {
  SecureServer server;
  TlsClient client(server.port, [](SSL* connection) { offer(connection, TLS1_2_VERSION); });
  ASSERT_TRUE(client.shake_hands());
  ASSERT_EQ(SSL_renegotiate(client.ssl()), 1);
  EXPECT_FALSE(client.shake_hands());
  EXPECT_EQ(client.problem, "no renegotiation");
  server.expect_served();
}

TEST(ServerTls, WhatIsNotTlsEndsTheConnection) {
  SecureServer server;
  for (const std::string& bytes :
       {std::string("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), std::string(1, '\0'),
        std::string("\x17\x03\x03\x00\x05hello", 10), std::string(100'000, 'x')}) {
    TcpClient client(server.port);
    client.send(bytes);
    EXPECT_EQ(client.receive_all(), "");
  }
  // Records that could begin a handshake get an alert.
  for (const std::string& bytes :
       {std::string("\x16\x03\x01\x00\x05hello", 10),
        std::string("\x16\x03\x01\xff\xff", 5) + std::string(70'000, 'x')}) {
    TcpClient client(server.port);
    client.send(bytes);
    EXPECT_THAT(client.receive_all(), StartsWith("\x15\x03"));
  }
  server.expect_served();
}

TEST(ServerTls, AHandshakeHasTheTimeOfARequestsHead) {
  ServerOptions options;
  options.limits.header_timeout = 200ms;
  SecureServer server(showing(authority().issue({})), options);
  for (const std::size_t size : {0U, 1U, 5U, 100U}) {
    TlsClient client(server.port);
    client.tcp().send(client.hello().substr(0, size));
    EXPECT_EQ(client.tcp().receive_all(), "") << size;
  }
  TlsClient silent(server.port);
  ASSERT_TRUE(silent.shake_hands());
  EXPECT_FALSE(silent.hear()) << "the request is missing";
  EXPECT_TRUE(silent.goodbye());
  server.expect_served();
}

TEST(ServerTls, ClientsThatLeaveDuringTheHandshake) {
  SecureServer server;
  for (int i = 0; i < 50; ++i) {
    TlsClient client(server.port);
    const std::string hello = client.hello();
    const bool is_whole = i % 2 == 0;
    client.tcp().send(hello.substr(0, is_whole ? hello.size() : hello.size() / 2));
    if (is_whole && i % 3 == 0) client.tcp().receive();
    i % 5 == 0 ? client.tcp().reset() : client.tcp().close();
  }
  server.expect_served();
  server.stop();
  EXPECT_EQ(server.log.lines(), Log::Lines{});
}

TEST(ServerTls, HandshakesCountAsConnections) {
  ServerOptions options;
  options.limits.connections = 2;
  SecureServer server(showing(authority().issue({})), options);
  TlsClient first(server.port);
  ASSERT_TRUE(first.shake_hands());
  TlsClient second(server.port);
  second.tcp().send(second.hello().substr(0, 10));
  // The listener accepts in order, so the second one is counted when this one is.
  TcpClient third(server.port);
  EXPECT_EQ(third.receive_all(), "");
  EXPECT_THAT(first.ask(), HasSubstr("here"));
}

TEST(ServerTls, ClosingTheServerSaysGoodbye) {
  SecureServer server;
  // In the middle of an upgrade, no poll may be there that takes the last words.
  OurClient client(server.port, {.transports = {"websocket"}});
  ASSERT_TRUE(client.log.wait_for("connect"));
  TlsClient idle(server.port);
  ASSERT_TRUE(idle.shake_hands());
  // With TLS 1.3 the server may not have finished yet; with a response it has.
  idle.say(request_text("GET", "/"));
  ASSERT_TRUE(idle.hear("here"));
  TlsClient halfway(server.port);
  halfway.tcp().send(halfway.hello().substr(0, 10));
  client.socket.on("last", [&](std::string text) { client.log.add(text.substr(0, 4)); });
  server.io().post([&] {
    server.io().emit("last", "word" + std::string(500'000, '.'));
    server.io().close();
  });
  EXPECT_TRUE(client.log.wait_for("word"));
  EXPECT_TRUE(client.log.wait_for("disconnect"));
  EXPECT_FALSE(idle.hear());
  EXPECT_TRUE(idle.goodbye());
  EXPECT_EQ(halfway.tcp().receive_all(), "");
}

TEST(ServerTls, APeerThatDoesNotReadIsCutAtTheHardLimit) {
  ServerOptions options;
  options.backpressure.hard_limit_bytes = 1'000'000;
  options.backpressure.stall_timeout = 10min;
  SecureServer server(showing(authority().issue({})), options);
  TlsClient slow(server.port, {}, 4096);
  ASSERT_TRUE(slow.shake_hands());
  slow.say(upgrade_text(websocket_query));
  ASSERT_TRUE(slow.hear("\"sid\""));
  slow.say(frame_to(websocket::Role::server, 1, "40"));
  ASSERT_TRUE(slow.hear("40{"));
  // The limit is checked at each emit, against what earlier turns could not send.
  const std::function<void()> emit_until_gone = [&] {
    if (server.log.count("gone") != 0) return;
    server.io().emit("news", std::string(100'000, '.'));
    server.io().post(emit_until_gone);
  };
  server.io().post(emit_until_gone);
  EXPECT_TRUE(server.log.wait_for("gone"));
  server.stop();
}

TEST(ServerTls, BadSettingsAreErrorsThatNameTheFile) {
  const Identity identity = authority().issue({});
  const TemporaryFile chain(identity.certificate_pem()), key(identity.key_pem()),
      other_key(authority().issue({}).key_pem()), locked(identity.key_pem("secret")),
      nonsense("nonsense"), both(identity.certificate_pem() + identity.key_pem());
  const std::string missing = "/nonexistent/file.pem";
  const auto message = [](const ServerTlsOptions& options) -> std::string {
    try {
      const ServerTls tls(options);
    } catch (const std::system_error& error) {
      return error.what();
    }
    return "";
  };
  const auto with = [&](TlsCertificate certificate) {
    return message({.certificates = {in_memory(identity), std::move(certificate)}});
  };
  EXPECT_THAT(message({}), StartsWith("TLS certificates: there is none"));
  EXPECT_THAT(with({}), StartsWith("TLS certificates: there is no certificate_file"));
  EXPECT_THAT(with({.key_file = key.path()}),
              StartsWith("TLS key_file " + key.path() + ": there is no certificate_file"));
  EXPECT_THAT(with({.certificate_file = missing}),
              StartsWith("TLS certificate_file " + missing + ": No such file or directory"));
  EXPECT_THAT(with({.certificate_file = nonsense.path(), .key_file = key.path()}),
              StartsWith("TLS certificate_file " + nonsense.path() + ": no start line"));
  EXPECT_THAT(with({.certificate_pem = "nonsense"}), StartsWith("TLS certificate_pem: "));
  EXPECT_THAT(with({.certificate_file = chain.path()}),
              StartsWith("TLS key_file " + chain.path() + ": "));
  EXPECT_THAT(with({.certificate_file = chain.path(), .key_file = other_key.path()}),
              StartsWith("TLS key_file " + other_key.path() + ": key values mismatch"));
  EXPECT_THAT(with({.certificate_file = chain.path(), .key_file = locked.path()}),
              StartsWith("TLS key_file " + locked.path()));
  EXPECT_THAT(with({.certificate_pem = identity.certificate_pem(), .key_pem = "nonsense"}),
              StartsWith("TLS key_pem: "));
  EXPECT_EQ(
      with({.certificate_file = chain.path(), .key_file = locked.path(), .key_password = "secret"}),
      "");
  EXPECT_EQ(with({.certificate_file = both.path()}), "");
  EXPECT_EQ(with({.certificate_pem = identity.certificate_pem() + identity.key_pem()}), "");
  ServerTlsOptions options = showing(identity);
  options.ca_file = chain.path();
  EXPECT_THAT(message(options),
              StartsWith("TLS ca_file " + chain.path() + ": client_certificates"));
  options.client_certificates = ClientCertificates::require;
  EXPECT_EQ(message(options), "");
  options.ca_file = missing;
  EXPECT_THAT(message(options), StartsWith("TLS ca_file " + missing + ": No such file"));
  options.ca_file.clear();
  EXPECT_THAT(message(options), StartsWith("TLS client_certificates: there is no ca_file"));
}

TEST(ServerTls, TheWholeChainIsSent) {
  const Identity identity = authority().issue({});
  SecureServer server({.certificates = {{.certificate_pem = identity.certificate_pem() +
                                                            authority().root().certificate_pem(),
                                         .key_pem = identity.key_pem()}}});
  TlsClient client(server.port);
  ASSERT_TRUE(client.shake_hands());
  EXPECT_EQ(sk_X509_num(SSL_get_peer_cert_chain(client.ssl())), 2);
}

TEST(ServerTls, AContextOfYourOwn) {
  const std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  const Identity identity = authority().issue({"mine"});
  SSL_CTX_use_certificate(context.get(), identity.certificate());
  SSL_CTX_use_PrivateKey(context.get(), identity.key());
  SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
  SSL_CTX_set_security_level(context.get(), 0);
  ServerTlsOptions options;
  options.context = context.get();
  SecureServer server(options);
  server.expect_served();
  server.tls.reload();
  TlsClient client(server.port);
  ASSERT_TRUE(client.shake_hands());
  EXPECT_EQ(client.server_name(), "mine");
  TlsClient old(server.port, [](SSL* connection) { offer(connection, TLS1_1_VERSION); });
  EXPECT_FALSE(old.shake_hands()) << "the context would allow it";
  options.certificates = {in_memory(identity)};
  EXPECT_THROW(ServerTls{options}, std::system_error);
}

}  // namespace
}  // namespace socketio::support
