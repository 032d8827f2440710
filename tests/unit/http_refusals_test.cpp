// SPDX-License-Identifier: MIT
// Requests that must be refused, and with which status: the inputs that request smuggling and
// parser bugs rely on.
#include "support/http_stream.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace socketio {
namespace {

using namespace std::string_literals;
using support::expect_request_status;
using support::times;

struct Refusal {
  std::string input;
  int status;
};

std::string readable(std::string_view bytes) {
  return testing::PrintToString(std::string(bytes.substr(0, 120)));
}

void expect_refusals(std::string_view before, std::initializer_list<Refusal> refusals,
                     std::string_view after) {
  for (const auto& [input, status] : refusals) {
    SCOPED_TRACE(readable(input));
    expect_request_status(std::string(before) + input + std::string(after), status);
  }
}

TEST(HttpRefusals, HeaderBlockTooLarge) {
  expect_refusals("GET / HTTP/1.1\r\nHost: a\r\n",
                  {{"X: " + times(20 * 1024, "a") + "\r\n", 431},
                   {times(2000, "X: abcdef\r\n"), 431},
                   {times(2000, "X:\r\n"), 431},
                   {times(16 * 1024, "a") + ": 1\r\n", 431},
                   {times(16 * 1024, "a"), 431}},
                  "\r\n");
}

TEST(HttpRefusals, Host) {
  expect_refusals("GET / HTTP/1.1\r\n",
                  {{"", 400},
                   {"Host: a\r\nHost: b\r\n", 400},
                   {"Host: a\r\nhost: a\r\n", 400},
                   {"Host:\r\n", 400},
                   {"Host: \t \r\n", 400},
                   {"Host: a b\r\n", 400},
                   {"Host: a, b\r\n", 400},
                   {"Host: user@a\r\n", 400},
                   {"Host: a/b\r\n", 400},
                   {"Host: \xe4\r\n", 400}},
                  "\r\n");
  expect_request_status("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400);
}

TEST(HttpRefusals, ContentLength) {
  expect_refusals("POST / HTTP/1.1\r\nHost: a\r\nContent-Length:",
                  {{"-1", 400},
                   {"+5", 400},
                   {"0x5", 400},
                   {"5_0", 400},
                   {"5 5", 400},
                   {"5.0", 400},
                   {"5,5", 400},
                   {"5, 5", 400},
                   {",5", 400},
                   {"5,", 400},
                   {"\xa0"
                    "5",
                    400},
                   {"", 400},
                   {" ", 400},
                   {"18446744073709551616", 400},
                   {"18446744073709551615", 400},
                   {"00000000000000000000000005", 400},
                   {"99999999999999999999999999", 400},
                   {"9999999999999999999", 413},
                   {"5\r\nContent-Length: 5", 400},
                   {"5\r\nContent-Length: 6", 400},
                   {"5\r\ncontent-length:", 400}},
                  "\r\n\r\nhello");
}

TEST(HttpRefusals, LengthTogetherWithTransferEncoding) {
  expect_refusals("POST / HTTP/1.1\r\nHost: a\r\n",
                  {{"Content-Length: 5\r\nTransfer-Encoding: chunked", 400},
                   {"Transfer-Encoding: chunked\r\nContent-Length: 5", 400},
                   {"cOnTeNt-LeNgTh: 5\r\ntRaNsFeR-eNcOdInG: cHuNkEd", 400},
                   {"Content-Length: 5\r\nTransfer-Encoding: xchunked", 400},
                   {"Transfer-Encoding: xchunked\r\nContent-Length: 5", 400},
                   {"Transfer-Encoding: identity\r\nContent-Length: 5", 400},
                   {"Transfer-Encoding:\r\nContent-Length: 5", 400}},
                  "\r\n\r\n0\r\n\r\n");
}

TEST(HttpRefusals, TransferEncoding) {
  expect_refusals("POST / HTTP/1.1\r\nHost: a\r\n",
                  {{"Transfer-Encoding: ,chunked", 501},
                   {"Transfer-Encoding: chunked,", 501},
                   {"Transfer-Encoding: chunked, chunked", 501},
                   {"Transfer-Encoding: xchunked", 501},
                   {"Transfer-Encoding: chunked;a", 501},
                   {"Transfer-Encoding: \"chunked\"", 501},
                   {"Transfer-Encoding: gzip, chunked", 501},
                   {"Transfer-Encoding: identity", 501},
                   {"Transfer-Encoding:", 501},
                   {"Transfer-Encoding: \xa0"
                    "chunked",
                    501},
                   {"Transfer-Encoding: chunked\xa0", 501},
                   {"Transfer-Encoding: \x0b"
                    "chunked",
                    400},
                   {"Transfer-Encoding : chunked", 400},
                   {"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", 400},
                   {"Transfer-Encoding: xchunked\r\nTransfer-Encoding: chunked", 400},
                   {"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", 400}},
                  "\r\n\r\n0\r\n\r\n");
  expect_request_status("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400);
}

TEST(HttpRefusals, Chunks) {
  expect_refusals("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
                  {{"5\r\nhelloX\r\n", 400},
                   {"5\r\nhello0\r\n\r\n", 400},
                   {"5\r\nhello\n0\r\n\r\n", 400},
                   {"5\r\nhello\r0\r\n\r\n", 400},
                   {"5\r\nhello\r\r\n", 400},
                   {"5\nhello\r\n0\r\n\r\n", 400},
                   {"5\rhello\r\n0\r\n\r\n", 400},
                   {"\r\n5\r\nhello", 400},
                   {";a\r\nhello", 400},
                   {"x\r\n", 400},
                   {"0x5\r\nhello", 400},
                   {"-5\r\nhello", 400},
                   {"+5\r\nhello", 400},
                   {" 5\r\nhello", 400},
                   {"5 \r\nhello", 400},
                   {"5 ;a\r\nhello", 400},
                   {"5_0\r\nhello", 400},
                   {"0000000000000005\r\nhello", 400},
                   {"ffffffffffffffff\r\nhello", 400},
                   {"10000000000000005\r\nhello", 400},
                   {"fffffffffffffff\r\nhello", 413},
                   {"5;a=\"\n\"\r\nhello", 400},
                   {"5;a=\"\0\"\r\nhello"s, 400},
                   {"5;a=\x7f\r\nhello", 400},
                   {"5;" + times(100 * 1024, "a") + "\r\nhello", 400},
                   {times(1025, "1;\r\nx\r\n"), 400}},
                  "");
}

TEST(HttpRefusals, MissingLastChunkIsWaitedFor) {
  expect_request_status(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", 0);
}

TEST(HttpRefusals, Trailers) {
  expect_refusals("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
                  {{"X: " + times(100 * 1024, "a") + "\r\n\r\n", 400},
                   {times(20 * 1024, "X: 1\r\n") + "\r\n", 400},
                   {"X: a\r\n b\r\n\r\n", 400},
                   {"X : a\r\n\r\n", 400},
                   {"X\r\n\r\n", 400},
                   {": a\r\n\r\n", 400},
                   {"X: a\n\r\n", 400},
                   {"X: a\rb\r\n\r\n", 400},
                   {"GET / HTTP/1.1\r\n\r\n", 400},
                   {"\r\r\n", 400},
                   {"\n", 400},
                   {"\rX", 400}},
                  "");
}

TEST(HttpRefusals, LineEnds) {
  expect_refusals("",
                  {{"GET / HTTP/1.1\nHost: a\n\n", 400},
                   {"GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 400},
                   {"GET / HTTP/1.1\r\nHost: a\r\n\n", 400},
                   {"GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", 400},
                   {"GET / HTTP/1.1\rHost: a\r\r", 400},
                   {"GET / HTTP/1.1\r\nHost: a\r\n\rX", 400},
                   {"GET / HTTP/1.1\r\nHost: a\r\r\n\r\n", 400},
                   {"GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", 400},
                   {"\n", 400},
                   {"\r\r\n", 400}},
                  "");
}

TEST(HttpRefusals, Fields) {
  expect_refusals("GET / HTTP/1.1\r\n",
                  {{"X: a\rb", 400},
                   {"X: a\0b"s, 400},
                   {"X: a\x01", 400},
                   {"X: a\x7f", 400},
                   {"X: a\r\n b", 400},
                   {"X: a\r\n\tb", 400},
                   {"X:\r\n ", 400},
                   {"X\0: a"s, 400},
                   {"X X: a", 400},
                   {"X\t: a", 400},
                   {"X(: a", 400},
                   {"X\": a", 400},
                   {"X/: a", 400},
                   {"X\x80: a", 400},
                   {": a", 400},
                   {"no colon", 400},
                   {"X : a", 400},
                   {" X: a", 400},
                   {"\tX: a", 400}},
                  "\r\nHost: a\r\n\r\n");
  expect_request_status("GET / HTTP/1.1\r\nHost: a\r\nOrigin: http://a\x01\r\n\r\n", 400);
}

TEST(HttpRefusals, Method) {
  expect_refusals("",
                  {{"get", 400},
                   {"Get", 400},
                   {"G\x01T", 400},
                   {"G\xc3\x89T", 400},
                   {"G(T", 400},
                   {"-GET", 400},
                   {"", 400},
                   {" GET", 400},
                   {"\tGET", 400},
                   {"GET\t", 400},
                   {"\xef\xbb\xbfGET", 400},
                   {times(25, "A"), 400},
                   {times(1024, "A"), 400},
                   {times(5 * 1024, "A"), 400},
                   {"CONNECT a:80 HTTP/1.1\r\nX: ", 400}},
                  " / HTTP/1.1\r\nHost: a\r\n\r\n");
}

TEST(HttpRefusals, Target) {
  expect_refusals("GET ",
                  {{"*", 400},
                   {"http:", 400},
                   {"http:/a", 400},
                   {"http://", 400},
                   {"http:///a", 400},
                   {"http://?a", 400},
                   {"http://:80/", 400},
                   {"http://user@a/", 400},
                   {"http://user:word@a/", 400},
                   {"http://a,b/", 400},
                   {"http://a#b", 400},
                   {"http://a/#b", 400},
                   {"http://a\\/b", 400},
                   {"http://\x80/", 400},
                   {"http://a/\x80", 400},
                   {"http://a /", 400},
                   {"ftp://a/", 400},
                   {"ws://a/", 400},
                   {"file:///a", 400},
                   {"://a/", 400},
                   {"a:80", 400},
                   {"?a", 400},
                   {"", 400},
                   {"/#a", 400},
                   {"/a?b#c", 400},
                   {"/\x80", 400},
                   {"/\xc3\xa4", 400},
                   {"/\x01", 400},
                   {"/\0"s, 400},
                   {"/\x7f", 400},
                   {"/a\tb", 400},
                   {"/a b", 400},
                   {" /", 400},
                   {"/ ", 400},
                   {"/" + times(17 * 1024, "a"), 414},
                   {"/" + times(100 * 1024, "a"), 414}},
                  " HTTP/1.1\r\nHost: a\r\n\r\n");
}

// RFC 9112 3.2.2 requires Host in every request; 3.2.3 and 3.2.4 allow these forms with one
// method each.
TEST(HttpRefusals, TargetsOfTheWrongMethodOrWithoutHost) {
  expect_refusals("",
                  {{"GET http://a/ HTTP/1.1\r\n\r\n", 400},
                   {"GET http://a/ HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},
                   {"GET http://a/ HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
                   {"POST * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
                   {"OPTIONS ** HTTP/1.1\r\nHost: a\r\n\r\n", 400},
                   {"OPTIONS *?a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
                   {"OPTIONS a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
                   {"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
                   {"CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
                   {"CONNECT http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400}},
                  "");
}

// The router interprets the path; the parser neither decodes nor normalises it.
TEST(HttpRefusals, OddPathsAreHandedOnAsTheyCame) {
  for (const std::string target : {"//socket.io/", "/socket.io/../x", "/%2e%2e", "/%00", "/%zz",
                                   "/a?b?c", "/?%", "/{}|^`\"<>\\"}) {
    support::for_each_split("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n",
                            [&](const support::Pieces& pieces) {
                              http::RequestParser parser(http::Limits{});
                              ASSERT_TRUE(support::feed_pieces(parser, pieces).done);
                              ASSERT_EQ(parser.request().target, target);
                            });
  }
}

TEST(HttpRefusals, Version) {
  expect_refusals("GET / ",
                  {{"HTTP/2.0", 505},
                   {"HTTP/1.2", 505},
                   {"HTTP/0.9", 505},
                   {"HTTP/3.0", 505},
                   {"http/1.1", 400},
                   {"HTTP/1", 400},
                   {"HTTP/1.10", 400},
                   {"HTTP/01.1", 400},
                   {"HTTP/1,1", 400},
                   {"HTTP/1.x", 400},
                   {"HTTP/1.1 ", 400},
                   {" HTTP/1.1", 400},
                   {"ICY", 400},
                   {"", 400}},
                  "\r\nHost: a\r\n\r\n");
  expect_request_status("GET /\r\n\r\n", 400);
  expect_request_status("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505);
}

TEST(HttpRefusals, Expectation) {
  expect_refusals("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n",
                  {{"Expect: 200-ok", 417},
                   {"Expect:", 417},
                   {"Expect: 100-continue, x", 417},
                   {"Expect: 100-continue\r\nExpect: 100-continue", 417},
                   {"Expect: 100-continue", 200}},
                  "\r\n\r\nhello");
}

TEST(HttpRefusals, ContentEncoding) {
  expect_refusals("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n",
                  {{"Content-Encoding: gzip", 415},
                   {"content-encoding: br", 415},
                   {"Content-Encoding: identity, gzip", 415},
                   {"Content-Encoding: identity\r\nContent-Encoding: deflate", 415},
                   {"Content-Encoding: Identity", 200}},
                  "\r\n\r\nhello");
}

TEST(HttpRefusals, NegotiationListsAreJustText) {
  const std::string before = "GET / HTTP/1.1\r\nHost: a\r\n";
  expect_request_status(before + "Accept-Encoding: gzip;q=0." + times(5000, "0") + "\r\n\r\n", 200);
  expect_request_status(before + "Accept-Encoding: " + times(2000, "a, ") + "\r\n\r\n", 200);
  expect_request_status(before + "Accept-Encoding: " + times(10'000, "a, ") + "\r\n\r\n", 431);
  expect_request_status(before + "Origin: http://" + times(5 * 1024, "a") + "\r\n\r\n", 200);
}

TEST(HttpRefusals, OtherProtocolsAtTheFirstForeignByte) {
  http::RequestParser tls(http::Limits{});
  EXPECT_FALSE(tls.feed("\x16"));
  http::RequestParser frame(http::Limits{});
  EXPECT_FALSE(frame.feed("GET\x01"));
}

}  // namespace
}  // namespace socketio
