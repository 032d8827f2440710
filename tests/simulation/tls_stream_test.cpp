// SPDX-License-Identifier: MIT
// TLS over a simulated network: bytes in pieces of any size, delayed or held back; handshakes that
// fail or are cancelled; ends with and without close_notify.
#include "net/tls_stream.hpp"

#include "net/tls_error.hpp"
#include "support/pipe.hpp"
#include "support/tls_peer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace socketio::support {
namespace {

using net::TlsContext;
using net::TlsErrc;
using net::TlsSettings;
using net::TlsStream;

const Authority& authority() {
  static const Authority made;
  return made;
}

/// Records what it receives, and can stop reading.
class Reader final : public StreamHandler {
 public:
  void on_bytes(std::span<char> bytes) override {
    text.append(bytes.data(), bytes.size());
    if (scribbles) std::fill(bytes.begin(), bytes.end(), 'x');
    for (const char c : std::span(bytes.data() + bytes.size(), 64)) padding ^= c;
    if (stream && text.size() >= pause_after) {
      pause_after = std::string::npos;
      stream->pause_reading();
    }
  }
  void on_drain() override { ++drains; }
  void on_close() override { ++closes; }

  Stream* stream = nullptr;
  std::string text;
  std::size_t pause_after = std::string::npos;
  bool scribbles = false;
  // The contents of the 64 bytes of padding.
  char padding = 0;
  int drains = 0;
  int closes = 0;
};

struct Town {
  explicit Town(std::uint64_t seed = 1, NetworkProfile profile = {})
      : loop(seed), network(loop, profile) {
    settings.ca_pem = authority().root().certificate_pem();
  }

  /// Creates both ends; the handshake is underway.
  void begin() {
    ConnectFailure failure;
    context = TlsContext::for_client(settings, failure);
    ASSERT_NE(context, nullptr) << failure.message;
    auto [near, far] = network.connect();
    below = near;
    peer_stream = far;
    peer = std::make_shared<TlsPeer>(far, server);
    far->set_handler(peer);
    attempt = net::start_tls(near, context, {host, 443, true},
                             [this](std::shared_ptr<Stream> opened, const ConnectFailure& why) {
                               ++calls;
                               stream = std::move(opened);
                               failed = why;
                               reader->stream = stream.get();
                               if (stream) stream->set_handler(reader);
                             });
  }
  void shake_hands() {
    begin();
    EXPECT_TRUE(loop.run_until([&] { return calls != 0; }));
    ASSERT_NE(stream, nullptr) << failed.message;
    EXPECT_TRUE(loop.run_until([&] { return peer->is_secure(); }));
  }

  SimulatedLoop loop;
  Network network;
  TlsSettings settings;
  std::string host = "localhost";
  ServerContext server = server_context(authority().issue({}));
  std::shared_ptr<TlsContext> context;
  std::shared_ptr<SimulatedStream> below;
  std::shared_ptr<SimulatedStream> peer_stream;
  std::shared_ptr<TlsPeer> peer;
  std::unique_ptr<Connector::Attempt> attempt;
  std::shared_ptr<Reader> reader = std::make_shared<Reader>();
  std::shared_ptr<Stream> stream;
  ConnectFailure failed;
  int calls = 0;
};

TEST(TlsStream, CarriesBytesBothWays) {
  Town town;
  town.shake_hands();
  EXPECT_EQ(town.peer->version(), "TLSv1.3");
  EXPECT_EQ(town.peer->server_name(), "localhost");
  town.stream->write("from the client");
  town.peer->say("from the server");
  town.loop.run_for(milliseconds(10));
  EXPECT_EQ(town.peer->text, "from the client");
  EXPECT_EQ(town.reader->text, "from the server");
  EXPECT_EQ(town.stream->remote_address(), "127.0.0.1");
  EXPECT_EQ(town.stream->queued_bytes(), 0U);
}

TEST(TlsStream, BytesMayComeInAnyPieces) {
  const std::string text = lines(300'000);
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE(seed);
    Town town(seed, {milliseconds(0), milliseconds(5), seed % 3 == 0 ? 1U : 40'000U / seed,
                     seed % 2 == 0 ? 1024U * 1024 : 3000U});
    const std::string sent = text.substr(0, seed % 3 == 0 ? 2'000 : text.size());
    town.reader->scribbles = true;
    town.shake_hands();
    town.peer->say(sent);
    town.stream->write(sent.substr(0, 10));
    town.stream->write_shared(std::make_shared<const std::string>());
    town.stream->write_shared(std::make_shared<const std::string>(sent.substr(10, 5'000)));
    if (sent.size() > 5'010) town.stream->write(sent.substr(5'010));
    EXPECT_TRUE(town.loop.run_until([&] {
      return town.reader->text.size() >= sent.size() && town.peer->text.size() >= sent.size();
    }));
    EXPECT_EQ(town.reader->text, sent);
    EXPECT_EQ(town.peer->text, sent);
    EXPECT_EQ(town.peer->problem, "");
  }
}

TEST(TlsStream, WhatWaitsIsCountedAndBounded) {
  Town town(1, {milliseconds(1), milliseconds(1), 0, 64 * 1024});
  town.shake_hands();
  town.loop.run_for(milliseconds(100));
  town.peer_stream->pause_reading();
  const std::string text = lines(5'000'000);
  town.stream->write(text);
  EXPECT_EQ(town.stream->queued_bytes(), text.size());
  town.stream->want_drain();
  town.loop.run_for(milliseconds(100));
  EXPECT_GT(town.stream->queued_bytes(), text.size() - TlsStream::below_limit_bytes);
  EXPECT_LE(town.below->queued_bytes(), TlsStream::below_limit_bytes + 32 * 1024)
      << "not all of it is encrypted beforehand";
  EXPECT_EQ(town.reader->drains, 0);
  town.peer_stream->resume_reading();
  EXPECT_TRUE(town.loop.run_until([&] { return town.reader->drains == 1; }));
  EXPECT_EQ(town.stream->queued_bytes(), 0U);
  EXPECT_TRUE(town.loop.run_until([&] { return town.peer->text.size() == text.size(); }));
  EXPECT_EQ(town.peer->text, text);
  town.stream->want_drain();
  town.stream->write("one more");
  EXPECT_TRUE(town.loop.run_until([&] { return town.reader->drains == 2; }));
}

TEST(TlsStream, ReadingCanPause) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE(seed);
    Town town(seed, {milliseconds(0), milliseconds(2), seed % 2 == 0 ? 0U : 20'000U});
    town.shake_hands();
    const std::string text = lines(400'000);
    town.reader->pause_after = 1000 * seed;
    town.peer->say(text);
    town.loop.run_for(milliseconds(100));
    const std::size_t before = town.reader->text.size();
    EXPECT_GE(before, 1000 * seed);
    EXPECT_LT(before, text.size());
    EXPECT_TRUE(town.below->is_reading_paused());
    town.peer->say(" and more");
    town.loop.run_for(milliseconds(100));
    EXPECT_EQ(town.reader->text.size(), before);
    town.stream->resume_reading();
    town.stream->pause_reading();
    town.loop.run_for(milliseconds(100));
    EXPECT_EQ(town.reader->text.size(), before);
    town.stream->resume_reading();
    town.loop.run_for(milliseconds(100));
    EXPECT_EQ(town.reader->text, text + " and more");
  }
}

TEST(TlsStream, AGoodbyeOfThePeerIsAnOrderlyEnd) {
  Town town;
  town.shake_hands();
  town.peer->say("last words");
  town.peer->say_goodbye();
  town.loop.run_for(milliseconds(10));
  EXPECT_EQ(town.reader->text, "last words");
  EXPECT_EQ(town.reader->closes, 1);
  EXPECT_FALSE(town.stream->error());
  EXPECT_TRUE(town.peer->goodbye) << "it is answered";
  EXPECT_EQ(town.peer->closes, 1);
  EXPECT_FALSE(town.stream->is_open());
}

TEST(TlsStream, AnEndWithoutGoodbyeIsAnError) {
  Town town;
  town.shake_hands();
  town.peer->say("half a mess");
  town.peer->close_after_flush();
  town.loop.run_for(milliseconds(10));
  EXPECT_EQ(town.reader->text, "half a mess");
  EXPECT_EQ(town.reader->closes, 1);
  EXPECT_EQ(town.stream->error(), TlsErrc::truncated);
}

TEST(TlsStream, AResetIsPassedOn) {
  Town town;
  town.shake_hands();
  town.peer_stream->reset();
  town.loop.run_for(milliseconds(10));
  EXPECT_EQ(town.reader->closes, 1);
  EXPECT_EQ(town.stream->error(), std::errc::connection_reset);
}

TEST(TlsStream, ABrokenRecordIsAnError) {
  Town town;
  town.shake_hands();
  std::string record("\x17\x03\x03\x00\x20", 5);
  town.peer->say_raw(record.append(32, 'x'));
  town.loop.run_for(milliseconds(10));
  EXPECT_EQ(town.reader->text, "");
  EXPECT_EQ(town.reader->closes, 1);
  EXPECT_EQ(town.stream->error().category(), net::tls_category());
  EXPECT_NE(town.peer->problem, "") << "the peer gets an alert";
}

TEST(TlsStream, ClosingSendsEverythingAndAGoodbye) {
  Town town(1, {milliseconds(1), milliseconds(1), 0, 64 * 1024});
  town.shake_hands();
  const std::string text = lines(2'000'000);
  town.stream->write(text);
  town.stream->close_after_flush();
  town.stream->write("too late");
  EXPECT_TRUE(town.loop.run_until([&] { return town.reader->closes == 1; }));
  EXPECT_TRUE(town.loop.run_until([&] { return town.peer->closes == 1; }));
  EXPECT_EQ(town.peer->text, text + "too late") << "as on TCP: until it has been flushed";
  EXPECT_TRUE(town.peer->goodbye);
  EXPECT_FALSE(town.stream->error());
}

TEST(TlsStream, ClosingDoesNotWaitForAPeerThatReadsNothing) {
  Town town(1, {milliseconds(1), milliseconds(1), 0, 64 * 1024});
  town.shake_hands();
  town.peer_stream->pause_reading();
  town.stream->write(lines(2'000'000));
  town.stream->close_after_flush();
  EXPECT_TRUE(
      town.loop.run_until([&] { return town.reader->closes == 1; }, std::chrono::seconds(6)));
}

TEST(TlsStream, CloseSaysGoodbyeAndEndsAtOnce) {
  Town town;
  town.shake_hands();
  town.stream->close();
  EXPECT_EQ(town.reader->closes, 0) << "not from inside the call";
  town.stream->write("dropped");
  town.loop.run_for(milliseconds(10));
  EXPECT_EQ(town.reader->closes, 1);
  EXPECT_EQ(town.peer->text, "");
  EXPECT_TRUE(town.peer->goodbye);
  EXPECT_EQ(town.peer->closes, 1);
  EXPECT_EQ(town.stream->queued_bytes(), 0U);
}

TEST(TlsStream, KeysMayBeUpdated) {
  Town town;
  town.shake_hands();
  for (int i = 0; i < 20; ++i) town.peer->update_keys();
  town.peer->say("with new keys");
  town.loop.run_for(milliseconds(10));
  town.stream->write("with new keys too");
  town.loop.run_for(milliseconds(10));
  EXPECT_EQ(town.reader->text, "with new keys");
  EXPECT_EQ(town.peer->text, "with new keys too");
}

TEST(TlsStream, ASecondHandshakeIsRefused) {
  Town town;
  SSL_CTX_set_max_proto_version(town.server.get(), TLS1_2_VERSION);
  town.shake_hands();
  EXPECT_EQ(town.peer->version(), "TLSv1.2");
  town.peer->renegotiate();
  town.loop.run_for(milliseconds(10));
  EXPECT_FALSE(town.peer->is_secure());
  EXPECT_EQ(town.peer->problem, "no renegotiation");
}

TEST(TlsStream, APeerThatDemandsAnswersAndReadsNoneIsLeft) {
  Town town(1, {milliseconds(0), milliseconds(0), 0, 1024});
  town.shake_hands();
  town.loop.run_for(milliseconds(10));
  town.peer_stream->pause_reading();
  for (int i = 0; i < 100'000 && town.reader->closes == 0; ++i) {
    town.peer->update_keys();
    if (i % 100 == 0) town.loop.run_for(milliseconds(1000));
    ASSERT_LE(town.below->queued_bytes(), 2 * TlsStream::flood_limit_bytes);
  }
  EXPECT_EQ(town.stream->error(), TlsErrc::flooding);
}

TEST(TlsStream, TheHandshakeMayBeGivenUpAtEveryMoment) {
  for (int turns = 0; turns < 40; ++turns) {
    Town town(static_cast<std::uint64_t>(turns), {milliseconds(1), milliseconds(1), 200});
    town.begin();
    for (int i = 0; i < turns; ++i) town.loop.run_one();
    const int before = town.calls;
    town.attempt.reset();
    town.loop.run_for(milliseconds(100));
    EXPECT_EQ(town.calls, before);
    EXPECT_EQ(town.peer->closes, before == 0 ? 1 : 0);
  }
}

TEST(TlsStream, AHandshakeThatStallsWaitsForItsOwner) {
  Town town;
  town.begin();
  town.peer_stream->go_silent();
  town.loop.run_for(std::chrono::minutes(5));
  EXPECT_EQ(town.calls, 0);
  town.attempt.reset();
  town.loop.run_for(milliseconds(10));
  EXPECT_FALSE(town.below->is_open());
}

TEST(TlsStream, AnEndDuringTheHandshakeIsAFailure) {
  for (const bool is_reset : {false, true}) {
    Town town;
    town.begin();
    town.peer_stream->set_handler(std::make_shared<Recorder>());
    town.loop.run_for(milliseconds(10));
    if (is_reset) {
      town.peer_stream->reset();
    } else {
      town.peer_stream->close();
    }
    town.loop.run_for(milliseconds(10));
    EXPECT_EQ(town.calls, 1);
    EXPECT_EQ(town.stream, nullptr);
    if (is_reset) {
      EXPECT_EQ(town.failed.code, std::errc::connection_reset);
    } else {
      EXPECT_EQ(town.failed.code, TlsErrc::handshake_end);
    }
    EXPECT_THAT(town.failed.message, testing::EndsWith(" (host localhost)"));
  }
}

TEST(TlsStream, WhatIsNotTlsIsRecognised) {
  for (const char* words :
       {"HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-x\r\n", "220 mail", "\x80"}) {
    Town town;
    town.begin();
    town.peer_stream->set_handler(std::make_shared<Recorder>());
    town.peer_stream->write(words);
    town.loop.run_for(milliseconds(10));
    EXPECT_EQ(town.calls, 1);
    EXPECT_EQ(town.failed.code, TlsErrc::not_tls);
    EXPECT_EQ(town.failed.message, "the peer does not speak TLS (host localhost)");
  }
}

TEST(TlsStream, GarbageInRecordsIsAFailure) {
  const std::string record("\x16\x03\x03\x00\x10", 5);
  for (const std::string& bytes :
       {record + std::string(16, 'x'),
        std::string("\x16\x03\x03\xff\xff", 5) + std::string(70'000, 'x'),
        std::string("\x15\x03\x03\x00\x02\x02\x28", 7), std::string("\x16\x00\x00\x00\x00", 5),
        std::string("\x15\x03\x03\x00\x02\x01\x00", 7)}) {
    Town town;
    town.begin();
    town.peer_stream->set_handler(std::make_shared<Recorder>());
    town.peer_stream->write(bytes);
    town.loop.run_for(milliseconds(10));
    EXPECT_EQ(town.calls, 1);
    EXPECT_EQ(town.stream, nullptr);
    EXPECT_EQ(town.failed.code.category(), net::tls_category());
  }
}

TEST(TlsStream, AllMemoryIsReleased) {
  Town town;
  town.shake_hands();
  const std::weak_ptr<Stream> watched = town.stream;
  town.peer->say_goodbye();
  town.loop.run_for(milliseconds(10));
  town.stream.reset();
  town.attempt.reset();
  EXPECT_TRUE(watched.expired());
}

}  // namespace
}  // namespace socketio::support
