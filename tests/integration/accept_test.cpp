// SPDX-License-Identifier: MIT
// Connections that an HTTP server of the application's own has accepted, and passes on with what it has read.
#include "support/live_server.hpp"
#include "support/loopback_listener.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace socketio::support {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

bool is_open(int descriptor) { return ::fcntl(descriptor, F_GETFD) != -1; }

/// Accepts connections, reads some bytes of each, or nothing, and passes it on.
class Porter {
 public:
  Porter(Server& io, std::size_t bytes) : io_(io), bytes_(bytes) {
    thread_ = std::thread([this] { work(); });
  }
  ~Porter() {
    ::shutdown(listener_.descriptor(), SHUT_RDWR);
    thread_.join();
  }
  Porter(const Porter&) = delete;
  Porter& operator=(const Porter&) = delete;

  std::uint16_t port() const { return listener_.port(); }

 private:
  void work() {
    for (int visitor = 0; (visitor = ::accept(listener_.descriptor(), nullptr, nullptr)) >= 0;) {
      std::string received(bytes_, '\0');
      const ssize_t size = bytes_ == 0 ? 0 : ::recv(visitor, received.data(), bytes_, 0);
      received.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
      io_.accept(visitor, received);
    }
  }

  Server& io_;
  std::size_t bytes_;
  LoopbackListener listener_;
  std::thread thread_;
};

/// How much the porter has read of a request: nothing, its beginning, or all of it.
class Accepted : public testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(Read, Accepted, testing::Values(0, 10, 100'000));

TEST_P(Accepted, WebSocketIsServed) {
  LiveServer server;
  const Porter porter(server.io, GetParam());
  ControlClient client(porter.port());
  client.expect_served();
  client.expect_served();
}

TEST_P(Accepted, RequestIsAnsweredAndTheNextOneIsThePorters) {
  Log log;
  LiveServer server({}, [&](Server& io) {
    io.on_connection([&](const Socket& socket) { log.add(socket.handshake().address); });
  });
  const Porter porter(server.io, GetParam());
  HttpClient first(porter.port());
  const auto opened = first.get(engine_query);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->status, 200);
  EXPECT_EQ(header(*opened, "connection"), "close");
  EXPECT_EQ(first.tcp().receive_all(), "");

  const auto begin = opened->body.find("\"sid\":\"") + 7;
  const std::string target = engine_query + "&sid=" + opened->body.substr(begin, 20);
  HttpClient second(porter.port());
  EXPECT_EQ(second.status(request_text("POST", target, {}, "40")), 200);
  HttpClient third(porter.port());
  EXPECT_THAT(third.get(target)->body, StartsWith("40{"));
  log.wait_for("127.0.0.1");
}

TEST_P(Accepted, WhatFollowsTheRequestIsNotAnswered) {
  LiveServer server;
  const Porter porter(server.io, GetParam());
  TcpClient client(porter.port());
  client.send(request_text("GET", engine_query) + request_text("GET", "/second"));
  const std::string answer = client.receive_all();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(answer.find("HTTP/1.1", 1), std::string::npos);
}

TEST(Accepting, AUnixSocketIsFine) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
  LiveServer server;
  server.io.accept(ends[0], request_text("GET", "/nothing"));
  std::string answer;
  std::array<char, 4096> buffer{};
  for (ssize_t size = 0; (size = ::recv(ends[1], buffer.data(), buffer.size(), 0)) > 0;) {
    answer.append(buffer.data(), static_cast<std::size_t>(size));
  }
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 404 "));
  ::close(ends[1]);
}

TEST(Accepting, WhatIsNoConnectionStaysTheCallers) {
  Server io;
  EXPECT_THROW(io.accept(-1), std::system_error);
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  ASSERT_EQ(::listen(listener, 1), 0);
  const int datagrams = ::socket(AF_INET, SOCK_DGRAM, 0);
  for (const int descriptor : {pipe[0], listener, datagrams}) {
    try {
      io.accept(descriptor);
      ADD_FAILURE() << "it has taken it";
    } catch (const std::system_error& error) {
      EXPECT_THAT(error.what(), HasSubstr("descriptor " + std::to_string(descriptor)));
    }
    EXPECT_TRUE(is_open(descriptor));
  }
  for (const int descriptor : {pipe[0], pipe[1], listener, datagrams}) ::close(descriptor);
}

TEST(Accepting, AClientThatHasResetItMeanwhileHarmsNobody) {
  LiveServer server;
  const Porter porter(server.io, 10);
  ControlClient control(server.port);
  for (int i = 0; i < 10; ++i) {
    TcpClient client(porter.port());
    client.send("GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: a\r\n\r\n");
    client.reset();
  }
  control.expect_served();
  ControlClient(porter.port()).expect_served();
}

TEST(Accepting, AServerThatHasClosedClosesIt) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
  {
    Server io;
    io.close();
    io.accept(ends[0]);
  }
  char byte = 0;
  EXPECT_EQ(::recv(ends[1], &byte, 1, 0), 0);
  ::close(ends[1]);
}

TEST(Accepting, CountsAsAConnection) {
  ServerOptions options;
  options.limits.connections = 1;
  LiveServer server(std::move(options));
  const Porter porter(server.io, 0);
  ControlClient first(porter.port());
  EXPECT_EQ(TcpClient(porter.port()).receive_all(), "");
  first.expect_served();
}

TEST(Accepting, IsPossibleWhileTheServerDrains) {
  LiveServer server;
  const Porter porter(server.io, 0);
  PollingClient client(porter.port());
  server.io.drain(std::chrono::hours(1));
  HttpClient post(porter.port());
  EXPECT_EQ(post.status(request_text("POST", client.target(), {}, "40")), 200);
  EXPECT_EQ(HttpClient(porter.port()).get(engine_query)->status, 503);
}

}  // namespace
}  // namespace socketio::support
