// SPDX-License-Identifier: MIT
// Namespaces that are created because a client asks for them. They end with their last client if the
// application wishes so, or if there are too many, so that nobody can fill the server's memory with
// names.
#include "support/core_peer.hpp"
#include "support/every_adapter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace socketio {
namespace {

using support::CorePeer;
using support::CoreServer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class DynamicNamespace : public support::EveryAdapterTest {
 protected:
  DynamicNamespace() {
    parent_.on("ping", [](std::string text) { return text; });
  }
  static core::Options cleaning() {
    core::Options made = options();
    made.cleanup_empty_child_namespaces = true;
    return made;
  }
  CoreServer server_{cleaning()};
  Namespace parent_{server_.node.of(detail::make_predicate(
      [](std::string_view name, const json&) { return name.starts_with("/room-"); }))};
};

TEST_P(DynamicNamespace, EndsWithItsLastClient) {
  const std::size_t before = server_.node.namespace_count();
  CorePeer first(server_);
  CorePeer second(server_);
  first.send("0/room-1,");
  second.send("0/room-1,");
  EXPECT_EQ(server_.node.namespace_count(), before + 1);
  first.send("1/room-1,");
  EXPECT_EQ(server_.node.namespace_count(), before + 1);
  second.leave();
  EXPECT_EQ(server_.node.namespace_count(), before);
}

TEST_P(DynamicNamespace, IsMadeAgainWithTheSameHandlers) {
  for (int round = 0; round < 3; ++round) {
    CorePeer peer(server_);
    peer.send("0/room-1,");
    peer.send(R"(2/room-1,7["ping","x"])");
    EXPECT_EQ(peer.received().back(), R"(43/room-1,7["x"])");
  }
}

TEST_P(DynamicNamespace, StaysWhenTheApplicationHasAskedForIt) {
  CorePeer peer(server_);
  peer.send("0/room-1,");
  Namespace kept(server_.node.of("/room-1"));
  const std::size_t with_it = server_.node.namespace_count();
  peer.leave();
  EXPECT_EQ(server_.node.namespace_count(), with_it);
}

TEST_P(DynamicNamespace, AHandleStaysTheSameNamespaceWhenClientsComeBack) {
  std::vector<Namespace> kept;
  parent_.on_connection([&](Socket socket) { kept.push_back(socket.nsp()); });
  {
    CorePeer first(server_);
    first.send("0/room-1,");
  }
  CorePeer second(server_);
  second.send("0/room-1,");
  second.received();
  kept.front().emit("news");
  EXPECT_THAT(second.received(), ElementsAre(R"(42/room-1,["news"])"));
}

TEST_P(DynamicNamespace, ManyThatNobodyHoldsAreForgotten) {
  Namespace kept(nullptr);
  parent_.on_connection([&](Socket socket) { kept = socket.nsp(); });
  CorePeer peer(server_);
  for (int i = 0; i < 1'000; ++i) {
    const std::string name = "/room-" + std::to_string(i) + ",";
    peer.send("0" + name);
    peer.send("1" + name);
  }
  EXPECT_EQ(kept.name(), "/room-999");
  EXPECT_LT(server_.node.remembered_count(), 100U);
}

TEST_P(DynamicNamespace, StaysByDefaultUnlessThereAreTooMany) {
  core::Options keeping = options();
  keeping.namespaces_kept = 3;  // "/" and two more
  CoreServer server(keeping);
  const Namespace parent(server.node.of(
      detail::make_predicate([](std::string_view name, const json&) { return name != "/"; })));
  CorePeer peer(server);
  for (const std::string name : {"/a,", "/b,", "/c,", "/d,"}) {
    peer.send("0" + name);
    peer.send("1" + name);
  }
  EXPECT_EQ(server.node.namespace_count(), 3U);
  peer.send("0/a,");
  EXPECT_THAT(peer.received().back(), HasSubstr("40/a,"));
  EXPECT_EQ(server.node.namespace_count(), 3U);
}

TEST_P(DynamicNamespace, IsAnnouncedEachTimeItIsMade) {
  std::vector<std::string> made;
  server_.node.add_new_namespace_handler([&](const std::shared_ptr<core::NamespaceState>& nsp) {
    made.push_back(nsp->name());
    throw std::runtime_error("on purpose");
  });
  std::vector<std::string> errors;
  server_.nsp.on_handler_error(
      [&](Socket&, const HandlerError& error) { errors.push_back(error.event); });
  CorePeer peer(server_);
  server_.node.of("/fixed");
  server_.node.of("/fixed");
  for (int round = 0; round < 2; ++round) {
    peer.send("0/room-1,");
    peer.send("1/room-1,");
  }
  EXPECT_THAT(made, ElementsAre("/fixed", "/room-1", "/room-1"));
  EXPECT_THAT(errors, ElementsAre("new_namespace", "new_namespace", "new_namespace"));
}

TEST_P(DynamicNamespace, IsNotAnnouncedAgainWhileSomebodyHoldsIt) {
  int connections = 0;
  std::vector<Namespace> kept;
  server_.node.add_new_namespace_handler([&](const std::shared_ptr<core::NamespaceState>& made) {
    kept.emplace_back(made).on_connection([&] { ++connections; });
  });
  for (int round = 0; round < 3; ++round) {
    CorePeer peer(server_);
    peer.send("0/room-1,");
  }
  EXPECT_EQ(connections, 3);
}

TEST_P(DynamicNamespace, HasItsOwnHandlersFromTheFirstThatItGets) {
  CorePeer peer(server_);
  peer.send("0/room-1,");
  peer.send("0/room-2,");
  Namespace(server_.node.of("/room-1")).on("own", [] { return 1; });
  parent_.on("late", [] { return 2; });
  peer.received();
  peer.send(R"(2/room-1,1["own"])");
  peer.send(R"(2/room-2,2["own"])");
  peer.send(R"(2/room-2,3["late"])");
  EXPECT_THAT(peer.received(), ElementsAre("43/room-1,1[1]", "43/room-2,3[2]"));
}

TEST_P(DynamicNamespace, WhatIsSentToTheParentGoesToAllOfThem) {
  CorePeer peer(server_);
  peer.send("0/room-1,");
  peer.send("0/room-2,");
  peer.send("0/other,");
  peer.received();
  parent_.emit("news", json::binary({7}));
  auto received = peer.received();
  std::sort(received.begin(), received.end());
  EXPECT_THAT(received, ElementsAre(R"(451-/room-1,["news",{"_placeholder":true,"num":0}])",
                                    R"(451-/room-2,["news",{"_placeholder":true,"num":0}])",
                                    "binary:\a", "binary:\a"));
  parent_.disconnect_sockets();
  EXPECT_EQ(peer.received().size(), 2U);
}

TEST_P(DynamicNamespace, WatchersOfTheParentSeeWhatIsBroadcast) {
  std::vector<std::string> seen;
  parent_.on_any_outgoing([&](Socket& socket, std::string_view event, const json&) {
    seen.push_back(socket.nsp().name() + " " + std::string(event));
  });
  CorePeer peer(server_);
  peer.send("0/room-1,");
  Namespace(server_.node.of("/room-1")).emit("news");
  peer.received();
  EXPECT_THAT(seen, ElementsAre("/room-1 news"));
}

/// Namespaces whose predicates have side effects.
class MeddlingPredicate : public testing::Test {
 protected:
  CoreServer server_;
};

TEST_F(MeddlingPredicate, ThatMakesTheNamespaceItself) {
  int calls = 0;
  server_.node.of(detail::make_predicate([&](std::string_view name, const json&) {
    Namespace(server_.node.of(name)).on("ping", [&] { return ++calls; });
    return true;
  }));
  CorePeer peer(server_);
  peer.send("0/mine,");
  peer.received();
  peer.send(R"(2/mine,1["ping"])");
  EXPECT_THAT(peer.received(), ElementsAre("43/mine,1[1]"));
  peer.leave();
  CorePeer second(server_);
  second.send("0/mine,");
  second.send(R"(2/mine,1["ping"])");
  EXPECT_EQ(calls, 2) << "it is the application's, and stays";
}

TEST_F(MeddlingPredicate, ThatMakesFurtherParents) {
  server_.node.of(detail::make_predicate([&](std::string_view, const json&) {
    for (int i = 0; i < 100; ++i) {
      server_.node.of(detail::make_predicate([](std::string_view, const json&) { return false; }));
    }
    return false;
  }));
  CorePeer peer(server_);
  peer.send("0/any,");
  EXPECT_THAT(peer.received(), ElementsAre(HasSubstr("Invalid namespace")));
}

TEST_F(MeddlingPredicate, ThatThrowsTheClientOut) {
  int joined = 0;
  server_.nsp.on_connection([](Socket socket) { socket.join("user"); });
  Namespace parent(server_.node.of(detail::make_predicate([&](std::string_view, const json&) {
    server_.nsp.in("user").disconnect_sockets(Close::connection);
    return true;
  })));
  parent.on_connection([&](Socket) { ++joined; });
  {
    CorePeer peer(server_);
    peer.send("0/room,");
    EXPECT_TRUE(peer.is_closed());
  }
  EXPECT_EQ(joined, 0);
  server_.node.close();
}

TEST(Handshake, TellsItsTimeAsJavaScriptPrintsADate) {
  CoreServer server;
  std::string time;
  server.nsp.on_connection([&](const Socket& socket) { time = socket.handshake().time; });
  CorePeer peer(server);
  peer.send("0");
  EXPECT_EQ(time, "Thu Jan 01 1970 00:00:00 GMT+0000 (Coordinated Universal Time)");
}

TEST(NamespacePattern, GivesItsHandlersAlsoToWhatTheApplicationNamesFirst) {
  CoreServer server;
  Namespace parent(
      server.node.of_pattern([](std::string_view name) { return name.starts_with("/room-"); }));
  parent.use([](Socket& socket, Next next) {
    socket.handshake().auth.contains("token") ? next() : next(MiddlewareError{"no token"});
  });
  Namespace(server.node.of("/room-1")).emit("tick");
  CorePeer peer(server);
  peer.send("0/room-1,");
  EXPECT_THAT(peer.received(), ElementsAre(HasSubstr("no token")));
}

TEST(NamespacePattern, ThatThrowsAdmitsNobody) {
  CoreServer server;
  server.node.of_pattern([](std::string_view name) -> bool {
    throw std::runtime_error("too complex for " + std::string(name));
  });
  CorePeer peer(server);
  peer.send("0/any,");
  EXPECT_THAT(peer.received(), ElementsAre(HasSubstr("Invalid namespace")));
  EXPECT_NO_THROW(server.node.of("/mine"));
}

TEST(NamespaceName, HasALimit) {
  core::Options options;
  options.namespace_name_bytes = 10;
  CoreServer server(options);
  server.node.of_pattern([](std::string_view) { return true; });
  CorePeer peer(server);
  peer.send("0/123456789,");
  EXPECT_THAT(peer.received(), ElementsAre(HasSubstr("sid")));
  peer.send("0/1234567890,");
  EXPECT_TRUE(peer.is_closed());
  EXPECT_THAT(peer.received(), IsEmpty());
}

class BroadcastOrder : public support::EveryAdapterTest {};

TEST_P(BroadcastOrder, IsKeptAcrossTheNamespacesOfAConnection) {
  CoreServer server(options());
  Namespace other(server.node.of("/other"));
  CorePeer peer(server);
  peer.send("0/other,");
  peer.received();
  other.emit("one");
  server.nsp.emit("two");
  server.nsp.sockets().front().emit("three");
  other.emit("four");
  EXPECT_THAT(peer.received(), ElementsAre(R"(42/other,["one"])", R"(42["two"])", R"(42["three"])",
                                           R"(42/other,["four"])"));
  other.emit("farewell");
  server.nsp.sockets().front().disconnect(Close::connection);
  EXPECT_THAT(peer.received(), ElementsAre(R"(42/other,["farewell"])", "41", "41/other,"));
}

TEST_P(BroadcastOrder, WhatAWatcherBroadcastsGoesBeforeWhatItWatches) {
  CoreServer server(options());
  Namespace other(server.node.of("/other"));
  server.nsp.on_any_outgoing([&] { other.emit("before"); });
  CorePeer peer(server);
  peer.send("0/other,");
  peer.received();
  server.nsp.emit("one");
  server.nsp.sockets().front().emit("two");
  EXPECT_THAT(peer.received(), ElementsAre(R"(42/other,["before"])", R"(42["one"])",
                                           R"(42/other,["before"])", R"(42["two"])"));
}

INSTANTIATE_TEST_SUITE_P(Adapters, DynamicNamespace, support::every_adapter(),
                         support::adapter_name);

INSTANTIATE_TEST_SUITE_P(Adapters, BroadcastOrder, support::every_adapter(), support::adapter_name);

}  // namespace
}  // namespace socketio
