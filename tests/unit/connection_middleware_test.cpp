// SPDX-License-Identifier: MIT
// What can be done with a socket in a connection middleware, that is, before it is connected. For
// each action the table says what the client receives and what the application sees, as in the
// JavaScript server (tests/conformance/middleware.test.mjs checks the same with that server).
#include "support/core_peer.hpp"
#include "support/every_adapter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <regex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace socketio {
namespace {

using support::CorePeer;
using support::CoreServer;
using testing::ElementsAre;
using testing::IsEmpty;

using Lines = std::vector<std::string>;

class ConnectionMiddleware : public support::EveryAdapterTest {
 protected:
  ConnectionMiddleware() {
    nsp.on_handler_error([this](Socket&, const HandlerError& error) {
      log.push_back(error.event + ": " + error.message);
    });
  }

  /// What the peer has received since the last call, with names in place of random ids.
  Lines received() {
    Lines packets = peer.received();
    for (std::string& packet : packets) {
      packet = std::regex_replace(packet, std::regex(R"("sid":"[^"]*")"), R"("sid":"its id")");
    }
    return packets;
  }
  std::string names_of(const Socket& socket) {
    std::string names;
    for (const std::string& room : socket.rooms())
      names += (room == socket.id() ? "own" : room) + " ";
    return names;
  }
  void say(std::string line) { log.push_back(std::move(line)); }

  CoreServer server{options()};
  Namespace nsp{server.node.of("/m")};
  CorePeer peer{server};
  Lines log;
};

struct Case {
  const char* what;
  /// Called with a socket that is connecting; then next() is called.
  std::function<void(Socket&, const Namespace& nsp, Lines& log)> middleware;
  // Before CONNECT.
  Lines wire;
  // Written in the middleware; the last line has the rooms at the connection.
  Lines log;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all{
      {"emit",
       [](Socket& s, const Namespace&, Lines& log) {
         EXPECT_EQ(s.emit("early", 1), EmitResult::sent);
         log.push_back(s.connected() ? "connected" : "not connected");
       },
       {R"(42/m,["early",1])"},
       {"not connected", "own "}},
      {"emit of bytes",
       [](Socket& s, const Namespace&, Lines&) {
         s.emit("early", json::binary({1, 2}));
       },
       {R"(451-/m,["early",{"_placeholder":true,"num":0}])", "binary:\x01\x02"},
       {"own "}},
      {"a volatile event",
       [](Socket& s, const Namespace&, Lines&) { s.volatile_().emit("early"); },
       {R"(42/m,["early"])"},
       {"own "}},
      {"a question",
       [](Socket& s, const Namespace&, Lines&) {
         s.emit_with_ack("early").then([](Reply<json>) {});
       },
       {R"(42/m,0["early"])"},
       {"own "}},
      {"what is sent is watched",
       [](Socket& s, const Namespace&, Lines& log) {
         s.on_any_outgoing([&log](std::string_view event) { log.emplace_back(event); });
         s.emit("early");
       },
       {R"(42/m,["early"])"},
       {"early", "own "}},
      {"join",
       [](Socket& s, const Namespace&, Lines& log) {
         EXPECT_TRUE(s.join({"a", "b"}));
         log.push_back(std::to_string(s.rooms().size()) + " rooms");
       },
       {},
       {"2 rooms", "own a b "}},
      {"rooms without any",
       [](Socket& s, const Namespace&, Lines& log) {
         log.push_back(std::to_string(s.rooms().size()) + " rooms");
       },
       {},
       {"0 rooms", "own "}},
      {"leave",
       [](Socket& s, const Namespace&, Lines&) {
         s.join({"a", "b"});
         s.leave("a");
       },
       {},
       {"own b "}},
      {"leaving its own room",
       [](Socket& s, const Namespace&, Lines&) { s.leave(s.id()); },
       {},
       {"own "}},
      {"joining its own room",
       [](Socket& s, const Namespace& nsp, Lines& log) {
         s.join(s.id());
         log.push_back(std::to_string(s.rooms().size()) + " rooms");
         nsp.to(s.id()).emit("to itself");
       },
       {},
       {"1 rooms", "own "}},
      {"broadcasts pass it by",
       [](Socket& s, const Namespace& nsp, Lines&) {
         s.join("a");
         nsp.emit("all");
         nsp.to("a").emit("room");
         nsp.to(s.id()).emit("own");
         nsp.except("b").emit("except");
         s.broadcast().emit("others");
         s.to("a").emit("other members");
       },
       {},
       {"own a "}},
      {"it is not among the sockets",
       [](Socket& s, const Namespace& nsp, Lines& log) {
         s.join("a");
         log.push_back(std::to_string(nsp.sockets_count()) + " sockets");
         for (const auto& rooms : {Rooms("a"), Rooms(s.id()), Rooms(std::vector<std::string>())}) {
           nsp.in(rooms).fetch_sockets().then([&log](const std::vector<RemoteSocket>& found) {
             log.push_back(std::to_string(found.size()) + " found");
           });
         }
       },
       {},
       {"0 sockets", "0 found", "0 found", "0 found", "own a "}},
      {"moving sockets passes it by",
       [](Socket& s, const Namespace& nsp, Lines&) {
         s.join({"a", "b"});
         nsp.in("a").sockets_join("c");
         nsp.in("a").sockets_leave("b");
         nsp.in("a").disconnect_sockets(Close::connection);
       },
       {},
       {"own a b "}},
      {"asking the room passes it by",
       [](Socket& s, const Namespace& nsp, Lines& log) {
         s.join("a");
         nsp.to("a").emit_with_ack("q").then([&log](const Replies<json>& replies) {
           log.push_back(std::to_string(replies.missing()) + " missing");
         });
       },
       {},
       {"0 missing", "own a "}},
      {"disconnect", [](Socket& s, const Namespace&, Lines&) { s.disconnect(); }, {}, {"own "}},
      {"disconnect of the connection",
       [](Socket& s, const Namespace&, Lines&) { s.disconnect(Close::connection); },
       {},
       {"own "}},
  };
  return all;
}

TEST_P(ConnectionMiddleware, DoesWhatTheTableSays) {
  const Case* now = nullptr;
  nsp.use([&](Socket& socket, Next next) {
    now->middleware(socket, nsp, log);
    next();
  });
  nsp.on_connection([&](Socket socket) { say(names_of(socket)); });
  for (const Case& one : cases()) {
    SCOPED_TRACE(one.what);
    now = &one;
    log.clear();
    peer.send("0/m,");
    Lines expected = one.wire;
    expected.emplace_back(R"(40/m,{"sid":"its id"})");
    EXPECT_EQ(received(), expected);
    EXPECT_EQ(log, one.log);
    peer.send("1/m,");
  }
  EXPECT_FALSE(peer.is_closed());
}

TEST_P(ConnectionMiddleware, WhatItDoesAfterNextComesBeforeTheAnswerToo) {
  nsp.use([&](Socket& socket, Next next) {
    next();
    socket.emit("after next");
    socket.data()["x"] = 1;
  });
  nsp.on_connection([&](Socket socket) { socket.emit("connection", socket.data()); });
  peer.send("0/m,");
  EXPECT_THAT(received(), ElementsAre(R"(42/m,["after next"])", R"(40/m,{"sid":"its id"})",
                                      R"(42/m,["connection",{"x":1}])"));
}

TEST_P(ConnectionMiddleware, OneContinuesInsideOfTheNextOfAnother) {
  nsp.use([&](Socket& socket, Next next) {
    socket.emit("first");
    next();
    socket.emit("first, after next");
  });
  nsp.use([&](Socket& socket, Next next) {
    socket.emit("second");
    next();
  });
  peer.send("0/m,");
  EXPECT_THAT(received(), ElementsAre(R"(42/m,["first"])", R"(42/m,["second"])",
                                      R"(42/m,["first, after next"])", R"(40/m,{"sid":"its id"})"));
}

TEST_P(ConnectionMiddleware, AnotherThreadMaySendMeanwhile) {
  std::optional<Next> kept;
  Socket joining;
  nsp.use([&](Socket& socket, Next next) {
    joining = socket;
    kept = next;
  });
  peer.send("0/m,");
  std::thread([&] {
    EXPECT_EQ(joining.emit("early"), EmitResult::sent);
    joining.join("a");
    joining.emit_with_ack("question").then([](Reply<json>) {});
    joining.disconnect();
    (*kept)();
  }).join();
  EXPECT_THAT(received(), ElementsAre(R"(42/m,["early"])", R"(42/m,0["question"])",
                                      R"(40/m,{"sid":"its id"})"));
  EXPECT_EQ(names_of(joining), "own a ");
}

TEST_P(ConnectionMiddleware, AQuestionIsAnsweredAfterTheConnection) {
  nsp.use([&](Socket& socket, Next next) {
    socket.emit_with_ack<int>("q").then(
        [&](Reply<int> reply) { say("answer " + std::to_string(*reply)); });
    next();
  });
  peer.send("0/m,");
  peer.send("3/m,0[5]");
  EXPECT_THAT(log, ElementsAre("answer 5"));
}

TEST_P(ConnectionMiddleware, AnAnswerBeforeTheConnectionEndsTheSession) {
  nsp.use([&](Socket& socket, const Next&) {
    socket.emit_with_ack("q").then([&](const Reply<json>& reply) { say(reply.error().message()); });
  });
  peer.send("0/m,");
  peer.send("3/m,0[5]");
  EXPECT_TRUE(peer.is_closed());
  EXPECT_THAT(log, ElementsAre("socket has been disconnected"));
}

TEST_P(ConnectionMiddleware, WhatASocketIsTaughtItKnowsOnceItIsConnected) {
  nsp.use([&](Socket& socket, Next next) {
    socket.on("hello", [&](int number) { say("hello " + std::to_string(number)); });
    socket.on_any([&](std::string_view event) { say("any " + std::string(event)); });
    socket.use([&](Event& event, Next go_on) {
      say("use " + event.name);
      go_on();
    });
    socket.on_disconnecting([&] { say("disconnecting"); });
    socket.on_disconnect([&] { say("disconnect"); });
    next();
  });
  peer.send("0/m,");
  peer.send(R"(2/m,["hello",1])");
  peer.send("1/m,");
  EXPECT_THAT(log, ElementsAre("any hello", "use hello", "hello 1", "disconnecting", "disconnect"));
}

TEST_P(ConnectionMiddleware, ARefusalComesBehindWhatWasEmittedAndLeavesNothing) {
  Socket refused;
  const auto captured = std::make_shared<int>(0);
  nsp.use([&](Socket& socket, Next next) {
    refused = socket;
    socket.join("a");
    socket.emit("early");
    socket.emit_with_ack("q").then([&, captured](const Reply<json>& reply) {
      say(reply.error().message());
      throw std::runtime_error("of an acknowledgement");
    });
    socket.on("event", [captured, socket] {});
    socket.on_error([captured, socket](const MiddlewareError&) {});
    socket.on_disconnect([&, captured] { say("disconnect"); });
    next(MiddlewareError{"no"});
    EXPECT_EQ(socket.rooms(), Lines{"a"}) << "the refusal comes after the middleware";
  });
  nsp.on_connection([&] { say("connected"); });
  peer.send("0/m,");
  EXPECT_THAT(received(),
              ElementsAre(R"(42/m,["early"])", R"(42/m,0["q"])", R"(44/m,{"message":"no"})"));
  EXPECT_THAT(
      log, ElementsAre("socket has been disconnected", "acknowledgement: of an acknowledgement"));
  EXPECT_EQ(captured.use_count(), 1);
  EXPECT_THAT(refused.rooms(), IsEmpty());
  EXPECT_EQ(refused.emit("after"), EmitResult::not_connected);
  EXPECT_FALSE(refused.join("b"));
  EXPECT_FALSE(peer.is_closed());
}

TEST_P(ConnectionMiddleware, AClientThatLeavesMeanwhileIsNeverConnected) {
  std::optional<Next> kept;
  Socket left;
  nsp.use([&](Socket& socket, Next next) {
    left = socket;
    kept = next;
    socket.join("a");
    socket.emit_with_ack("q").then([&](const Reply<json>& reply) { say(reply.error().message()); });
    socket.on_disconnect([&] { say("disconnect"); });
  });
  nsp.on_connection([&] { say("connected"); });
  peer.send("0/m,");
  peer.leave();
  EXPECT_EQ(left.emit("late"), EmitResult::not_connected);
  (*kept)();
  server.loop().run();
  EXPECT_THAT(log, ElementsAre("socket has been disconnected"));
}

TEST_P(ConnectionMiddleware, ASessionIdLikeTheAdminUisComesBeforeTheConnection) {
  nsp.use([&](Socket& socket, Next next) {
    socket.emit("session", "0123456789abcdef");
    next();
  });
  nsp.on_connection([](Socket socket) { socket.emit("config", json::object()); });
  peer.send(R"(0/m,{"username":"admin","password":"secret"})");
  EXPECT_THAT(received(), ElementsAre(R"(42/m,["session","0123456789abcdef"])",
                                      R"(40/m,{"sid":"its id"})", R"(42/m,["config",{}])"));
}

INSTANTIATE_TEST_SUITE_P(Adapters, ConnectionMiddleware, support::every_adapter(),
                         support::adapter_name);

}  // namespace
}  // namespace socketio
