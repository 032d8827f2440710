// SPDX-License-Identifier: MIT
// The n-th allocation that the loop makes for one connection fails, for every n. That connection
// may end, but nothing else is harmed: a bystander keeps getting its echoes, no session is left
// over, and nobody receives half a message.
#include "support/failing_allocations.hpp"
#include "support/live_server.hpp"
#include "support/tls_client.hpp"

#include <socketio/asio.hpp>
#include <socketio/client.hpp>

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <regex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;

const std::string long_text(3000, 'x');

/// Options with which no idle connection fails its heartbeat during a test.
ServerOptions patient() {
  ServerOptions options;
  options.ping_interval = 1h;
  return options;
}

class FailedAllocations : public testing::Test {
 protected:
  FailedAllocations() : server_(patient(), [this](Server& io) { set_up(io); }) {
    HttpClient(server_.port).get("/mark");
    bystander_.emplace(server_.port);
  }

  std::uint16_t port() const { return server_.port; }
  std::uint16_t tls_port() const { return tls_port_; }

  /// A piece of activity in which allocations fail, one after another; none fails before
  /// or after it.
  struct Scenario {
    // Returns whether it was completed.
    std::function<bool()> activity;
    std::function<void()> prepare = [] {};
    std::function<void()> clean_up = [] {};
  };

  /// Runs a scenario until none of its allocations is left to fail.
  void fail_each(const Scenario& scenario) {
    bool has_failed = true;
    std::size_t number = 0;
    while (has_failed && !HasFailure()) {
      SCOPED_TRACE("allocation " + std::to_string(++number));
      scenario.prepare();
      {
        const FailingAllocation failing(number);
        const bool is_complete = scenario.activity();
        has_failed = failing.has_failed();
        EXPECT_TRUE(is_complete || has_failed);
      }
      scenario.clean_up();
      bystander_->expect_served();
      bystander_->expect_sessions(1);
    }
    EXPECT_GT(number, 5U) << "there was nothing to fail";
    EXPECT_GT(reports_, number / 2) << "of " << number << " failures";
  }

 private:
  void set_up(Server& io) {
    io.http().get("/mark", [](const HttpRequest&) {
      is_under_test = true;
      return HttpResponse::text("marked");
    });
    io.http().get("/route/:name", [](const HttpRequest& request) {
      return HttpResponse::text("hello " + std::string(request.param("name")));
    });
    // A handler that fails sends no acknowledgement, so the client is disconnected instead of
    // waiting for it.
    io.on_handler_error([this](Socket& socket, const HandlerError&) {
      ++reports_;
      if (socket.connected()) socket.disconnect(Close::connection);
    });
    const Identity identity = Authority::self_signed({});
    const ServerTls tls({.certificates = {{.certificate_pem = identity.certificate_pem(),
                                           .key_pem = identity.key_pem()}}});
    tls_port_ = io.listen({.address = "127.0.0.1", .tls = tls});
    io.on("join", [](Socket& socket, std::string room) {
      socket.join(room);
      socket.join(room + " too");
      return socket.rooms().size();
    });
    io.on("leave", [](Socket& socket, std::string room) {
      socket.leave(room);
      return socket.rooms().size();
    });
    io.on("blob", [](Socket& socket) { socket.emit("blob", Bytes(5000), Bytes(10)); });
    io.on("question", [](Socket& socket) {
      socket.timeout(1h).emit_with_ack<std::string>("question").then([socket](const auto& reply) {
        socket.emit("answered", *reply);
      });
    });
    io.on("elsewhere", [](Socket& socket) {
      std::thread([socket] { socket.emit("elsewhere", long_text); }).join();
    });
    io.on("shout", [this](Socket&, std::string room) {
      server_.io.to(room).emit("heard", long_text);
      server_.io.to(room).emit("heard", Bytes(5000));
    });
    io.on("throw out", [](Socket& socket) { socket.disconnect(Close::connection); });
    io.of(std::regex("/dynamic.*")).on("echo", [](Socket& socket, json value) {
      socket.emit("echo", value);
    });
  }

  std::atomic<std::size_t> reports_ = 0;
  std::uint16_t tls_port_ = 0;
  LiveServer server_;
  std::optional<ControlClient> bystander_;
};

TEST_F(FailedAllocations, OfAnHttpRoute) {
  fail_each({.activity = [this] {
    HttpClient client(port());
    const auto answer = client.get("/route/you");
    if (answer && answer->status == 200) {
      EXPECT_EQ(answer->body, "hello you");
    }
    const auto pipelined = client.ask(request_text("POST", "/route/me", {}, long_text) +
                                      request_text("GET", "/route/me"));
    client.tcp().finish_sending();
    client.tcp().receive_all();
    return pipelined.has_value();
  }});
}

TEST_F(FailedAllocations, OfAHandshakeOfTls) {
  fail_each({.activity = [this] {
    TlsClient client(tls_port());
    if (!client.shake_hands()) return false;
    const std::string answer = client.ask("/route/you");
    if (answer.starts_with("HTTP/1.1 200")) {
      EXPECT_TRUE(answer.ends_with("hello you"));
    }
    return client.goodbye();
  }});
}

/// Ends a session over polling if it still exists: with a close packet, or by reading
/// the last polls.
void leave(std::uint16_t port, const std::string& target) {
  // There never was a session.
  if (target.ends_with("=")) return;
  HttpClient(port).ask(request_text("POST", target, {}, "1"));
  HttpClient polls(port);
  for (int status = 200; status == 200;) status = polls.status(request_text("GET", target));
}

/// Connects to "/"; false if that or the handshake failed.
bool joins(PollingClient& client) {
  return !client.sid().empty() && client.post("40") == 200 && client.poll().has_value();
}

TEST_F(FailedAllocations, OfAHandshakeOfPolling) {
  std::string target;
  fail_each({.activity =
                 [&] {
                   PollingClient client(port());
                   target = client.target();
                   return !client.sid().empty();
                 },
             .clean_up = [&] { leave(port(), target); }});
}

TEST_F(FailedAllocations, OfASessionOfPolling) {
  std::string target;
  fail_each({.activity =
                 [&] {
                   PollingClient client(port());
                   target = client.target();
                   if (!joins(client)) return false;
                   client.start_poll();
                   if (client.post("42[\"echo\",\"" + long_text + "\"]") != 200) return false;
                   if (const auto answer = client.polls().response();
                       !answer || answer->status != 200)
                     return false;
                   if (client.post("42[\"blob\"]\x1e"
                                   "42[\"join\",\"room\"]") != 200)
                     return false;
                   client.poll();
                   if (client.post("42[\"throw out\"]") != 200) return false;
                   const auto last = client.poll();
                   return last && last->body == "41";
                 },
             .clean_up = [&] { leave(port(), target); }});
}

TEST_F(FailedAllocations, OfASessionOfWebSocket) {
  fail_each({.activity = [this] {
    SocketClient client(port());
    if (!client.joined()) return false;
    client.ask("[\"join\",\"room\"]");
    client.ask("[\"leave\",\"room\"]");
    client.send("42[\"echo\",\"" + long_text + "\"]");
    client.packet();
    client.send("451-[\"echo\",{\"_placeholder\":true,\"num\":0}]");
    client.send_binary(long_text);
    if (client.packet().empty() || client.packet().empty()) return false;
    client.send("42[\"blob\"]");
    if (client.packet().empty() || client.packet().empty() || client.packet().empty()) return false;
    client.send("42[\"elsewhere\"]");
    client.packet();
    client.send("42[\"question\"]");
    const std::string question = client.packet();
    if (question.empty()) return false;
    client.send("43" + question.substr(2, question.find('[') - 2) + "[\"yes\"]");
    client.packet();
    client.send_frame(9, "ping");
    client.send("40/dynamic-1,");
    if (client.packet().empty()) return false;
    client.send("42/dynamic-1,[\"echo\",1]");
    client.packet();
    client.send("41/dynamic-1,");
    client.send("42[\"throw out\"]");
    return client.packet() == "41" && client.ends();
  }});
}

TEST_F(FailedAllocations, OfAnUpgrade) {
  std::string target;
  fail_each({.activity =
                 [&] {
                   PollingClient client(port());
                   target = client.target();
                   if (!joins(client)) return false;
                   client.start_poll();
                   WebSocketClient websocket(port(), websocket_query + "&sid=" + client.sid());
                   if (websocket.status() != 101 || !websocket.send("2probe")) return false;
                   if (websocket.packet() != "3probe") return false;
                   client.polls().response();
                   if (client.post("42[\"echo\",1]") != 200) return false;
                   websocket.send("5");
                   if (websocket.packet().empty()) return false;
                   websocket.send("42[\"echo\",2]");
                   return websocket.packet() == "42[\"echo\",2]";
                 },
             .clean_up = [&] { leave(port(), target); }});
}

/// Checks what a receiver gets of the two broadcasts: whole messages, unless it has been cut.
void expect_whole(SocketClient& client) {
  const std::vector<std::string> all{"42[\"heard\",\"" + long_text + "\"]",
                                     R"(451-["heard",{"_placeholder":true,"num":0}])",
                                     std::string(5000, '\0')};
  client.send("42[\"echo\",\"over\"]");
  std::vector<std::string> heard;
  for (std::string packet = client.packet(); !packet.empty() && packet != R"(42["echo","over"])";
       packet = client.packet()) {
    heard.push_back(packet);
  }
  if (client.tcp().fate() != TcpClient::Fate::open) return;
  ASSERT_NE(heard.size(), 2U) << "an attachment is missing";
  ASSERT_LE(heard.size(), 3U);
  for (std::size_t i = 0; i < heard.size(); ++i) EXPECT_EQ(heard[i], all[i]);
}

TEST_F(FailedAllocations, OfABroadcast) {
  std::vector<std::unique_ptr<SocketClient>> receivers;
  std::unique_ptr<SocketClient> shouter;
  fail_each({.activity =
                 [&] {
                   shouter->send("42[\"shout\",\"room\"]");
                   return shouter->ask("[\"join\",\"quiet\"]") == "[3]";
                 },
             .prepare =
                 [&] {
                   for (int i = 0; i < 3; ++i) {
                     receivers.push_back(std::make_unique<SocketClient>(port()));
                     receivers.back()->ask("[\"join\",\"room\"]");
                   }
                   shouter = std::make_unique<SocketClient>(port());
                 },
             .clean_up =
                 [&] {
                   for (auto& receiver : receivers) expect_whole(*receiver);
                   receivers.clear();
                   shouter.reset();
                 }});
}

/// The client runs on this thread, the server on another.
TEST(FailedAllocationsOfAClient, EndTheConnectionAndItReconnects) {
  LiveServer server(patient(), [](Server& io) {
    io.on("blob", [](Socket& socket) { socket.emit("blob", Bytes(5000)); });
  });
  using Transports = std::vector<std::string>;
  for (const auto& transports :
       {Transports{"websocket"}, Transports{"polling"}, Transports{"polling", "websocket"}}) {
    bool has_failed = true;
    for (std::size_t number = 1; has_failed && !testing::Test::HasFailure(); ++number) {
      SCOPED_TRACE("allocation " + std::to_string(number));
      ClientOptions options;
      options.transports = transports;
      options.reconnection_delay = 1ms;
      options.reconnection_delay_max = 5ms;
      Client client("http://127.0.0.1:" + std::to_string(server.port), options);
      const ClientSocket io = client.socket();
      int echoes = 0;
      int blobs = 0;
      int answers = 0;
      io.on("echo", [&] { ++echoes; });
      io.on("blob", [&](const Bytes& blob) { blobs += blob.size() == 5000 ? 1 : 0; });
      const auto talk = [&] {
        io.emit("echo", Bytes(3));
        io.emit("blob");
        io.timeout(1s).emit_with_ack<int>("sessions").then([&](const auto& reply) {
          answers += reply ? 1 : 0;
        });
      };
      io.on_connect([&] {
        io.emit("echo", long_text);
        talk();
      });
      const auto begin = std::chrono::steady_clock::now();
      const auto is_served = [&] { return echoes > 0 && blobs > 0 && answers > 0; };
      const auto waits_for_upgrade = [&](auto now) {
        return io.transport() != transports.back() && now < begin + 20ms;
      };
      auto next = begin + 20ms;
      const FailingAllocation failing(number);
      for (auto now = begin; now < begin + patience && (!is_served() || waits_for_upgrade(now));
           now = std::chrono::steady_clock::now()) {
        is_under_test = true;
        client.poll();
        is_under_test = false;
        if (is_served() || !io.connected() || now < next) continue;
        next += 20ms;
        talk();
      }
      EXPECT_GT(echoes, 0);
      EXPECT_GT(blobs, 0);
      EXPECT_GT(answers, 0);
      has_failed = failing.has_failed();
    }
  }
}

TEST(ExceptionsOfOthersOnTheSameContext, LeaveTheServerAsItWas) {
  boost::asio::io_context context;
  const auto io = make_server(context, patient());
  io->on("echo", [](Socket& socket, json value) { socket.emit("echo", value); });
  const std::uint16_t port = io->listen("127.0.0.1", 0);
  std::size_t thrown = 0;
  std::thread loop([&] {
    for (bool runs = true; runs;) {
      try {
        context.run();
        runs = false;
      } catch (const std::runtime_error&) {
        ++thrown;
      }
    }
  });
  {
    ControlClient client(port);
    for (int i = 0; i < 10; ++i) {
      boost::asio::post(context, [] { throw std::runtime_error("of another"); });
      client.expect_served();
    }
  }
  io->close();
  loop.join();
  EXPECT_EQ(thrown, 10U);
}

}  // namespace
}  // namespace socketio::support
