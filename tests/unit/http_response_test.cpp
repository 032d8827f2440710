// SPDX-License-Identifier: MIT
// Responses as a client receives them: each framing of the body, interim responses, and servers
// that violate the protocol.
#include "codec/http/response_parser.hpp"
#include "support/http_stream.hpp"
#include "support/splits.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace socketio {
namespace {

using namespace std::string_literals;
using http::AnswerTo;
using http::Limits;
using http::ResponseParser;
using support::feed_pieces;
using support::Pieces;

void expect_response(std::string_view bytes, std::string_view behind, AnswerTo answer_to,
                     std::uint16_t status, std::string_view body) {
  SCOPED_TRACE(testing::PrintToString(std::string(bytes)));
  const std::string stream = std::string(bytes) + std::string(behind);
  support::for_each_split(stream, [&](const Pieces& pieces) {
    ResponseParser parser(Limits{}, answer_to);
    const auto fate = feed_pieces(parser, pieces);
    ASSERT_FALSE(fate.error);
    ASSERT_TRUE(fate.done);
    ASSERT_EQ(fate.consumed_bytes, bytes.size());
    ASSERT_EQ(parser.response().status, status);
    ASSERT_EQ(parser.response().body, body);
    ASSERT_TRUE(parser.feed_end());
  });
}

void expect_refused(std::string_view bytes) {
  SCOPED_TRACE(testing::PrintToString(std::string(bytes.substr(0, 120))));
  support::for_each_split(bytes, [&](const Pieces& pieces) {
    ResponseParser parser(Limits{});
    ASSERT_TRUE(feed_pieces(parser, pieces).error);
    ASSERT_FALSE(parser.feed("HTTP/1.1 200 OK\r\n\r\n"));
    ASSERT_FALSE(parser.feed_end());
    ASSERT_FALSE(parser.done());
  });
}

constexpr std::string_view next_response = "HTTP/1.1 200 OK\r\n\r\n";

TEST(HttpResponse, BodyByLength) {
  expect_response("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", next_response,
                  AnswerTo::other, 200, "hello");
  expect_response("HTTP/1.1 400\r\nContent-Length: 0\r\n\r\n", next_response, AnswerTo::other, 400,
                  "");
}

TEST(HttpResponse, BodyByChunks) {
  expect_response(
      "HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n5;x\r\nhello\r\n0\r\nT: a\r\n\r\n",
      next_response, AnswerTo::other, 200, "hello");
}

TEST(HttpResponse, AnswersWithoutABody) {
  expect_response("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n", "\x81\x01x",
                  AnswerTo::other, 101, "");
  expect_response("HTTP/1.1 204 No Content\r\n\r\n", next_response, AnswerTo::other, 204, "");
  expect_response("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", next_response,
                  AnswerTo::other, 304, "");
  expect_response("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", next_response, AnswerTo::head,
                  200, "");
  expect_response("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", next_response,
                  AnswerTo::head, 200, "");
  expect_response("HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n", next_response,
                  AnswerTo::head, 200, "");
}

TEST(HttpResponse, InterimResponsesAreSkipped) {
  expect_response(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\nContent-Length: 3\r\n"
      "\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
      next_response, AnswerTo::other, 200, "ok");
}

TEST(HttpResponse, BodyByTheEndOfTheStream) {
  support::for_each_split("HTTP/1.1 200 OK\r\nA: b\r\n\r\nhello\r\n", [](const Pieces& pieces) {
    ResponseParser parser(Limits{});
    const auto fate = feed_pieces(parser, pieces);
    ASSERT_FALSE(fate.error);
    ASSERT_FALSE(fate.done);
    const auto ended = parser.feed_end();
    ASSERT_TRUE(ended);
    ASSERT_TRUE(*ended);
    ASSERT_TRUE(parser.done());
    ASSERT_FALSE(parser.keep_alive());
    const auto response = parser.take();
    ASSERT_EQ(response.body, "hello\r\n");
    ASSERT_EQ(response.headers.get("a"), "b");
  });
}

TEST(HttpResponse, EndOfTheStreamElsewhereIsAnError) {
  const std::string by_length = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
  const std::string by_chunks =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
  for (const auto& whole : {by_length, by_chunks}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      ResponseParser parser(Limits{});
      ASSERT_TRUE(parser.feed(std::string_view(whole).substr(0, size)));
      ASSERT_FALSE(parser.feed_end()) << "cut at " << size;
      ASSERT_FALSE(parser.feed_end()) << "the error stays";
    }
  }
}

TEST(HttpResponse, KeepsAliveByVersionFramingAndConnection) {
  const auto keeps_alive = [](std::string_view bytes) {
    ResponseParser parser(Limits{});
    EXPECT_TRUE(parser.feed(bytes));
    return parser.keep_alive();
  };
  EXPECT_TRUE(keeps_alive("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_FALSE(keeps_alive("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: Close\r\n\r\n"));
  EXPECT_FALSE(keeps_alive("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_TRUE(
      keeps_alive("HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n"));
  EXPECT_FALSE(keeps_alive("HTTP/1.1 200 OK\r\n\r\n"));
}

TEST(HttpResponse, StatusLinesThatAreNone) {
  for (const auto& line :
       {"HTTP/1.1 200OK"s, "HTTP/1.1 20"s, "HTTP/1.1 2000"s, "HTTP/1.1  200 OK"s, "HTTP/1.1 099 X"s,
        "HTTP/1.1 600 X"s, "HTTP/1.1 2x0 X"s, "HTTP/1.1"s, "HTTP/2.0 200 OK"s, "http/1.1 200 OK"s,
        "ICY 200 OK"s, "HTTP/1.1 200 O\x01K"s, "HTTP/1.1 200 O\0K"s, "HTTP/1.1\t200 OK"s,
        "GET / HTTP/1.1"s, "<html>"s}) {
    expect_refused(line + "\r\n\r\n");
  }
  expect_refused("HTTP/1.1 200 OK\n\n");
}

TEST(HttpResponse, ServersThatLie) {
  const std::string head = "HTTP/1.1 200 OK\r\n";
  expect_refused(head + "Content-Length: 5\r\nContent-Length: 5\r\n\r\n");
  expect_refused(head + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n");
  expect_refused(head + "Content-Length: -1\r\n\r\n");
  expect_refused(head + "Content-Length: 18446744073709551616\r\n\r\n");
  expect_refused(head + "Content-Length: 9999999999\r\n\r\n");
  expect_refused(head + "Transfer-Encoding: gzip\r\n\r\n");
  expect_refused(head + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffff\r\n");
  expect_refused(head + "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloX");
  expect_refused(head + "X: a\r\n b\r\n\r\n");
  expect_refused(head + "X: " + support::times(20'000, "a"));
  expect_refused(head + support::times(2001, "X: a\r\n"));
}

}  // namespace
}  // namespace socketio
