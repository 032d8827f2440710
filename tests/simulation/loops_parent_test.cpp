// SPDX-License-Identifier: MIT
// What the parent of a pattern's namespaces sends, at a server of several loops whose first one is
// connected to other servers: each namespace that any loop has gets it once, on all loops and at the
// other servers.
#include "cluster/bus.hpp"
#include "support/loop_town.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace socketio::support {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using Lines = std::vector<std::string>;

/// Notes what is published to other servers, none of which is there.
class NotedBus final : public cluster::Bus {
 public:
  explicit NotedBus(Lines& notes) : notes_(notes) {}
  const std::string& node_id() const override { return id_; }
  void open(const std::string&, Listener&) override {}
  void close(const std::string&) override {}
  void publish(cluster::MessagePtr message) override {
    const cluster::Body& body = message->body;
    if (const auto* const broadcast = std::get_if<cluster::Broadcast>(&body))
      note(*message, broadcast->event.text, broadcast->options);
    if (const auto* const join = std::get_if<cluster::SocketsJoin>(&body))
      note(*message, "join " + join->rooms.at(0), join->options);
    if (const auto* const leave = std::get_if<cluster::SocketsLeave>(&body))
      note(*message, "leave " + leave->rooms.at(0), leave->options);
    if (const auto* const disconnect = std::get_if<cluster::DisconnectSockets>(&body))
      note(*message, "disconnect", disconnect->options);
    if (std::holds_alternative<cluster::FetchSockets>(body))
      notes_.push_back(message->nsp + " fetch");
  }
  void answer(const std::string&, cluster::MessagePtr) override {}

 private:
  void note(const cluster::Message& message, const std::string& what,
            const detail::BroadcastOptions& options) {
    std::string line = message.nsp + ' ' + what;
    for (const std::string& room : options.rooms) line += " in " + room;
    for (const std::string& room : options.except) line += " except " + room;
    notes_.push_back(std::move(line));
  }

  const std::string id_ = "first";
  Lines& notes_;
};

/// Three loops. "/a" is on the last two, "/b" on the second, "/c" on the first.
class LoopsParent : public testing::Test {
 protected:
  LoopsParent() {
    town.worker(0).cluster().add(std::make_unique<NotedBus>(published));
    town.settle();
    const std::vector<std::pair<std::size_t, std::string>> places = {
        {1, "/a"}, {2, "/a"}, {1, "/b"}, {0, "/c"}};
    for (const auto& [loop, nsp] : places)
      clients.push_back(std::make_unique<TownClient>(town.worker(loop), nsp));
    town.settle();
    received();
  }
  ~LoopsParent() override { clients.clear(); }

  std::vector<Lines> received() {
    std::vector<Lines> all;
    for (const auto& client : clients) all.push_back(client->received());
    return all;
  }
  /// In a turn of that loop; none: outside of all.
  template <class Work>
  void on(std::optional<std::size_t> loop, Work work) {
    loop ? town.worker(*loop).loop().turn(work) : work();
    town.settle();
  }
  Lines taken() { return std::exchange(published, {}); }

  Lines published;
  LoopTown town{3, 1};
  Namespace parent = town.dynamic();
  std::vector<std::unique_ptr<TownClient>> clients;
};

TEST_F(LoopsParent, AnEventReachesEachNamespaceOnceWhereverItBegins) {
  const std::vector<std::optional<std::size_t>> senders = {std::nullopt, 0, 1, 2};
  for (const auto& loop : senders) {
    on(loop, [&] { parent.emit("hello"); });
    EXPECT_THAT(received(), testing::Each(ElementsAre("2[\"hello\"]")));
    EXPECT_THAT(taken(),
                UnorderedElementsAre("/a [\"hello\"]", "/b [\"hello\"]", "/c [\"hello\"]"));
  }
}

TEST_F(LoopsParent, RoomsAndExceptionsGoWithIt) {
  on(2, [&] { parent.sockets_join("all"); });
  EXPECT_THAT(taken(), UnorderedElementsAre("/a join all", "/b join all", "/c join all"));
  on(1, [&] { parent.to("all").except("none").emit("hello"); });
  EXPECT_THAT(received(), testing::Each(ElementsAre("2[\"hello\"]")));
  EXPECT_THAT(taken(), UnorderedElementsAre("/a [\"hello\"] in all except none",
                                            "/b [\"hello\"] in all except none",
                                            "/c [\"hello\"] in all except none"));
  on(0, [&] { parent.in("all").sockets_leave("all"); });
  EXPECT_THAT(taken(), UnorderedElementsAre("/a leave all in all", "/b leave all in all",
                                            "/c leave all in all"));
  on(1, [&] { parent.to("all").emit("nothing"); });
  EXPECT_THAT(received(), testing::Each(IsEmpty()));
}

TEST_F(LoopsParent, JoinsAreDoneBeforeWhatIsSentAfterThem) {
  on(2, [&] {
    parent.sockets_join("new");
    parent.to("new").emit("hello");
  });
  EXPECT_THAT(received(), testing::Each(ElementsAre("2[\"hello\"]")));
}

TEST_F(LoopsParent, TheOrderOfASenderIsKeptAlsoWithItsNamespaces) {
  Namespace child = [&] {
    std::optional<Namespace> found;
    on(1, [&] { found.emplace(town.worker(1).node().find("/a")); });
    return *found;
  }();
  on(1, [&] {
    parent.emit("one");
    child.emit("two");
    parent.emit("three");
  });
  const Lines all = {"2[\"one\"]", "2[\"two\"]", "2[\"three\"]"};
  const Lines of_parent = {"2[\"one\"]", "2[\"three\"]"};
  EXPECT_THAT(received(), ElementsAre(all, all, of_parent, of_parent));
  Lines of_a = taken();
  std::erase_if(of_a, [](const std::string& line) { return !line.starts_with("/a"); });
  EXPECT_THAT(of_a, ElementsAre("/a [\"one\"]", "/a [\"two\"]", "/a [\"three\"]"));
}

TEST_F(LoopsParent, SocketsOfAllLoopsAreFound) {
  for (std::size_t loop = 0; loop < town.size(); ++loop) {
    std::optional<std::size_t> found;
    on(loop, [&] {
      parent.fetch_sockets().then([&](const FetchedSockets& sockets) { found = sockets.size(); });
    });
    EXPECT_EQ(found, 4) << loop;
    EXPECT_THAT(taken(), UnorderedElementsAre("/a fetch", "/b fetch", "/c fetch"));
  }
}

// A loop that has closed a namespace says so, and may have opened it again when others hear of it.
TEST_F(LoopsParent, SocketsAreFoundAtALoopThatHasJustClosedTheirNamespace) {
  clients.erase(clients.begin() + 1);
  town.worker(2).loop().wake();
  clients.push_back(std::make_unique<TownClient>(town.worker(2), "/a"));
  std::optional<std::size_t> found;
  town.worker(0).loop().turn([&] {
    parent.fetch_sockets().then([&](const FetchedSockets& sockets) { found = sockets.size(); });
  });
  for (const std::size_t loop : {0, 1, 0, 2, 0}) town.worker(loop).loop().wake();
  EXPECT_EQ(found, 4);
}

TEST_F(LoopsParent, DisconnectsEverybody) {
  on(0, [&] { parent.disconnect_sockets(); });
  EXPECT_THAT(received(), testing::Each(ElementsAre("1")));
  EXPECT_THAT(taken(), UnorderedElementsAre("/a disconnect", "/b disconnect", "/c disconnect"));
  EXPECT_THAT(town.dynamic_children(), IsEmpty());
}

TEST_F(LoopsParent, WhatIsLocalStaysOnItsLoop) {
  on(1, [&] { parent.local().emit("hello"); });
  const Lines hello = {"2[\"hello\"]"};
  EXPECT_THAT(received(), ElementsAre(hello, Lines(), hello, Lines()));
  EXPECT_THAT(taken(), IsEmpty());
}

TEST_F(LoopsParent, ANamespaceThatHasEndedEverywhereGetsNothing) {
  clients.erase(clients.begin() + 2);  // of "/b"
  clients.erase(clients.begin() + 1);  // of "/a" on the last loop
  town.settle();
  on(2, [&] { parent.emit("hello"); });
  EXPECT_THAT(received(), testing::Each(ElementsAre("2[\"hello\"]")));
  EXPECT_THAT(taken(), UnorderedElementsAre("/a [\"hello\"]", "/c [\"hello\"]"));
  clients.push_back(std::make_unique<TownClient>(town.worker(2), "/b"));
  town.settle();
  clients.back()->received();
  on(0, [&] { parent.emit("again"); });
  EXPECT_THAT(received(), testing::Each(ElementsAre("2[\"again\"]")));
  EXPECT_THAT(taken(), UnorderedElementsAre("/a [\"again\"]", "/b [\"again\"]", "/c [\"again\"]"));
}

}  // namespace
}  // namespace socketio::support
