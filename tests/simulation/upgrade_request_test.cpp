// SPDX-License-Identifier: MIT
// The request that asks for a WebSocket, however the network cuts it: where its end is, where
// frames begin, and that a body is refused instead of being taken for frames.
#include "support/simulated_server.hpp"
#include "support/splits.hpp"
#include "support/websocket_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;

/// What the server answers to `pieces`, each of which comes in a turn of its own.
std::shared_ptr<Recorder> answer_to(const Pieces& pieces) {
  SimulatedLoop loop(1);
  Network network(loop);
  SimulatedServer server(network);
  const auto recorder = std::make_shared<Recorder>();
  const auto stream = server.accept();
  stream->set_handler(recorder);
  for (const auto piece : pieces) {
    stream->write(piece);
    loop.run_for(0ms);
  }
  server.close();
  stream->close();
  loop.run_for(10s);
  return recorder;
}

void expect_refused(const std::string& bytes) {
  for_each_split(bytes, [](const Pieces& pieces) {
    const auto recorder = answer_to(pieces);
    EXPECT_THAT(recorder->text, testing::StartsWith("HTTP/1.1 400 Bad Request\r\n"));
    EXPECT_THAT(recorder->text, testing::HasSubstr("\r\nConnection: close\r\n"));
    EXPECT_THAT(recorder->text, testing::Not(testing::HasSubstr("\r\n\r\nHTTP")));
  });
}

const std::string join = frame_to(websocket::Role::server, 1, "40");

TEST(UpgradeRequest, FramesBeginRightBehindIt) {
  for (const std::string header : {"", "Content-Length: 0\r\n"}) {
    for_each_split(upgrade_text(websocket_query, header) + join, [](const Pieces& pieces) {
      const auto recorder = answer_to(pieces);
      EXPECT_THAT(recorder->text, testing::StartsWith("HTTP/1.1 101 "));
      EXPECT_THAT(recorder->text, testing::HasSubstr("40{\"sid\":"));
    });
  }
}

TEST(UpgradeRequest, ABodyOfSomeLengthIsRefused) {
  expect_refused(
      upgrade_text(websocket_query, "Content-Length: " + std::to_string(join.size()) + "\r\n") +
      join);
}

TEST(UpgradeRequest, ABodyInChunksIsRefused) {
  for (const std::string body : {"0\r\n\r\n", "2\r\n40\r\n0\r\n\r\n"}) {
    expect_refused(upgrade_text(websocket_query, "Transfer-Encoding: chunked\r\n") + body);
  }
}

}  // namespace
}  // namespace socketio::support
