// SPDX-License-Identifier: MIT
#include "server/cors.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <regex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::server {
namespace {

bool allows_websocket(const Cors& cors, const http::Request& asking) {
  return cors.allows_websocket(asking, asking.headers.get("host"));
}

constexpr std::string_view allow_origin = "Access-Control-Allow-Origin";

http::Request request(std::string method, std::string_view origin = {}) {
  http::Request made;
  made.method = std::move(method);
  made.target = "/socket.io/";
  if (!origin.empty()) made.headers.add("Origin", origin);
  return made;
}

http::Headers added(const Cors& cors, const http::Request& to) {
  http::Headers headers;
  cors.add_headers(to, headers);
  return headers;
}

Cors with(CorsOptions::Origins origins) {
  CorsOptions options;
  options.origins = std::move(origins);
  return Cors(std::move(options));
}

/// Checks every form that admits one origin and no other.
void expect_admits_one(const Cors& cors) {
  constexpr std::string_view friendly = "http://friend.example";
  const auto headers = added(cors, request("GET", friendly));
  EXPECT_EQ(headers.get(allow_origin), friendly);
  EXPECT_EQ(headers.get("Vary"), "Origin");
  EXPECT_TRUE(allows_websocket(cors, request("GET", friendly)));
  for (const std::string_view other :
       {"http://enemy.example", "http://friend.example.enemy.example", "http://friend.exampl",
        "null", "xhttp://friend.example", "http://friend.example:81"}) {
    EXPECT_FALSE(added(cors, request("GET", other)).has(allow_origin)) << other;
    EXPECT_EQ(added(cors, request("GET", other)).get("Vary"), "Origin")
        << "caches must not mix the two up";
    EXPECT_FALSE(allows_websocket(cors, request("GET", other))) << other;
  }
  EXPECT_FALSE(added(cors, request("GET")).has(allow_origin));
  EXPECT_TRUE(allows_websocket(cors, request("GET"))) << "no browser sends that";
}

TEST(Cors, IsOffWithoutOrigins) {
  const Cors cors{CorsOptions{}};
  EXPECT_FALSE(cors.enabled());
  EXPECT_EQ(added(cors, request("GET", "http://a.example")).size(), 0U);
  EXPECT_FALSE(cors.preflight(request("OPTIONS", "http://a.example")));
  EXPECT_TRUE(allows_websocket(cors, request("GET", "http://a.example")));
}

TEST(Cors, EveryFormOfOrigins) {
  expect_admits_one(with("http://friend.example"));
  expect_admits_one(with(std::string("http://friend.example")));
  expect_admits_one(with({"http://other.example", "http://friend.example"}));
  expect_admits_one(with(std::vector<std::string>{"http://friend.example"}));
  expect_admits_one(with(std::regex(R"(http://friend\.example)")));
  expect_admits_one(
      with([](std::string_view origin) { return origin == "http://friend.example"; }));
}

TEST(Cors, AStarAdmitsEverybody) {
  const Cors cors = with("*");
  for (const std::string_view origin : {"http://a.example", "null", ""}) {
    const auto headers = added(cors, request("GET", origin));
    EXPECT_EQ(headers.get(allow_origin), "*");
    EXPECT_FALSE(headers.has("Vary"));
    EXPECT_TRUE(allows_websocket(cors, request("GET", origin)));
  }
}

TEST(Cors, AStarAmongOthersIsOnlyAStar) {
  CorsOptions::Origins star_and_pattern("*");
  star_and_pattern.patterns.emplace_back("http://friend.*");
  CorsOptions::Origins star_and_predicate("*");
  star_and_predicate.predicate = [](std::string_view origin) {
    return origin == "http://friend.example";
  };
  for (const auto& origins :
       {CorsOptions::Origins{"*", "http://friend.example"},
        CorsOptions::Origins{"http://friend.example", "*"}, star_and_pattern, star_and_predicate}) {
    const Cors cors = with(origins);
    const auto headers = added(cors, request("GET", "http://friend.example"));
    EXPECT_EQ(headers.get(allow_origin), "http://friend.example");
    EXPECT_EQ(headers.get("Vary"), "Origin");
    EXPECT_FALSE(added(cors, request("GET", "http://enemy.example")).has(allow_origin));
    EXPECT_FALSE(allows_websocket(cors, request("GET", "http://enemy.example")));
  }
}

/// Whether a page of `origin` may open a WebSocket to a server that it reaches as `host`, when the
/// list of origins does not include it.
/// list does not name it.
bool is_own_page(std::string_view origin, std::string_view host) {
  auto asking = request("GET", origin);
  asking.headers.add("Host", host);
  return allows_websocket(with("http://friend.example"), asking);
}

TEST(Cors, APageOfThisServerMayOpenAWebSocket) {
  for (const auto& [origin, host] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"http://a.example", "a.example"},
           {"https://a.example", "a.example"},
           {"http://a.example", "A.Example"},
           {"http://a.example", "a.example:80"},
           {"https://a.example", "a.example:443"},
           {"http://a.example:80", "a.example"},
           {"https://a.example", "a.example:"},
           {"http://a.example:3001", "a.example:3001"},
           {"http://127.0.0.1:3001", "127.0.0.1:3001"},
           {"http://[::1]", "[::1]"},
           {"http://[::1]:3001", "[::1]:3001"},
           {"http://[fe80::a]", "[FE80::A]:80"}}) {
    EXPECT_TRUE(is_own_page(origin, host)) << origin << " at " << host;
  }
  auto asking = request("GET", "http://a.example");
  asking.headers.add("Host", "a.example");
  EXPECT_FALSE(added(with("http://friend.example"), asking).has(allow_origin))
      << "its own requests need no permission";
}

TEST(Cors, APageOfAnotherServerIsNotOfThisOne) {
  for (const auto& [origin, host] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"http://b.example", "a.example"},
           {"http://a.example.evil", "a.example"},
           {"http://a.example", "a.example.evil"},
           {"http://a.example:81", "a.example"},
           {"http://a.example", "a.example:81"},
           {"http://a.example", "a.example:443"},
           {"https://a.example", "a.example:80"},
           {"http://a.example:3001", "a.example:3002"},
           {"http://a.example:65616", "a.example:80"},
           {"http://a.example:+80", "a.example"},
           {"http://a.example:80x", "a.example"},
           {"http://a.example/", "a.example"},
           {"http://x@a.example", "a.example"},
           {"http://a.example:x", "a.example:x"},
           {"ftp://a.example", "a.example"},
           {"//a.example", "a.example"},
           {"a.example", "a.example"},
           {"null", "null"},
           {"http://", ""},
           {"http://:80", ":80"},
           {"http://[::1]:3001", "[::1]"},
           {"http://[::1]", "::1"},
           {"http://[::1", "[::1"},
           {"http://[::1]x", "[::1]x"}}) {
    EXPECT_FALSE(is_own_page(origin, host)) << origin << " at " << host;
  }
  EXPECT_FALSE(allows_websocket(with("http://friend.example"), request("GET", "http://a.example")))
      << "who names no host has no page here";
}

TEST(Cors, WhatThePredicateThrowsAdmitsNobody) {
  const Cors cors = with([](std::string_view) -> bool { throw std::runtime_error("broken"); });
  EXPECT_FALSE(added(cors, request("GET", "http://a.example")).has(allow_origin));
  EXPECT_FALSE(allows_websocket(cors, request("GET", "http://a.example")));
}

TEST(Cors, TooLongAnOriginIsNone) {
  int asked = 0;
  const Cors cors = with([&](std::string_view) {
    ++asked;
    return true;
  });
  EXPECT_TRUE(allows_websocket(cors, request("GET", std::string(512, 'a'))));
  EXPECT_FALSE(allows_websocket(cors, request("GET", std::string(513, 'a'))));
  EXPECT_EQ(asked, 1);
}

TEST(Cors, CredentialsAndExposedHeaders) {
  CorsOptions options;
  options.origins = "http://a.example";
  EXPECT_FALSE(added(Cors(options), request("GET", "http://a.example"))
                   .has("Access-Control-Allow-Credentials"));
  options.credentials = true;
  options.exposed_headers = {"X-One", "X-Two"};
  const auto headers = added(Cors(options), request("GET", "http://a.example"));
  EXPECT_EQ(headers.get("Access-Control-Allow-Credentials"), "true");
  EXPECT_EQ(headers.get("Access-Control-Expose-Headers"), "X-One,X-Two");
}

TEST(Cors, APreflightRequestIsAnswered) {
  const Cors cors = with("http://a.example");
  EXPECT_FALSE(cors.preflight(request("GET", "http://a.example")));
  auto asking = request("OPTIONS", "http://a.example");
  asking.headers.add("Access-Control-Request-Headers", "x-custom,content-type");
  const auto answer = cors.preflight(asking);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 204);
  EXPECT_EQ(answer->headers.get("Access-Control-Allow-Methods"), "GET,HEAD,PUT,PATCH,POST,DELETE");
  EXPECT_EQ(answer->headers.get("Access-Control-Allow-Headers"), "x-custom,content-type");
  EXPECT_EQ(answer->headers.get("Vary"), "Access-Control-Request-Headers");
  EXPECT_FALSE(answer->headers.has("Access-Control-Max-Age"));
}

TEST(Cors, APreflightAnswerThatDependsOnNothingAskedStillVaries) {
  const auto answer = with("*").preflight(request("OPTIONS", "http://a.example"));
  ASSERT_TRUE(answer);
  EXPECT_FALSE(answer->headers.has("Access-Control-Allow-Headers"));
  EXPECT_EQ(answer->headers.get("Vary"), "Access-Control-Request-Headers");
}

TEST(Cors, PreflightOptions) {
  CorsOptions options;
  options.origins = "*";
  options.methods = {"GET", "POST"};
  options.allowed_headers = {"x-a", "x-b"};
  options.max_age = std::chrono::hours(1);
  auto asking = request("OPTIONS", "http://a.example");
  asking.headers.add("Access-Control-Request-Headers", "x-custom");
  const auto answer = Cors(options).preflight(asking);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->headers.get("Access-Control-Allow-Methods"), "GET,POST");
  EXPECT_EQ(answer->headers.get("Access-Control-Allow-Headers"), "x-a,x-b");
  EXPECT_EQ(answer->headers.get("Access-Control-Max-Age"), "3600");
  EXPECT_FALSE(answer->headers.has("Vary"));
}

}  // namespace
}  // namespace socketio::server
