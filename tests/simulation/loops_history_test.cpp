// SPDX-License-Identifier: MIT
// Clients that lose their connection to a server of several loops and come back to another loop: as whom, with
// what they have missed, and in which order the loops deliver meanwhile.
#include "cluster/bus.hpp"
#include "support/history_bus.hpp"
#include "support/loop_town.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
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
using testing::StartsWith;
using Lines = std::vector<std::string>;

/// A client that remembers who it is.
class Returning {
 public:
  Returning(LoopTown& town, std::size_t loop, std::string nsp = "/")
      : town_(town), nsp_(std::move(nsp)) {
    connect(loop);
  }

  void connect(std::size_t loop) {
    json auth = json::object();
    if (!private_id_.empty()) auth["pid"] = private_id_;
    if (!offset_.empty()) auth["offset"] = offset_;
    peer = std::make_unique<TownClient>(town_.worker(loop), nsp_, auth.dump());
    town_.settle();
  }
  void lose() {
    read();
    peer.reset();
  }
  /// Whether it is still the same since the last call.
  bool is_same() {
    read();
    return std::exchange(former_id_, id) == id;
  }
  /// Names of events, and packets that are none; without those before.
  Lines heard() {
    read();
    return std::exchange(heard_, {});
  }
  void answer(const std::string& ack_id) { peer->answer(ack_id, "[]"); }

  std::unique_ptr<TownClient> peer;
  std::string id;

 private:
  void read() {
    if (!peer) return;
    for (const std::string& packet : peer->received()) {
      if (packet.starts_with('0')) {
        const json connected = json::parse(packet.substr(1));
        id = connected.at("sid");
        private_id_ = connected.at("pid");
        if (former_id_.empty()) former_id_ = id;
      } else if (packet.starts_with("2[")) {
        const json event = json::parse(packet.substr(1));
        heard_.push_back(event[0]);
        offset_ = event.back().is_string() ? event.back() : json(offset_);
      } else {
        heard_.push_back(packet);
      }
    }
  }

  LoopTown& town_;
  const std::string nsp_;
  std::string former_id_;
  std::string private_id_;
  std::string offset_;
  Lines heard_;
};

class LoopsHistory : public testing::Test {
 protected:
  explicit LoopsHistory(core::RecoveryLimits limits = {})
      : town(
            3, 1, [](auto bus) { return bus; }, limits) {
    town.on_first([this] {
      town.main().on("join", [](Socket& socket) { socket.join("room"); });
      town.main().on("tell", [this] { town.main().to("room").emit("told"); });
      town.main().on("tell-all", [this] { town.main().emit("all"); });
      town.main().on("self", [](Socket& socket) { socket.emit("self"); });
    });
    town.settle();
  }

  LoopTown town;
};

TEST_F(LoopsHistory, WhatWasMissedArrivesOnceAtAnotherLoop) {
  struct Secret {
    int number = 0;
  };
  town.on_first([&] {
    town.main().on("keep", [](Socket& socket) { socket.data<Secret>().number = 7; });
    town.main().on("show", [](Socket& socket) {
      socket.emit("number-" + std::to_string(socket.data<Secret>().number));
    });
  });
  town.settle();
  Returning client(town, 1);
  TownClient sender(town.worker(2), "/");
  client.peer->send(R"(["join"])");
  client.peer->send(R"(["keep"])");
  sender.send(R"(["tell"])");
  town.settle();
  EXPECT_THAT(client.heard(), ElementsAre("told"));
  client.lose();
  sender.send(R"(["tell-all"])");
  sender.send(R"(["tell"])");
  client.connect(0);
  EXPECT_TRUE(client.is_same());
  EXPECT_THAT(client.heard(), ElementsAre("all", "told"));
  sender.send(R"(["tell"])");
  client.peer->send(R"(["show"])");
  town.settle();
  EXPECT_THAT(client.heard(), ElementsAre("told", "number-7"));
  for (const std::size_t loop : {0U, 2U, 1U}) {
    client.lose();
    client.connect(loop);
    EXPECT_TRUE(client.is_same());
    EXPECT_THAT(client.heard(), IsEmpty());
  }
}

TEST_F(LoopsHistory, ALoopSendsInTheOrderOfItsHandlers) {
  town.on_first([&] {
    town.main().on("farewell", [](Socket& socket) {
      socket.emit("one");
      socket.emit_with_ack<int>("two").then([](const auto&) {});
      socket.nsp().to("room").emit("three");
      socket.leave("room");
      socket.nsp().to("room").emit("nobody");
      socket.volatile_().emit("four");
      socket.emit("five");
      socket.disconnect();
    });
  });
  town.settle();
  Returning client(town, 1);
  client.peer->send(R"(["join"])");
  // What waits at its loop is delivered first.
  TownClient sender(town.worker(2), "/");
  sender.send(R"(["tell"])");
  client.peer->send(R"(["farewell"])");
  const Lines heard = client.heard();
  ASSERT_EQ(heard.size(), 7);
  EXPECT_THAT(heard, ElementsAre("told", "one", StartsWith("2"), "three", "four", "five", "1"));
  town.settle();
  EXPECT_THAT(client.heard(), IsEmpty());
}

TEST_F(LoopsHistory, ASendersJoinsStayBeforeItsEvents) {
  town.on_first([&] {
    town.main().on("gather", [this](Socket&) {
      town.main().sockets_join("hall");
      town.main().to("hall").emit("in");
      town.main().sockets_leave("hall");
      town.main().to("hall").emit("out");
    });
  });
  town.settle();
  Returning client(town, 1);
  TownClient sender(town.worker(2), "/");
  sender.send(R"(["gather"])");
  // Its loop has not come to that yet, and delivers it before an event of its own.
  client.peer->send(R"(["self"])");
  EXPECT_THAT(client.heard(), ElementsAre("in", "self"));
  town.settle();
  EXPECT_THAT(client.heard(), IsEmpty());
}

TEST_F(LoopsHistory, AHalfOpenConnectionAtAnotherLoopIsReplaced) {
  Lines ends;
  town.on_first([&] {
    town.main().on_disconnect(
        [&](const Socket&, DisconnectReason reason) { ends.emplace_back(to_string(reason)); });
  });
  town.settle();
  Returning client(town, 1);
  client.peer->send(R"(["self"])");
  EXPECT_THAT(client.heard(), ElementsAre("self"));
  client.peer->send(R"(["self"])");
  const auto half_open = std::move(client.peer);
  client.connect(2);
  EXPECT_TRUE(client.is_same());
  EXPECT_THAT(client.heard(), ElementsAre("self"));
  EXPECT_TRUE(half_open->is_closed());
  EXPECT_THAT(ends, ElementsAre("transport close"));
  EXPECT_EQ(town.main().sockets_count(), 1);
}

TEST_F(LoopsHistory, TheDataIsNotTakenWhileHandlersOfTheEndUseIt) {
  std::string seen;
  town.on_first([&] {
    town.main().on("name", [](Socket& socket) { socket.data() = "first"; });
    town.main().on_connection([](const Socket& socket) {
      if (socket.recovered()) socket.data() = "second";
    });
    town.main().on_disconnect(
        [&](const Socket& socket, DisconnectReason) { seen = socket.data(); });
  });
  town.settle();
  Returning client(town, 1);
  client.peer->send(R"(["name"])");
  client.heard();
  const auto half_open = std::move(client.peer);
  client.connect(2);
  EXPECT_TRUE(client.is_same());
  EXPECT_EQ(seen, "first");
}

TEST_F(LoopsHistory, ALoopWithoutReceiversIsNotWoken) {
  Returning client(town, 1);
  Returning other(town, 2);
  other.peer->send(R"(["join"])");
  town.settle();
  client.peer->send(R"(["self"])");
  EXPECT_TRUE(town.worker(0).loop().has_run_posted());
  EXPECT_TRUE(town.worker(2).loop().has_run_posted());
  client.peer->send(R"(["tell"])");
  EXPECT_TRUE(town.worker(0).loop().has_run_posted());
  EXPECT_FALSE(town.worker(2).loop().has_run_posted());
  town.settle();
  EXPECT_THAT(other.heard(), ElementsAre("told"));
}

TEST_F(LoopsHistory, WhoHasMissedWhatALoopHasDroppedIsNew) {
  Returning at_full(town, 1);
  Returning at_free(town, 2);
  TownClient sender(town.worker(0), "/");
  town.worker(1).loop().has_room = false;
  sender.send(R"(["tell-all"])");
  town.worker(1).loop().has_room = true;
  sender.send(R"(["tell-all"])");
  town.settle();
  EXPECT_THAT(at_full.heard(), ElementsAre("all"));
  EXPECT_THAT(at_free.heard(), ElementsAre("all", "all"));
  at_full.lose();
  at_full.connect(2);
  EXPECT_FALSE(at_full.is_same());
  // From then on that loop has everything.
  at_free.lose();
  at_free.connect(1);
  EXPECT_TRUE(at_free.is_same());
  sender.send(R"(["tell-all"])");
  town.settle();
  at_free.lose();
  at_free.connect(0);
  EXPECT_TRUE(at_free.is_same());
  EXPECT_THAT(at_free.heard(), ElementsAre("all"));
}

TEST_F(LoopsHistory, WhatALoopHasDroppedIsInTheLog) {
  Returning client(town, 2);
  TownClient sender(town.worker(0), "/");
  client.lose();
  SteppedLoop& full = town.worker(1).loop();
  // Its loop has not come to what it has been told of, and does not get the next one.
  sender.send(R"(["tell-all"])");
  full.has_room = false;
  sender.send(R"(["tell-all"])");
  full.has_room = true;
  client.connect(1);
  EXPECT_TRUE(client.is_same());
  EXPECT_THAT(client.heard(), ElementsAre("all", "all"));
}

TEST_F(LoopsHistory, WhatIsSentToSomebodyWhoIsAwayIsKept) {
  std::optional<Socket> handle;
  town.on_first([&] {
    town.main().on_connection([&](const Socket& socket) {
      if (!handle) handle = socket;
    });
  });
  town.settle();
  Returning client(town, 1);
  client.lose();
  town.worker(1).loop().turn([&] { EXPECT_EQ(handle->emit("late"), EmitResult::queued); });
  client.connect(0);
  EXPECT_TRUE(client.is_same());
  EXPECT_THAT(client.heard(), ElementsAre("late"));
  // The former handle reaches the same client.
  town.worker(1).loop().turn([&] { handle->emit("later"); });
  town.settle();
  EXPECT_THAT(client.heard(), ElementsAre("later"));
}

class SmallLoopsHistory : public LoopsHistory {
 protected:
  SmallLoopsHistory() : LoopsHistory({.sessions = 2, .log_packets = 3}) {}
};

TEST_F(SmallLoopsHistory, LimitsAreForAllLoopsTogether) {
  Returning first(town, 0);
  Returning second(town, 1);
  Returning third(town, 2);
  for (Returning* const client : {&first, &second, &third}) client->lose();
  for (Returning* const client : {&first, &second, &third}) client->connect(0);
  EXPECT_FALSE(first.is_same());
  EXPECT_TRUE(second.is_same());
  EXPECT_TRUE(third.is_same());
  second.lose();
  third.peer->send(R"(["tell-all"])");
  first.peer->send(R"(["tell-all"])");
  first.peer->send(R"(["self"])");
  town.settle();
  second.connect(2);
  EXPECT_TRUE(second.is_same());
  EXPECT_THAT(second.heard(), ElementsAre("all", "all"));
  second.lose();
  first.peer->send(R"(["self"])");
  third.peer->send(R"(["self"])");
  second.connect(1);
  EXPECT_TRUE(second.is_same());
  EXPECT_THAT(second.heard(), IsEmpty());
  second.lose();
  for (int i = 0; i < 4; ++i) first.peer->send(R"(["tell-all"])");
  second.connect(1);
  EXPECT_FALSE(second.is_same());
}

TEST_F(LoopsHistory, ASessionIsForgottenInTime) {
  Returning client(town, 1);
  client.lose();
  town.settle();
  town.pass(std::chrono::minutes(3));
  client.connect(2);
  EXPECT_FALSE(client.is_same());
}

/// The bus to other servers, of which the test is one.
class OtherServers final : public cluster::Bus {
 public:
  explicit OtherServers(Lines& published) : published_(published) {}
  const std::string& node_id() const override { return id_; }
  void open(const std::string&, Listener& listener) override { listener_ = &listener; }
  void close(const std::string&) override {}
  void publish(cluster::MessagePtr message) override {
    if (const auto* const sent = std::get_if<cluster::Broadcast>(&message->body))
      published_.push_back(sent->event.text + sent->offset);
  }
  void answer(const std::string&, cluster::MessagePtr) override {}
  void send(const std::string& event) {
    listener_->on_message(std::make_shared<const cluster::Message>(
        cluster::Message{"other", "/a", cluster::Broadcast{{event, {}}, {}, {}}}));
  }

 private:
  const std::string id_ = "first";
  Lines& published_;
  Listener* listener_ = nullptr;
};

TEST(LoopsHistoryOfOneServer, OtherServersHaveTheirOwn) {
  Lines published;
  LoopTown town(
      2, 1, [](auto bus) { return bus; }, core::RecoveryLimits{});
  auto bus = std::make_unique<OtherServers>(published);
  OtherServers& others = *bus;
  town.worker(0).cluster().add(std::move(bus));
  town.on_first(
      [&] { town.dynamic().on("tell-all", [](Socket& socket) { socket.nsp().emit("all"); }); });
  town.settle();
  Returning client(town, 1, "/a");
  Returning sender(town, 1, "/a");
  client.lose();
  sender.peer->send(R"(["tell-all"])");
  // The first loop does not have the namespace.
  town.worker(0).loop().turn([&] { others.send(R"(["foreign"])"); });
  town.settle();
  EXPECT_THAT(published, ElementsAre(R"(["all"])"));
  EXPECT_THAT(sender.heard(), ElementsAre("all", "foreign"));
  client.connect(0);
  EXPECT_TRUE(client.is_same());
  EXPECT_THAT(client.heard(), ElementsAre("all", "foreign"));
}

class LoopsHistoryOfAStore : public testing::Test {
 protected:
  LoopsHistoryOfAStore() {
    town.on_first([this] {
      town.main().on("tell-all", [this] { town.main().emit("all"); });
      town.main().on("self", [](Socket& socket) { socket.emit("self"); });
    });
    town.settle();
  }

  LoopTown town{
      3, 1, [](auto bus) { return bus; }, core::RecoveryLimits{},
      [](TownWorker& first) { first.cluster().add(std::make_unique<HistoryBus>(first.loop())); }};
};

TEST_F(LoopsHistoryOfAStore, WhatWasMissedArrivesOnceAtAnyLoop) {
  Returning client(town, 1);
  Returning other(town, 2);
  client.peer->send(R"(["self"])");
  town.settle();
  EXPECT_THAT(client.heard(), ElementsAre("self"));
  for (const std::size_t loop : {2U, 0U, 1U}) {
    client.lose();
    other.peer->send(R"(["tell-all"])");
    town.settle();
    client.connect(loop);
    EXPECT_TRUE(client.is_same());
    EXPECT_THAT(client.heard(), ElementsAre("all"));
  }
  EXPECT_THAT(other.heard(), ElementsAre("all", "all", "all"));
}

TEST_F(LoopsHistoryOfAStore, AHalfOpenConnectionAtAnotherLoopIsReplaced) {
  Returning client(town, 1);
  EXPECT_THAT(client.heard(), IsEmpty());
  const auto half_open = std::move(client.peer);
  client.connect(2);
  EXPECT_TRUE(client.is_same());
  EXPECT_TRUE(half_open->is_closed());
}

TEST_F(LoopsHistoryOfAStore, WhoHasMissedWhatALoopHasDroppedIsNew) {
  Returning client(town, 1);
  Returning other(town, 2);
  town.worker(1).loop().has_room = false;
  other.peer->send(R"(["tell-all"])");
  town.settle();
  town.worker(1).loop().has_room = true;
  other.peer->send(R"(["tell-all"])");
  town.settle();
  EXPECT_THAT(client.heard(), ElementsAre("all"));
  client.lose();
  client.connect(1);
  EXPECT_FALSE(client.is_same());
  client.lose();
  client.connect(1);
  EXPECT_TRUE(client.is_same());
}

TEST_F(LoopsHistoryOfAStore, WhoHasReceivedNothingBeginsWhereItCame) {
  Returning other(town, 2);
  other.peer->send(R"(["tell-all"])");
  town.settle();
  Returning client(town, 1);
  client.lose();
  other.peer->send(R"(["tell-all"])");
  town.settle();
  client.connect(0);
  EXPECT_TRUE(client.is_same());
  EXPECT_THAT(client.heard(), ElementsAre("all"));
}

}  // namespace
}  // namespace socketio::support
