// SPDX-License-Identifier: MIT
// The request for a WebSocket, however the network splits it: where it ends, where frames begin,
// and that a body is refused instead of being read as frames.
#include "support/simulated_server.hpp"
#include "support/splits.hpp"
#include "support/websocket_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;

/// The server's answer to `pieces`, each of which arrives in a turn of its own.
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

// --- What the server offers ---

std::string accepted(std::string_view header) {
  const auto recorder = answer_to({upgrade_text(websocket_query, std::string(header) + "\r\n")});
  EXPECT_THAT(recorder->text, testing::StartsWith("HTTP/1.1 101 "));
  return recorder->text.substr(0, recorder->text.find("\r\n\r\n"));
}

TEST(UpgradeRequest, TheFirstSubprotocolIsChosenHoweverManyThereAre) {
  std::string thousands = "first";
  for (int i = 0; i < 1'500; ++i) thousands += ", p" + std::to_string(i % 10);
  for (const std::string& list :
       {thousands, std::string("first"), std::string("first,first,first"),
        std::string(" \t first \t ,\t,, second"), "first," + std::string(7'000, ' '),
        "first" + std::string(7'000, ',')}) {
    EXPECT_THAT(accepted("Sec-WebSocket-Protocol: " + list),
                testing::HasSubstr("\r\nSec-WebSocket-Protocol: first\r\n"))
        << list.substr(0, 40);
  }
}

TEST(UpgradeRequest, ASubprotocolThatIsNoneIsNotChosen) {
  for (const std::string list :
       {"", " ", ",", ",second", "a b", "\"quoted\"", "(", "\x80", "=,second"}) {
    EXPECT_THAT(accepted("Sec-WebSocket-Protocol: " + list),
                testing::Not(testing::HasSubstr("Sec-WebSocket-Protocol")))
        << list;
  }
}

TEST(UpgradeRequest, NoExtensionIsTaken) {
  const std::string deflate = "permessage-deflate";
  std::string thousands = deflate;
  for (int i = 0; i < 350; ++i) thousands += ", " + deflate;
  for (const std::string& offer :
       {deflate, deflate + "; server_max_window_bits=16", deflate + "; server_max_window_bits=abc",
        deflate + "; server_max_window_bits=10; server_max_window_bits=10",
        deflate + "; server_max_window_bits", deflate + "; server_max_window_bits=\"10",
        deflate + ", " + deflate, std::string("constructor"), std::string(",,;;=="), thousands}) {
    EXPECT_THAT(accepted("Sec-WebSocket-Extensions: " + offer),
                testing::Not(testing::HasSubstr("Sec-WebSocket-Extensions")))
        << offer.substr(0, 80);
  }
  EXPECT_THAT(accepted("Sec-WebSocket-Extensions: permessage-deflate\r\n"
                       "Sec-WebSocket-Extensions: permessage-deflate"),
              testing::Not(testing::HasSubstr("Sec-WebSocket-Extensions")));
}

}  // namespace
}  // namespace socketio::support
