// SPDX-License-Identifier: MIT
// The log's levels and scopes, what a line may contain, and that nothing but the sink sees it.
#include "base/log.hpp"

#include "support/core_peer.hpp"

#include <socketio/log.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace socketio {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class LogTest : public testing::Test {
 protected:
  ~LogTest() override { log::set_sink({}); }
  void listen(std::string_view levels) {
    log::set_sink(
        [this](const log::Record& record) {
          lines.push_back(std::string(to_string(record.scope)) + " " +
                          std::string(to_string(record.level)) + " " + std::string(record.text));
        },
        levels);
  }
  static void say_all() {
    log_line(LogScope::engine, LogLevel::debug, {"a"});
    log_line(LogScope::engine, LogLevel::info, {"b"});
    log_line(LogScope::core, LogLevel::info, {"c"});
    log_line(LogScope::client, LogLevel::error, {"d"});
  }

  std::vector<std::string> lines;
};

TEST_F(LogTest, IsSilentWithoutASink) {
  say_all();
  listen("debug");
  log::set_sink({}, "debug");
  say_all();
  EXPECT_THAT(lines, IsEmpty());
  EXPECT_FALSE(is_logged(LogScope::core, LogLevel::error));
}

TEST_F(LogTest, HasALevelForEachScope) {
  listen("engine:debug,core:error");
  say_all();
  EXPECT_THAT(lines, ElementsAre("engine debug a", "engine info b"));
}

TEST_F(LogTest, ALevelAloneIsThatOfAllScopesAndLaterEntriesOverrideIt) {
  listen("info,core:off");
  say_all();
  EXPECT_THAT(lines, ElementsAre("engine info b", "client error d"));
  lines.clear();
  listen("*:error");
  say_all();
  EXPECT_THAT(lines, ElementsAre("client error d"));
}

TEST_F(LogTest, RefusesOtherWordsAndKeepsWhatItHad) {
  listen("core:info");
  for (const char* wrong :
       {"", "loud", "engine:", "engine:loud", "socket:info", "info,", ":info"}) {
    EXPECT_THROW(log::set_sink({}, wrong), std::invalid_argument) << wrong;
  }
  say_all();
  EXPECT_THAT(lines, ElementsAre("core info c"));
}

TEST_F(LogTest, ALineHasNoControlCharactersAndAtMost512Bytes) {
  listen("info");
  log_line(LogScope::core, LogLevel::info, {"a\r\n", "\x1b[2J\x7f", "\xc3\xa9"});
  log_line(LogScope::core, LogLevel::info, {std::string(511, 'x'), "y"});
  log_line(LogScope::core, LogLevel::info, {std::string(511, 'x'), "yz", "more"});
  const std::string longest = "core info " + std::string(511, 'x') + "y";
  EXPECT_THAT(lines, ElementsAre("core info a???[2J?\xc3\xa9", longest, longest));
}

TEST_F(LogTest, ASinkThatThrowsDisturbsNobody) {
  log::set_sink([](const log::Record&) { throw std::runtime_error("disk full"); }, "debug");
  say_all();
}

TEST_F(LogTest, SaysWhoJoinedALimitAndWhyTheyLeft) {
  core::Options options;
  options.rooms_per_client = 1;
  support::CoreServer server(options);
  server.nsp.on_connection([](Socket socket) {
    socket.join({"one", "two"});
    throw std::runtime_error("no");
  });
  listen("core:debug");
  std::string id;
  {
    support::CorePeer peer(server);
    id = server.nsp.sockets().at(0).id();
    peer.send("0/unknown,");
    peer.send("1");
  }
  EXPECT_THAT(lines,
              ElementsAre("core debug socket " + id + " connected to /",
                          "core warning limit of rooms reached by socket " + id,
                          "core error handler of \"connection\": no",
                          "core info refused  at /unknown: Invalid namespace",
                          "core debug socket " + id + " left /: client namespace disconnect"));
}

}  // namespace
}  // namespace socketio
