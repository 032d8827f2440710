// SPDX-License-Identifier: MIT
// What Redis sends, cut anywhere: values of every kind, errors with what helps against them, and
// bytes of a Redis that is none, within limits.
#include "redis/command.hpp"
#include "redis/reply_reader.hpp"
#include "support/splits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::redis {
namespace {

using namespace std::literals;

/// A reply as a text that shows its kind.
std::string shown(const Reply& reply) {
  if (reply.is_nil()) return "nil";
  if (reply.is_error()) return "error(" + std::string(reply.text()) + ")";
  if (const auto* number = reply.integer()) return std::to_string(*number);
  if (const auto* bytes = reply.string()) return '"' + *bytes + '"';
  if (const auto* elements = reply.array()) {
    std::string text = "[";
    for (const Reply& element : *elements) text += (text == "[" ? "" : " ") + shown(element);
    return text + "]";
  }
  return "status(" + std::string(reply.text()) + ")";
}

/// All replies, and behind them the error, if there is one.
std::vector<std::string> read(const support::Pieces& pieces, const Limits& limits = {}) {
  ReplyReader reader(limits);
  std::vector<std::string> replies;
  for (const std::string_view piece : pieces) {
    reader.feed(piece);
    while (const auto reply = reader.next()) replies.push_back(shown(*reply));
  }
  if (!reader.error().empty()) replies.push_back("broken: " + reader.error());
  return replies;
}

std::vector<std::string> read(std::string_view bytes, const Limits& limits = {}) {
  return read(support::Pieces{bytes}, limits);
}

TEST(RedisReply, IsReadHoweverItsBytesAreCut) {
  const auto bytes =
      "+OK\r\n:-42\r\n$-1\r\n*-1\r\n$0\r\n\r\n$5\r\na\r\n\0b\r\n-ERR no\r\n*0\r\n"
      "*3\r\n$7\r\nmessage\r\n*2\r\n:1\r\n*1\r\n$-1\r\n+x\r\n:9223372036854775807\r\n"sv;
  const std::vector<std::string> expected{"status(OK)",
                                          "-42",
                                          "nil",
                                          "nil",
                                          "\"\"",
                                          "\"a\r\n\0b\""s,
                                          "error(ERR no)",
                                          "[]",
                                          "[\"message\" [1 [nil]] status(x)]",
                                          "9223372036854775807"};
  support::for_each_split(
      bytes, [&](const support::Pieces& pieces) { EXPECT_EQ(read(pieces), expected); });
}

TEST(RedisReply, IsReadFromOneLargePiece) {
  std::string bytes;
  for (int i = 0; i < 20'000; ++i) bytes += ":" + std::to_string(i) + "\r\n";
  const auto replies = read(bytes);
  ASSERT_EQ(replies.size(), 20'000U);
  EXPECT_EQ(replies.back(), "19999");
}

TEST(RedisReply, HasALimitForItsStrings) {
  const Limits limits{.reply_bytes = 10};
  EXPECT_EQ(read("$10\r\n0123456789\r\n", limits), std::vector{"\"0123456789\""s});
  EXPECT_EQ(read("$11\r\n", limits), std::vector{"broken: too much"s});
  EXPECT_EQ(read("*2\r\n$6\r\n012345\r\n$5\r\n", limits), std::vector{"broken: too much"s});
  EXPECT_EQ(read("*2\r\n$6\r\n012345\r\n$4\r\n0123\r\n", limits).size(), 1U);
}

TEST(RedisReply, HasALimitForItsElements) {
  const Limits limits{.reply_elements = 3};
  EXPECT_EQ(read("*2\r\n:1\r\n:2\r\n*2\r\n:3\r\n:4\r\n", limits),
            (std::vector{"[1 2]"s, "[3 4]"s}));
  EXPECT_EQ(read("*3\r\n:1\r\n:2\r\n:3\r\n", limits), std::vector{"broken: too much"s});
}

struct Garbage {
  std::string name;
  std::string bytes;
};

class RedisReplyGarbage : public testing::TestWithParam<Garbage> {};

TEST_P(RedisReplyGarbage, EndsReadingHoweverItIsCut) {
  const std::string& bytes = GetParam().bytes;
  for (const auto& pieces : {support::Pieces{bytes}, support::cut_in_bytes(bytes)}) {
    const auto replies = read(pieces);
    ASSERT_EQ(replies.size(), 1U);
    EXPECT_THAT(replies.front(), testing::StartsWith("broken: "));
  }
}

std::string nested(std::size_t depth) {
  std::string bytes;
  for (std::size_t i = 0; i < depth; ++i) bytes += "*1\r\n";
  return bytes + ":1\r\n";
}

INSTANTIATE_TEST_SUITE_P(
    All, RedisReplyGarbage,
    testing::Values(
        Garbage{"Http", "HTTP/1.1 400 Bad Request\r\n\r\n"}, Garbage{"Length", "$9999999999\r\n"},
        Garbage{"LengthBeyondNumbers", "$99999999999999999999999999999999\r\n"},
        Garbage{"NegativeLength", "$-2\r\n"}, Garbage{"NoLength", "$x\r\n"},
        Garbage{"EndlessLength", "$" + std::string(100, '0')},
        Garbage{"ManyElements", "*2147483647\r\n"}, Garbage{"Elements", "*4294967295\r\n"},
        Garbage{"NoElements", "*x\r\n"}, Garbage{"NegativeElements", "*-2\r\n"},
        Garbage{"ElementsBeyondNumbers", "*99999999999999999999999\r\n"},
        Garbage{"Depth", nested(1'000)}, Garbage{"Line", '+' + std::string(20'000, 'a')},
        Garbage{"Integer", ":12a\r\n"}, Garbage{"Nothing", std::string(100, '\0')}),
    [](const auto& one) { return one.param.name; });

TEST(RedisReply, HasALimitForItsLines) {
  const std::string longest(ReplyReader::line_limit_bytes, 'a');
  for (const std::string& line : {'+' + longest + "\r\n", "-" + longest + "\r\n"}) {
    support::for_each_split(line, [](const support::Pieces& pieces) {
      EXPECT_THAT(read(pieces), testing::ElementsAre(testing::Not(testing::StartsWith("broken"))));
    });
  }
  support::for_each_split('+' + longest + "a\r\n", [](const support::Pieces& pieces) {
    EXPECT_THAT(read(pieces), testing::ElementsAre(testing::StartsWith("broken")));
  });
}

TEST(RedisReply, HasALimitForItsDepth) {
  EXPECT_EQ(read(nested(ReplyReader::depth_limit)), std::vector{"[[[[[[[1]]]]]]]"s});
  EXPECT_THAT(read(nested(ReplyReader::depth_limit + 1)),
              testing::ElementsAre(testing::StartsWith("broken")));
}

TEST(RedisReply, IsNotReadAfterAnError) {
  ReplyReader reader{Limits{}};
  reader.feed("x\r\n:1\r\n");
  EXPECT_FALSE(reader.next());
  reader.feed(":2\r\n");
  EXPECT_FALSE(reader.next());
  EXPECT_FALSE(reader.error().empty());
}

TEST(RedisError, TellsWhatHelps) {
  const std::vector<std::pair<std::string_view, Remedy>> errors{
      {"LOADING Redis is loading the dataset in memory", Remedy::retry},
      {"BUSY Redis is busy running a script.", Remedy::retry},
      {"BUSYKEY Target key name already exists.", Remedy::none},
      {"OOM command not allowed when used memory > 'maxmemory'.", Remedy::retry},
      {"MISCONF Redis is configured to save RDB snapshots", Remedy::retry},
      {"TRYAGAIN Multiple keys request during rehashing of slot", Remedy::retry},
      {"CLUSTERDOWN The cluster is down", Remedy::retry},
      {"MASTERDOWN Link with MASTER is down", Remedy::retry},
      {"READONLY You can't write against a read only replica.", Remedy::fail_over},
      {"MOVED 3999 127.0.0.1:6381", Remedy::redirect},
      {"ASK 3999 127.0.0.1:6381", Remedy::redirect},
      {"NOAUTH Authentication required.", Remedy::configuration},
      {"WRONGPASS invalid username-password pair", Remedy::configuration},
      {"NOPERM this user has no permissions to run the 'publish' command", Remedy::configuration},
      {"ERR invalid password", Remedy::configuration},
      {"ERR DB index is out of range", Remedy::configuration},
      {"ERR unknown command 'SSUBSCRIBE'", Remedy::none},
      {"WRONGTYPE Operation against a key", Remedy::none},
      {"", Remedy::none}};
  for (const auto& [text, remedy] : errors) EXPECT_EQ(remedy_for(text), remedy) << text;
  EXPECT_EQ(error_code("MOVED 3999 127.0.0.1:6381"), "MOVED");
  EXPECT_EQ(error_code("OOM"), "OOM");
}

TEST(RedisCommand, CarriesAnyBytes) {
  const Command command{"PUBLISH", "a\r\nb"sv, "\0\xff"sv, ""};
  EXPECT_EQ(command.bytes(), "*4\r\n$7\r\nPUBLISH\r\n$4\r\na\r\nb\r\n$2\r\n\0\xff\r\n$0\r\n\r\n"sv);
}

}  // namespace
}  // namespace socketio::redis
