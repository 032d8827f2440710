// SPDX-License-Identifier: MIT
// Seeded runs of a server of several loops in one virtual time, which recovers clients. These lose their
// connection, with what was on its way, and come back to any loop, also before the server has noticed.
// Meanwhile every loop, and a thread that is none of them, sends, and clients change rooms, by themselves and by
// others. As long as a client has the same id, it gets each event that is for it once, in the order of its sender.
#include "support/history_bus.hpp"
#include "support/ledger.hpp"
#include "support/loop_town.hpp"
#include "support/room_ledger.hpp"

#include <socketio/socket.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace socketio::support {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Tells the ledger who is in which room: a client that is away is still there.
class RoomWatcher final : public core::NodeWatcher {
 public:
  RoomWatcher(RoomLedger& ledger, const std::set<std::string>& leaving)
      : ledger_(ledger), leaving_(leaving) {}
  void on_client(const std::shared_ptr<core::Connection>&) override {}
  void on_connected(core::SocketState&) override {}
  void on_joined(core::NamespaceState& nsp, const std::string& id,
                 const std::vector<std::string>& rooms) override {
    if (gone_.contains(id)) return;
    for (const std::string& room : rooms) {
      if (rooms_[id].insert(room).second) ledger_.joined(nsp.name(), id, room);
    }
  }
  void on_left(core::NamespaceState&, const std::string& id,
               const std::vector<std::string>& rooms) noexcept override {
    if (leaving_.contains(id)) return;
    for (const std::string& room : rooms) {
      if (rooms_[id].erase(room) != 0) ledger_.left(id, room);
    }
  }
  /// It does not come back.
  void forget(const std::string& id) {
    gone_.insert(id);
    for (const std::string& room : std::exchange(rooms_[id], {})) ledger_.left(id, room);
  }

 private:
  RoomLedger& ledger_;
  const std::set<std::string>& leaving_;
  std::map<std::string, std::set<std::string>> rooms_;
  std::set<std::string> gone_;
};

class RecoveringLoops {
 public:
  /// Where the history is.
  enum class By : std::uint8_t { loops, store };

  RecoveringLoops(std::uint64_t seed, By by)
      : dice_(seed),
        by_(by),
        town_(
            dice_.between(2, 4), seed, [](auto bus) { return bus; }, limits(seed),
            [by](TownWorker& first) {
              if (by == By::store) first.cluster().add(std::make_unique<HistoryBus>(first.loop()));
            }) {
    town_.on_first([this] {
      furnish(town_.main());
      furnish(town_.dynamic());
    });
    town_.settle();
    // So that the namespace does not end.
    for (const auto& worker : town_.workers())
      keepers_.push_back(std::make_unique<TownClient>(*worker, "/a"));
    town_.settle();
    for (const auto& worker : town_.workers()) worker->node().set_watcher(watcher_);
    for (int i = 0; i < 6; ++i) users_.push_back({.nsp = i < 4 ? "/" : "/a"});
  }

  void run() {
    for (int step = 0; step < 300; ++step) {
      act();
      if (dice_.one_in(2)) read(some_user());
      if (dice_.one_in(25)) bring_all_back();
    }
    bring_all_back();
    users_.clear();
    ghosts_.clear();
    keepers_.clear();
    town_.settle();
    for (int i = 0; i < 100; ++i) {
      town_.pass(milliseconds(200));
      town_.settle();
    }
    ledger_.expect(town_.main().sockets_count() == 0, "sockets are left");
    ledger_.expect(town_.buses().room_count() == 0, "rooms are left");
    for (const auto& worker : town_.workers())
      ledger_.expect(!worker->loop().timers().next_deadline(), "a timer is armed");
  }

  const std::vector<std::string>& faults() const { return ledger_.faults(); }
  std::size_t received() const { return ledger_.received_count(); }
  std::size_t recovered = 0;
  std::size_t elsewhere = 0;
  std::size_t made = 0;

 private:
  struct User {
    std::string nsp;
    std::unique_ptr<TownClient> peer{};
    std::size_t loop = 0;
    std::string id{};
    std::string private_id{};
    std::string offset{};
    bool is_connected = false;
  };

  static core::RecoveryLimits limits(std::uint64_t seed) {
    core::RecoveryLimits limits{.max_disconnection_duration = seconds(4),
                                .notice_time = seconds(4)};
    if (seed % 5 == 0) limits.log_packets = 20;
    if (seed % 7 == 0) limits.sessions = 2;
    return limits;
  }

  // --- The server ---

  void furnish(const Namespace& nsp) {
    nsp.on("act", [this](Socket& socket) { serve(socket); });
    nsp.on_connection([this](const Socket& socket) {
      if (by_ == By::store && !socket.recovered()) socket.join({some_room(), some_room()});
      if (dice_.one_in(3)) emit(socket.nsp(), {some_room()}, {});
    });
    nsp.use([this](Socket& socket, const Next& next) {
      if (socket.recovered()) ledger_.complain("a recovered socket went through the middlewares");
      next();
    });
    nsp.on_disconnecting([this](const Socket& socket, DisconnectReason reason) {
      if (reason == DisconnectReason::transport_close) leaving_.insert(socket.id());
    });
    nsp.on_disconnect(
        [this](const Socket& socket, DisconnectReason) { leaving_.erase(socket.id()); });
    nsp.on_handler_error([this](Socket&, const HandlerError& error) {
      ledger_.complain(error.event + ": " + error.message);
    });
  }

  std::string some_room() { return std::string(1, static_cast<char>('p' + dice_.below(3))); }

  void serve(Socket& socket) {
    const Namespace nsp = socket.nsp();
    // With a store the rooms in which a client was last decide, so it does not change them.
    switch (by_ == By::loops ? dice_.below(12) : dice_.between(8, 13)) {
      case 0:
      case 1:
      case 2:
        return void(socket.join(some_room()));
      case 3:
        return socket.leave(some_room());
      case 4:
        return nsp.in(some_room()).sockets_join(some_room());
      case 5:
        return nsp.in(some_room()).sockets_leave(some_room());
      case 6:
        return emit_to_one(socket);
      case 7:
        emit(nsp, {}, {some_room()});
        return socket.leave(some_room());
      case 8:
        return emit(nsp, {}, {});
      case 9:
        return emit_to_someone(nsp);
      case 13:
        return emit_to_one(socket);
      default:
        return emit(nsp, {some_room(), some_room()}, {});
    }
  }

  std::string sender() const {
    const auto loop = town_.running();
    return loop ? std::to_string(*loop) : "outside";
  }
  void emit(const Namespace& nsp, const std::vector<std::string>& rooms,
            const std::vector<std::string>& except) {
    const bool is_parent = nsp == town_.dynamic();
    const std::string from = sender();
    const auto number = ledger_.sent(from, {is_parent ? "*" : nsp.name(), rooms, except});
    const EmitResult result = nsp.to(rooms).except(except).emit("event", from, number);
    ledger_.expect(result == EmitResult::sent, "not sent");
  }
  void emit_to_one(const Socket& socket) {
    const std::string from = sender();
    const auto number = ledger_.sent(from, {socket.nsp().name(), {socket.id()}, {}});
    const EmitResult result = socket.emit("event", from, number);
    ledger_.expect(result == (by_ == By::loops ? EmitResult::sent : EmitResult::queued),
                   "not sent");
  }
  /// Who may be away.
  void emit_to_someone(const Namespace& nsp) {
    const User& user = some_user();
    if (user.nsp == nsp.name() && !user.id.empty()) emit(nsp, {user.id}, {});
  }

  // --- What happens between the turns ---

  User& some_user() { return users_[dice_.below(users_.size())]; }

  void act() {
    User& user = some_user();
    switch (dice_.below(12)) {
      case 0:
        return town_.pass(milliseconds(dice_.between(1, 60)));
      case 1:
        return emit(dice_.one_in(3) ? town_.dynamic() : town_.main(), {some_room()}, {});
      case 2:
        if (user.peer) lose(user);
        return;
      case 3:
      case 4:
        if (!user.peer) come_back(user);
        return;
      case 5:
        if (dice_.one_in(8)) town_.pass(seconds(5));
        return;
      case 6:
      case 7:
      case 8:
        return town_.worker(dice_.below(town_.size())).loop().wake();
      default:
        if (user.is_connected) user.peer->send(R"(["act"])");
    }
  }

  /// What it has not read is lost. The server notices it, or not.
  void lose(User& user) {
    if (dice_.one_in(2)) read(user);
    for (const std::string& packet : user.peer->received()) note_ghost(packet, &user);
    user.is_connected = false;
    if (dice_.one_in(2)) {
      user.peer.reset();
    } else {
      ghosts_.push_back(std::move(user.peer));
    }
  }
  void come_back(User& user) {
    user.loop = dice_.below(town_.size());
    json auth = json::object();
    if (!user.private_id.empty()) auth["pid"] = user.private_id;
    if (!user.offset.empty()) auth["offset"] = user.offset;
    user.peer = std::make_unique<TownClient>(town_.worker(user.loop), user.nsp, auth.dump());
  }
  void bring_all_back() {
    town_.settle();
    for (User& user : users_) read(user);
    forget_ghosts();
    for (User& user : users_) {
      // Whoever comes back twice may be taken for the later one where it came first.
      if (user.peer && user.peer->is_closed()) lose(user);
      if (!user.peer) come_back(user);
    }
    town_.settle();
    for (User& user : users_) {
      read(user);
      ledger_.expect(user.is_connected && !user.peer->is_closed(), "a client cannot connect");
    }
    forget_ghosts();
    town_.settle();
    for (User& user : users_) read(user);
    ledger_.settled();
  }

  // --- What arrives ---

  void read(User& user) {
    if (!user.peer) return;
    for (const std::string& packet : user.peer->received()) {
      if (packet.starts_with('0')) on_connect(user, json::parse(packet.substr(1)));
      if (packet.starts_with('2')) on_event(user, json::parse(packet.substr(packet.find('['))));
    }
  }
  void on_connect(User& user, const json& packet) {
    const std::string id = packet.at("sid");
    user.private_id = packet.at("pid");
    user.is_connected = true;
    if (id == user.id) {
      ++recovered;
      if (!is_at(id, user.loop)) ++elsewhere;
      return;
    }
    ++made;
    if (!user.id.empty()) watcher_->forget(user.id);
    user.id = id;
    user.offset.clear();
  }
  bool is_at(const std::string& id, std::size_t loop) const {
    return owner_of(id, town_.size()) == loop;
  }
  void on_event(User& user, const json& event) {
    ledger_.received(user.id, event[1], event[2]);
    user.offset = event.at(3);
  }
  /// What nobody reads: a client that does not know its id does not come back with it.
  void note_ghost(const std::string& packet, const User* user) {
    if (!packet.starts_with('0')) return;
    const std::string id = json::parse(packet.substr(1)).at("sid");
    const auto is_of = [&](const User& other) { return other.id == id; };
    if (user && is_of(*user)) return;
    if (std::none_of(users_.begin(), users_.end(), is_of)) watcher_->forget(id);
  }
  void forget_ghosts() {
    for (const auto& ghost : ghosts_) {
      for (const std::string& packet : ghost->received()) note_ghost(packet, nullptr);
    }
    ghosts_.clear();
  }

  Dice dice_;
  const By by_;
  RoomLedger ledger_;
  std::set<std::string> leaving_;
  const std::shared_ptr<RoomWatcher> watcher_ = std::make_shared<RoomWatcher>(ledger_, leaving_);
  LoopTown town_;
  std::vector<User> users_;
  std::vector<std::unique_ptr<TownClient>> ghosts_;
  std::vector<std::unique_ptr<TownClient>> keepers_;
};

class RecoveringLoopsTest : public testing::TestWithParam<RecoveringLoops::By> {};

TEST_P(RecoveringLoopsTest, WhoIsRecoveredHasMissedNothing) {
  std::uint64_t seeds = 0;
  std::size_t received = 0;
  std::size_t recovered = 0;
  std::size_t elsewhere = 0;
  std::size_t made = 0;
  for_each_seed(250, "simulation_loops_recovery_test", [&](std::uint64_t seed) {
    RecoveringLoops loops(seed, GetParam());
    loops.run();
    EXPECT_EQ(loops.faults(), std::vector<std::string>{});
    ++seeds;
    received += loops.received();
    recovered += loops.recovered;
    elsewhere += loops.elsewhere;
    made += loops.made;
  });
  testing::Test::RecordProperty("received", std::to_string(received));
  testing::Test::RecordProperty("recovered", std::to_string(recovered));
  testing::Test::RecordProperty("elsewhere", std::to_string(elsewhere));
  testing::Test::RecordProperty("made", std::to_string(made));
  // About half of the average, so that runs without traffic are noticed.
  EXPECT_GT(received, 35 * seeds);
  EXPECT_GT(recovered, 8 * seeds);
  EXPECT_GT(elsewhere, 5 * seeds);
}

INSTANTIATE_TEST_SUITE_P(Histories, RecoveringLoopsTest,
                         testing::Values(RecoveringLoops::By::loops, RecoveringLoops::By::store));

}  // namespace
}  // namespace socketio::support
