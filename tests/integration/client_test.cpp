// SPDX-License-Identifier: MIT
// The client as its users see it, against our server over loopback.
#include "support/live_server.hpp"
#include "support/log.hpp"

#include <socketio/asio.hpp>
#include <socketio/client.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
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

/// What has to come, or a failed test.
template <class R>
R get(Pending<Reply<R>> pending) {
  auto future = pending.future();
  if (future.wait_for(patience) != std::future_status::ready) {
    ADD_FAILURE() << "no answer";
    return {};
  }
  Reply<R> reply = future.get();
  EXPECT_FALSE(reply.error) << reply.error.message();
  return std::move(reply.value);
}

/// Writes down how the socket fares.
void watch(const ClientSocket& socket, Log& log) {
  socket.on_connect([&log] { log.add("connect"); });
  socket.on_disconnect([&log](DisconnectReason why) {
    log.add("disconnect: " + std::string(to_string(why)));
  });
  socket.on_connect_error(
      [&log](const ConnectionError& error) { log.add("connect_error: " + error.message); });
  socket.on_error([&log](const HandlerError& error) { log.add("error: " + error.message); });
}

void answer_questions(Server& io) {
  io.on("add", [](Socket&, int a, int b) { return a + b; });
  io.on("bytes", [](Socket&, Bytes bytes) {
    std::reverse(bytes.begin(), bytes.end());
    return bytes;
  });
  io.on("ask me", [](Socket& socket) {
    socket.emit_with_ack<int>("question", 6, 7).then([socket](Reply<int> reply) {
      socket.emit("answered", reply.error ? -1 : reply.value);
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

INSTANTIATE_TEST_SUITE_P(
    All, ClientTransports,
    testing::Values(std::vector<std::string>{"polling"}, std::vector<std::string>{"websocket"},
                    std::vector<std::string>{"polling", "websocket"}));

}  // namespace
}  // namespace socketio::support
