// SPDX-License-Identifier: MIT
// Functions that are called with something other than an event's arguments: connection, disconnect,
// catch-all, middleware. Each takes as many of the available parameters as it wants, and may be
// a coroutine.
#include "support/core_peer.hpp"

#include <socketio/namespace.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace socketio {
namespace {

using support::CorePeer;
using support::CoreServer;

using Log = std::vector<std::string>;

class HookTest : public testing::Test {
 protected:
  void note(std::string what) { log.push_back(std::move(what)); }
  CoreServer server;
  Namespace& nsp = server.nsp;
  Log log;
  Pending<int> step;
};

/// Keeps the socket that connected last.
class SocketHookTest : public HookTest {
 protected:
  SocketHookTest() {
    nsp.on_connection([this](Socket connected) { socket = connected; });
  }
  Socket socket;
};

TEST_F(HookTest, OnConnectionMayBeACoroutine) {
  nsp.on_connection([this](Socket socket) -> Task<> {
    note("begun");
    co_await step;
    note(socket.connected() ? "connected" : "gone");
  });
  const CorePeer peer(server);
  EXPECT_EQ(log, (Log{"begun"}));
  step.complete(1);
  EXPECT_EQ(log, (Log{"begun", "connected"}));
}

TEST_F(HookTest, ACoroutineWorksOnItsOwnCopies) {
  nsp.on_any([this](Socket& socket, std::string_view event, const json& arguments) -> Task<> {
    co_await step;
    note(socket.id() + std::string(event) + arguments.dump());
  });
  CorePeer peer(server);
  const std::string id = nsp.sockets().front().id();
  peer.send(R"(2["an event with a name that is long","and an argument that is long"])");
  peer.leave();
  step.complete(1);
  EXPECT_EQ(log,
            (Log{id + R"(an event with a name that is long["and an argument that is long"])"}));
}

TEST_F(HookTest, ACoroutineKeepsWhatItCaptured) {
  const auto captured = std::make_shared<std::string>("captured");
  {
    CorePeer peer(server);
    nsp.sockets().front().on_disconnect([this, captured]() -> Task<> {
      co_await step;
      note(*captured);
    });
  }
  EXPECT_EQ(captured.use_count(), 2);
  step.complete(1);
  EXPECT_EQ(log, (Log{"captured"}));
  EXPECT_EQ(captured.use_count(), 1);
}

TEST_F(HookTest, OnDisconnectAndOnDisconnectingMayBeCoroutines) {
  nsp.on_disconnecting([this](Socket& socket) -> Task<> {
    note("disconnecting with " + std::to_string(socket.rooms().size()));
    co_return;
  });
  nsp.on_disconnect([this](Socket socket, DisconnectReason reason) -> Task<> {
    co_await step;
    note(std::string(to_string(reason)) + (socket.connected() ? " connected" : ""));
  });
  { const CorePeer peer(server); }
  EXPECT_EQ(log, (Log{"disconnecting with 1"}));
  step.complete(1);
  EXPECT_EQ(log, (Log{"disconnecting with 1", "transport close"}));
}

TEST_F(SocketHookTest, EveryHookOfASocketMayBeACoroutine) {
  CorePeer peer(server);
  socket.on_any([this](std::string_view event) -> Task<> {
    note("any " + std::string(event));
    co_return;
  });
  socket.prepend_any([this]() -> Task<> {
    note("first");
    co_return;
  });
  socket.on_any_outgoing([this](Socket, std::string_view event) -> Task<> {
    note("outgoing " + std::string(event));
    co_return;
  });
  socket.on_disconnecting([this](DisconnectReason) -> Task<> {
    note("disconnecting");
    co_return;
  });
  socket.on_disconnect([this](Socket&) -> Task<> {
    note("disconnect");
    co_return;
  });
  peer.send(R"(2["in"])");
  socket.emit("out");
  peer.leave();
  EXPECT_EQ(log, (Log{"first", "any in", "outgoing out", "disconnecting", "disconnect"}));
}

TEST_F(HookTest, AConnectionMiddlewareMayBeACoroutine) {
  nsp.use([this](Socket, Next next) -> Task<> {
    const int allowed = co_await step;
    allowed != 0 ? next() : next(MiddlewareError{"not allowed"});
  });
  nsp.on_connection([this](Socket) { note("connected"); });
  CorePeer peer(server);
  EXPECT_EQ(log, Log{});
  step.complete(1);
  server.loop().run();
  EXPECT_EQ(log, (Log{"connected"}));
}

TEST_F(HookTest, AConnectionMiddlewareThatThrowsLaterRefuses) {
  nsp.use([this](Socket&, Next) -> Task<> {
    co_await step;
    throw std::runtime_error("no database");
  });
  CorePeer peer(server);
  peer.received();
  step.complete(1);
  EXPECT_EQ(peer.received(), (Log{R"(44{"message":"Internal server error"})"}));
  EXPECT_EQ(server.errors, (Log{"middleware: no database"}));
}

TEST_F(SocketHookTest, APacketMiddlewareMayBeACoroutine) {
  CorePeer peer(server);
  socket.use([this](Event& event, Next next) -> Task<> {
    co_await step;
    event.arguments.push_back("checked");
    next();
  });
  socket.on("say", [this](std::string text, std::string mark) { note(text + " " + mark); });
  peer.send(R"(2["say","hello"])");
  EXPECT_EQ(log, Log{});
  step.complete(1);
  EXPECT_EQ(log, (Log{"hello checked"}));
}

TEST_F(SocketHookTest, APacketMiddlewareThatThrowsLaterRefuses) {
  CorePeer peer(server);
  socket.use([this](Socket&, Event&, Next) -> Task<> {
    co_await step;
    throw std::runtime_error("no database");
  });
  socket.on_error([this](const MiddlewareError& error) -> Task<> {
    note(error.message);
    co_return;
  });
  socket.on("say", [this] { note("ran"); });
  peer.send(R"(2["say"])");
  step.complete(1);
  EXPECT_EQ(log, (Log{"Internal server error"}));
  EXPECT_EQ(server.errors, (Log{"say: no database"}));
}

TEST_F(HookTest, WhatACoroutineThrowsReachesTheErrorHook) {
  const auto thrower = [this]() -> Task<> {
    throw std::runtime_error("thrown");
    co_await step;
  };
  nsp.on_connection(thrower);
  nsp.on_any(thrower);
  nsp.on_any_outgoing(thrower);
  nsp.on_disconnecting(thrower);
  nsp.on_disconnect(thrower);
  {
    CorePeer peer(server);
    peer.send(R"(2["in"])");
    nsp.emit("out");
    peer.received();
  }
  EXPECT_EQ(server.errors, (Log{"connection: thrown", "in: thrown", "out: thrown",
                                "disconnecting: thrown", "disconnect: thrown"}));
}

TEST_F(HookTest, WhatACoroutineThrowsOnAnotherThreadIsToldOnTheLoop) {
  const auto fails_late = [this]() -> Task<> {
    co_await step;
    throw std::runtime_error("thrown");
  };
  std::thread::id told_on;
  nsp.on_handler_error([this, &told_on](Socket&, const HandlerError& error) {
    note(error.event);
    told_on = std::this_thread::get_id();
  });
  nsp.on("event", fails_late);
  CorePeer peer(server);
  const auto fail_elsewhere = [this] {
    std::thread([this] { step.complete(1); }).join();
    EXPECT_EQ(log, Log{}) << "told on the thread that resumed it";
    server.loop().run();
  };
  peer.send(R"(2["event"])");
  fail_elsewhere();
  EXPECT_EQ(log, (Log{"event"}));
  EXPECT_EQ(told_on, std::this_thread::get_id());

  log.clear();
  step = {};
  nsp.on_disconnect(fails_late);
  peer.leave();
  fail_elsewhere();
  EXPECT_EQ(log, (Log{"disconnect"}));
}

TEST_F(HookTest, WhatACoroutineThrowsAfterTheServersEndIsToldToNobody) {
  Log told;
  {
    CoreServer ending;
    ending.nsp.on_handler_error(
        [&told](Socket&, const HandlerError& error) { told.push_back(error.event); });
    ending.nsp.on_connection([this]() -> Task<> {
      co_await step;
      throw std::runtime_error("thrown");
    });
    const CorePeer peer(ending);
  }
  step.complete(1);
  EXPECT_EQ(told, Log{});
}

TEST_F(SocketHookTest, HooksTakeWhatTheyWantOfWhatThereIs) {
  nsp.on_connection([this] { note("connection"); });
  nsp.on_disconnect([this] { note("nothing"); });
  nsp.on_disconnect([this](Socket) { note("socket"); });
  nsp.on_disconnect([this](Socket&) { note("socket&"); });
  nsp.on_disconnect([this](DisconnectReason) { note("reason"); });
  nsp.on_disconnect([this](Socket&, DisconnectReason) { note("both"); });
  nsp.on_disconnect([owned = std::make_unique<int>(1), this] { note(std::to_string(*owned)); });
  nsp.on_disconnecting([this](Socket&) { note("disconnecting"); });
  CorePeer peer(server);
  socket.on_any([this](Socket&, std::string_view event) { note(std::string(event)); });
  socket.on_disconnect([this](Socket&) { note("own socket"); });
  peer.send(R"(2["in"])");
  peer.leave();
  EXPECT_EQ(log, (Log{"connection", "in", "disconnecting", "own socket", "nothing", "socket",
                      "socket&", "reason", "both", "1"}));
}

TEST_F(SocketHookTest, CatchAllsTakeTheArgumentsInTheFormThatTheyWant) {
  CorePeer peer(server);
  nsp.on_any([this](Socket&, std::string_view event, const json& arguments) {
    note("json " + std::string(event) + arguments.dump());
  });
  nsp.on_any([this](Socket&, std::string_view event, const Arguments& arguments) {
    note("undecoded " + std::string(event) + arguments.elements() + " +" +
         std::to_string(arguments.attachments().size()));
  });
  nsp.on_any(
      [this](std::string_view, Arguments arguments) { note("owned " + arguments.elements()); });
  nsp.on_any([this](std::string_view, json arguments) { note("owned " + arguments.dump()); });
  nsp.on_any([this](std::string_view, const auto& arguments) { note("any " + arguments.dump()); });
  socket.on_any([this](std::string_view, const Arguments& arguments) -> Task<> {
    co_await step;
    note("later " + arguments.elements());
  });
  nsp.on_any_outgoing([this](Socket&, std::string_view event, const Arguments& arguments) {
    note("out " + std::string(event) + arguments.elements());
  });
  peer.send(R"(2["in",1,{"a":[2]}])");
  EXPECT_EQ(log, (Log{R"(json in[1,{"a":[2]}])", R"(undecoded in1,{"a":[2]} +0)",
                      R"(owned 1,{"a":[2]})", R"(owned [1,{"a":[2]}])", R"(any [1,{"a":[2]}])"}));
  log.clear();
  step.complete(1);
  peer.send(R"(51-["in",{"_placeholder":true,"num":0}])", {"bytes"});
  EXPECT_EQ(log.at(0), R"(later 1,{"a":[2]})");
  EXPECT_EQ(log.at(2), R"(undecoded in{"_placeholder":true,"num":0} +1)");
  log.clear();
  socket.emit("event", "x", 2);
  EXPECT_EQ(log, (Log{R"(out event"x",2)"}));
}

TEST_F(SocketHookTest, WhatACatchAllOfAnyFormThrowsIsReportedByTheEventsName) {
  CorePeer peer(server);
  nsp.on_any([](std::string_view, const Arguments&) -> Task<> {
    throw std::runtime_error("undecoded");
    co_return;
  });
  nsp.on_any([](std::string_view, const json&) -> Task<> {
    throw std::runtime_error("json");
    co_return;
  });
  nsp.on_any([](Socket) -> Task<> {
    throw std::runtime_error("nothing");
    co_return;
  });
  peer.send(R"(2["in",1])");
  EXPECT_EQ(server.errors, (Log{"in: undecoded", "in: json", "in: nothing"}));
}

TEST_F(SocketHookTest, CatchAllsOfANamespaceAreTakenOffOneByOneOrAll) {
  CorePeer peer(server);
  const auto noting = [this](std::string what) { return [this, what] { note(what); }; };
  nsp.on_any(noting("in"));
  const HandlerId first = nsp.prepend_any(noting("in first"));
  nsp.on_any_outgoing(noting("out"));
  const HandlerId out_first = nsp.prepend_any_outgoing(noting("out first"));
  const auto exchange = [&] {
    log.clear();
    peer.send(R"(2["in"])");
    socket.emit("out");
    return log;
  };
  EXPECT_EQ(exchange(), (Log{"in first", "in", "out first", "out"}));
  nsp.off_any(first);
  nsp.off_any_outgoing(out_first);
  EXPECT_EQ(exchange(), (Log{"in", "out"}));
  nsp.off_any();
  EXPECT_EQ(exchange(), (Log{"out"}));
  nsp.off_any_outgoing();
  EXPECT_EQ(exchange(), Log{});
}

}  // namespace
}  // namespace socketio
