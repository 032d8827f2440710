// SPDX-License-Identifier: MIT
// How a client's socket connects to its namespace: auth, refusals, leaving and returning.
#include "support/client_town.hpp"

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

/// A server whose middleware accepts those who say "friend".
class ClientJoiningTest : public testing::Test {
 protected:
  ClientTown::SetUp set_up() {
    return [this](SimulatedServer& server) {
      for (const char* const name : {"/", "/admin"}) {
        Namespace nsp = server.of(name);
        nsp.use([this](Socket& socket, const Next& next) {
          auths.push_back(socket.handshake().auth.dump());
          if (socket.handshake().auth.value("say", "") == "friend") return next();
          next(MiddlewareError{"not you", json{{"code", 7}}});
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
  EXPECT_THAT(town.log, ElementsAre("open", "nowhere connect_error Invalid namespace",
                                    "out connect_error not you"));
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
  socket.connect();
  town.loop.run_for(seconds(100));
  EXPECT_EQ(active, "yynyyn") << "each time";
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

// An answer that is still to come belongs to the old identity.
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
  owed[1](MiddlewareError{"not B", {}});
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

}  // namespace
}  // namespace socketio::support
