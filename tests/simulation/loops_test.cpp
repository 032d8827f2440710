// SPDX-License-Identifier: MIT
// Seeded runs of a server of several loops in one virtual time, which wake in a random order: clients come
// and go, and with them their namespaces; they join and leave rooms, and are moved and disconnected by
// others; every loop, and a thread that is none of them, sends to rooms, asks and fetches. Each receiver
// gets each event once, in the order of its sender, and none that is not for it; every question ends; at
// the end nothing is left. That the checks see what is wrong is proved by buses that do one thing wrong.
#include "support/faulty_bus.hpp"
#include "support/ledger.hpp"
#include "support/loop_town.hpp"
#include "support/room_ledger.hpp"

#include <socketio/socket.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace socketio::support {
namespace {

class Watcher final : public core::NodeWatcher {
 public:
  explicit Watcher(RoomLedger& ledger) : ledger_(ledger) {}
  void on_client(const std::shared_ptr<core::Connection>&) override {}
  void on_connected(core::SocketState&) override {}
  void on_joined(core::NamespaceState& nsp, const std::string& id,
                 const std::vector<std::string>& rooms) override {
    for (const std::string& room : rooms) ledger_.joined(nsp.name(), id, room);
  }
  void on_left(core::NamespaceState&, const std::string& id,
               const std::vector<std::string>& rooms) noexcept override {
    for (const std::string& room : rooms) ledger_.left(id, room);
  }

 private:
  RoomLedger& ledger_;
};

class RandomLoops {
 public:
  explicit RandomLoops(std::uint64_t seed, BusFault fault = {})
      : dice_(seed), fault_(fault), town_(dice_.between(2, 4), seed, [this](auto bus) {
          return std::make_unique<FaultyBus>(std::move(bus), fault_);
        }) {
    town_.on_first([this] {
      furnish(town_.main());
      furnish(town_.dynamic());
    });
    town_.settle();
    for (const auto& worker : town_.workers())
      worker->node().set_watcher(std::make_shared<Watcher>(ledger_));
    for (int i = 0; i < 10; ++i) add_client();
  }

  void run() {
    for (std::size_t step = 0; step < steps; ++step) {
      act();
      read();
      if (dice_.one_in(15)) settle();
    }
    settle();
    while (!clients_.empty()) {
      clients_.pop_back();
      if (dice_.one_in(2)) wake_one();
    }
    settle();
    for (int i = 0; i < 100; ++i) {
      town_.pass(std::chrono::milliseconds(100));
      settle();
    }
    check_empty();
  }

  const std::vector<std::string>& faults() const { return ledger_.faults(); }
  std::size_t received() const { return ledger_.received_count(); }
  std::size_t ended() const { return ended_; }
  bool fault_is_made() const { return fault_.is_made(); }

 private:
  static constexpr std::size_t steps = 300;

  struct Client {
    std::unique_ptr<TownClient> peer;
    std::string nsp;
    std::string id{};
  };

  // --- The server ---

  void furnish(const Namespace& nsp) {
    nsp.on("act", [this](Socket& socket) { serve(socket); });
    nsp.on_server_side_emit("tell", [this] { ledger_.complain("a server was told by itself"); });
    nsp.on_handler_error([this](Socket&, const HandlerError& error) {
      ledger_.complain(error.event + ": " + error.message);
    });
  }

  std::string some_room() { return std::string(1, static_cast<char>('p' + dice_.below(3))); }
  std::string some_nsp() {
    return dice_.one_in(3) ? "/" + std::string(1, static_cast<char>('a' + dice_.below(2))) : "/";
  }

  void serve(Socket& socket) {
    const Namespace own = socket.nsp();
    const Namespace nsp = dice_.one_in(5) ? town_.dynamic() : own;
    switch (dice_.below(20)) {
      case 0:
      case 1:
      case 10:
      case 11:
        return void(socket.join(some_room()));
      case 2:
        return socket.leave(some_room());
      case 3:
        return nsp.in(some_room()).sockets_join(some_room());
      case 4:
        return nsp.in(some_room()).sockets_leave(some_room());
      case 5:
        return ask(own);
      case 6:
        return fetch(nsp);
      case 7:
        return ask_servers(own);
      case 8:
        return disconnect(socket);
      case 9:
        return emit_to_one(own);
      case 12:
        return emit_to_others(socket);
      default:
        return emit_to_rooms(nsp);
    }
  }

  /// For the ledger.
  std::string name_of(const Namespace& nsp) const {
    return nsp == town_.dynamic() ? "*" : nsp.name();
  }

  void emit_to_rooms(const Namespace& nsp) {
    std::vector<std::string> rooms;
    std::vector<std::string> except;
    for (std::size_t i = dice_.below(3); i > 0; --i) rooms.push_back(some_room());
    if (dice_.one_in(3)) except.push_back(some_room());
    emit(nsp.to(rooms).except(except), name_of(nsp), rooms, except);
  }
  void emit_to_one(const Namespace& nsp) {
    const std::vector<std::string> ids = ledger_.ids(nsp.name());
    if (ids.empty()) return;
    const std::string& id = ids[dice_.below(ids.size())];
    emit(nsp.to(id), nsp.name(), {id}, {});
  }
  void emit_to_others(const Socket& socket) {
    const std::string room = some_room();
    emit(socket.to(room), socket.nsp().name(), {room}, {socket.id()});
  }
  void emit(const BroadcastOperator& receivers, const std::string& nsp,
            std::vector<std::string> rooms, std::vector<std::string> except) {
    const auto loop = town_.running();
    const std::string sender = loop ? std::to_string(*loop) : "outside";
    const auto number = ledger_.sent(sender, {nsp, std::move(rooms), std::move(except)});
    ledger_.expect(receivers.emit("event", sender, number) == EmitResult::sent, "not sent");
  }

  void disconnect(Socket& socket) {
    if (!dice_.one_in(4)) return emit_to_rooms(socket.nsp());
    if (dice_.one_in(2)) return socket.disconnect();
    socket.nsp().in(some_room()).except(some_room()).disconnect_sockets();
  }

  void ask(const Namespace& nsp) {
    ++waiting_;
    nsp.timeout(std::chrono::milliseconds(400))
        .emit_with_ack<std::string>("question")
        .then(
            [this, name = nsp.name(), since = ledger_.now()](const Replies<std::string>& replies) {
              end();
              const std::set<std::string> ids(replies.values().begin(), replies.values().end());
              ledger_.expect(ids.size() == replies.values().size(), "a client answered twice");
              expect_connected(ids.size() + replies.missing(), name, since, "clients were asked");
            });
  }
  void fetch(const Namespace& nsp) {
    ++waiting_;
    nsp.fetch_sockets().then(
        [this, name = name_of(nsp), since = ledger_.now()](const FetchedSockets& found) {
          end();
          std::set<std::string> ids;
          for (const RemoteSocket& socket : found) ids.insert(socket.id);
          ledger_.expect(ids.size() == found.size(), "a socket was found twice");
          ledger_.expect(found.missing_nodes().count == 0, "a loop did not answer");
          expect_connected(ids.size(), name, since, "sockets were found");
        });
  }
  void expect_connected(std::size_t count, const std::string& nsp, std::uint64_t since,
                        const std::string& what) {
    const auto [least, most] = ledger_.connected(nsp, since);
    ledger_.expect(least <= count && count <= most, std::to_string(count) + ' ' + what +
                                                        " instead of " + std::to_string(least) +
                                                        " to " + std::to_string(most));
  }
  void ask_servers(const Namespace& nsp) {
    ledger_.expect(nsp.server_side_emit("tell") == EmitResult::sent, "not told");
    ++waiting_;
    nsp.server_side_emit_with_ack<int>("tell").then([this](const Replies<int>& replies) {
      end();
      ledger_.expect(replies.values().empty(), "a server answered itself");
    });
  }
  void end() {
    --waiting_;
    ++ended_;
  }

  // --- What happens between the turns ---

  void act() {
    switch (dice_.below(10)) {
      case 0:
        return town_.pass(std::chrono::milliseconds(dice_.between(1, 60)));
      case 1:
        return emit_to_rooms(dice_.one_in(2) ? town_.main() : town_.dynamic());
      case 2:
        return dice_.one_in(2) ? add_client() : remove_client();
      case 3:
      case 4:
      case 5:
        return wake_one();
      default:
        return clients_[dice_.below(clients_.size())].peer->send(R"(["act"])");
    }
  }
  void wake_one() { town_.worker(dice_.below(town_.size())).loop().wake(); }
  void add_client() {
    if (clients_.size() >= 16) return remove_client();
    const std::string nsp = some_nsp();
    clients_.push_back(
        {std::make_unique<TownClient>(town_.worker(dice_.below(town_.size())), nsp), nsp});
  }
  void remove_client() {
    if (clients_.size() <= 8) return add_client();
    read();
    clients_.erase(clients_.begin() + static_cast<std::ptrdiff_t>(dice_.below(clients_.size())));
  }
  void settle() {
    town_.settle();
    read();
    // Their answers are on the way.
    town_.settle();
    read();
    ledger_.settled();
    ledger_.expect(town_.main().sockets_count() == ledger_.present("/"), "sockets_count is wrong");
  }

  // --- What arrives ---

  void read() {
    for (Client& client : clients_) {
      for (const std::string& packet : client.peer->received()) read(client, packet);
    }
  }
  void read(Client& client, const std::string& packet) {
    if (packet.starts_with('0')) {
      client.id = json::parse(packet.substr(1)).at("sid");
      return;
    }
    if (!packet.starts_with('2')) return;
    const std::size_t bracket = packet.find('[');
    const json event = json::parse(packet.substr(bracket));
    if (event[0] == "event") return ledger_.received(client.id, event[1], event[2]);
    if (!dice_.one_in(4))
      client.peer->answer(packet.substr(1, bracket - 1), "[\"" + client.id + "\"]");
  }

  void check_empty() {
    ledger_.expect(waiting_ == 0, std::to_string(waiting_) + " questions have not ended");
    ledger_.expect(town_.main().sockets_count() == 0, "sockets are left");
    ledger_.expect(town_.buses().room_count() == 0, "rooms are left");
    ledger_.expect(town_.dynamic_children().empty(), "namespaces of a parent are left");
    for (const auto& worker : town_.workers()) {
      ledger_.expect(worker->node().namespace_count() == 1, "namespaces are left");
      ledger_.expect(worker->cluster().namespace_count() == 1, "namespaces of the bus are left");
      ledger_.expect(!worker->loop().timers().next_deadline(), "a timer is armed");
    }
  }

  Dice dice_;
  BusFault fault_;
  RoomLedger ledger_;
  LoopTown town_;
  std::vector<Client> clients_;
  std::size_t waiting_ = 0;
  std::size_t ended_ = 0;
};

TEST(RandomLoops, GiveEachReceiverEachEventOnceAndInOrder) {
  std::uint64_t seeds = 0;
  std::size_t received = 0;
  std::size_t ended = 0;
  for_each_seed(250, "simulation_loops_test", [&](std::uint64_t seed) {
    RandomLoops loops(seed);
    loops.run();
    EXPECT_EQ(loops.faults(), std::vector<std::string>{});
    ++seeds;
    received += loops.received();
    ended += loops.ended();
  });
  testing::Test::RecordProperty("received", std::to_string(received));
  testing::Test::RecordProperty("ended", std::to_string(ended));
  // About half of the average, so that runs without traffic are noticed.
  EXPECT_GT(received, 80 * seeds);
  EXPECT_GT(ended, 9 * seeds);
}

class FaultyLoops : public testing::TestWithParam<BusFault::Kind> {};

// Some faults do no harm: an event that is lost between loops may have no receiver there.
TEST_P(FaultyLoops, AreNoticed) {
  std::size_t made = 0;
  std::size_t noticed = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const bool is_in_room = GetParam() == BusFault::Kind::forgets_room;
    RandomLoops loops(seed, {.kind = GetParam(), .number = is_in_room ? seed % 4 : 15 + seed % 10});
    loops.run();
    if (loops.fault_is_made()) ++made;
    if (!loops.faults().empty()) ++noticed;
  }
  testing::Test::RecordProperty("noticed", std::to_string(noticed));
  EXPECT_GT(made, 20);
  EXPECT_GE(noticed, 4);
}

INSTANTIATE_TEST_SUITE_P(Kinds, FaultyLoops,
                         testing::Values(BusFault::Kind::drops, BusFault::Kind::doubles,
                                         BusFault::Kind::swaps, BusFault::Kind::leaks,
                                         BusFault::Kind::forgets_room));

}  // namespace
}  // namespace socketio::support
