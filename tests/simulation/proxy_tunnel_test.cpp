// SPDX-License-Identifier: MIT
// A proxy's response in pieces of any size, cut off at every position, or reset; and attempts that
// are cancelled at every moment.
#include "net/client/proxy_tunnel.hpp"

#include "support/pipe.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

namespace socketio::support {
namespace {

using net::Proxy;
using net::ProxyErrc;

constexpr std::string_view answer = "HTTP/1.1 200 OK\r\nVia: x\r\n\r\n";

struct Town {
  explicit Town(std::uint64_t seed) : loop(seed), network(loop, {{}, milliseconds(3), 3}) {
    auto [near, far] = network.connect();
    below = near;
    proxy = far;
    proxy->set_handler(heard);
    attempt = net::open_tunnel(near, *Proxy::parse("http://proxy.example"), {"example.org", 443},
                               [this](std::shared_ptr<Stream> opened, const ConnectFailure& why) {
                                 ++calls;
                                 stream = std::move(opened);
                                 failure = why;
                                 if (stream) stream->set_handler(recorder);
                               });
  }

  SimulatedLoop loop;
  Network network;
  std::shared_ptr<SimulatedStream> below;
  std::shared_ptr<SimulatedStream> proxy;
  std::shared_ptr<Recorder> heard = std::make_shared<Recorder>();
  std::shared_ptr<Recorder> recorder = std::make_shared<Recorder>();
  std::unique_ptr<Connector::Attempt> attempt;
  std::shared_ptr<Stream> stream;
  ConnectFailure failure;
  int calls = 0;
};

TEST(ProxyTunnel, TheAnswerMayComeInAnyPieces) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Town town(seed);
    town.proxy->write(answer);
    town.loop.run_for(milliseconds(100));
    EXPECT_EQ(town.heard->text,
              "CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n");
    ASSERT_EQ(town.stream, town.below) << town.failure.message;
    town.proxy->write("the server speaks");
    town.stream->write("and the client");
    town.loop.run_for(milliseconds(100));
    EXPECT_EQ(town.recorder->text, "the server speaks");
    EXPECT_TRUE(town.heard->text.ends_with("and the client"));
    EXPECT_EQ(town.calls, 1);
  }
}

TEST(ProxyTunnel, AnAnswerThatIsCutOffIsNone) {
  for (std::size_t size = 0; size < answer.size(); ++size) {
    Town town(size);
    town.proxy->write(answer.substr(0, size));
    town.proxy->close_after_flush();
    town.loop.run_for(milliseconds(200));
    EXPECT_EQ(town.calls, 1);
    EXPECT_EQ(town.failure.code, ProxyErrc::bad_answer);
    EXPECT_EQ(town.failure.message,
              "proxy proxy.example port 80 closed the connection without an answer");
  }
}

TEST(ProxyTunnel, AResetIsPassedOn) {
  Town town(1);
  town.loop.run_for(milliseconds(10));
  town.proxy->reset();
  town.loop.run_for(milliseconds(10));
  EXPECT_EQ(town.failure.code, std::errc::connection_reset);
  EXPECT_EQ(town.failure.message, "proxy proxy.example port 80: Connection reset by peer");
}

TEST(ProxyTunnel, ItMayBeGivenUpAtEveryMoment) {
  for (int turns = 0; turns < 40; ++turns) {
    Town town(static_cast<std::uint64_t>(turns));
    town.proxy->write(answer);
    for (int i = 0; i < turns; ++i) town.loop.run_one();
    const int before = town.calls;
    town.attempt.reset();
    town.loop.run_for(milliseconds(200));
    EXPECT_EQ(town.calls, before);
    EXPECT_EQ(town.below->is_open(), before == 1) << "what was given away is its new owner's";
  }
}

}  // namespace
}  // namespace socketio::support
