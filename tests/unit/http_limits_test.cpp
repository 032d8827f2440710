// SPDX-License-Identifier: MIT
// Every limit of the HTTP parsers: a message that reaches it is accepted, one that exceeds
// it is refused.
#include "codec/http/response_parser.hpp"
#include "support/http_stream.hpp"

#include <gtest/gtest.h>

#include <string>

namespace socketio {
namespace {

using http::Limits;
using support::expect_request_status;
using support::times;

constexpr std::string_view get_line = "GET / HTTP/1.1\r\nHost: a\r\n";
constexpr std::string_view chunked_head =
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string after(std::string_view head, std::string_view rest) {
  return std::string(head) + std::string(rest);
}

std::string get_of(std::size_t header_bytes) {
  const std::string before = "Host: a\r\nX: ";
  const std::string behind = "\r\n\r\n";
  return "GET / HTTP/1.1\r\n" + before + times(header_bytes - before.size() - behind.size(), "a") +
         behind;
}

TEST(HttpLimits, HeadersAndTargetMayBeAsLargeAsInNodeEachByItself) {
  EXPECT_EQ(Limits{}.header_bytes, 16'384U);
  EXPECT_EQ(Limits{}.target_bytes, 16'384U);
  std::string both = get_of(Limits{}.header_bytes);
  both.insert(5, Limits{}.target_bytes - 1, 'a');
  expect_request_status(both, 200);
}

TEST(HttpLimits, HeaderBytes) {
  expect_request_status(get_of(Limits{}.header_bytes), 200);
  expect_request_status(get_of(Limits{}.header_bytes + 1), 431);
  const Limits small{.header_bytes = 64};
  expect_request_status(get_of(64), 200, small);
  expect_request_status(get_of(65), 431, small);
  expect_request_status(get_of(66), 431, small);
  expect_request_status(get_of(67), 431, small);
}

TEST(HttpLimits, HeaderBytesOfManyFields) {
  const std::string fields = "Host: a\r\n" + times(4, "X: 12345\r\n") + "\r\n";
  const std::string request = "GET / HTTP/1.1\r\n" + fields;
  expect_request_status(request, 200, {.header_bytes = fields.size()});
  expect_request_status(request, 431, {.header_bytes = fields.size() - 1});
  expect_request_status(request, 431, {.header_bytes = fields.size() - 2});
}

TEST(HttpLimits, HeaderBytesBelowTheFirstField) {
  expect_request_status(get_of(64), 431, {.header_bytes = 10});
  expect_request_status(get_of(64), 431, {.header_bytes = 0});
}

TEST(HttpLimits, EmptyLinesBeforeTheRequestAreOfTheHeaderBytes) {
  const std::string lines = times(10, "\r\n");
  expect_request_status(lines + get_of(64), 200, {.header_bytes = 84});
  expect_request_status(lines + get_of(64), 431, {.header_bytes = 83});
  expect_request_status(times(Limits{}.header_bytes / 2 + 1, "\r\n"), 431);
}

TEST(HttpLimits, HeaderCount) {
  const auto limit = Limits{}.header_count;
  expect_request_status(after(get_line, times(limit - 1, "X:\r\n")) + "\r\n", 200);
  expect_request_status(after(get_line, times(limit, "X:\r\n")) + "\r\n", 431);
}

TEST(HttpLimits, TargetBytes) {
  const auto limit = Limits{}.target_bytes;
  const std::string behind = " HTTP/1.1\r\nHost: a\r\n\r\n";
  for (const std::string method : {"GET ", "OPTIONS ", "UPDATEREDIRECTREF "}) {
    expect_request_status(method + "/" + times(limit - 1, "a") + behind, 200);
    expect_request_status(method + "/" + times(limit, "a") + behind, 414);
  }
  const std::string absolute = "http://a/";
  expect_request_status("GET " + absolute + times(limit - absolute.size(), "a") + behind, 200);
  expect_request_status("GET " + absolute + times(limit, "a") + behind, 414);
  expect_request_status("GET " + absolute + times(40 - absolute.size(), "a") + behind, 200,
                        {.target_bytes = 40});
  expect_request_status("GET " + absolute + times(41 - absolute.size(), "a") + behind, 414,
                        {.target_bytes = 40});
}

TEST(HttpLimits, MethodBytes) {
  expect_request_status(times(24, "A") + " / HTTP/1.1\r\nHost: a\r\n\r\n", 200);
  expect_request_status(times(25, "A") + " / HTTP/1.1\r\nHost: a\r\n\r\n", 400);
}

TEST(HttpLimits, BodyBytesByLength) {
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ";
  expect_request_status(head + "10\r\n\r\n0123456789", 200, {.body_bytes = 10});
  expect_request_status(head + "11\r\n\r\n", 413, {.body_bytes = 10});
  expect_request_status(head + "0\r\n\r\n", 200, {.body_bytes = 0});
  expect_request_status(head + "1\r\n\r\n", 413, {.body_bytes = 0});
}

TEST(HttpLimits, BodyBytesByChunks) {
  const Limits limits{.body_bytes = 10};
  expect_request_status(after(chunked_head, "a\r\n0123456789\r\n0\r\n\r\n"), 200, limits);
  expect_request_status(after(chunked_head, "b\r\n"), 413, limits);
  expect_request_status(after(chunked_head, "9\r\n012345678\r\n1\r\n9\r\n0\r\n\r\n"), 200, limits);
  expect_request_status(after(chunked_head, "9\r\n012345678\r\n2\r\n"), 413, limits);
  expect_request_status(after(chunked_head, times(10, "1\r\nx\r\n") + "0\r\n\r\n"), 200, limits);
  expect_request_status(after(chunked_head, times(10, "1\r\nx\r\n") + "1\r\n"), 413, limits);
}

TEST(HttpLimits, DefaultBodyIsOneMillionBytes) {
  for (const std::size_t size : {1'000'000u, 1'000'001u}) {
    http::RequestParser parser(Limits{});
    const auto fed =
        parser.feed("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(size) +
                    "\r\n\r\n" + times(size, "x"));
    EXPECT_EQ(fed.has_value(), size == 1'000'000u);
    EXPECT_EQ(parser.done(), size == 1'000'000u);
  }
}

TEST(HttpLimits, ChunkExtensionBytes) {
  const Limits limits{.chunk_extension_bytes = 8};
  expect_request_status(after(chunked_head, "1;234567\r\nx\r\n0;\r\n\r\n"), 200, limits);
  expect_request_status(after(chunked_head, "1;2345678\r\nx\r\n0;\r\n\r\n"), 400, limits);
  expect_request_status(after(chunked_head, "0;2345678\r\n\r\n"), 200, limits);
  expect_request_status(after(chunked_head, "0;23456789\r\n\r\n"), 400, limits);
}

TEST(HttpLimits, ChunkSizeDigits) {
  expect_request_status(after(chunked_head, "000000000000001\r\nx\r\n0\r\n\r\n"), 200);
  expect_request_status(after(chunked_head, "0000000000000001\r\nx\r\n0\r\n\r\n"), 400);
}

TEST(HttpLimits, TrailerBytes) {
  const Limits limits{.trailer_bytes = 12};
  expect_request_status(after(chunked_head, "0\r\nX: 1\r\nY: 2\r\n\r\n"), 200, limits);
  expect_request_status(after(chunked_head, "0\r\nX: 1\r\nY: 23\r\n\r\n"), 400, limits);
  expect_request_status(after(chunked_head, "0\r\nX: 1\r\nY: 2\r\nZ:\r\n\r\n"), 400, limits);
}

void expect_response_fate(std::string_view bytes, bool accepted, const Limits& limits) {
  support::for_each_split(bytes, [&](const support::Pieces& pieces) {
    http::ResponseParser parser(limits);
    const auto fate = support::feed_pieces(parser, pieces);
    ASSERT_EQ(!fate.error && (fate.done || parser.feed_end().has_value()), accepted);
  });
}

TEST(HttpLimits, Responses) {
  const std::string head = "HTTP/1.1 200 OK\r\n";
  const std::string interim = "HTTP/1.1 100 Continue\r\n\r\n";
  const std::string empty = head + "Content-Length: 0\r\n\r\n";
  const Limits body{.body_bytes = 3};
  expect_response_fate(head + "Content-Length: 3\r\n\r\nabc", true, body);
  expect_response_fate(head + "Content-Length: 4\r\n\r\nabcd", false, body);
  expect_response_fate(head + "\r\nabc", true, body);
  expect_response_fate(head + "\r\nabcd", false, body);
  const std::size_t header_bytes = empty.size() - head.size();
  expect_response_fate(empty, true, {.header_bytes = header_bytes});
  expect_response_fate(empty, false, {.header_bytes = header_bytes - 1});
  expect_response_fate(empty, true, {.header_count = 1});
  expect_response_fate("HTTP/1.1 200 " + times(499, "a") + "\r\n\r\n", true, {});
  expect_response_fate("HTTP/1.1 200 " + times(500, "a") + "\r\n\r\n", false, {});
  expect_response_fate(times(8, interim) + empty, true, {});
  expect_response_fate(times(9, interim) + empty, false, {});
  expect_response_fate(interim + empty, true, {.header_bytes = header_bytes + 2});
  expect_response_fate(interim + empty, false, {.header_bytes = header_bytes + 1});
}

}  // namespace
}  // namespace socketio
