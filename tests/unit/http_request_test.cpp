// SPDX-License-Identifier: MIT
// Valid requests: the result, how many bytes they take, and what happens to the connection next.
#include "codec/http/request_parser.hpp"
#include "support/http_stream.hpp"
#include "support/splits.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

namespace socketio {
namespace {

using http::Limits;
using http::RequestParser;
using support::feed_pieces;
using support::Pieces;

constexpr std::string_view get_request =
    "GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\n"
    "Host: localhost:3001\r\n"
    "Origin:  http://localhost:3000 \t\r\n"
    "X-Empty:\r\n"
    "\r\n";

constexpr std::string_view post_request =
    "POST /socket.io/?EIO=4&transport=polling&sid=a HTTP/1.1\r\n"
    "host: [::1]:3001\r\n"
    "CONTENT-LENGTH: 5\r\n"
    "\r\n"
    "4\r\n\r\n";

constexpr std::string_view chunked_request =
    "POST /chunks HTTP/1.1\r\n"
    "Host: a\r\n"
    "Transfer-Encoding: Chunked\r\n"
    "\r\n"
    "5\r\nhello\r\n"
    "00A;name=value;other=\"quoted\"\r\n\r\n23456\r\n9\r\n"
    "0;last\r\n"
    "Trailer-Field: dropped\r\n"
    "Content-Length: 99\r\n"
    "\r\n";

void expect_request(std::string_view bytes, std::string_view behind, const auto& check) {
  const std::string stream = std::string(bytes) + std::string(behind);
  support::for_each_split(stream, [&](const Pieces& pieces) {
    RequestParser parser(Limits{});
    const auto fate = feed_pieces(parser, pieces);
    ASSERT_FALSE(fate.error);
    ASSERT_TRUE(fate.done);
    ASSERT_EQ(fate.consumed_bytes, bytes.size());
    check(parser.take());
  });
}

TEST(HttpRequest, HasMethodTargetAndHeaders) {
  expect_request(get_request, "", [](const http::Request& request) {
    EXPECT_EQ(request.method, "GET");
    EXPECT_EQ(request.target, "/socket.io/?EIO=4&transport=polling");
    EXPECT_EQ(request.path(), "/socket.io/");
    EXPECT_EQ(request.query(), "EIO=4&transport=polling");
    ASSERT_EQ(request.headers.size(), 3u);
    EXPECT_EQ(request.headers.get("host"), "localhost:3001");
    EXPECT_EQ(request.headers.get("ORIGIN"), "http://localhost:3000");
    EXPECT_TRUE(request.headers.has("x-empty"));
    EXPECT_EQ(request.headers.get("x-empty"), "");
    EXPECT_EQ(request.body, "");
    EXPECT_TRUE(request.keep_alive);
  });
}

TEST(HttpRequest, HasABodyByLength) {
  expect_request(post_request, "", [](const http::Request& request) {
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.body, "4\r\n\r\n");
  });
}

TEST(HttpRequest, HasABodyByChunks) {
  expect_request(chunked_request, "", [](const http::Request& request) {
    EXPECT_EQ(request.body, "hello\r\n23456\r\n9");
    EXPECT_EQ(request.headers.size(), 2u) << "trailers are not headers";
  });
}

TEST(HttpRequest, LeavesWhatFollowsAlone) {
  for (const auto request : {get_request, post_request, chunked_request}) {
    expect_request(request, get_request, [](const http::Request&) {});
    expect_request(request, "\x81\x85\x01\x02\x03\x04", [](const http::Request&) {});
    expect_request(request, "\r\n", [](const http::Request&) {});
  }
}

TEST(HttpRequest, PipelinedRequestsComeOneByOne) {
  const std::string stream = std::string(post_request) + std::string(chunked_request) +
                             std::string(get_request) + std::string(post_request);
  std::string_view rest = stream;
  std::string methods;
  while (!rest.empty()) {
    RequestParser parser(Limits{});
    const auto consumed = parser.feed(rest);
    ASSERT_TRUE(consumed);
    ASSERT_TRUE(parser.done());
    rest.remove_prefix(*consumed);
    methods += parser.take().method + " ";
  }
  EXPECT_EQ(methods, "POST POST GET POST ");
}

TEST(HttpRequest, WaitsAtEveryCutPoint) {
  for (const auto request : {get_request, post_request, chunked_request}) {
    for (std::size_t size = 0; size < request.size(); ++size) {
      RequestParser parser(Limits{});
      const auto consumed = parser.feed(request.substr(0, size));
      ASSERT_TRUE(consumed) << "cut at " << size;
      EXPECT_EQ(*consumed, size);
      EXPECT_FALSE(parser.done()) << "cut at " << size;
    }
  }
}

TEST(HttpRequest, TakesNothingOnceDone) {
  RequestParser parser(Limits{});
  ASSERT_TRUE(parser.feed(get_request));
  const auto again = parser.feed(get_request);
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, 0u);
}

TEST(HttpRequest, KeepsItsErrorForEver) {
  RequestParser parser(Limits{});
  ASSERT_FALSE(parser.feed("get / HTTP/1.1\r\n"));
  const auto again = parser.feed(get_request);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error(), http::Errc::bad_request);
  EXPECT_FALSE(parser.done());
}

TEST(HttpRequest, HeadersAreReadableBeforeTheBody) {
  RequestParser parser(Limits{});
  ASSERT_TRUE(parser.feed(post_request.substr(0, post_request.size() - 5)));
  EXPECT_TRUE(parser.headers_done());
  EXPECT_FALSE(parser.done());
  EXPECT_EQ(parser.request().headers.get("content-length"), "5");
}

TEST(HttpRequest, AllocatesNothingForAnAnnouncedBody) {
  for (const std::string_view framing :
       {"Content-Length: 1000000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\nF4240\r\n"}) {
    RequestParser parser(Limits{});
    ASSERT_TRUE(parser.feed("POST / HTTP/1.1\r\nHost: a\r\n" + std::string(framing)));
    ASSERT_TRUE(parser.headers_done());
    ASSERT_TRUE(parser.feed("x"));
    EXPECT_LT(parser.request().body.capacity(), 1024u);
  }
}

TEST(HttpRequest, EmptyLinesBeforeItAreSkipped) {
  for (const std::size_t lines : {1, 2, 5}) {
    support::expect_request_status(support::times(lines, "\r\n") + std::string(get_request), 200);
  }
  support::expect_request_status("\n" + std::string(get_request), 400);
  support::expect_request_status("\r\n \r\n" + std::string(get_request), 400);
}

struct TargetCase {
  std::string_view method;
  std::string_view sent;
  std::string_view target;
  std::string_view host;
};

// RFC 9112 3.2: the host in an absolute-form target overrides Host.
constexpr TargetCase target_cases[] = {
    {"GET", "/a?b", "/a?b", "a"},
    {"GET", "http://b/", "/", "b"},
    {"GET", "http://b", "/", "b"},
    {"GET", "http://b?c", "/?c", "b"},
    {"GET", "http://b/c?d=http://e/", "/c?d=http://e/", "b"},
    {"POST", "HTTPS://b.example:8443/c", "/c", "b.example:8443"},
    {"GET", "http://[::1]:80//c", "//c", "[::1]:80"},
    {"GET", "http://a/b", "/b", "a"},
    {"OPTIONS", "*", "*", "a"},
    {"OPTIONS", "/", "/", "a"},
    {"OPTIONS", "http://b:81", "*", "b:81"},
    {"OPTIONS", "http://b/", "/", "b"},
    {"OPTIONS", "http://b?c", "/?c", "b"},
};

TEST(HttpRequest, TakesEachFormOfTarget) {
  for (const auto& each : target_cases) {
    SCOPED_TRACE(each.sent);
    const std::string bytes = std::string(each.method) + " " + std::string(each.sent) +
                              " HTTP/1.1\r\nX: 1\r\nhost: a\r\nY: 2\r\n\r\n";
    expect_request(bytes, "", [&](const http::Request& request) {
      EXPECT_EQ(request.target, each.target);
      EXPECT_EQ(request.headers.get("Host"), each.host);
      EXPECT_EQ(request.headers.size(), 3U);
      EXPECT_EQ(request.headers.get("Y"), "2");
    });
  }
  expect_request("GET http://b/ HTTP/1.0\r\n\r\n", "",
                 [](const http::Request& request) { EXPECT_EQ(request.headers.get("Host"), "b"); });
}

struct KeepAliveCase {
  std::string_view version;
  std::string_view fields;
  bool expected;
};

// RFC 9112 9.3
constexpr KeepAliveCase keep_alive_cases[] = {
    {"1.1", "", true},
    {"1.1", "Connection: close\r\n", false},
    {"1.1", "Connection: CLOSE\r\n", false},
    {"1.1", "Connection: keep-alive, close\r\n", false},
    {"1.1", "Connection: keep-alive\r\nConnection: close\r\n", false},
    {"1.1", "Connection: Upgrade\r\n", true},
    {"1.1", "Connection: closed\r\n", true},
    {"1.0", "", false},
    {"1.0", "Connection: keep-alive\r\n", true},
    {"1.0", "Connection: Keep-Alive, Upgrade\r\n", true},
    {"1.0", "Connection: keep-alive, close\r\n", false},
};

TEST(HttpRequest, KeepsAliveByVersionAndConnection) {
  for (const auto& [version, fields, expected] : keep_alive_cases) {
    SCOPED_TRACE(std::string(version) + " " + std::string(fields));
    const std::string bytes =
        "GET / HTTP/" + std::string(version) + "\r\nHost: a\r\n" + std::string(fields) + "\r\n";
    expect_request(bytes, "", [&, wanted = expected](const http::Request& request) {
      EXPECT_EQ(request.keep_alive, wanted);
    });
  }
}

TEST(HttpRequest, ARestartedParserIsLikeANewOne) {
  constexpr std::string_view absolute_request = "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n";
  constexpr std::string_view old_request = "GET / HTTP/1.0\r\nConnection: close\r\n\r\n";
  constexpr std::string_view waiting_request =
      "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";
  constexpr std::string_view wrong_request = "GET / HTTP/1.1\r\nHost: a\r\n\r\r";
  for (const auto before : {get_request, post_request, chunked_request, absolute_request,
                            old_request, waiting_request, wrong_request}) {
    support::for_each_split(before, [&](const Pieces& pieces) {
      for (const auto after : {get_request, post_request, chunked_request, absolute_request}) {
        RequestParser used(Limits{});
        for (const auto piece : pieces) {
          feed_pieces(used, {piece});
          used.restart();
        }
        RequestParser fresh(Limits{});
        ASSERT_EQ(used.feed(after).value(), fresh.feed(after).value());
        ASSERT_TRUE(used.done() && !used.expects_continue());
        const http::Request request = used.take();
        const http::Request expected = fresh.take();
        ASSERT_EQ(request.method, expected.method);
        ASSERT_EQ(request.target, expected.target);
        ASSERT_EQ(request.body, expected.body);
        ASSERT_EQ(request.keep_alive, expected.keep_alive);
        ASSERT_EQ(request.headers.size(), expected.headers.size());
        for (const auto [name, value] : expected.headers) {
          ASSERT_EQ(request.headers.get(name), value);
        }
      }
    });
  }
}

TEST(HttpRequest, VersionOneZeroNeedsNoHost) {
  expect_request("GET / HTTP/1.0\r\n\r\n", "",
                 [](const http::Request& request) { EXPECT_EQ(request.minor_version, 0); });
}

bool waits_for_continue(std::string_view request) {
  RequestParser parser(Limits{});
  EXPECT_TRUE(parser.feed(request));
  return parser.expects_continue();
}

TEST(HttpRequest, ExpectsContinueOnlyIfABodyIsToCome) {
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\n";
  const std::string old_head = "POST / HTTP/1.0\r\nExpect: 100-continue\r\n";
  EXPECT_FALSE(waits_for_continue(head + "Content-Length: 5\r\n"));
  EXPECT_TRUE(waits_for_continue(head + "Content-Length: 5\r\n\r\n"));
  EXPECT_TRUE(waits_for_continue(head + "Transfer-Encoding: chunked\r\n\r\n"));
  EXPECT_FALSE(waits_for_continue(head + "Content-Length: 5\r\n\r\nh")) << "it does not wait";
  EXPECT_FALSE(waits_for_continue(head + "Content-Length: 0\r\n\r\n"));
  EXPECT_FALSE(waits_for_continue(head + "\r\n")) << "there is no body";
  EXPECT_FALSE(waits_for_continue(old_head + "Content-Length: 5\r\n\r\n"));
}

}  // namespace
}  // namespace socketio
