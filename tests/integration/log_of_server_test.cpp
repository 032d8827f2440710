// SPDX-License-Identifier: MIT
// What a server that really runs says to its log: beginning and end, sessions and refusals, without
// the ids of sessions, which are secrets.
#include "support/live_server.hpp"
#include "support/log.hpp"

#include <socketio/log.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace socketio::support {
namespace {

using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::Not;

class LogOfServer : public testing::Test {
 protected:
  LogOfServer() {
    log::set_sink(
        [this](const log::Record& record) {
          seen.add(std::string(to_string(record.scope)) + " " + std::string(record.text));
        },
        "debug");
  }
  ~LogOfServer() override { log::set_sink({}); }

  Log seen;
};

TEST_F(LogOfServer, FromTheFirstListenerToTheEnd) {
  std::string session_id;
  LiveServer server;
  EXPECT_TRUE(seen.wait_for("server listening on 127.0.0.1, port " + std::to_string(server.port)));
  EXPECT_EQ(HttpClient(server.port).status(request_text("GET", "/socket.io/?EIO=4&transport=ftp")),
            400);
  EXPECT_TRUE(seen.wait_for("engine refused 127.0.0.1: Transport unknown"));
  {
    WebSocketClient client(server.port);
    session_id = client.packet().substr(8, 20);
    EXPECT_TRUE(seen.wait_for("engine session opened over websocket by 127.0.0.1"));
    client.send("nonsense");
    EXPECT_TRUE(client.ends());
    EXPECT_TRUE(seen.wait_for_prefix("engine session of 127.0.0.1 ended: "));
  }
  server.stop();
  EXPECT_THAT(seen.lines(), Contains("server closing"));
  EXPECT_THAT(seen.lines(), Each(Not(HasSubstr(session_id))));
}

}  // namespace
}  // namespace socketio::support
