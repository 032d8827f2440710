// SPDX-License-Identifier: MIT
// Seeded runs of a cluster: servers of one or several loops, on buses that count or do not, with
// messages that take their time, and in half of the runs a node that dies, or is cut off from another
// one. What must hold whatever happens: nobody gets an event twice, out of order or for a room in
// which it is not; no server runs a handler twice for one event; every request ends. What must hold if
// there is no fault: everybody gets everything.
#include "support/cluster_town.hpp"
#include "support/random_town.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace socketio::support {
namespace {

using std::chrono::seconds;
using Kind = MemoryNetwork::Kind;

class RandomCluster {
 public:
  explicit RandomCluster(std::uint64_t seed)
      : dice_(seed), has_fault_(seed % 2 == 1), town_(seed, milliseconds(dice_.below(30))) {
    make_servers();
    for (const auto& node : town_.nodes()) {
      for (std::size_t i = dice_.below(3); i > 0; --i) add_client(*node);
    }
    town_.settle();
    // What was sent before everybody knew of everybody is nobody's promise.
    for (Client& client : clients_) client.peer->received();
  }

  void run() {
    const std::size_t fault_at = has_fault_ ? dice_.below(steps) : steps;
    for (std::size_t step = 0; step < steps; ++step) {
      if (step == fault_at) make_fault();
      act(any(town_.nodes()));
      town_.pass(milliseconds(dice_.below(12)));
      for (Client& client : clients_) read(client);
    }
    for (int i = 0; i < 200; ++i) {
      town_.loop().pass(milliseconds(100));
      for (Client& client : clients_) read(client);
    }
    check_events();
    check_server_events();
    if (waiting_ != 0) fail(std::to_string(waiting_) + " requests have not ended");
  }

  const std::vector<std::string>& faults() const { return faults_; }
  std::size_t received() const { return received_; }
  std::size_t ended() const { return ended_; }

 private:
  static constexpr std::size_t steps = 120;

  struct Client {
    TownNode* node;
    CorePeer* peer;
    std::string room;
    /// By node that emitted, the numbers of its events, as they came.
    std::map<std::string, std::vector<int>> events{};
  };
  struct Event {
    std::string room;  // empty: everybody
    std::string except;
  };

  template <class T>
  typename T::value_type::element_type& any(T& items) {
    return *items[dice_.below(items.size())];
  }
  void fail(std::string what) { faults_.push_back(std::move(what)); }
  static std::string server_of(const std::string& node) { return node.substr(0, node.find('.')); }

  void make_servers() {
    const auto between = town_.network(dice_.one_in(2) ? Kind::heard : Kind::counted);
    networks_.push_back(between);
    cluster::ClusterOptions options;
    const std::size_t servers = dice_.between(2, 4);
    for (std::size_t s = 0; s < servers; ++s) {
      const std::string name = "s" + std::to_string(s);
      const std::size_t loops = dice_.between(1, 3);
      if (loops == 1) {
        set_up(town_.add(name, {{between}}, options));
        continue;
      }
      const auto within = town_.network(Kind::named);
      networks_.push_back(within);
      const TownLink link{within, cluster::Peers::loops};
      set_up(town_.add(name + ".0", {link, {between}}, options));
      for (std::size_t i = 1; i < loops; ++i)
        set_up(town_.add(name + "." + std::to_string(i), {link}, options));
    }
    servers_ = servers;
  }

  void set_up(TownNode& node) {
    node.io().on_server_side_emit("tell", [this, &node](const std::string& from, int number) {
      told_[{from, number}].push_back(server_of(node.name));
    });
    node.io().on_server_side_emit("ask", [&node] { return server_of(node.name); });
  }

  void add_client(TownNode& node) {
    CorePeer& peer = node.connect();
    const std::string room = dice_.one_in(2) ? "x" : "y";
    node.sockets.back().join(room);
    clients_.push_back({&node, &peer, room});
  }

  void make_fault() {
    const TownNode& a = any(town_.nodes());
    const TownNode& b = any(town_.nodes());
    const bool dies = dice_.one_in(2);
    for (const auto& network : networks_)
      dies ? network->kill(a.name) : network->cut(a.name, b.name);
  }

  // --- What is done ---

  void act(TownNode& node) {
    switch (dice_.below(8)) {
      case 0:
        return fetch(node);
      case 1:
        return ask_clients(node);
      case 2:
        return ask_servers(node);
      case 3:
        told_[{node.name, ++last_told_}];
        return void(node.io().server_side_emit("tell", node.name, last_told_));
      default:
        return emit(node);
    }
  }

  void emit(TownNode& node) {
    Event event;
    if (dice_.one_in(2)) event.room = dice_.one_in(2) ? "x" : "y";
    if (dice_.one_in(3)) event.except = dice_.one_in(2) ? "x" : "y";
    auto& sent = sent_[node.name];
    sent.push_back(event);
    const int number = static_cast<int>(sent.size()) - 1;
    BroadcastOperator to = node.io().in(std::vector<std::string>());
    if (!event.room.empty()) to = to.to(event.room);
    if (!event.except.empty()) to = to.except(event.except);
    to.emit("event", node.name, number);
  }

  void fetch(TownNode& node) {
    ++waiting_;
    node.io().fetch_sockets().then([this](const FetchedSockets& found) {
      end();
      std::set<std::string> ids;
      for (const RemoteSocket& socket : found) ids.insert(socket.id);
      if (ids.size() != found.size()) fail("a socket was found twice");
      if (!has_fault_ && (ids.size() != clients_.size() || found.missing_nodes().count != 0))
        fail(std::to_string(ids.size()) + " sockets of " + std::to_string(clients_.size()));
    });
  }

  void ask_clients(TownNode& node) {
    ++waiting_;
    node.io()
        .timeout(seconds(3))
        .emit_with_ack<std::string>("question")
        .then([this](const Replies<std::string>& replies) {
          end();
          std::set<std::string> names(replies.values().begin(), replies.values().end());
          if (names.size() != replies.values().size()) fail("a client answered twice");
          const std::size_t all = names.size() + replies.missing();
          if (all > clients_.size()) fail("more answers than clients");
          if (!has_fault_ && all != clients_.size()) fail("clients were not asked");
        });
  }

  void ask_servers(TownNode& node) {
    ++waiting_;
    node.io().server_side_emit_with_ack<std::string>("ask").then(
        [this, self = server_of(node.name)](const Replies<std::string>& replies) {
          end();
          const std::set<std::string> names(replies.values().begin(), replies.values().end());
          if (names.size() != replies.values().size()) fail("a server answered twice");
          if (names.contains(self)) fail("a server answered itself");
          if (!has_fault_ && names.size() != servers_ - 1) fail("servers were not asked");
        });
  }

  void end() {
    --waiting_;
    ++ended_;
  }

  // --- What arrives ---

  void read(Client& client) {
    for (const std::string& packet : client.peer->received()) {
      const std::size_t bracket = packet.find('[');
      const json event = json::parse(packet.substr(bracket));
      if (event[0] == "event") {
        client.events[event[1]].push_back(event[2]);
        ++received_;
      } else if (!dice_.one_in(4)) {
        const std::string name = std::to_string(&client - clients_.data());
        client.peer->send('3' + packet.substr(2, bracket - 2) + "[\"" + name + "\"]");
      }
    }
  }

  static bool is_for(const Event& event, const Client& client) {
    return (event.room.empty() || event.room == client.room) && event.except != client.room;
  }

  void check_events() {
    for (Client& client : clients_) {
      for (auto& [sender, events] : sent_) {
        std::vector<int> expected;
        for (std::size_t i = 0; i < events.size(); ++i) {
          if (is_for(events[i], client)) expected.push_back(static_cast<int>(i));
        }
        const std::vector<int>& came = client.events[sender];
        if (!has_fault_ && came != expected) fail("events of " + sender + " are missing or wrong");
        if (!std::is_sorted(came.begin(), came.end(), std::less_equal<>()) ||
            !std::includes(expected.begin(), expected.end(), came.begin(), came.end())) {
          fail("events of " + sender + " came twice, out of order or to a wrong room");
        }
      }
    }
  }

  void check_server_events() {
    for (auto& [event, servers] : told_) {
      const std::set<std::string> names(servers.begin(), servers.end());
      if (names.size() != servers.size()) fail("a server was told twice");
      if (names.contains(server_of(event.first))) fail("a server was told by itself");
      if (!has_fault_ && names.size() != servers_ - 1) fail("a server was not told");
    }
  }

  Dice dice_;
  const bool has_fault_;
  ClusterTown town_;
  std::vector<std::shared_ptr<MemoryNetwork>> networks_;
  std::size_t servers_ = 0;
  std::vector<Client> clients_;
  std::map<std::string, std::vector<Event>> sent_;
  std::map<std::pair<std::string, int>, std::vector<std::string>> told_;
  int last_told_ = 0;
  std::size_t waiting_ = 0;
  std::size_t ended_ = 0;
  std::size_t received_ = 0;
  std::vector<std::string> faults_;
};

TEST(RandomCluster, KeepsItsPromisesWhateverHappens) {
  std::uint64_t seeds = 0;
  std::size_t received = 0;
  std::size_t ended = 0;
  for_each_seed(100, "simulation_cluster_test", [&](std::uint64_t seed) {
    RandomCluster cluster(seed);
    cluster.run();
    EXPECT_EQ(cluster.faults(), std::vector<std::string>{});
    ++seeds;
    received += cluster.received();
    ended += cluster.ended();
  });
  // About half of the average, so that runs without traffic are noticed.
  EXPECT_GT(received, 110 * seeds);
  EXPECT_GT(ended, 24 * seeds);
  testing::Test::RecordProperty("received", std::to_string(received));
  testing::Test::RecordProperty("ended", std::to_string(ended));
}

}  // namespace
}  // namespace socketio::support
