// SPDX-License-Identifier: MIT
// A Redis Cluster in virtual time whose slots move all the time, with seeds: commands keep their order,
// and subscriptions end where the slots are.
#include "redis/cluster_client.hpp"
#include "support/scripted_ports.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace socketio::redis {
namespace {

using namespace std::chrono_literals;
using support::ScriptedPorts;
using support::ScriptedRedis;
using Words = ScriptedRedis::Words;
using Kind = SubscriptionKind;
using Port = std::uint16_t;

/// Servers that redirect, and end subscriptions, as Redis does.
class MovingCluster {
 public:
  static constexpr Port servers = 3;

  MovingCluster(support::SimulatedLoop& loop, ScriptedPorts& ports) : loop_(loop), ports_(ports) {
    for (Port port = 1; port <= servers; ++port) {
      ports_[port].redis.script = [this, port](const Words& words) { return answer(port, words); };
    }
  }

  /// Not at once after it has moved: if a slot came back to a server that has just refused one command,
  /// it would accept the next one, which was sent with it.
  void move(const std::string& key) {
    const Slot slot = slot_of(key);
    if (loop_.now() < rests_until_[slot]) return;
    rests_until_[slot] = loop_.now() + 50ms;
    const Port before = owner(slot);
    Port now = before;
    while (now == before) now = static_cast<Port>(loop_.dice().between(1, servers));
    owners_[slot] = now;
    auto& subscribed = subscribers_[before];
    for (auto one = subscribed.begin(); one != subscribed.end();) {
      const auto& [name, stream] = *one;
      if (slot_of(name) != slot) {
        ++one;
        continue;
      }
      if (const auto open = stream.lock())
        open->write("*3\r\n" + ScriptedRedis::bulk("sunsubscribe") + ScriptedRedis::bulk(name) +
                    ":0\r\n");
      one = subscribed.erase(one);
    }
  }
  bool has_subscriber(const std::string& name) {
    return subscribers_[owner(slot_of(name))].contains(name);
  }
  std::size_t subscribers() const {
    std::size_t sum = 0;
    for (const auto& [port, names] : subscribers_) sum += names.size();
    return sum;
  }

  std::vector<std::pair<std::string, int>> set;
  int redirected = 0;

 private:
  Port owner(Slot slot) const {
    const auto found = owners_.find(slot);
    return found == owners_.end() ? 1 : found->second;
  }
  std::string slots() const {
    std::string text;
    int first = 0;
    int ranges = 0;
    const auto add = [&](int last, Port port) {
      if (last < first) return;
      text += "*3\r\n:" + std::to_string(first) + "\r\n:" + std::to_string(last) + "\r\n*2\r\n" +
              ScriptedRedis::bulk("h") + ':' + std::to_string(port) + "\r\n";
      first = last + 1;
      ++ranges;
    };
    for (const auto& [slot, port] : owners_) {
      add(slot - 1, 1);
      add(slot, port);
    }
    add(slot_count - 1, 1);
    return '*' + std::to_string(ranges) + "\r\n" + text;
  }
  std::optional<std::string> answer(Port port, const Words& words) {
    if (words.front() == "CLUSTER") return slots();
    const bool is_keyed = words.front() == "SET" || words.front().ends_with("SUBSCRIBE");
    if (!is_keyed) return {};
    const std::string& key = words.at(1);
    const Slot slot = slot_of(key);
    redirected += owner(slot) != port;
    if (owner(slot) != port)
      return "-MOVED " + std::to_string(slot) + " h:" + std::to_string(owner(slot)) + "\r\n";
    if (words.front() == "SET") set.emplace_back(key, std::stoi(words.at(2)));
    if (words.front() == "SSUBSCRIBE")
      subscribers_[port].insert_or_assign(key, ports_[port].redis.asking);
    if (words.front() == "SUNSUBSCRIBE") subscribers_[port].erase(key);
    return {};
  }

  support::SimulatedLoop& loop_;
  ScriptedPorts& ports_;
  std::map<Slot, Port> owners_;
  std::map<Slot, TimePoint> rests_until_;
  std::map<Port, std::map<std::string, std::weak_ptr<Stream>>> subscribers_;
};

class RedisClusterSeeds : public testing::TestWithParam<std::uint64_t> {};

TEST_P(RedisClusterSeeds, CommandsKeepTheirOrderAndSubscriptionsEndWhereTheSlotsAre) {
  support::SimulatedLoop loop{GetParam()};
  auto owned = std::make_unique<ScriptedPorts>(
      loop, support::NetworkProfile{
                .delay_min = {}, .delay_max = std::chrono::milliseconds(3), .piece_bytes = 32});
  ScriptedPorts& ports = *owned;
  MovingCluster cluster(loop, ports);
  ConnectionSettings settings;
  settings.address.cluster = {{"h", 1}, {"h", 2}};
  ClusterClient client(loop, std::move(owned), settings);
  client.open();
  ASSERT_TRUE(loop.run_until([&] { return client.is_ready(); }));
  const std::vector<std::string> keys{"a", "{a}b", "c", "d"};
  std::map<std::string, Subscriber::Id> subscribed;
  std::map<std::string, int> sent;
  int answered = 0;
  for (int step = 0; step < 300; ++step) {
    const std::string& key = keys[loop.dice().between(0, keys.size() - 1)];
    switch (loop.dice().between(0, 5)) {
      case 0:
        cluster.move(key);
        break;
      case 1:
        if (const auto found = subscribed.find(key); found != subscribed.end()) {
          client.unsubscribe(found->second);
          subscribed.erase(found);
        } else {
          subscribed[key] = client.subscribe(Kind::shard, key, [](const Message&) {});
        }
        break;
      case 2:
        loop.run_for(std::chrono::milliseconds(loop.dice().between(0, 20)));
        break;
      default:
        client.send_for(key, {"SET", key, std::to_string(++sent[key])},
                        [&](const Answer& answer) { answered += answer && !answer->is_error(); });
    }
  }
  int total = 0;
  for (const auto& [key, count] : sent) total += count;
  EXPECT_TRUE(loop.run_until([&] { return answered == total; })) << answered << " of " << total;
  std::map<std::string, int> last;
  for (const auto& [key, value] : cluster.set) EXPECT_EQ(value, ++last[key]) << key;
  EXPECT_TRUE(loop.run_until([&] {
    return cluster.subscribers() == subscribed.size() &&
           std::all_of(subscribed.begin(), subscribed.end(),
                       [&](const auto& one) { return cluster.has_subscriber(one.first); });
  }));
  EXPECT_EQ(client.commands().held(), 0U);
  EXPECT_GT(cluster.redirected, 0);
  client.close();
  loop.run_for(1s);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RedisClusterSeeds, testing::Range<std::uint64_t>(1, 101));

}  // namespace
}  // namespace socketio::redis
