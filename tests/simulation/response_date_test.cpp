// SPDX-License-Identifier: MIT
// Every response of the server has a Date (RFC 9110 6.6.1), whichever part of the server makes it.
#include "support/simulated_server_test.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

class ResponseDate : public SimulatedServerTest {
 protected:
  std::string answer(const std::string& request, Duration wait = 0ms) {
    const auto recorder = std::make_shared<Recorder>();
    const auto stream = dial(recorder);
    stream->write(request);
    loop.run_for(wait);
    stream->close();
    return recorder->text;
  }
};

struct Dated {
  std::string request;
  std::string begin;
};

TEST_F(ResponseDate, IsInResponsesOfEveryKind) {
  const std::string engine = " /socket.io/?EIO=4&transport=";
  const std::string behind = " HTTP/1.1\r\nHost: a\r\n";
  const std::string websocket =
      "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";
  for (const auto& [request, begin] : {
           Dated{"GET" + engine + "polling" + behind + "\r\n", "HTTP/1.1 200 "},
           Dated{"GET" + engine + "websocket" + behind + websocket + "\r\n", "HTTP/1.1 101 "},
           Dated{"GET" + engine + "none" + behind + "\r\n", "HTTP/1.1 400 "},
           Dated{"GET" + engine + "none" + behind + websocket + "\r\n", "HTTP/1.1 400 "},
           Dated{"GET /nothing" + behind + "\r\n", "HTTP/1.1 404 "},
           Dated{"nonsense\r\n", "HTTP/1.1 400 "},
           Dated{"POST /" + behind + "Content-Length: 2000000\r\n\r\n", "HTTP/1.1 413 "},
       }) {
    SCOPED_TRACE(request);
    const std::string text = answer(request);
    EXPECT_THAT(text, StartsWith(begin));
    EXPECT_THAT(text, HasSubstr("\r\nDate: Tue, 14 Nov 2023 22:13:20 GMT\r\n"));
  }
  const std::string late = answer("GET / HTTP/1.1\r\n", 10s);
  EXPECT_THAT(late, StartsWith("HTTP/1.1 408 "));
  EXPECT_THAT(late, HasSubstr("\r\nDate: Tue, 14 Nov 2023 22:13:30 GMT\r\n"));
}

TEST_F(ResponseDate, ChangesWithTheSecond) {
  const std::string request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  loop.run_for(999ms);
  EXPECT_THAT(answer(request), HasSubstr("Date: Tue, 14 Nov 2023 22:13:20 GMT\r\n"));
  loop.run_for(1ms);
  EXPECT_THAT(answer(request), HasSubstr("Date: Tue, 14 Nov 2023 22:13:21 GMT\r\n"));
  loop.run_for(500ms);
  EXPECT_THAT(answer(request), HasSubstr("Date: Tue, 14 Nov 2023 22:13:21 GMT\r\n"));
  loop.run_for(500ms);
  EXPECT_THAT(answer(request), HasSubstr("Date: Tue, 14 Nov 2023 22:13:22 GMT\r\n"));
}

TEST_F(ResponseDate, OfTheApplicationIsKept) {
  server.http().get("/", [](const HttpRequest&) {
    return HttpResponse{200, {{"Date", "Sun, 06 Nov 1994 08:49:37 GMT"}}, {}};
  });
  const std::string text = answer("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(text, HasSubstr("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"));
  EXPECT_EQ(text.find("2023"), text.npos);
}

}  // namespace
}  // namespace socketio::support
