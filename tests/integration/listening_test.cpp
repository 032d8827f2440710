// SPDX-License-Identifier: MIT
// Where a server listens and how it ends: addresses, errors, the user's io_context, stop() from
// another thread, destruction with connected clients, and handles that outlive it.
#include "support/live_server.hpp"

#include <socketio/asio.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <future>
#include <memory>
#include <optional>
#include <poll.h>
#include <string>
#include <sys/resource.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <vector>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;

TEST(Listening, APortThatIsTakenIsAnErrorThatNamesIt) {
  LiveServer server;
  Server second;
  try {
    second.listen("127.0.0.1", server.port);
    FAIL() << "two servers on one port";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::address_in_use);
    EXPECT_THAT(error.what(), testing::HasSubstr("127.0.0.1:" + std::to_string(server.port)));
  }
  std::error_code error;
  EXPECT_EQ(second.listen("127.0.0.1", server.port, error), 0);
  EXPECT_EQ(error, std::errc::address_in_use);
  EXPECT_NE(second.listen("127.0.0.1", 0), 0) << "it can still listen elsewhere";
}

TEST(Listening, BadAddressesAreErrors) {
  Server server;
  for (const char* address : {"no address", "127.0.0.1.1", "::g", "256.0.0.1", "203.0.113.7"}) {
    std::error_code error;
    EXPECT_EQ(server.listen(address, 0, error), 0) << address;
    EXPECT_TRUE(error) << address;
    EXPECT_THROW(server.listen(address, 0), std::system_error) << address;
  }
}

TEST(Listening, AHostNameIsNoAddressAndTheErrorSaysSo) {
  Server server;
  for (const char* name : {"example.com", "LOCALHOST", "127.0.0.1:80", "[::1]"}) {
    try {
      server.listen(name, 0);
      FAIL() << name;
    } catch (const std::system_error& error) {
      EXPECT_EQ(error.code(), std::errc::invalid_argument) << name;
      EXPECT_THAT(error.what(), testing::HasSubstr(std::string(name) + ":0: not an IP address"));
    }
  }
  EXPECT_NE(server.listen("localhost", 0), 0) << "the one name that has a fixed meaning";
}

int connect_v6(std::uint16_t port) {
  const int descriptor = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  address.sin6_addr = in6addr_loopback;
  const int result =
      ::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  ::close(descriptor);
  return result;
}

TEST(Listening, OneServerHasSeveralAddresses) {
  std::uint16_t v6 = 0;
  std::uint16_t all = 0;
  std::error_code no_v6;
  LiveServer server({}, [&](Server& io) {
    v6 = io.listen("::1", 0, no_v6);
    all = io.listen(0);
  });
  EXPECT_TRUE(SocketClient(server.port).joined());
  EXPECT_TRUE(SocketClient(all).joined()) << "all addresses include IPv4";
  // A machine without IPv6 has none to offer.
  if (!no_v6) {
    EXPECT_EQ(connect_v6(v6), 0);
    EXPECT_EQ(connect_v6(all), 0);
    EXPECT_EQ(TcpClient(v6).fate(), TcpClient::Fate::reset) << "::1 alone";
  }
}

TEST(Listening, TheAddressOfAPeerIsKnown) {
  Log log;
  LiveServer server({}, [&](Server& io) {
    io.on_connection([&](Socket socket) { log.add(socket.handshake().address); });
  });
  SocketClient client(server.port);
  log.wait_for("127.0.0.1");
}

/// While it exists, the process has no free file descriptors; their limit is lowered meanwhile.
class NoDescriptors {
 public:
  explicit NoDescriptors(int of) {
    ::getrlimit(RLIMIT_NOFILE, &usual_);
    const rlimit few{256, usual_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &few);
    for (int copy = ::dup(of); copy >= 0; copy = ::dup(of)) taken_.push_back(copy);
  }
  ~NoDescriptors() {
    for (const int descriptor : taken_) ::close(descriptor);
    ::setrlimit(RLIMIT_NOFILE, &usual_);
  }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;

 private:
  rlimit usual_{};
  std::vector<int> taken_;
};

TEST(Listening, WhoComesWhileDescriptorsAreOutIsTurnedAway) {
  LiveServer server;
  const int visitor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(server.port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  {
    const NoDescriptors none(visitor);
    ASSERT_EQ(::connect(visitor, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    pollfd end{visitor, POLLIN, 0};
    const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(patience);
    EXPECT_EQ(::poll(&end, 1, static_cast<int>(wait.count())), 1) << "it is not left waiting";
  }
  ::close(visitor);
  EXPECT_TRUE(SocketClient(server.port).joined()) << "the server goes on";
}

TEST(Listening, StopFromAnotherThreadEndsClientsAndRun) {
  Log log;
  LiveServer server({}, [&](Server& io) {
    io.on_disconnect([&](Socket&, DisconnectReason why) { log.add(std::string(to_string(why))); });
  });
  SocketClient websocket(server.port);
  PollingClient polling(server.port);
  polling.join();
  polling.start_poll();
  HttpClient idle(server.port);
  EXPECT_EQ(idle.status(request_text("GET", "/")), 404);
  WebSocketClient joins_nothing(server.port);
  server.io.stop();
  EXPECT_TRUE(websocket.ends());
  EXPECT_TRUE(joins_nothing.ends());
  const auto last = polling.polls().response();
  ASSERT_TRUE(last);
  EXPECT_EQ(last->body, "1");
  EXPECT_EQ(idle.tcp().receive_all(), "");
  websocket.tcp().close();
  server.stop();
  EXPECT_EQ(log.lines(),
            (std::vector<std::string>{"server shutting down", "server shutting down"}));
}

TEST(Listening, StopBeforeRunHasRunReturn) {
  Server io;
  io.listen("127.0.0.1", 0);
  io.stop();
  std::thread([&] { io.run(); }).join();
  io.run();
}

TEST(Listening, AServerThatNeverRanCanGo) {
  std::uint16_t port = 0;
  {
    Server io;
    io.on_connection([](Socket) {});
    port = io.listen("127.0.0.1", 0);
    io.emit("nobody");
    io.disconnect_sockets();
  }
  EXPECT_EQ(TcpClient(port).fate(), TcpClient::Fate::reset);
}

TEST(Listening, AClientThatReadsNothingDoesNotKeepTheServer) {
  Log log;
  LiveServer server({}, [&](Server& io) { fill_on_demand(io, log); });
  SocketClient client(server.port, 2048);
  client.send("42[\"fill\"]");
  log.wait_for("filled");
  server.stop();
}

TEST(Listening, AHandlerMayDestroyItsServer) {
  auto io = std::make_unique<Server>();
  Log log;
  io->on("end", [&] { io.reset(); });
  io->on_disconnect([&](Socket&, DisconnectReason why) { log.add(std::string(to_string(why))); });
  const std::uint16_t port = io->listen("127.0.0.1", 0);
  std::thread thread([one = io.get()] { one->run(); });
  SocketClient client(port);
  client.send("42[\"end\"]");
  EXPECT_TRUE(client.ends());
  thread.join();
  EXPECT_EQ(log.count("server shutting down"), 1U);
}

TEST(Listening, OnAContextOfTheUsers) {
  boost::asio::io_context context;
  Log log;
  auto io = make_server(context);
  io->on("echo", [](Socket& socket, json value) { socket.emit("echo", value); });
  io->on_connection([&](Socket socket) {
    socket.join("room");
    log.add("connected");
  });
  io->on_disconnect([&](Socket&, DisconnectReason why) { log.add(std::string(to_string(why))); });
  const std::uint16_t port = io->listen("127.0.0.1", 0);
  std::thread thread([&] { context.run(); });
  {
    SocketClient client(port);
    EXPECT_TRUE(client.joined());
    log.wait_for("connected");
    client.send("42[\"echo\",1]");
    EXPECT_EQ(client.packet(), "42[\"echo\",1]");
    io->to("room").emit("from elsewhere");
    EXPECT_EQ(client.packet(), "42[\"from elsewhere\"]");
    io->stop();
    io->close();
    EXPECT_TRUE(client.ends());
  }
  thread.join();
  EXPECT_EQ(log.count("server shutting down"), 1U);
  io.reset();
}

TEST(Listening, TheUsersContextOutlivesTheServer) {
  boost::asio::io_context context;
  auto io = make_server(context);
  const std::uint16_t port = io->listen("127.0.0.1", 0);
  std::optional<Socket> kept;
  io->on_connection([&](Socket socket) {
    kept = socket;
    context.stop();
  });
  std::thread client_thread([port] {
    SocketClient client(port);
    EXPECT_TRUE(client.ends());
  });
  context.run();
  EXPECT_TRUE(kept);
  io.reset();
  context.restart();
  // Handlers that are left in it find nothing to do.
  context.run();
  client_thread.join();
}

TEST(Listening, HandlesThatOutliveTheServerAreInert) {
  Log log;
  std::optional<Socket> socket;
  std::optional<Namespace> nsp;
  std::optional<Ack<int>> ack;
  std::optional<Next> next;
  {
    LiveServer server({}, [&](Server& io) {
      nsp = io.of("/other");
      io.on_connection([&](Socket connected) {
        socket = connected;
        log.add("connected");
      });
      io.on("keep", [&](Ack<int> done) {
        ack = done;
        log.add("kept");
      });
      io.of("/slow").use([&](Socket&, Next given) {
        next = given;
        log.add("asked");
      });
    });
    SocketClient client(server.port);
    log.wait_for("connected");
    client.send("421[\"keep\"]");
    client.send("40/slow,");
    log.wait_for("kept");
    log.wait_for("asked");
    server.stop();
  }
  EXPECT_EQ(socket->id().size(), 20U);
  EXPECT_FALSE(socket->connected());
  EXPECT_EQ(socket->emit("after"), EmitResult::not_connected);
  EXPECT_EQ(socket->handshake().address, "127.0.0.1");
  socket->join("a");
  socket->leave("a");
  socket->disconnect(Close::connection);
  socket->to("a").emit("after");
  EXPECT_EQ(socket->emit_with_ack("after").future().get().error(), socketio::Errc::not_connected);
  nsp->emit("after");
  nsp->disconnect_sockets();
  EXPECT_EQ(nsp->emit_with_ack("after").future().get().values().size(), 0U);
  EXPECT_TRUE(nsp->fetch_sockets().future().get().empty());
  (*ack)(1);
  (*next)();
}

TEST(Listening, WhatOthersAskOfAServerThatHasStoppedIsAnswered) {
  Log log;
  std::optional<Socket> socket;
  std::optional<std::future<Reply<json>>> answer;
  std::optional<std::future<FetchedSockets>> found;
  {
    LiveServer server({}, [&](Server& io) {
      io.on_connection([&](Socket connected) {
        socket = connected;
        log.add("connected");
      });
    });
    SocketClient client(server.port);
    log.wait_for("connected");
    server.stop();
    // Between the end of run() and the end of the server.
    std::thread([&] {
      answer = socket->emit_with_ack("late").future();
      found = server.io.fetch_sockets().future();
    }).join();
  }
  using namespace std::chrono_literals;
  ASSERT_EQ(answer->wait_for(0s), std::future_status::ready);
  EXPECT_EQ(answer->get().error(), socketio::Errc::not_connected);
  ASSERT_EQ(found->wait_for(0s), std::future_status::ready);
  EXPECT_TRUE(found->get().empty());
}

TEST(Listening, SignalsStopAProgram) {
  Server io;
  io.stop_on_signals();
  const std::uint16_t port = io.listen("127.0.0.1", 0);
  std::thread thread([&] { io.run(); });
  SocketClient client(port);
  EXPECT_TRUE(client.joined());
  std::raise(SIGTERM);
  EXPECT_TRUE(client.ends());
  client.tcp().close();
  thread.join();
}

/// A closed server refuses to listen, and another one can use its port at once.
void expect_port_is_free(Server& closed, std::uint16_t port) {
  EXPECT_THROW(closed.listen("127.0.0.1", port), std::system_error);
  std::error_code error;
  EXPECT_EQ(closed.listen("127.0.0.1", port, error), 0);
  EXPECT_EQ(error, socketio::Errc::closed);
  Server next;
  EXPECT_EQ(next.listen("127.0.0.1", port, error), port);
  EXPECT_FALSE(error) << error.message();
}

TEST(Listening, AServerThatWasClosedBeforeItRanListensNoMore) {
  Server io;
  const std::uint16_t port = io.listen("127.0.0.1", 0);
  io.close();
  expect_port_is_free(io, port);
  io.run();
  expect_port_is_free(io, port);
}

TEST(Listening, AServerThatHasRunListensNoMore) {
  LiveServer server;
  server.stop();
  expect_port_is_free(server.io, server.port);
}

TEST(Listening, AServerThatIsClosedInAHandlerListensNoMore) {
  Log log;
  LiveServer server({}, [&](Server& io) {
    io.on("close", [&] {
      io.close();
      expect_port_is_free(io, server.port);
      log.add("closed");
    });
  });
  SocketClient client(server.port);
  client.send("42[\"close\"]");
  log.wait_for("closed");
}

TEST(Listening, AServerThatWasClosedOnTheUsersContextListensNoMore) {
  boost::asio::io_context context;
  auto io = make_server(context);
  const std::uint16_t port = io->listen("127.0.0.1", 0);
  io->close();
  EXPECT_THROW(io->listen("127.0.0.1", 0), std::system_error);
  context.run();
  expect_port_is_free(*io, port);
}

}  // namespace
}  // namespace socketio::support
