// SPDX-License-Identifier: MIT
// How a client's socket joins its namespace: auth, refusals, and servers that do not keep to the
// protocol (reliability: C5, C7, C11).
#include "support/client_town.hpp"
#include "support/lying_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace socketio::support {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

/// A server whose middleware lets in who says "friend".
class ClientJoiningTest : public testing::Test {
 protected:
  ClientTown::SetUp set_up() {
    return [this](SimulatedServer& server) {
      for (const char* const name : {"/", "/admin"}) {
        Namespace nsp = server.of(name);
        nsp.use([this](Socket& socket, const Next& next) {
          auths.push_back(socket.handshake().auth.dump());
          if (socket.handshake().auth.value("say", "") == "friend") return next();
          next(ConnectError{"not you", json{{"code", 7}}});
        });
      }
    };
  }
  std::vector<std::string> auths;
};

TEST_F(ClientJoiningTest, AuthReachesTheServer) {
  ClientTown town(1, set_up(), steady());
  const ClientSocket fixed = town.socket("/", {.auth = json{{"say", "friend"}}});
  EXPECT_TRUE(town.run_until_connected(fixed));
  EXPECT_THAT(auths, ElementsAre(R"({"say":"friend"})"));
}

TEST_F(ClientJoiningTest, AuthIsAskedForAtEachConnection) {
  int asked = 0;
  ClientTown town(1, set_up(), steady());
  SocketOptions options;
  options.auth = Auth([&asked] { return json{{"say", "friend"}, {"n", ++asked}}; });
  const ClientSocket socket = town.socket("/", options);
  ASSERT_TRUE(town.run_until_connected(socket));
  town.cut();
  ASSERT_TRUE(town.run_until([&] { return asked == 2 && socket.connected(); }));
  EXPECT_THAT(auths, ElementsAre(R"({"n":1,"say":"friend"})", R"({"n":2,"say":"friend"})"));
}

TEST_F(ClientJoiningTest, AnAnswerOfAuthForAnEarlierConnectionIsStale) {
  std::vector<Auth::Answer> owed;
  ClientTown town(1, set_up(), steady());
  SocketOptions options;
  options.auth = Auth([&owed](Auth::Answer answer) { owed.push_back(std::move(answer)); });
  const ClientSocket socket = town.socket("/", options);
  ASSERT_TRUE(town.run_until([&] { return owed.size() == 1; }));
  town.cut();
  ASSERT_TRUE(town.run_until([&] { return owed.size() == 2; }));
  owed[0](json{{"say", "friend"}, {"stale", true}});
  town.loop.run_for(seconds(1));
  EXPECT_FALSE(socket.connected());
  town.loop.elsewhere([&] { owed[1](json{{"say", "friend"}}); });
  owed[1](json{{"say", "again"}});
  ASSERT_TRUE(town.run_until_connected(socket));
  EXPECT_THAT(auths, ElementsAre(R"({"say":"friend"})"));
  town.finish();
  owed[1](json{{"say", "friend"}});
}

TEST_F(ClientJoiningTest, AuthThatThrowsOrIsNoObjectIsReported) {
  ClientTown town(1, set_up(), steady());
  SocketOptions throwing;
  throwing.auth = Auth([]() -> json { throw std::runtime_error("no token"); });
  const ClientSocket first = town.socket("/", throwing);
  const ClientSocket second = town.socket("/admin", {.auth = json("friend")});
  town.watch(first, "first");
  town.watch(second, "second");
  town.loop.run_for(seconds(1));
  EXPECT_THAT(town.log, ElementsAre("first connect_error no token", "first error auth: no token",
                                    "second error auth: auth is no object", "open",
                                    "second connect_error not you"));
}

TEST_F(ClientJoiningTest, ARefusalIsToldWithItsDataAndNotRepeated) {
  ClientTown town(1, set_up(), steady());
  const ClientSocket socket = town.socket();
  json data;
  socket.on_connect_error([&](const ConnectionError& error) { data = error.data; });
  town.watch(socket);
  town.loop.run_for(seconds(60));
  EXPECT_THAT(town.log, ElementsAre("open", "close forced close", "connect_error not you"));
  EXPECT_EQ(data, (json{{"code", 7}}));
  EXPECT_FALSE(socket.active());
  EXPECT_EQ(auths.size(), 1U);
  socket.set_auth(json{{"say", "friend"}});
  socket.connect();
  EXPECT_TRUE(town.run_until_connected(socket));
}

TEST_F(ClientJoiningTest, ARefusalOfOneNamespaceLeavesTheOther) {
  ClientTown town(1, set_up(), steady());
  const ClientSocket in = town.socket("/", {.auth = json{{"say", "friend"}}});
  const ClientSocket out = town.socket("/admin");
  const ClientSocket nowhere = town.socket("/nowhere");
  town.watch(out, "out");
  town.watch(nowhere, "nowhere");
  town.loop.run_for(seconds(60));
  EXPECT_TRUE(in.connected());
  EXPECT_THAT(town.log, ElementsAre("open", "out connect_error not you",
                                    "nowhere connect_error Invalid namespace"));
}

TEST_F(ClientJoiningTest, RefusedSocketsMayTryAgainByThemselves) {
  auto options = steady();
  options.retry_refused = true;
  ClientTown town(1, set_up(), options);
  int asked = 0;
  SocketOptions socket_options;
  socket_options.auth = Auth([&asked] { return json{{"say", ++asked < 4 ? "?" : "friend"}}; });
  const ClientSocket socket = town.socket("/", socket_options);
  town.watch(socket);
  ASSERT_TRUE(town.run_until_connected(socket));
  EXPECT_THAT(town.log, ElementsAre("open", "connect_error not you", "connect_error not you",
                                    "connect_error not you", "connect"));
  EXPECT_EQ(town.loop.elapsed().count() / 1'000, 7) << "after 1, 2 and 4 seconds";
}

TEST_F(ClientJoiningTest, RefusedSocketsTryAgainAsOftenAsAConnectionDoes) {
  auto options = steady();
  options.retry_refused = true;
  options.reconnection_attempts = 2;
  ClientTown town(1, set_up(), options);
  const ClientSocket in = town.socket("/admin", {.auth = json{{"say", "friend"}}});
  const ClientSocket socket = town.socket("/");
  std::string active;
  socket.on_connect_error([&](const ConnectionError&) { active += socket.active() ? 'y' : 'n'; });
  town.loop.run_for(seconds(100));
  EXPECT_EQ(active, "yyn");
  socket.set_auth(json{{"say", "friend"}});
  socket.connect();
  EXPECT_TRUE(town.run_until_connected(socket));
}

TEST_F(ClientJoiningTest, WhoWantsToConnectIsActiveAtOnce) {
  ClientTown town(1, set_up(), steady());
  const ClientSocket socket = town.socket("/", {.auth = json{{"say", "friend"}}});
  EXPECT_TRUE(socket.active());
  ASSERT_TRUE(town.run_until_connected(socket));
  town.end_client();
  EXPECT_FALSE(socket.active());
  socket.connect();
  EXPECT_FALSE(socket.active());
}

TEST_F(ClientJoiningTest, LeavingWhileTheServerDecidesLeavesNothingBehind) {
  std::vector<Next> owed;
  int connections = 0;
  ClientTown town(
      1,
      [&](SimulatedServer& server) {
        server.of("/other");
        server.of("/slow").use([&](Socket&, Next next) { owed.push_back(std::move(next)); });
        server.of("/slow").on_connection([&](Socket socket) {
          ++connections;
          socket.on_disconnect([&](DisconnectReason) { --connections; });
        });
      },
      steady());
  const ClientSocket other = town.socket("/other");
  const ClientSocket slow = town.socket("/slow");
  town.watch(slow);
  ASSERT_TRUE(town.run_until([&] { return owed.size() == 1 && other.connected(); }));
  town.log.clear();
  slow.disconnect();
  town.loop.run_for(seconds(1));
  owed[0]();
  town.loop.run_for(seconds(1));
  EXPECT_EQ(connections, 0) << "the server was told";
  EXPECT_TRUE(other.connected());
  EXPECT_THAT(town.log, IsEmpty());
}

// An answer that is still to come is one to the old identity.
TEST_F(ClientJoiningTest, JoiningAgainWhileTheServerDecidesIsANewJoin) {
  std::vector<Next> owed;
  int left = 0;
  ClientTown town(
      1,
      [&](SimulatedServer& server) {
        server.of("/other");
        server.of("/slow").use([&](Socket& socket, Next next) {
          auths.push_back(socket.handshake().auth.dump());
          owed.push_back(std::move(next));
        });
        server.of("/slow").on_connection(
            [&](Socket socket) { socket.on_disconnect([&](DisconnectReason) { ++left; }); });
      },
      steady());
  const ClientSocket other = town.socket("/other");
  const ClientSocket slow = town.socket("/slow", {.auth = json{{"i", "am A"}}});
  ASSERT_TRUE(town.run_until([&] { return owed.size() == 1 && other.connected(); }));
  town.watch(slow);
  const auto become = [&](const char* name) {
    slow.disconnect();
    slow.set_auth(json{{"i", name}});
    slow.connect();
    town.loop.run_for(seconds(1));
  };
  town.log.clear();
  become("am B");
  EXPECT_EQ(owed.size(), 1U) << "a server is not asked twice at once";
  owed[0]();
  ASSERT_TRUE(town.run_until([&] { return owed.size() == 2; }));
  EXPECT_EQ(left, 1);
  EXPECT_FALSE(slow.connected());
  become("am C");
  owed[1](ConnectError{"not B", {}});
  ASSERT_TRUE(town.run_until([&] { return owed.size() == 3; }));
  owed[2]();
  EXPECT_TRUE(town.run_until_connected(slow));
  EXPECT_THAT(auths, ElementsAre(R"({"i":"am A"})", R"({"i":"am B"})", R"({"i":"am C"})"));
  EXPECT_THAT(town.log, ElementsAre("connect"));
  EXPECT_TRUE(other.connected());
}

TEST_F(ClientJoiningTest, AuthThatThrewIsAskedAgain) {
  int asked = 0;
  SocketOptions options;
  options.auth = Auth([&asked]() -> json {
    if (++asked == 1) throw std::runtime_error("no token yet");
    return json{{"say", "friend"}};
  });
  ClientTown town(1, set_up(), steady());
  const ClientSocket socket = town.socket("/", options);
  ASSERT_TRUE(town.run_until([&] { return asked == 1; }));
  town.loop.run_for(seconds(1));
  socket.connect();
  town.loop.run_for(seconds(1));
  EXPECT_TRUE(socket.connected());
}

TEST_F(ClientJoiningTest, AuthThatAlwaysThrowsIsAskedAgainAfterADelay) {
  int asked = 0;
  SocketOptions options;
  options.auth = Auth([&asked]() -> json {
    ++asked;
    throw std::runtime_error("no token");
  });
  ClientTown town(1, set_up(), steady());
  const ClientSocket socket = town.socket("/", options);
  socket.on_connect_error([&](const ConnectionError&) { socket.connect(); });
  town.loop.run_for(milliseconds(7'500));
  EXPECT_EQ(asked, 4) << "at once, then after 1, 2 and 4 seconds";
}

TEST_F(ClientJoiningTest, AuthWhoseAnswerWasLostIsAskedAgain) {
  std::vector<Auth::Answer> owed;
  SocketOptions options;
  options.auth = Auth([&owed](Auth::Answer answer) { owed.push_back(std::move(answer)); });
  ClientTown town(1, set_up(), steady());
  const ClientSocket socket = town.socket("/", options);
  ASSERT_TRUE(town.run_until([&] { return owed.size() == 1; }));
  socket.connect();
  town.loop.run_for(seconds(1));
  ASSERT_EQ(owed.size(), 2U);
  owed[1](json{{"say", "friend"}});
  EXPECT_TRUE(town.run_until_connected(socket));
  owed[0](json{{"say", "late"}});
  town.loop.run_for(seconds(1));
  EXPECT_THAT(auths, ElementsAre(R"({"say":"friend"})"));
}

// --- Servers that lie ---

/// A client whose server says over WebSocket what the test wants.
class ClientAndLiar : public testing::Test {
 protected:
  explicit ClientAndLiar(core::ManagerOptions options = steady()) {
    liar.script = [this](LyingServer::Connection& connection, const http::Request& request) {
      connection.accept_websocket(request);
      connection.say_text(
          R"(0{"sid":"engine","upgrades":[],"pingInterval":25000,"pingTimeout":20000})");
      server = &connection;
    };
    liar.on_text = [this](LyingServer::Connection& connection, std::string_view packet) {
      if (packet.starts_with("40") && !join.empty()) connection.say_text(join);
    };
    manager = std::make_shared<core::Manager>(loop, connector, gate, std::move(options));
    socket = ClientSocket(manager->socket("/", {}));
    socket.on_connect([this] { log.push_back("connect " + socket.id()); });
    socket.on_disconnect([this](DisconnectReason why) {
      log.push_back("disconnect " + std::string(to_string(why)));
    });
    socket.on_connect_error(
        [this](const ConnectionError& error) { log.push_back(error.message.substr(0, 20)); });
    socket.on_any([this](std::string_view event, const json& arguments) {
      log.push_back(std::string(event) + arguments.dump());
    });
  }
  ~ClientAndLiar() override {
    manager->end();
    gate->close();
    loop.settle();
    manager->drop();
    EXPECT_TRUE(loop.run_until_idle());
    EXPECT_EQ(network.live_ends(), 0U) << network.open_ends();
  }
  void say(const std::string& packet) {
    server->say_text(packet);
    loop.run_for(milliseconds(10));
  }
  void settle() { loop.run_for(milliseconds(10)); }
  /// Breaks the connection and comes back; the CONNECT that the client sends then.
  std::string reconnect() {
    for (const auto& stream : connector.streams()) stream->reset();
    liar.texts.clear();
    EXPECT_TRUE(loop.run_until([&] { return !liar.texts.empty(); }));
    settle();
    return liar.texts.empty() ? std::string() : liar.texts.front();
  }

  std::string join = R"(40{"sid":"one","pid":"secret"})";
  SimulatedLoop loop{1};
  Network network{loop};
  LyingServer liar{network};
  SimulatedConnector connector{loop, liar.dial()};
  std::shared_ptr<LoopGate> gate = std::make_shared<LoopGate>(loop);
  std::shared_ptr<core::Manager> manager;
  ClientSocket socket;
  LyingServer::Connection* server = nullptr;
  std::vector<std::string> log;
  std::vector<std::string> answers;  // the last ones come when the client ends
};

TEST_F(ClientAndLiar, ConnectsOnceHoweverOftenItIsTold) {
  settle();
  say(R"(40{"sid":"two"})");
  say(R"(40/elsewhere,{"sid":"three"})");
  say(R"(44{"message":"too late"})");
  EXPECT_THAT(log, ElementsAre("connect one"));
  EXPECT_EQ(socket.id(), "one");
  EXPECT_TRUE(socket.connected());
}

TEST_F(ClientAndLiar, AConnectWithoutSidIsAnError) {
  join = R"(40{"pid":"x"})";
  settle();
  EXPECT_THAT(log, ElementsAre("It seems you are try"));
  EXPECT_FALSE(socket.connected());
  say(R"(40{"sid":""})");
  say(R"(40{"sid":5})");
  say("40");
  EXPECT_FALSE(socket.connected());
  say(R"(40{"sid":"late"})");
  EXPECT_EQ(socket.id(), "late");
}

TEST_F(ClientAndLiar, PacketsForNobodyAreIgnored) {
  settle();
  say(R"(42/elsewhere,["event"])");
  say(R"(431["never asked"])");
  say(R"(43/elsewhere,1["x"])");
  say(R"(41/elsewhere)");
  EXPECT_THAT(log, ElementsAre("connect one"));
  say(R"(42["still here"])");
  EXPECT_EQ(log.back(), "still here[]");
}

TEST_F(ClientAndLiar, WhatIsNoPacketEndsTheConnection) {
  for (const char* const packet :
       {"47", "42{}", "42[]", "42[\"connect\"]", "43[]", "40[]", "451-[\"x\"]", "442", "4"}) {
    ASSERT_TRUE(loop.run_until([&] { return socket.connected(); })) << packet;
    log.clear();
    say(packet);
    if (packet[1] == '5') say(R"(42["no attachment"])");
    EXPECT_THAT(log, ElementsAre("disconnect parse error")) << packet;
  }
  EXPECT_TRUE(loop.run_until([&] { return socket.connected(); }));
}

TEST_F(ClientAndLiar, AttachmentsMayTakeTheirTimeWhileTheServerPings) {
  settle();
  say(R"(452-["x",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])");
  for (int attachment = 0; attachment < 2; ++attachment) {
    for (int minute = 0; minute < 5; ++minute) {
      say("2");
      loop.run_for(seconds(44));
    }
    EXPECT_THAT(log, ElementsAre("connect one"));
    server->say_binary("hi");
  }
  settle();
  EXPECT_THAT(log.back(), testing::StartsWith("x["));
  EXPECT_TRUE(socket.connected());
}

class ClientOfFewValues : public ClientAndLiar {
 protected:
  static core::ManagerOptions few_values() {
    auto options = steady();
    options.json.nodes = 5;
    return options;
  }
  ClientOfFewValues() : ClientAndLiar(few_values()) {}
};

TEST_F(ClientOfFewValues, MoreEndTheConnection) {
  settle();
  say(R"(42["x",1,2,3])");
  EXPECT_THAT(log, ElementsAre("connect one", "x[1,2,3]"));
  say(R"(42["x",1,2,3,4])");
  EXPECT_EQ(log.back(), "disconnect parse error");
}

// What was kept until the socket had joined is read a second time.
TEST_F(ClientOfFewValues, KeptEventsHaveTheSameLimit) {
  join.clear();
  settle();
  say(R"(42["x",1,2,3])");
  say(R"(40{"sid":"one"})");
  EXPECT_THAT(log, ElementsAre("x[1,2,3]", "connect one"));
}

TEST_F(ClientAndLiar, WhatComesBeforeTheConnectIsKeptUpToALimit) {
  join.clear();
  settle();
  say(R"(42["early",1])");
  say(R"(42["early",2])");
  EXPECT_THAT(log, IsEmpty());
  say(R"(40{"sid":"one"})");
  EXPECT_THAT(log, ElementsAre("early[1]", "early[2]", "connect one"));
}

TEST_F(ClientAndLiar, EndlessEventsBeforeTheConnectEndTheConnection) {
  join.clear();
  settle();
  const std::string packet = R"(42[")" + std::string(900'000, 'x') + R"("])";
  for (int i = 0; i < 40 && log.empty(); ++i) say(packet);
  EXPECT_THAT(log, ElementsAre("disconnect parse error"));
}

TEST_F(ClientAndLiar, AnAcknowledgementThatWasAnsweredCountsOnce) {
  settle();
  const auto ask = [&] {
    socket.emit_with_ack("question").then([&](Reply<json> reply) {
      answers.push_back(reply.error ? reply.error.message() : reply.value.dump());
    });
    settle();
  };
  ask();
  say("430[1]");
  say("430[2]");
  ask();
  say(R"(461-1[{"_placeholder":true,"num":0}])");
  EXPECT_THAT(answers, ElementsAre("1"));
  server->say(std::string("\x82\x02hi", 4));
  settle();
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_THAT(answers[1], testing::HasSubstr("bytes"));
}

TEST_F(ClientAndLiar, AnAnswerToAnOldConnectionIsNotSentOnTheNext) {
  settle();
  std::vector<Ack<int>> owed;
  socket.on("slow", [&](Ack<int> done) { owed.push_back(done); });
  say(R"(427["slow"])");
  reconnect();
  say(R"(427["slow"])");
  ASSERT_EQ(owed.size(), 2U);
  owed[0](1);
  owed[1](2);
  settle();
  EXPECT_EQ(liar.texts.back(), "437[2]");
  EXPECT_THAT(liar.texts, testing::Not(testing::Contains("437[1]")));
}

TEST_F(ClientAndLiar, AnAcknowledgementOfWhatWasNotSentIsALie) {
  settle();
  join.clear();
  reconnect();
  socket.emit_with_ack("question").then([&](Reply<json> reply) {
    answers.push_back(reply.error ? reply.error.message() : reply.value.dump());
  });
  settle();
  say("430[1]");
  EXPECT_THAT(answers, IsEmpty());
}

// reliability: C11
TEST_F(ClientAndLiar, RecoveryAsksFromTheLatestOffset) {
  settle();
  say(R"(42["stored",1,"OdR3kQ_"])");
  say(R"(42["stored",2,"OdR3kQa"])");
  say(R"(42["volatile","hello"])");
  say(R"(425["asks","OdR3kQz"])");
  EXPECT_EQ(reconnect(), R"(40{"offset":"OdR3kQa","pid":"secret"})");
  EXPECT_TRUE(socket.recovered());
  join = R"(40{"sid":"new","pid":"other"})";
  reconnect();
  EXPECT_FALSE(socket.recovered());
  EXPECT_EQ(reconnect(), R"(40{"pid":"other"})") << "the old offset is of another history";
  join = R"(40{"sid":"new"})";
  reconnect();
  EXPECT_FALSE(socket.recovered());
  EXPECT_EQ(reconnect(), "40") << "recovery is off now";
}

TEST_F(ClientAndLiar, MissedPacketsComeBeforeTheConnectAndMoveTheOffset) {
  settle();
  say(R"(42["stored",1,"OdR3kQ_"])");
  join.clear();
  log.clear();
  reconnect();
  say(R"(42["missed",2,"OdR3kQa"])");
  say(R"(40{"sid":"one","pid":"secret"})");
  EXPECT_TRUE(socket.recovered());
  EXPECT_THAT(log,
              ElementsAre("disconnect transport close", R"(missed[2,"OdR3kQa"])", "connect one"));
  EXPECT_EQ(reconnect(), R"(40{"offset":"OdR3kQa","pid":"secret"})");
}

}  // namespace
}  // namespace socketio::support
