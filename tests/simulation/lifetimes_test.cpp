// SPDX-License-Identifier: MIT
// Ends that meet in one turn of the loop: what is told, answered or destroyed while it is in use.
#include "support/scripted_client.hpp"
#include "support/simulated_server.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;

class Lifetimes : public testing::Test {
 protected:
  ~Lifetimes() override {
    server.close();
    EXPECT_TRUE(loop.run_until_idle());
  }
  void connect(ScriptedClient& client) {
    client.connect();
    loop.run_for(0ms);
    ASSERT_TRUE(client.is_connected());
  }
  std::shared_ptr<SimulatedStream> dial(const std::shared_ptr<Recorder>& recorder) {
    auto stream = server.accept();
    stream->set_handler(recorder);
    return stream;
  }
  static std::string get(const std::string& target) {
    return "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n";
  }
  static std::string poll_of(const std::string& sid) {
    return get("/socket.io/?EIO=4&transport=polling&sid=" + sid);
  }

  SimulatedLoop loop{1};
  Network network{loop};
  SimulatedServer server{network};
};

TEST_F(Lifetimes, TheLastPollAndTheEndOfTheServerInOneTurn) {
  ScriptedClient client(loop, server.dial(), {.travel = Travel::polling, .watches_pings = false});
  connect(client);
  client.engine().poll_lane().stream()->pause_reading();
  server.of().sockets().at(0).emit("takes the poll");
  loop.run_for(0ms);
  server.of().sockets().at(0).disconnect(Close::connection);
  ASSERT_EQ(server.engine().session_count(), 1U) << "it waits for a poll";
  const auto recorder = std::make_shared<Recorder>();
  const auto stream = dial(recorder);
  loop.after(1s, [&] {
    server.last_server_end()->receive_now(poll_of(client.engine().sid()));
    server.close();
  });
  loop.run_for(1s);
  EXPECT_EQ(server.engine().session_count(), 0U);
  stream->close();
}

TEST_F(Lifetimes, AServerThatEndsWaitsForNoLastPollThoughASocketIsKept) {
  ScriptedClient client(loop, server.dial(), {.travel = Travel::polling, .watches_pings = false});
  connect(client);
  const Socket kept = server.of().sockets().at(0);
  client.engine().poll_lane().stream()->pause_reading();
  kept.emit("takes the poll");
  loop.run_for(0ms);
  server.close();
  const auto end = loop.now();
  EXPECT_TRUE(loop.run_until_idle(10s));
  EXPECT_LE(loop.now() - end, 10s);
  EXPECT_FALSE(kept.connected());
}

TEST_F(Lifetimes, AnAcknowledgementThatTimesOutMayEndItsSocketAndThrow) {
  std::vector<std::string> errors;
  server.of().on_error(
      [&](Socket&, const HandlerError& error) { errors.push_back(error.message); });
  server.of().on_connection([](Socket socket) {
    const std::string id = socket.id();
    const Namespace nsp = socket.nsp();
    socket.timeout(1s).emit_with_ack<int>("question").then([nsp, id](Reply<int>) {
      nsp.to(id).disconnect_sockets(Close::connection);
      throw std::runtime_error("from the callback");
    });
  });
  ScriptedClient client(loop, server.dial(), {.travel = Travel::websocket});
  connect(client);
  loop.run_for(2s);
  EXPECT_EQ(errors, std::vector<std::string>{"from the callback"});
  EXPECT_EQ(server.of().sockets_count(), 0U);
}

TEST_F(Lifetimes, ADisconnectingHandlerMayDisconnect) {
  int told = 0;
  server.of().on_disconnecting([&](Socket& socket, DisconnectReason) {
    ++told;
    socket.disconnect(Close::connection);
  });
  ScriptedClient client(loop, server.dial(), {.travel = Travel::websocket});
  connect(client);
  client.leave("/");
  loop.run_for(1s);
  EXPECT_EQ(told, 1);
  EXPECT_EQ(server.engine().session_count(), 0U);
}

TEST_F(Lifetimes, PipelinedRequestsKeepTheirOrderWhenMoreArriveBeforeTheyAreTakenUp) {
  std::string order;
  server.http().get("/:name", [&](const HttpRequest& request) {
    order += request.param("name");
    return HttpResponse::text("");
  });
  ScriptedClient client(loop, server.dial(), {.travel = Travel::websocket});
  const auto first = dial(std::make_shared<Recorder>());
  const auto first_end = server.last_server_end();
  const auto recorder = std::make_shared<Recorder>();
  const auto second = dial(recorder);
  const auto second_end = server.last_server_end();
  second->write(get("/socket.io/?EIO=4&transport=polling"));
  loop.run_for(0ms);
  const std::string marker = "\"sid\":\"";
  const auto at = recorder->text.find(marker);
  ASSERT_NE(at, recorder->text.npos);
  const std::string sid = recorder->text.substr(at + marker.size(), 20);
  loop.post([&] {
    first_end->receive_now(poll_of(sid) + get("/a"));  // parked, and one behind it
  });
  loop.run_for(0ms);
  loop.post([&] {
    second_end->receive_now(poll_of(sid));  // two polls at once: the parked one is answered
    first_end->receive_now(get("/b"));
  });
  loop.run_for(0ms);
  EXPECT_EQ(order, "ab");
  first->close();
  second->close();
}

}  // namespace
}  // namespace socketio::support
