// SPDX-License-Identifier: MIT
// A stream on a Redis Cluster in virtual time whose slot moves step by step, as Redis does it: while its
// key is at the new server and the slot still at the old one, what is added and read is sent there with
// ASKING. Every entry is read once, in order, however the steps fall.
#include "redis/cluster_client.hpp"
#include "redis/stream_reader.hpp"
#include "support/scripted_ports.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace socketio::redis {
namespace {

using namespace std::chrono_literals;
using support::ScriptedPorts;
using support::ScriptedRedis;
using testing::Contains;
using testing::IsSupersetOf;
using Words = ScriptedRedis::Words;
using Port = std::uint16_t;

const std::string key = "foo";
const std::string slot = "12182";

/// One stream, at one of two servers.
class StreamCluster {
 public:
  StreamCluster(support::SimulatedLoop& loop, ScriptedPorts& ports) : loop_(loop), ports_(ports) {
    for (const Port port : {1, 2}) {
      ports_[port].redis.script = [this, port](const Words& words) { return answer(port, words); };
    }
  }

  // The steps of a move. One that is not possible at the moment does nothing.
  void begin() {
    if (!target) target = other(owner);
  }
  void migrate() {
    if (!target || is_moved_ || !has_key()) return;
    is_moved_ = true;
    // Who waits at the other server goes on waiting.
    wake(*target);
  }
  void finish() {
    if (!target || (has_key() && !is_moved_)) return;
    owner = *std::exchange(target, std::nullopt);
    is_moved_ = false;
    redirect_waiting();
  }
  void take_back() {
    if (!target) return;
    target.reset();
    if (std::exchange(is_moved_, false)) wake(owner);
    redirect_waiting();
  }

  Port owner = 1;
  std::optional<Port> target;
  std::vector<std::string> entries;

 private:
  struct Waiting {
    Port port;
    std::weak_ptr<Stream> stream;
    int last;
    std::size_t number;
  };

  static Port other(Port port) { return static_cast<Port>(3 - port); }
  bool has_key() const { return !entries.empty(); }
  std::string moved() const { return "-MOVED " + slot + " h:" + std::to_string(owner) + "\r\n"; }

  std::string slots() const {
    return "*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n" + ScriptedRedis::bulk("h") + ':' +
           std::to_string(owner) + "\r\n";
  }
  std::optional<std::string> answer(Port port, const Words& words) {
    const std::string& verb = words.front();
    if (verb == "CLUSTER") return slots();
    const auto connection = ports_[port].redis.asking;
    if (verb == "ASKING") {
      asking_.insert(connection);
      return "+OK\r\n";
    }
    if (verb != "SET" && !verb.starts_with('X')) return {};
    const bool is_asking = asking_.erase(connection) != 0;
    if (port != owner && !(is_asking && port == target)) return moved();
    const bool is_missing = verb == "SET" || !has_key() || is_moved_;
    if (port == owner && target && is_missing)
      return "-ASK " + slot + " h:" + std::to_string(*target) + "\r\n";
    if (verb == "XADD") return add(port, words.back());
    if (verb == "XREAD") return read(port, connection, std::stoi(words.back()));
    if (verb == "XRANGE") return list(std::stoi(words[2]) - 1, std::stoi(words[3]));
    if (verb == "XREVRANGE") return list(size() - 1, size());
    return {};
  }
  int size() const { return static_cast<int>(entries.size()); }
  std::string add(Port port, const std::string& value) {
    // Where a missing key is added to, it is from then on.
    if (!has_key()) is_moved_ = port != owner;
    entries.push_back(value);
    wake(port);
    return ScriptedRedis::bulk(std::to_string(size()) + "-0");
  }
  /// Those behind `last` and up to `end`. An id is the number of the entry.
  std::string list(int last, int end) const {
    std::string text;
    int count = 0;
    for (int id = std::max(last, 0) + 1; id <= std::min(end, size()); ++id, ++count) {
      text += "*2\r\n" + ScriptedRedis::bulk(std::to_string(id) + "-0") +
              ScriptedRedis::array({"data", entries[static_cast<std::size_t>(id) - 1]});
    }
    return '*' + std::to_string(count) + "\r\n" + text;
  }
  std::string found(int last) const {
    return "*1\r\n*2\r\n" + ScriptedRedis::bulk(key) + list(last, size());
  }
  std::string read(Port port, const std::weak_ptr<Stream>& connection, int last) {
    if (last < size()) return found(last);
    waiting_.push_back({port, connection, last, ++waits_});
    loop_.after(5s, [this, number = waits_] {
      end_waiting([&](const Waiting& one) { return one.number == number; },
                  [](const Waiting&) { return std::string("*-1\r\n"); });
    });
    return "";
  }
  void wake(Port port) {
    end_waiting([&](const Waiting& one) { return one.port == port && one.last < size(); },
                [&](const Waiting& one) { return found(one.last); });
  }
  void redirect_waiting() {
    end_waiting([&](const Waiting& one) { return one.port != owner && one.port != target; },
                [&](const Waiting&) { return moved(); });
  }
  template <class IsMeant, class Answer>
  void end_waiting(IsMeant is_meant, Answer answer) {
    std::erase_if(waiting_, [&](const Waiting& one) {
      if (!is_meant(one)) return false;
      if (const auto stream = one.stream.lock()) stream->write(answer(one));
      return true;
    });
  }

  support::SimulatedLoop& loop_;
  ScriptedPorts& ports_;
  // The key is at the target already.
  bool is_moved_ = false;
  std::set<std::weak_ptr<Stream>, std::owner_less<>> asking_;
  std::vector<Waiting> waiting_;
  std::size_t waits_ = 0;
};

struct Town {
  explicit Town(std::uint64_t seed, const support::NetworkProfile& profile = {}) : loop(seed) {
    settings.address.cluster = {{"h", 1}, {"h", 2}};
    auto owned = std::make_unique<ScriptedPorts>(loop, profile);
    ports = owned.get();
    cluster.emplace(loop, *ports);
    client = std::make_unique<ClusterClient>(loop, std::move(owned), settings);
    client->open();
    reader.emplace(loop, client->connector_for(key), settings, StreamReaderOptions{.stream = key},
                   [this](const std::string&, const std::vector<Reply>& fields) {
                     read.emplace_back(fields.at(1).text());
                   });
    reader->open();
  }
  ~Town() {
    reader->close();
    client->close();
  }

  void add(const std::string& value) {
    client->send_for(key, {"XADD", key, "*", "data", value});
    added.push_back(value);
  }
  /// Everything that was added, as the stream has it.
  bool reads_all() {
    return loop.run_until(
        [&] { return cluster->entries.size() == added.size() && read == cluster->entries; });
  }
  bool hears(Port port, const std::string& command) {
    return loop.run_until(
        [&] { return testing::Matches(Contains(command))((*ports)[port].redis.commands()); });
  }
  /// How often the server was told that since the last forget().
  std::size_t count(Port port, const std::string& verb) {
    const auto& heard = (*ports)[port].redis.heard;
    return static_cast<std::size_t>(std::count_if(
        heard.begin(), heard.end(), [&](const Words& words) { return words.front() == verb; }));
  }
  void forget() {
    for (const Port port : {1, 2}) (*ports)[port].redis.heard.clear();
  }

  support::SimulatedLoop loop;
  ConnectionSettings settings;
  ScriptedPorts* ports = nullptr;
  std::optional<StreamCluster> cluster;
  std::unique_ptr<ClusterClient> client;
  std::optional<StreamReader> reader;
  std::vector<std::string> added;
  std::vector<std::string> read;
};

class RedisMovingStream : public testing::Test {
 protected:
  /// The stream has one entry, and the reader waits for the next one.
  void SetUp() override {
    ASSERT_TRUE(town.hears(1, "XREAD COUNT 100 BLOCK 5000 STREAMS foo 0-0"));
    town.add("a");
    ASSERT_TRUE(town.reads_all());
    town.forget();
  }
  /// The key is at the new server, and the slot is not.
  void move_key() {
    town.cluster->begin();
    town.cluster->migrate();
  }

  Town town{1};
};

TEST_F(RedisMovingStream, IsReadWhereItsKeyIsAlready) {
  move_key();
  town.add("b");
  ASSERT_TRUE(town.reads_all());
  EXPECT_THAT(
      (*town.ports)[2].redis.commands(),
      IsSupersetOf({"ASKING", "XRANGE foo 1-0 1-0", "XREAD COUNT 100 BLOCK 5000 STREAMS foo 1-0"}));
  EXPECT_LT(town.loop.elapsed(), 2s) << "what is added there shows that it has gone";
  EXPECT_EQ(town.reader->gaps(), 0U);
}

TEST_F(RedisMovingStream, WhoAddsNothingReadsItWhenTheServerHasEndedTheWait) {
  town.loop.run_for(100ms);
  move_key();
  town.cluster->entries.emplace_back("b");
  town.added.emplace_back("b");
  ASSERT_TRUE(town.reads_all());
  EXPECT_GT(town.loop.elapsed(), 4s);
  EXPECT_LT(town.loop.elapsed(), 7s);
}

TEST_F(RedisMovingStream, StaysWithItWhenTheSlotFollows) {
  move_key();
  town.add("b");
  ASSERT_TRUE(town.reads_all());
  town.cluster->finish();
  town.loop.run_for(20s);
  town.forget();
  town.loop.run_for(20s);
  EXPECT_EQ(town.count(2, "ASKING"), 0U);
  EXPECT_EQ(town.count(2, "XREAD"), 4U);
  EXPECT_EQ(town.count(1, "XREAD"), 0U);
  town.add("c");
  EXPECT_TRUE(town.reads_all());
}

TEST_F(RedisMovingStream, IsReadWhereItHasBeenTakenBackTo) {
  move_key();
  town.add("b");
  ASSERT_TRUE(town.reads_all());
  town.cluster->take_back();
  town.add("c");
  ASSERT_TRUE(town.reads_all());
  EXPECT_LT(town.loop.elapsed(), 5s);
}

TEST_F(RedisMovingStream, OfWhichNothingIsThereYetIsReadFromItsBeginning) {
  Town other(2);
  other.cluster->begin();
  ASSERT_TRUE(other.hears(2, "XREAD COUNT 100 BLOCK 5000 STREAMS foo 0-0"));
  other.add("a");
  EXPECT_TRUE(other.reads_all());
}

TEST_F(RedisMovingStream, WaitsForTheServerThatHasItsKey) {
  move_key();
  (*town.ports)[2].connector.mode = support::SimulatedConnector::Mode::refuse;
  for (const auto& stream : (*town.ports)[2].connector.streams()) stream->reset();
  town.add("b");
  town.loop.run_for(10s);
  EXPECT_THAT(town.read, testing::ElementsAre("a"));
  (*town.ports)[2].connector.mode = support::SimulatedConnector::Mode::answer;
  EXPECT_TRUE(town.reads_all());
}

TEST_F(RedisMovingStream, IsLeftAloneWhenAnotherKeyOfItsSlotHasGone) {
  town.cluster->begin();
  for (int i = 0; i < 100; ++i) {
    town.client->send_for("{foo}", {"SET", "{foo}", "x"});
    town.loop.run_for(20ms);
  }
  EXPECT_LE(town.count(1, "XRANGE"), 3U) << "it looks for it once a second";
  EXPECT_EQ(town.count(2, "XREAD"), 0U);
  town.add("b");
  EXPECT_TRUE(town.reads_all());
}

TEST_F(RedisMovingStream, IsSoughtWithPatienceAmongServersThatDisagree) {
  move_key();
  (*town.ports)[2].redis.script = [](const Words& words) -> std::optional<std::string> {
    if (words.front().starts_with('X')) return "-MOVED 12182 h:1\r\n";
    return {};
  };
  town.loop.run_for(65s);
  EXPECT_GE(town.count(2, "ASKING"), 20U);
  EXPECT_LE(town.count(2, "ASKING"), 60U);
}

TEST_F(RedisMovingStream, IsTriedAgainLaterWhenNobodyCanSayWhereItIs) {
  std::string error = "-TRYAGAIN Multiple keys request during rehashing of slot\r\n";
  (*town.ports)[1].redis.script = [&](const Words& words) -> std::optional<std::string> {
    if (words.front().starts_with('X')) return error;
    return {};
  };
  (*town.ports)[1].connector.streams().back()->reset();
  town.loop.run_for(5s);
  EXPECT_GE(town.count(1, "XRANGE"), 4U);
  EXPECT_LE(town.count(1, "XRANGE"), 6U);
  error = "-CLUSTERDOWN Hash slot not served\r\n";
  town.forget();
  town.loop.run_for(5s);
  EXPECT_GE(town.count(1, "XRANGE"), 4U);
  EXPECT_LE(town.count(1, "XRANGE"), 6U);
}

class RedisMovingStreamSeeds : public testing::TestWithParam<std::uint64_t> {};

TEST_P(RedisMovingStreamSeeds, IsReadOnceAndInItsOrder) {
  Town town(GetParam(), {.delay_min = {}, .delay_max = 3ms, .piece_bytes = 32});
  ASSERT_TRUE(town.loop.run_until([&] { return !town.reader->last_id().empty(); }));
  for (int step = 0; step < 200; ++step) {
    switch (town.loop.dice().between(0, 7)) {
      case 0:
        town.cluster->begin();
        break;
      case 1:
        town.cluster->migrate();
        break;
      case 2:
        town.loop.dice().one_in(2) ? town.cluster->finish() : town.cluster->take_back();
        break;
      case 3:
        town.loop.run_for(support::milliseconds(town.loop.dice().between(0, 2'000)));
        break;
      default:
        town.add(std::to_string(step));
        town.loop.run_for(support::milliseconds(town.loop.dice().between(0, 20)));
    }
  }
  EXPECT_TRUE(town.reads_all()) << town.read.size() << " of " << town.added.size();
  EXPECT_THAT(town.read, testing::UnorderedElementsAreArray(town.added));
  EXPECT_EQ(town.reader->gaps(), 0U);
  EXPECT_GT(town.count(1, "ASKING") + town.count(2, "ASKING"), 0U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RedisMovingStreamSeeds, testing::Range<std::uint64_t>(1, 101));

}  // namespace
}  // namespace socketio::redis
