// SPDX-License-Identifier: MIT
// What the writer produces, and that our parsers accept it.
#include "codec/http/request_parser.hpp"
#include "codec/http/response_parser.hpp"
#include "codec/http/writer.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace socketio {
namespace {

using namespace std::string_literals;
using http::Body;
using http::Connection;
using http::Request;
using http::Response;

constexpr std::string_view date = "Date: Tue, 14 Nov 2023 22:13:20 GMT\r\n";

/// Without the date, which every response has.
std::string written(const Response& response, Connection connection = Connection::keep_alive,
                    Body body = Body::included) {
  std::string out;
  http::append_response(out, response, date, connection, body);
  const auto at = out.find(date);
  EXPECT_NE(at, out.npos) << out;
  if (at != out.npos) out.erase(at, date.size());
  return out;
}

std::string written(const Request& request) {
  std::string out;
  http::append_request(out, request);
  return out;
}

Response response_of(std::uint16_t status, std::string body) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

Request request_of(std::string method, std::string target, std::string body = "") {
  Request request;
  request.method = std::move(method);
  request.target = std::move(target);
  request.body = std::move(body);
  return request;
}

TEST(HttpWriter, ReadyLinesStandBeforeTheHeaders) {
  auto response = response_of(200, "ok");
  response.ready_lines = "Content-Type: text/html\r\n";
  response.headers.add("Vary", "Origin");
  EXPECT_EQ(written(response),
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nVary: Origin\r\nContent-Length: 2\r\n"
            "Connection: keep-alive\r\n\r\nok");
}

TEST(HttpWriter, ResponseHasLengthAndConnection) {
  auto response = response_of(200, "ok");
  response.headers.add("Content-Type", "text/plain");
  EXPECT_EQ(written(response),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n"
            "Connection: keep-alive\r\n\r\nok");
  EXPECT_EQ(written(response_of(404, ""), Connection::close),
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

TEST(HttpWriter, AppendsToWhatIsThere) {
  std::string out = "before";
  http::append_response(out, response_of(204, ""), date, Connection::close);
  EXPECT_TRUE(out.starts_with("beforeHTTP/1.1 204 No Content\r\n"));
}

TEST(HttpWriter, AResponseThatHasADateKeepsIt) {
  auto response = response_of(200, "");
  response.headers.add("date", "yesterday");
  std::string out;
  http::append_response(out, response, date, Connection::close);
  EXPECT_NE(out.find("\r\ndate: yesterday\r\n"), out.npos);
  EXPECT_EQ(out.find("Date: "), out.npos);
}

TEST(HttpWriter, SwitchingProtocolsHasNoLength) {
  Response response;
  response.status = 101;
  response.headers.add("Upgrade", "websocket");
  EXPECT_EQ(written(response, Connection::upgrade),
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
            "Upgrade\r\n\r\n");
}

TEST(HttpWriter, StatusesWithoutBodyCarryNone) {
  for (const std::uint16_t status : {101, 204, 304}) {
    const auto out = written(response_of(status, "body"));
    EXPECT_EQ(out.find("Content-Length"), std::string::npos);
    EXPECT_TRUE(out.ends_with("\r\n\r\n"));
  }
}

TEST(HttpWriter, AnswerToHeadSaysItsLength) {
  auto response = response_of(200, "hello");
  const auto out = written(response, Connection::close, Body::omitted);
  EXPECT_NE(out.find("Content-Length: 5\r\n"), std::string::npos);
  EXPECT_TRUE(out.ends_with("\r\n\r\n"));

  auto unread = response_of(200, "");
  unread.headers.add("Content-Length", "77");
  EXPECT_NE(written(unread, Connection::close, Body::omitted).find("Content-Length: 77\r\n"),
            std::string::npos);
}

TEST(HttpWriter, FramingOfTheCallerIsReplaced) {
  auto response = response_of(200, "hello");
  response.headers.add("content-length", "99");
  response.headers.add("Transfer-Encoding", "chunked");
  response.headers.add("Connection", "close");
  EXPECT_EQ(written(response),
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\nhello");
}

TEST(HttpWriter, NoFieldSplitsTheMessage) {
  for (const auto& poison :
       {"a\r\nSet-Cookie: b=1"s, "a\rb"s, "a\nb"s, "a\0b"s, "\x7f"s, "\x1b"s}) {
    auto response = response_of(200, "");
    response.headers.add("X-Value", poison);
    response.headers.add("X-" + poison, "value");
    response.headers.add("", "value");
    response.headers.add("X Y", "value");
    EXPECT_EQ(written(response), written(response_of(200, "")));

    auto request = request_of("GET", "/");
    const auto clean = written(request);
    request.headers.add("X-Value", poison);
    request.headers.add("X-" + poison, "value");
    EXPECT_EQ(written(request), clean);
  }
}

TEST(HttpWriter, RequestHasALengthIfItMayHaveABody) {
  EXPECT_EQ(written(request_of("GET", "/a")), "GET /a HTTP/1.1\r\n\r\n");
  EXPECT_EQ(written(request_of("POST", "/a")), "POST /a HTTP/1.1\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(written(request_of("DELETE", "/a", "x")),
            "DELETE /a HTTP/1.1\r\nContent-Length: 1\r\n\r\nx");
}

TEST(HttpWriter, RequestThatEndsTheConnectionSaysSo) {
  auto request = request_of("GET", "/");
  request.keep_alive = false;
  EXPECT_EQ(written(request), "GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
  request.headers.add("Connection", "Upgrade");
  EXPECT_EQ(written(request), "GET / HTTP/1.1\r\nConnection: Upgrade\r\n\r\n");
}

TEST(HttpWriter, TargetCannotEndItsLine) {
  const auto request = request_of("GET", "/a b\r\nX: \xc3\xa4\x7f%20");
  EXPECT_EQ(written(request), "GET /a%20b%0D%0AX:%20%C3%A4%7F%20 HTTP/1.1\r\n\r\n");
}

TEST(HttpWriter, OurParsersReadItBack) {
  auto request = request_of("POST", "/socket.io/?EIO=4",
                            "4hello\x1e"
                            "4you");
  request.headers.add("Host", "localhost:3001");
  request.headers.add("Content-Type", "text/plain;charset=UTF-8");
  http::RequestParser requests(http::Limits{});
  const auto request_bytes = written(request);
  ASSERT_EQ(*requests.feed(request_bytes), request_bytes.size());
  ASSERT_TRUE(requests.done());
  EXPECT_EQ(requests.request().target, request.target);
  EXPECT_EQ(requests.request().body, request.body);

  http::ResponseParser responses(http::Limits{});
  const auto response_bytes = written(response_of(413, "too much"), Connection::close);
  ASSERT_EQ(*responses.feed(response_bytes), response_bytes.size());
  ASSERT_TRUE(responses.done());
  EXPECT_EQ(responses.response().status, 413);
  EXPECT_EQ(responses.response().body, "too much");
  EXPECT_FALSE(responses.keep_alive());
}

}  // namespace
}  // namespace socketio
