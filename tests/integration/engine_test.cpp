// SPDX-License-Identifier: MIT
// Plain Engine.IO: our server and our client, without Socket.IO. What the official packages make of the
// server is in tests/conformance (--engine), and of the client in tests/client.
#include "support/http_client.hpp"
#include "support/log.hpp"
#include "support/websocket_client.hpp"

#include <socketio/asio.hpp>
#include <socketio/engine_client.hpp>
#include <socketio/engine_server.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace socketio::support {
namespace {

using engine::Message;
using namespace std::chrono_literals;

std::string text_of(const Message& message) {
  return (message.is_binary ? "binary " : "text ") + std::string(message.data);
}

/// Sends every message back.
class EchoServer {
 public:
  explicit EchoServer(ServerOptions options = {},
                      const std::function<void(engine::Server&)>& set_up = {})
      : server(std::move(options)) {
    server.on_connection([this](engine::Socket socket) {
      socket.on_message([](engine::Socket& sender, Message message) { sender.send(message); });
      socket.on_close([this](DisconnectReason reason) {
        log.add("closed: " + std::string(to_string(reason)));
      });
      accepted.set_value(socket);
      accepted = {};
    });
    server.on_handler_error(
        [this](const HandlerError& error) { log.add(error.event + ": " + error.message); });
    if (set_up) set_up(server);
    port = server.listen("127.0.0.1", 0);
    thread_ = std::thread([this] { server.run(); });
  }
  ~EchoServer() {
    server.stop();
    thread_.join();
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port); }

  Log log;
  engine::Server server;
  // Of the connection that comes next.
  std::promise<engine::Socket> accepted;
  std::uint16_t port = 0;

 private:
  std::thread thread_;
};

ClientOptions over(std::vector<std::string> transports) {
  ClientOptions options;
  options.transports = std::move(transports);
  return options;
}

class EngineOverEach : public testing::TestWithParam<std::vector<std::string>> {};

INSTANTIATE_TEST_SUITE_P(Transports, EngineOverEach,
                         testing::Values(std::vector<std::string>{"polling"},
                                         std::vector<std::string>{"websocket"},
                                         std::vector<std::string>{"polling", "websocket"}));

TEST_P(EngineOverEach, MessagesComeBackInOrder) {
  EchoServer echo;
  Log log;
  engine::Client client(echo.url(), over(GetParam()));
  client.on_open([&] {
    log.add("open " + std::to_string(client.id().size()));
    client.send("second");
    client.send(Bytes{'3'});
  });
  client.on_message([&](Message message) { log.add(text_of(message)); });
  client.on_close([&](DisconnectReason reason) { log.add(std::string(to_string(reason))); });
  EXPECT_EQ(client.send("first"), EmitResult::sent);
  client.start();
  log.wait_for("binary 3");
  client.stop();
  client.join();
  EXPECT_THAT(log.lines(), testing::ElementsAre("open 20", "text first", "text second", "binary 3",
                                                "forced close"));
  echo.log.wait_for("closed: transport close");
}

TEST(EngineClient, SendsWhatWaitsForTheConnection) {
  EchoServer echo;
  Log log;
  engine::Client client(echo.url(), {.auto_connect = false});
  client.on_message([&](Message message) { log.add(text_of(message)); });
  client.post([&] {
    EXPECT_EQ(client.send("no connection"), EmitResult::not_connected);
    client.connect();
    EXPECT_EQ(client.send("first"), EmitResult::queued);
  });
  client.start();
  log.wait_for("text first");
}

TEST(EngineClient, DropsWhatIsTooMuchToWait) {
  EchoServer echo;
  Log log;
  engine::Client client(echo.url(), {.auto_connect = false, .offline_buffer_bytes = 100});
  client.on_message([&](Message message) { log.add(text_of(message)); });
  client.post([&] {
    client.connect();
    EXPECT_EQ(client.send("short"), EmitResult::queued);
    EXPECT_EQ(client.send(std::string(100, 'x')), EmitResult::dropped);
  });
  client.start();
  log.wait_for("text short");
  EXPECT_EQ(client.send(std::string(101, 'x')), EmitResult::dropped) << "from another thread";
  EXPECT_EQ(client.send(std::string(100, 'y')), EmitResult::sent);
  log.wait_for("text " + std::string(100, 'y'));
}

TEST(EngineClient, IsToldWhyThereIsNoConnection) {
  Log log;
  engine::Client client("http://127.0.0.1:1", over({"websocket"}));
  client.on_close([&](DisconnectReason reason, const ConnectionError& cause) {
    log.add(std::string(to_string(reason)) + ": " + cause.message);
  });
  client.start();
  log.wait_for("transport error: websocket error");
  EXPECT_FALSE(client.is_open());
  EXPECT_EQ(client.transport(), "");
  EXPECT_EQ(client.id(), "");
}

TEST(EngineClient, ConnectsAgainWhenAsked) {
  EchoServer echo;
  Log log;
  engine::Client client(echo.url());
  std::vector<std::string> ids;
  client.on_open([&] {
    ids.push_back(client.id());
    ids.size() < 3 ? client.close() : client.post([&] { log.add("enough"); });
  });
  client.on_close([&] { client.connect(); });
  client.start();
  log.wait_for("enough");
  EXPECT_NE(ids[0], ids[1]);
}

TEST(EngineClient, ReportsWhatItsHandlersThrow) {
  EchoServer echo;
  Log log;
  engine::Client client(echo.url());
  client.on_handler_error(
      [&](const HandlerError& error) { log.add(error.event + ": " + error.message); });
  client.on_open([&] {
    client.send("x");
    throw std::runtime_error("on purpose");
  });
  client.on_message([]() -> Task<> {
    co_await sleep_for(1ms);
    throw std::runtime_error("later");
  });
  client.start();
  log.wait_for("open: on purpose");
  log.wait_for("message: later");
}

TEST(EngineClient, SeesUpgradesPingsAndDrains) {
  ServerOptions options;
  options.ping_interval = 20ms;
  EchoServer echo(options);
  Log log;
  engine::Client client(echo.url());
  client.on_upgrade([&](std::string_view transport) { log.add(std::string(transport)); });
  client.on_ping([&] { log.add("ping"); });
  client.on_drain([&] { log.add("drain"); });
  client.start();
  log.wait_for("websocket");
  EXPECT_EQ(client.transport(), "websocket");
  log.wait_for("ping");
  client.send("x");
  log.wait_for("drain");
}

TEST(EngineServer, SocketsSendAndCloseFromOtherThreads) {
  EchoServer echo;
  auto accepted = echo.accepted.get_future();
  Log log;
  engine::Client client(echo.url());
  client.on_message([&](Message message) { log.add(text_of(message)); });
  client.on_close([&](DisconnectReason reason) { log.add(std::string(to_string(reason))); });
  client.start();
  const engine::Socket socket = accepted.get();
  EXPECT_EQ(socket.send("from a thread"), EmitResult::sent);
  EXPECT_EQ(socket.send(Bytes{'b'}), EmitResult::sent);
  log.wait_for("binary b");
  socket.close();
  log.wait_for("transport close");
  echo.log.wait_for("closed: forced close");
  EXPECT_EQ(log.lines().front(), "text from a thread");
}

TEST(EngineServer, MayCloseASocketAtOnce) {
  engine::Server server;
  server.on_connection([](engine::Socket socket) { socket.close(); });
  const std::uint16_t port = server.listen("127.0.0.1", 0);
  std::thread thread([&] { server.run(); });
  for (const char* transport : {"polling", "websocket"}) {
    Log log;
    engine::Client client("http://127.0.0.1:" + std::to_string(port), over({transport}));
    client.on_close([&](DisconnectReason reason) { log.add(std::string(to_string(reason))); });
    client.start();
    log.wait_for("transport close");
  }
  server.stop();
  thread.join();
}

TEST(EngineServer, ReportsWhatItsHandlersThrow) {
  EchoServer echo({}, [](engine::Server& server) {
    server.on_connection([](engine::Socket) { throw std::runtime_error("on purpose"); });
    server.on_connection([](engine::Socket) -> Task<> {
      co_await sleep_for(1ms);
      throw std::runtime_error("later");
    });
  });
  WebSocketClient client(echo.port, "/engine.io/?EIO=4&transport=websocket");
  EXPECT_THAT(client.packet(), testing::StartsWith("0{"));
  echo.log.wait_for("connection: on purpose");
  echo.log.wait_for("connection: later");
  client.send("4still here");
  EXPECT_EQ(client.packet(), "4still here");
}

TEST(EngineServer, HasHttpAndEngineHooksToo) {
  EchoServer echo({.path = "/mine"}, [](engine::Server& server) {
    server.http().get("/health", [] { return HttpResponse::text("ok"); });
    server.engine().use([](const HttpRequest& request) -> EngineDecision {
      if (request.header("x-key") == "secret") return {};
      return {.response = HttpResponse::text("no", 401)};
    });
  });
  HttpClient http(echo.port);
  EXPECT_EQ(http.get("/health")->body, "ok");
  EXPECT_EQ(http.get("/mine/?EIO=4&transport=polling")->status, 401);
  EXPECT_EQ(http.get("/engine.io/?EIO=4&transport=polling")->status, 404);
  Log log;
  engine::Client client(echo.url(), {.path = "/mine", .extra_headers = {{"x-key", "secret"}}});
  client.on_open([&] { log.add("open"); });
  client.start();
  log.wait_for("open");
}

TEST(EngineServer, RunsOnAnIoContextWithAClient) {
  boost::asio::io_context context;
  const auto server = engine::make_server(context);
  server->on_connection([](engine::Socket socket) { socket.send("hello"); });
  const std::uint16_t port = server->listen("127.0.0.1", 0);
  const auto client = engine::make_client(context, "http://127.0.0.1:" + std::to_string(port));
  std::string received;
  client->on_message([&](Message message) {
    received = message.data;
    client->stop();
    server->stop();
  });
  context.run();
  EXPECT_EQ(received, "hello");
}

TEST(EngineServer, ASocketAsksForTheRequestThatOpenedIt) {
  EchoServer echo;
  auto accepted = echo.accepted.get_future();
  engine::Client client(echo.url() + "?q=1", {.extra_headers = {{"x-custom", "mine"}}});
  client.start();
  const engine::Socket socket = accepted.get();
  std::promise<std::pair<std::string, std::string>> seen;
  echo.server.post([&] {
    const HttpRequest request = socket.request();
    seen.set_value({request.query_value("q"), std::string(request.header("x-custom"))});
  });
  EXPECT_EQ(seen.get_future().get(), (std::pair<std::string, std::string>("1", "mine")));
  EXPECT_EQ(socket.remote_address(), "127.0.0.1");
}

}  // namespace
}  // namespace socketio::support
