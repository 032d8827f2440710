// SPDX-License-Identifier: MIT
// StreamReader with a scripted Redis: what is too large for one answer is read in parts, and an entry
// that is too large alone is skipped.
#include "redis/stream_reader.hpp"
#include "support/scripted_redis.hpp"
#include "support/simulated_connector.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace socketio::redis {
namespace {

using namespace std::chrono_literals;
using support::ScriptedRedis;
using testing::ElementsAre;
using testing::IsEmpty;

class RedisStreamReader : public testing::Test {
 protected:
  RedisStreamReader() {
    connector.delay_min = connector.delay_max = support::milliseconds(1);
    redis.script = [this](const ScriptedRedis::Words& words) { return answer(words); };
  }

  static std::string shown(int id, const std::string& value) {
    return "*2\r\n" + ScriptedRedis::bulk(std::to_string(id) + "-0") +
           ScriptedRedis::array({"data", value});
  }
  std::optional<std::string> answer(const ScriptedRedis::Words& words) {
    if (words[0] == "XREVRANGE") {
      if (entries.empty()) return "*0\r\n";
      return "*1\r\n" + shown(entries.rbegin()->first, entries.rbegin()->second);
    }
    if (words[0] != "XREAD") return std::nullopt;
    counts.push_back(words[2]);
    std::string found;
    int count = 0;
    for (auto entry = entries.upper_bound(std::stoi(words.back()));
         entry != entries.end() && count < std::stoi(words[2]); ++entry, ++count) {
      found += shown(entry->first, entry->second);
    }
    if (count == 0) return "";
    return "*1\r\n*2\r\n" + ScriptedRedis::bulk("s") + '*' + std::to_string(count) + "\r\n" + found;
  }
  /// The entries come while the reader is away.
  void come(std::map<int, std::string> more) {
    entries.merge(more);
    connector.streams().back()->reset();
  }
  bool read(const std::string& id) {
    return loop.run_until([&] { return !ids.empty() && ids.back() == id; });
  }
  void open() {
    reader.open();
    ASSERT_TRUE(loop.run_until([&] { return !counts.empty(); }));
    counts.clear();
  }

  support::SimulatedLoop loop{1};
  support::Network network{loop, {.piece_bytes = 64}};
  ScriptedRedis redis{network};
  support::SimulatedConnector connector{loop, redis.dial()};
  SoleServer server{connector};
  const ConnectionSettings settings{.limits = {.reply_bytes = 1000}};
  std::map<int, std::string> entries;
  std::vector<std::string> ids;
  std::vector<std::string> counts;
  StreamReader reader{
      loop,
      server,
      settings,
      {.stream = "s", .entries = 8},
      [this](const std::string& id, const std::vector<Reply>&) { ids.push_back(id); }};
};

TEST_F(RedisStreamReader, ReadsABacklogThatIsTooLargeForOneAnswer) {
  open();
  std::map<int, std::string> backlog;
  std::vector<std::string> expected;
  for (int id = 1; id <= 12; ++id) {
    backlog[id] = std::string(400, 'x');
    expected.push_back(std::to_string(id) + "-0");
  }
  come(backlog);
  EXPECT_TRUE(read("12-0"));
  EXPECT_EQ(ids, expected);
  EXPECT_EQ(counts.front(), "8");
  EXPECT_LT(loop.elapsed(), 60s);
  come({{13, "x"}, {14, "x"}});
  EXPECT_TRUE(read("14-0"));
  come({{15, "x"}});
  EXPECT_TRUE(read("15-0"));
  EXPECT_EQ(counts.back(), "8") << "it asks for as many as before";
}

TEST_F(RedisStreamReader, SkipsAnEntryThatIsTooLargeAlone) {
  open();
  come({{1, "a"}, {2, std::string(1'001, 'x')}, {3, "b"}});
  EXPECT_TRUE(read("3-0"));
  EXPECT_THAT(ids, ElementsAre("1-0", "3-0"));
  EXPECT_LT(loop.elapsed(), 10s);
}

TEST_F(RedisStreamReader, BeginsBehindAnEntryThatIsTooLarge) {
  entries[1] = std::string(1'001, 'x');
  open();
  EXPECT_THAT(ids, IsEmpty());
  come({{2, "a"}});
  EXPECT_TRUE(read("2-0"));
  EXPECT_THAT(ids, ElementsAre("2-0"));
}

}  // namespace
}  // namespace socketio::redis
