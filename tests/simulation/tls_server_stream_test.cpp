// SPDX-License-Identifier: MIT
// A server's end of TLS over a simulated network, with our client at the other end: bytes in pieces
// of any size, many handshakes at once, and ends during and after the handshake.
#include "net/tls_error.hpp"
#include "net/tls_stream.hpp"
#include "support/certificates.hpp"
#include "support/pipe.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace socketio::support {
namespace {

using net::TlsContext;
using net::TlsErrc;
using net::TlsStream;

const Authority& authority() {
  static const Authority made;
  return made;
}

std::shared_ptr<TlsContext> make_server_context() {
  static const Identity identity = authority().issue({});
  ConnectFailure failure;
  return TlsContext::for_server(
      net::TlsCertificates::load({.certificates = {{.certificate_pem = identity.certificate_pem(),
                                                    .key_pem = identity.key_pem()}}},
                                 failure));
}

std::shared_ptr<TlsContext> make_client_context() {
  ConnectFailure failure;
  net::TlsSettings settings;
  settings.ca_pem = authority().root().certificate_pem();
  return TlsContext::for_client(settings, failure);
}

/// One connection, whose handshake is underway.
struct Couple {
  Couple(Network& network, const std::shared_ptr<TlsContext>& server_context,
         const std::shared_ptr<TlsContext>& client_context) {
    auto [near, far] = network.connect();
    near_end = near;
    far_end = far;
    server = TlsStream::accept(far, server_context);
    server->set_handler(server_reader);
    attempt = net::start_tls(near, client_context, {"localhost", 443, true},
                             [this](std::shared_ptr<Stream> opened, const ConnectFailure& why) {
                               client = std::move(opened);
                               failed = why;
                               if (client) client->set_handler(client_reader);
                             });
  }

  std::shared_ptr<SimulatedStream> near_end;
  std::shared_ptr<SimulatedStream> far_end;
  std::shared_ptr<Recorder> server_reader = std::make_shared<Recorder>();
  std::shared_ptr<Recorder> client_reader = std::make_shared<Recorder>();
  std::shared_ptr<TlsStream> server;
  std::shared_ptr<Stream> client;
  ConnectFailure failed;
  std::unique_ptr<Connector::Attempt> attempt;
};

struct Town {
  explicit Town(std::uint64_t seed = 1, NetworkProfile profile = {})
      : loop(seed), network(loop, profile) {}
  Couple& connect() {
    couples.push_back(std::make_unique<Couple>(network, server_context, client_context));
    return *couples.back();
  }
  Couple& shake_hands() {
    Couple& couple = connect();
    EXPECT_TRUE(loop.run_until([&] { return couple.client != nullptr; }));
    return couple;
  }

  SimulatedLoop loop;
  Network network;
  std::shared_ptr<TlsContext> server_context = make_server_context();
  std::shared_ptr<TlsContext> client_context = make_client_context();
  std::vector<std::unique_ptr<Couple>> couples;
};

std::string lines(std::size_t size) {
  std::string text;
  while (text.size() < size) text += "line " + std::to_string(text.size()) + '\n';
  text.resize(size);
  return text;
}

TEST(TlsServerStream, BytesMayComeInAnyPieces) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE(seed);
    Town town(seed, {milliseconds(0), milliseconds(5), seed % 3 == 0 ? 1U : 40'000U / seed,
                     seed % 2 == 0 ? 1024U * 1024 : 3000U});
    const std::string text = lines(seed % 3 == 0 ? 2'000 : 300'000);
    Couple& couple = town.shake_hands();
    EXPECT_TRUE(couple.server->is_secure());
    couple.client->write(text);
    couple.server->write(text);
    EXPECT_TRUE(town.loop.run_until([&] {
      return couple.server_reader->text.size() == text.size() &&
             couple.client_reader->text.size() == text.size();
    }));
    EXPECT_EQ(couple.server_reader->text, text);
    EXPECT_EQ(couple.client_reader->text, text);
  }
}

TEST(TlsServerStream, ManyHandshakesAtOnceAllComeToTheirEnd) {
  Town town;
  for (int i = 0; i < 50; ++i) town.connect();
  for (const auto& couple : town.couples) {
    EXPECT_TRUE(town.loop.run_until([&] { return couple->client != nullptr; }));
    couple->client->write("here");
    EXPECT_TRUE(town.loop.run_until([&] { return couple->server_reader->text == "here"; }));
  }
}

TEST(TlsServerStream, OneThatEndsWhileItAwaitsItsTurnHoldsUpNobody) {
  for (int turns = 0; turns < 30; ++turns) {
    Town town(static_cast<std::uint64_t>(turns));
    for (int i = 0; i < 4; ++i) town.connect();
    for (int i = 0; i < turns; ++i) town.loop.run_one();
    town.couples[0]->server->close();
    town.couples[1]->near_end->close();
    town.couples[2]->far_end->close_soon();
    EXPECT_TRUE(town.loop.run_until([&] { return town.couples[3]->client != nullptr; }));
    town.loop.run_for(milliseconds(100));
    for (int i = 0; i < 3; ++i) EXPECT_EQ(town.couples[i]->server_reader->closes, 1) << i;
  }
}

TEST(TlsServerStream, ClosingTheStreamBelowSoonSendsEverythingAndAGoodbye) {
  Town town(1, {milliseconds(1), milliseconds(1), 0, 64 * 1024});
  Couple& couple = town.shake_hands();
  town.loop.run_for(milliseconds(10));
  const std::string text = lines(2'000'000);
  couple.server->write(text);
  couple.far_end->close_soon();
  EXPECT_TRUE(town.loop.run_until([&] { return couple.client_reader->closes == 1; }));
  EXPECT_EQ(couple.client_reader->text, text);
  EXPECT_FALSE(couple.client->error()) << "no goodbye";
  EXPECT_EQ(couple.server_reader->closes, 1);
}

TEST(TlsServerStream, ClosingSoonDoesNotWaitForAPeerThatReadsNothing) {
  Town town(1, {milliseconds(1), milliseconds(1), 0, 64 * 1024});
  Couple& couple = town.shake_hands();
  town.loop.run_for(milliseconds(10));
  couple.near_end->pause_reading();
  couple.server->write(lines(2'000'000));
  // It is closing already when the server ends.
  couple.server->close_after_flush();
  town.loop.run_for(milliseconds(100));
  couple.far_end->close_soon();
  EXPECT_TRUE(town.loop.run_until([&] { return couple.server_reader->closes == 1; },
                                  std::chrono::seconds(6)));
}

TEST(TlsServerStream, APeerThatReadsNothingIsCutByTheStallTimeout) {
  Town town(1, {milliseconds(1), milliseconds(1), 0, 64 * 1024});
  Couple& couple = town.shake_hands();
  town.loop.run_for(milliseconds(10));
  couple.server->set_stall_timeout(milliseconds(1000));
  couple.near_end->pause_reading();
  couple.server->write(lines(2'000'000));
  town.loop.run_for(milliseconds(900));
  EXPECT_EQ(couple.server_reader->closes, 0);
  EXPECT_GT(couple.server->refused_bytes(), 1'000'000U);
  EXPECT_TRUE(town.loop.run_until([&] { return couple.server_reader->closes == 1; },
                                  std::chrono::seconds(2)));
}

TEST(TlsServerStream, WhatIsNoHandshakeEndsIt) {
  for (const std::string& bytes :
       {std::string("GET / HTTP/1.1\r\n\r\n"), std::string("\x16\x03\x01\x00\x05hello", 10),
        std::string("\x16\x03\x01\x40\x00", 5) + std::string(20'000, 'x')}) {
    Town town;
    auto [near, far] = town.network.connect();
    const auto stream = TlsStream::accept(far, town.server_context);
    const auto reader = std::make_shared<Recorder>();
    stream->set_handler(reader);
    near->write(bytes);
    EXPECT_TRUE(town.loop.run_until([&] { return reader->closes == 1; }));
    EXPECT_EQ(reader->text, "");
    EXPECT_EQ(stream->error().category(), net::tls_category());
  }
}

}  // namespace
}  // namespace socketio::support
