// SPDX-License-Identifier: MIT
// The client as its users see it, with our server over loopback.
#include "support/live_server.hpp"
#include "support/log.hpp"

#include <socketio/asio.hpp>
#include <socketio/client.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace socketio::support {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;

std::string url(std::uint16_t port, std::string_view rest = {}) {
  return "http://127.0.0.1:" + std::to_string(port) + std::string(rest);
}

/// Returns a result that must arrive, or fails the test.
template <class R>
R get(Pending<Reply<R>> pending) {
  auto future = pending.future();
  if (future.wait_for(patience) != std::future_status::ready) {
    ADD_FAILURE() << "no answer";
    return {};
  }
  Reply<R> reply = future.get();
  EXPECT_TRUE(reply) << reply.error().message();
  return *std::move(reply);
}

/// Logs what happens to the socket.
void watch(const ClientSocket& socket, Log& log) {
  socket.on_connect([&log] { log.add("connect"); });
  socket.on_disconnect(
      [&log](DisconnectReason why) { log.add("disconnect: " + std::string(to_string(why))); });
  socket.on_connect_error(
      [&log](const ConnectionError& error) { log.add("connect_error: " + error.message); });
  socket.on_handler_error(
      [&log](const HandlerError& error) { log.add("error: " + error.message); });
}

void answer_questions(Server& io) {
  io.on("add", [](Socket&, int a, int b) { return a + b; });
  io.on("bytes", [](Socket&, Bytes bytes) {
    std::reverse(bytes.begin(), bytes.end());
    return bytes;
  });
  io.on("ask me", [](Socket& socket) {
    socket.emit_with_ack<int>("question", 6, 7).then([socket](Reply<int> reply) {
      socket.emit("answered", reply ? *reply : -1);
    });
  });
}

class ClientTransports : public testing::TestWithParam<std::vector<std::string>> {};

TEST_P(ClientTransports, EventsAndAnswersBothWays) {
  LiveServer server({}, answer_questions);
  Log log;
  Client client(url(server.port), {.transports = GetParam()});
  ClientSocket socket = client.socket();
  watch(socket, log);
  socket.on("echo", [&log](std::string text) { log.add("echo: " + text); });
  socket.on("question", [](int a, int b) { return a * b; });
  socket.on("answered", [&log](int n) { log.add("answered: " + std::to_string(n)); });
  EXPECT_EQ(socket.emit("echo", "sent before"), EmitResult::queued);
  client.start();
  EXPECT_EQ(get(socket.emit_with_ack<int>("add", 20, 22)), 42);
  EXPECT_EQ(get(socket.emit_with_ack<Bytes>("bytes", Bytes{1, 2, 3})), (Bytes{3, 2, 1}));
  socket.emit("ask me");
  ASSERT_TRUE(log.wait_for("answered: 42"));
  EXPECT_TRUE(socket.connected());
  EXPECT_TRUE(socket.active());
  EXPECT_EQ(socket.id().size(), 20U);
  socket.disconnect();
  ASSERT_TRUE(log.wait_for("disconnect: io client disconnect"));
  EXPECT_THAT(log.lines(), ElementsAre("connect", "echo: sent before", "answered: 42",
                                       "disconnect: io client disconnect"));
  EXPECT_FALSE(socket.active());
  EXPECT_EQ(socket.id(), "");
}

INSTANTIATE_TEST_SUITE_P(All, ClientTransports,
                         testing::Values(std::vector<std::string>{"polling"},
                                         std::vector<std::string>{"websocket"},
                                         std::vector<std::string>{"polling", "websocket"}));

TEST(Client, ThePathIsTheNamespaceAndTheQueryGoesAlong) {
  Log log;
  LiveServer server({}, [&log](Server& io) {
    io.of("/admin").on_connection([&log](Socket socket) {
      const Handshake handshake = socket.handshake();
      log.add(handshake.query.at("token") + " " + handshake.headers.at("x-extra") + " " +
              handshake.auth.dump());
    });
  });
  Client client(url(server.port, "/admin?token=a%20b"),
                {.auth = json{{"user", 1}}, .extra_headers = {{"X-Extra", "yes"}}});
  client.socket();
  client.start();
  EXPECT_TRUE(log.wait_for(R"(a b yes {"user":1})"));
  EXPECT_EQ(client.socket().nsp(), "/admin");
  EXPECT_EQ(client.socket(), client.socket("admin"));
}

TEST(Client, WhatIsNoUrlOrNoTransportThrows) {
  EXPECT_THROW(Client("localhost:3000"), std::invalid_argument);
  EXPECT_THROW(Client("http://host:99999"), std::invalid_argument);
  EXPECT_THROW(Client("http://host", {.transports = {"pigeon"}}), std::invalid_argument);
}

TEST(Client, AHeaderThatCannotBeSentThrows) {
  using Header = std::pair<std::string, std::string>;
  for (const Header& bad : {Header{"Authorization", "Bearer abc\n"}, Header{"X Y", "z"},
                            Header{"", "z"}, Header{"X", std::string("a\0b", 3)}}) {
    EXPECT_THROW(Client("http://host", {.extra_headers = {bad}}), std::invalid_argument);
    Client client("http://host");
    EXPECT_THROW(client.set_extra_headers({bad}), std::invalid_argument);
  }
  Client("http://host", {.extra_headers = {{"X-Empty", ""}, {"X-Tab", "a\tb"}}});
}

TEST(Client, TheQueryOfTheUrlOutlivesItsChange) {
  Log log;
  LiveServer server({}, [&log](Server& io) {
    io.on_connection([&log](Socket socket) {
      const Handshake handshake = socket.handshake();
      log.add(handshake.query.at("url") + " " + handshake.query.at("own"));
    });
  });
  Client client(url(server.port, "/?url=1&own=0"), {.query = {{"own", "1"}}});
  ClientSocket socket = client.socket();
  client.start();
  ASSERT_TRUE(log.wait_for("1 1"));
  client.disconnect();
  client.set_query({{"own", "2"}});
  client.connect();
  EXPECT_TRUE(log.wait_for("1 2"));
}

TEST(Client, SaysWhyThereIsNoConnection) {
  std::uint16_t port = 0;
  {
    LiveServer server;
    port = server.port;
  }
  std::promise<ConnectionError> failure;
  Client client(url(port), {.reconnection = false});
  client.socket().on_connect_error(
      [&failure](const ConnectionError& error) { failure.set_value(error); });
  client.start();
  auto result = failure.get_future();
  ASSERT_EQ(result.wait_for(patience), std::future_status::ready);
  const ConnectionError error = result.get();
  EXPECT_EQ(error.message, "xhr poll error");
  EXPECT_EQ(error.code, std::errc::connection_refused);
  EXPECT_THAT(error.details, testing::HasSubstr(std::to_string(port)));
}

TEST(Client, ItsOwnHooksMayBeCoroutines) {
  LiveServer server;
  Log log;
  Client client(url(server.port), {.reconnection = false});
  client.socket().on_handler_error(
      [&log](const HandlerError& error) { log.add(error.event + ": " + error.message); });
  client.on_open([&log]() -> Task<> {
    log.add("open");
    co_return;
  });
  client.on_open([]() -> Task<> {
    throw std::runtime_error("thrown");
    co_return;
  });
  client.on_close([&log](DisconnectReason why, const ConnectionError&) -> Task<> {
    log.add("close: " + std::string(to_string(why)));
    co_return;
  });
  client.start();
  EXPECT_TRUE(log.wait_for("open"));
  EXPECT_TRUE(log.wait_for("connection: thrown"));
  client.disconnect();
  EXPECT_TRUE(log.wait_for("close: forced close"));
  client.stop();
}

TEST(Client, FindsAServerThatStartsAgain) {
  Log log;
  auto first = std::make_unique<LiveServer>();
  const std::uint16_t port = first->port;
  Client client(url(port), {.reconnection_delay = milliseconds(20)});
  ClientSocket socket = client.socket();
  watch(socket, log);
  client.on_reconnect([&log](std::size_t) { log.add("reconnect"); });
  socket.on("echo", [&log](std::string text) { log.add("echo: " + text); });
  client.start();
  ASSERT_TRUE(log.wait_for("connect"));
  first.reset();
  ASSERT_TRUE(log.wait_for_prefix("disconnect: transport"));
  socket.emit("echo", "kept");

  Server second;
  second.on("echo", [](Socket& from, json value) { from.emit("echo", value); });
  second.listen("127.0.0.1", port);
  std::thread serves([&second] { second.run(); });
  EXPECT_TRUE(log.wait_for("echo: kept"));
  EXPECT_EQ(log.count("reconnect"), 1U);
  EXPECT_EQ(log.count("connect"), 2U);
  client.stop();
  second.stop();
  serves.join();
}

TEST(Client, LargeMessagesPassBothWays) {
  ServerOptions options;
  options.max_payload_bytes = 8 * 1024 * 1024;
  LiveServer server(options, answer_questions);
  for (const char* const transport : {"polling", "websocket"}) {
    Client client(url(server.port), {.transports = {transport}});
    client.start();
    Bytes bytes(3 * 1024 * 1024);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * i >> 7);
    const Bytes expected(bytes.rbegin(), bytes.rend());
    EXPECT_EQ(get(client.socket().emit_with_ack<Bytes>("bytes", bytes)), expected) << transport;
  }
}

TEST(Client, HandlersMayBeCoroutines) {
  Log log;
  LiveServer server({}, answer_questions);
  Client client(url(server.port));
  ClientSocket socket = client.socket();
  socket.on("question", [socket](int a, int b) -> Task<int> {
    const Reply<int> sum = co_await socket.emit_with_ack<int>("add", a, b);
    co_return *sum * 100;
  });
  socket.on("answered", [&log](int n) { log.add("answered: " + std::to_string(n)); });
  socket.emit("ask me");
  client.start();
  EXPECT_TRUE(log.wait_for("answered: 1300"));
}

TEST(Client, RunsInTheLoopOfAGame) {
  LiveServer server({}, answer_questions);
  Client client(url(server.port));
  int sum = 0;
  client.socket().emit_with_ack<int>("add", 1, 2).then([&sum](Reply<int> reply) { sum = *reply; });
  EXPECT_EQ(sum, 0) << "nothing happens before it runs";
  const auto end = std::chrono::steady_clock::now() + patience;
  while (sum == 0 && std::chrono::steady_clock::now() < end) client.poll();
  EXPECT_EQ(sum, 3);
}

TEST(Client, SharesAContextWithAServer) {
  boost::asio::io_context context;
  auto server = make_server(context);
  answer_questions(*server);
  const std::uint16_t port = server->listen("127.0.0.1", 0);
  auto client = make_client(context, url(port));
  int sum = 0;
  client->socket().emit_with_ack<int>("add", 1, 2).then([&](Reply<int> reply) {
    sum = *reply;
    client->stop();
    server->close();
  });
  client->run();
  EXPECT_EQ(client->poll(), 0U);
  context.run();
  EXPECT_EQ(sum, 3);
}

TEST(Client, SignalsStopIt) {
  LiveServer server;
  Client client(url(server.port));
  const ClientSocket socket = client.socket();
  socket.on_connect([] { std::raise(SIGTERM); });
  client.stop_on_signals();
  client.run();
  EXPECT_FALSE(socket.active());
}

// What was emitted last is sent although nobody waits for it. DISCONNECT would have to wait until
// the server has handled it.
TEST(Client, LastWordsLeaveWithIt) {
  Log log;
  LiveServer server({}, [&log](Server& io) {
    io.on("say", [&log](Socket&, std::string text) { log.add(text); });
    io.on_connection([&log](Socket socket) {
      socket.on_disconnect([&log](DisconnectReason why) { log.add(std::string(to_string(why))); });
    });
  });
  {
    Client client(url(server.port), {.transports = {"websocket"}});
    std::promise<void> connected;
    client.socket().on_connect([&connected] { connected.set_value(); });
    client.start();
    ASSERT_EQ(connected.get_future().wait_for(patience), std::future_status::ready);
    client.socket().emit("say", "goodbye");
  }
  ASSERT_TRUE(log.wait_for("transport close"));
  EXPECT_THAT(log.lines(), ElementsAre("goodbye", "transport close"));
}

// While a POST or an upgrade is underway, nothing can be sent at once.
TEST(Client, StopAndJoinSeeEverythingOff) {
  for (const auto& transports :
       std::vector<std::vector<std::string>>{{"polling"}, {"polling", "websocket"}}) {
    Log log;
    LiveServer server({}, [&log](Server& io) {
      io.on("say", [&log](Socket&, std::string text) { log.add(text); });
    });
    std::vector<std::string> said;
    {
      Client client(url(server.port), {.transports = transports});
      std::promise<void> connected;
      client.socket().on_connect([&connected] { connected.set_value(); });
      client.start();
      ASSERT_EQ(connected.get_future().wait_for(patience), std::future_status::ready);
      for (int i = 0; i < 100; ++i) {
        said.push_back(std::to_string(i));
        client.socket().emit("say", said.back());
        std::this_thread::yield();
      }
      client.stop();
      client.join();
      client.join();
    }
    ASSERT_TRUE(log.wait_for(said.back()));
    EXPECT_EQ(log.lines(), said);
  }
}

}  // namespace
}  // namespace socketio::support
