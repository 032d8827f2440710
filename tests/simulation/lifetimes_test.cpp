// SPDX-License-Identifier: MIT
// Ends that coincide: objects that are notified, answered or destroyed while they are in use, and
// requests that are abandoned.
#include "support/http_connection_test.hpp"
#include "support/simulated_server_test.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;

class Lifetimes : public SimulatedServerTest {
 protected:
  static std::string get(const std::string& target) {
    return "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n";
  }
  static std::string poll_of(const std::string& sid) {
    return get("/socket.io/?EIO=4&transport=polling&sid=" + sid);
  }
  /// Sends a POST except for `rest_of_post`.
  std::shared_ptr<SimulatedStream> begin_post(const std::string& sid,
                                              const std::shared_ptr<Recorder>& recorder) {
    const auto stream = dial(recorder);
    stream->write("POST /socket.io/?EIO=4&transport=polling&sid=" + sid +
                  " HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n42");
    loop.run_for(0ms);
    return stream;
  }
  static constexpr std::string_view rest_of_post = "[]";
};

TEST_F(Lifetimes, TheLastPollAndTheEndOfTheServerInOneTurn) {
  ScriptedClient client(loop, server.dial(), {.travel = Travel::polling, .watches_pings = false});
  connect(client);
  client.engine().poll_lane().stream()->pause_reading();
  server.of().sockets().at(0).emit("takes the poll");
  loop.run_for(0ms);
  server.of().sockets().at(0).disconnect(Close::connection);
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

TEST_F(Lifetimes, ABurstInOneTurnDoesNotMakeAReadingPeerSlow) {
  ScriptedClient client(loop, server.dial(), {.travel = Travel::websocket});
  connect(client);
  int received = 0;
  client.on.event = [&](const std::string&, const std::string&, const json&,
                        std::optional<std::uint64_t>) { ++received; };
  const std::string megabyte(1'000'000, 'x');
  for (int i = 0; i < 40; ++i)
    EXPECT_NE(server.of().sockets().at(0).emit("part", megabyte), EmitResult::dropped) << i;
  loop.run_for(1s);
  EXPECT_EQ(received, 40);
  EXPECT_EQ(server.engine().session_count(), 1U);
}

TEST_F(Lifetimes, AnAcknowledgementThatTimesOutMayEndItsSocketAndThrow) {
  std::vector<std::string> errors;
  server.of().on_handler_error(
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
    // One request is parked, with another one behind it.
    first_end->receive_now(poll_of(sid) + get("/a"));
  });
  loop.run_for(0ms);
  loop.post([&] {
    // Two polls at the same time: the parked one is answered.
    second_end->receive_now(poll_of(sid));
    first_end->receive_now(get("/b"));
  });
  loop.run_for(0ms);
  EXPECT_EQ(order, "ab");
  first->close();
  second->close();
}

// --- Requests whose session ends while their body is arriving: cut, as in the reference ---

TEST_F(Lifetimes, AnUpgradeCutsThePostThatIsUnderway) {
  ScriptedClient client(loop, server.dial(), {.travel = Travel::polling, .watches_pings = false});
  connect(client);
  const auto recorder = std::make_shared<Recorder>();
  const auto stream = begin_post(client.engine().sid(), recorder);
  const auto lane = std::make_shared<WebSocketLane>(server.dial(), loop.dice());
  WebSocketLane::Callbacks callbacks;
  callbacks.open = [&] { lane->send_text("2probe"); };
  callbacks.message = [&](const websocket::Event&) { lane->send_text("5"); };
  lane->open("/socket.io/?EIO=4&transport=websocket&sid=" + client.engine().sid(), callbacks);
  loop.run_for(1s);
  stream->write(rest_of_post);
  loop.run_for(1s);
  EXPECT_EQ(recorder->closes, 1);
  EXPECT_EQ(recorder->text, "");
  EXPECT_EQ(server.of().sockets_count(), 1U) << "the session goes on over WebSocket";
  lane->close();
}

TEST_F(Lifetimes, APingTimeoutCutsThePostThatIsUnderway) {
  ScriptedClient client(
      loop, server.dial(),
      {.travel = Travel::polling, .answers_pings = false, .watches_pings = false});
  connect(client);
  loop.run_for(44s);
  const auto recorder = std::make_shared<Recorder>();
  const auto stream = begin_post(client.engine().sid(), recorder);
  loop.run_for(1s);
  EXPECT_EQ(server.of().sockets_count(), 0U);
  stream->write(rest_of_post);
  loop.run_for(1s);
  EXPECT_EQ(recorder->closes, 1);
  EXPECT_EQ(recorder->text, "");
}

TEST_F(Lifetimes, ADisconnectCutsThePostThatIsUnderway) {
  ScriptedClient client(loop, server.dial(), {.travel = Travel::polling, .watches_pings = false});
  connect(client);
  client.engine().poll_lane().stream()->pause_reading();
  server.of().sockets().at(0).emit("takes the poll");
  loop.run_for(0ms);
  const auto recorder = std::make_shared<Recorder>();
  const auto stream = begin_post(client.engine().sid(), recorder);
  server.of().sockets().at(0).disconnect(Close::connection);
  loop.run_for(1s);
  EXPECT_EQ(recorder->closes, 1);
  EXPECT_EQ(recorder->text, "");
}

/// Accepts requests without answering them, and keeps them until it is told to release them.
class SilentSite final : public server::RequestSink {
 public:
  class Listener final : public engine::ExchangeListener {
   public:
    void on_body(engine::Exchange&) override {}
    void on_abort(engine::Exchange&, Abort) override {}
  };

  const server::ConnectionOptions& connection_options() const override { return options_; }
  void accept(const std::shared_ptr<server::HttpExchange>& exchange) override {
    if (listener) exchange->set_listener(listener);
    if (keeps) kept = exchange;
  }

  bool keeps = false;
  std::shared_ptr<Listener> listener;
  std::shared_ptr<server::HttpExchange> kept;

 private:
  server::ConnectionOptions options_;
};

class Unanswered : public HttpConnectionTest<SilentSite> {
 protected:
  ~Unanswered() override {
    EXPECT_EQ(recorder->closes, 1);
    EXPECT_EQ(recorder->text, "");
    EXPECT_FALSE(loop.timers().next_deadline());
  }
};

TEST_F(Unanswered, ARequestThatNobodyKeepsEndsItsConnection) {
  write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
}

TEST_F(Unanswered, ARequestThatIsForgottenLaterEndsItsConnection) {
  site.keeps = true;
  write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(recorder->closes, 0);
  site.kept.reset();
  loop.run_for(0ms);
}

TEST_F(Unanswered, ABodyWhoseListenerIsGoneEndsItsConnection) {
  site.listener = std::make_shared<SilentSite::Listener>();
  write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n42");
  EXPECT_EQ(recorder->closes, 0) << "it waits for the rest";
  site.listener.reset();
  write("[]");
}

TEST_F(Unanswered, ABodyWhoseListenerForgetsItEndsItsConnection) {
  site.listener = std::make_shared<SilentSite::Listener>();
  write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n42");
  EXPECT_EQ(recorder->closes, 0) << "it waits for the rest";
  write("[]");
}

}  // namespace
}  // namespace socketio::support
