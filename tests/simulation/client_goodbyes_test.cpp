// SPDX-License-Identifier: MIT
// A client disconnects, in virtual time: DISCONNECT, and a CONNECT after it, wait until the server
// has handled what was sent before, but not for ever.
#include "support/client_town.hpp"
#include "support/lying_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::support {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;

/// A scripted server, over WebSocket, that accepts every CONNECT.
class ScriptedGoodbyeTest : public testing::Test {
 protected:
  ScriptedGoodbyeTest() {
    server.on_text = [this](LyingServer::Connection& connection, std::string_view packet) {
      said.emplace_back(packet);
      if (packet.starts_with("40")) {
        connection.say_text("40" + std::string(packet.substr(2)) + R"({"sid":"s"})");
      }
      if (on_packet) on_packet(connection, packet);
    };
    manager->set_idle_hook([this] { ++idle; });
  }
  ~ScriptedGoodbyeTest() override {
    manager->end();
    gate->close();
    loop.settle();
    manager->drop();
    loop.settle();
    manager.reset();
    EXPECT_TRUE(loop.run_until_idle());
  }
  ClientSocket join(std::string_view nsp) {
    const ClientSocket socket(manager->socket(nsp, {}));
    EXPECT_TRUE(loop.run_until([&] { return socket.connected(); }));
    return socket;
  }
  /// Returns what has arrived since the last call.
  std::vector<std::string> come() {
    loop.run_for(milliseconds(100));
    return std::exchange(said, {});
  }

  SimulatedLoop loop{1};
  Network network{loop, {}};
  LyingServer server{
      network, [](auto& connection, const http::Request& request) {
        connection.accept_websocket(request);
        connection.say_text(
            R"(0{"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":20000})");
      }};
  SimulatedConnector connector{loop, server.dial()};
  std::shared_ptr<LoopGate> gate = std::make_shared<LoopGate>(loop);
  std::shared_ptr<core::Manager> manager =
      std::make_shared<core::Manager>(loop, connector, gate, steady());
  std::vector<std::string> said;
  std::function<void(LyingServer::Connection&, std::string_view)> on_packet;
  int idle = 0;
};

TEST_F(ScriptedGoodbyeTest, DisconnectWaitsForThePong) {
  server.answers_pings = false;
  const ClientSocket socket = join("/");
  come();
  socket.emit("a");
  socket.disconnect();
  EXPECT_THAT(come(), ElementsAre(R"(42["a"])"));
  EXPECT_FALSE(socket.connected());
  EXPECT_EQ(idle, 0);
  // The server never answers.
  loop.run_for(seconds(2));
  EXPECT_THAT(come(), ElementsAre("41"));
  EXPECT_EQ(idle, 1);
  EXPECT_EQ(server.close_codes.size(), 1U);
}

TEST_F(ScriptedGoodbyeTest, DisconnectWaitsForNothingWhereNothingWasSent) {
  server.answers_pings = false;
  join("/").disconnect();
  EXPECT_THAT(come(), ElementsAre("40", "41"));
}

TEST_F(ScriptedGoodbyeTest, APongThatAnswersNothingSaysNothing) {
  server.answers_pings = false;
  const ClientSocket socket = join("/");
  on_packet = [](LyingServer::Connection& connection, std::string_view) {
    connection.say_frame(websocket::Opcode::pong, "");
    connection.say_frame(websocket::Opcode::pong, "2");
  };
  socket.emit("a");
  come();
  socket.emit("b");
  socket.disconnect();
  EXPECT_THAT(come(), ElementsAre(R"(42["b"])"));
}

TEST_F(ScriptedGoodbyeTest, SeveralNamespacesWaitOnce) {
  const ClientSocket main = join("/");
  const ClientSocket admin = join("/admin");
  server.answers_pings = false;
  come();
  main.emit("a");
  admin.emit("b");
  main.disconnect();
  admin.disconnect();
  come();
  loop.run_for(seconds(2));
  EXPECT_THAT(come(), ElementsAre("41", "41/admin,"));
}

TEST_F(ScriptedGoodbyeTest, OtherNamespacesStayBehindIt) {
  const ClientSocket main = join("/");
  const ClientSocket admin = join("/admin");
  come();
  main.emit("a");
  main.disconnect();
  admin.emit("b", Bytes(1));
  admin.emit("c");
  // Cannot be sent now, so it is dropped.
  admin.volatile_().emit("d");
  EXPECT_THAT(come(),
              ElementsAre(R"(42["a"])", "41", R"(451-/admin,["b",{"_placeholder":true,"num":0}])",
                          R"(42/admin,["c"])"));
}

TEST_F(ScriptedGoodbyeTest, WhoComesBackAtOnceHearsNothingOfBefore) {
  const ClientSocket main = join("/");
  const ClientSocket admin = join("/admin");
  std::vector<std::string> heard;
  main.on("news", [&](std::string text) { heard.push_back(text); });
  on_packet = [](LyingServer::Connection& connection, std::string_view packet) {
    if (packet == "41") connection.say_text(R"(42["news","of before"])");
    if (packet == "40") connection.say_text(R"(42["news","of now"])");
  };
  come();
  main.emit("a");
  main.disconnect();
  main.connect();
  EXPECT_TRUE(main.active());
  EXPECT_THAT(come(), ElementsAre(R"(42["a"])", "41", "40"));
  EXPECT_TRUE(main.connected());
  EXPECT_THAT(heard, ElementsAre("of now"));
}

TEST_F(ScriptedGoodbyeTest, AJoinThatWaitsCanBeGivenUp) {
  const ClientSocket main = join("/");
  const ClientSocket admin = join("/admin");
  come();
  main.emit("a");
  main.disconnect();
  main.connect();
  main.disconnect();
  EXPECT_THAT(come(), ElementsAre(R"(42["a"])", "41"));
  EXPECT_FALSE(main.active());
  EXPECT_TRUE(admin.connected());
}

TEST_F(ScriptedGoodbyeTest, WhatIsEmittedBeforeTheJoinIsToldStaysBehindWhatWaited) {
  const ClientSocket socket(manager->socket("/", {}));
  server.on_text = [joined = server.on_text](auto& connection, std::string_view packet) {
    if (packet == "40") connection.say_text(R"(42["early"])");
    joined(connection, packet);
  };
  socket.on("early", [&] { socket.emit("second"); });
  socket.emit("first");
  EXPECT_TRUE(loop.run_until([&] { return socket.connected(); }));
  EXPECT_THAT(come(), ElementsAre("40", R"(42["first"])", R"(42["second"])"));
}

TEST_F(ScriptedGoodbyeTest, TheEndWaitsForNothing) {
  server.answers_pings = false;
  const ClientSocket socket = join("/");
  come();
  socket.emit("a");
  loop.run_for(milliseconds(1));
  manager->end();
  gate->close();
  loop.settle();
  manager->drop();
  EXPECT_THAT(come(), ElementsAre(R"(42["a"])"));
  EXPECT_EQ(server.close_codes.size(), 1U);
}

TEST_F(ScriptedGoodbyeTest, TheEndSaysGoodbyeBehindWhatWasSentLongAgo) {
  server.answers_pings = false;
  const ClientSocket socket = join("/");
  socket.emit("a");
  loop.run_for(seconds(1));
  come();
  manager->end();
  gate->close();
  loop.settle();
  manager->drop();
  EXPECT_THAT(come(), ElementsAre("41"));
}

/// Events of namespaces that stay connected, sent after the DISCONNECT of one that does not.
class HeldEventsTest : public ScriptedGoodbyeTest {
 protected:
  void hold() {
    server.answers_pings = false;
    come();
    main.emit("a");
    main.disconnect();
    admin.emit("b", Bytes(1));
    news.emit("c");
    admin.disconnect();
    news.emit("d");
    loop.run_for(milliseconds(1));
  }
  void end() {
    manager->end();
    gate->close();
    loop.settle();
    manager->drop();
  }
  const ClientSocket main = join("/");
  const ClientSocket admin = join("/admin");
  const ClientSocket news = join("/news");
};

TEST_F(HeldEventsTest, TheEndSendsThemWithoutTheDisconnects) {
  hold();
  end();
  EXPECT_THAT(come(), ElementsAre(R"(42["a"])", R"(451-/admin,["b",{"_placeholder":true,"num":0}])",
                                  R"(42/news,["c"])", R"(42/news,["d"])"));
  EXPECT_EQ(server.close_codes.size(), 1U);
}

TEST_F(HeldEventsTest, SoItDoesOnAConnectionThatIsClosing) {
  hold();
  manager->disconnect();
  loop.run_for(milliseconds(1));
  end();
  EXPECT_THAT(come(), ElementsAre(R"(42["a"])", R"(451-/admin,["b",{"_placeholder":true,"num":0}])",
                                  R"(42/news,["c"])", R"(42/news,["d"])"));
  EXPECT_EQ(server.close_codes.size(), 1U);
}

/// With our server, over each kind of connection.
class GoodbyeTest : public testing::TestWithParam<std::string> {
 protected:
  static core::ManagerOptions options() {
    auto options = steady(engine::TransportName::polling);
    if (GetParam() != "polling") options.engine.transports = {engine::TransportName::websocket};
    if (GetParam() == "upgrade") options.engine.transports = engine::ClientOptions{}.transports;
    return options;
  }
  void set_up(SimulatedServer& server) {
    Namespace nsp = server.of();
    nsp.on("say", [this](Socket&, int number) { heard.push_back(number); });
    nsp.on("leave", [](Socket& socket, bool with_connection) {
      for (const int number : numbers()) socket.emit("say", number);
      socket.disconnect(with_connection ? Close::connection : Close::socket);
    });
    nsp.on_disconnect([this](Socket&, DisconnectReason why) { ends.emplace_back(to_string(why)); });
  }
  static std::vector<int> numbers() {
    std::vector<int> numbers(20);
    for (int i = 0; i < 20; ++i) numbers[static_cast<std::size_t>(i)] = i;
    return numbers;
  }
  /// Runs `use` in many towns, so that the DISCONNECT coincides with each moment of an upgrade.
  template <class Use>
  void at_each_moment(Use use) {
    for (int moment = 0; moment < 60; ++moment) {
      SCOPED_TRACE(moment);
      heard.clear();
      ends.clear();
      ClientTown town(static_cast<std::uint64_t>(moment),
                      [this](SimulatedServer& server) { set_up(server); }, options(), {},
                      {.delay_min = milliseconds(2), .delay_max = milliseconds(5)});
      const ClientSocket socket = town.socket();
      ASSERT_TRUE(town.run_until_connected(socket));
      town.loop.run_for(milliseconds(moment));
      use(town, socket);
    }
  }
  std::vector<int> heard;
  std::vector<std::string> ends;
};
INSTANTIATE_TEST_SUITE_P(EachWay, GoodbyeTest, testing::Values("polling", "websocket", "upgrade"),
                         [](const auto& way) { return way.param; });

TEST_P(GoodbyeTest, WhatWasSentBeforeDisconnectArrives) {
  at_each_moment([this](ClientTown& town, const ClientSocket& socket) {
    for (const int number : numbers()) socket.emit("say", number);
    socket.disconnect();
    EXPECT_TRUE(town.run_until([&] { return !ends.empty(); }));
    EXPECT_EQ(heard, numbers());
    EXPECT_THAT(ends, ElementsAre("client namespace disconnect"));
    EXPECT_TRUE(town.run_until([&] { return town.manager->is_idle(); }));
  });
}

TEST_P(GoodbyeTest, WhatStandsBehindADisconnectArrivesIfTheClientEndsAtOnce) {
  std::vector<int> news;
  const auto set_up_both = [&](SimulatedServer& server) {
    set_up(server);
    server.of("/news").on("say", [&](int number) { news.push_back(number); });
  };
  ClientTown town(1, set_up_both, options());
  const ClientSocket main = town.socket();
  const ClientSocket other = town.socket("/news");
  ASSERT_TRUE(town.run_until_connected(main) && town.run_until_connected(other));
  town.loop.run_for(milliseconds(100));
  {
    const core::GateEntry entry(town.gate());
    for (const int number : numbers()) main.emit("say", number);
    main.disconnect();
    for (const int number : numbers()) other.emit("say", number);
  }
  town.end_client();
  town.loop.run_for(milliseconds(100));
  EXPECT_EQ(heard, numbers());
  EXPECT_EQ(news, numbers());
}

TEST_P(GoodbyeTest, ADisconnectThatWaitsForNothingArrivesThoughTheClientEndsAtOnce) {
  ClientTown town(
      1, [this](SimulatedServer& server) { set_up(server); }, options());
  const ClientSocket socket = town.socket();
  ASSERT_TRUE(town.run_until_connected(socket));
  town.loop.run_for(milliseconds(100));
  {
    const core::GateEntry entry(town.gate());
    socket.disconnect();
  }
  town.end_client();
  town.loop.run_for(milliseconds(100));
  EXPECT_THAT(ends, ElementsAre("client namespace disconnect"));
}

TEST_P(GoodbyeTest, WhatAHandlerViewsStaysThoughItEndsTheClient) {
  const std::string question(100'000, 'q');
  const auto ask = [&](SimulatedServer& server) {
    set_up(server);
    server.of().on_connection([&](Socket asked) { asked.emit("question", question); });
  };
  ClientTown town(1, ask, options());
  const ClientSocket socket = town.socket();
  std::string seen;
  socket.on("question", [&](std::string_view text) {
    socket.emit("say", 1);
    town.manager->end();
    seen = text;
  });
  EXPECT_TRUE(town.run_until([&] { return !seen.empty(); }));
  EXPECT_EQ(seen, question);
}

TEST_P(GoodbyeTest, AndBeforeTheConnectionIsReplacedAtOnce) {
  at_each_moment([this](ClientTown& town, const ClientSocket& socket) {
    for (const int number : numbers()) socket.emit("say", number);
    for (int i = 0; i < 3; ++i) {
      socket.disconnect();
      socket.connect();
    }
    EXPECT_TRUE(town.run_until([&] { return !ends.empty() && socket.connected(); }));
    EXPECT_EQ(heard, numbers());
  });
}

TEST_P(GoodbyeTest, AndBeforeTheConnectionIsClosed) {
  at_each_moment([this](ClientTown& town, const ClientSocket& socket) {
    for (const int number : numbers()) socket.emit("say", number);
    town.manager->disconnect();
    EXPECT_TRUE(town.run_until([&] { return !ends.empty(); }));
    EXPECT_EQ(heard, numbers());
  });
}

TEST_P(GoodbyeTest, WhatTheServerSentBeforeItsGoodbyeArrives) {
  for (const bool with_connection : {false, true}) {
    at_each_moment([&](ClientTown& town, const ClientSocket& socket) {
      std::vector<int> told;
      std::vector<std::string> reasons;
      socket.on("say", [&](int number) { told.push_back(number); });
      socket.on_disconnect([&](DisconnectReason why) { reasons.emplace_back(to_string(why)); });
      socket.emit("leave", with_connection);
      EXPECT_TRUE(town.run_until([&] { return !reasons.empty(); }));
      EXPECT_EQ(told, numbers());
      EXPECT_THAT(reasons, ElementsAre("io server disconnect"));
    });
  }
}

}  // namespace
}  // namespace socketio::support
