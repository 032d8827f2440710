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

/// Every form that says the same: this origin and no other.
void expect_admits_one(const Cors& cors) {
  constexpr std::string_view friendly = "http://friend.example";
  const auto headers = added(cors, request("GET", friendly));
  EXPECT_EQ(headers.get(allow_origin), friendly);
  EXPECT_EQ(headers.get("Vary"), "Origin");
  EXPECT_TRUE(cors.allows_websocket(request("GET", friendly)));
  for (const std::string_view other :
       {"http://enemy.example", "http://friend.example.enemy.example", "http://friend.exampl",
        "null", "xhttp://friend.example", "http://friend.example:81"}) {
    EXPECT_FALSE(added(cors, request("GET", other)).has(allow_origin)) << other;
    EXPECT_EQ(added(cors, request("GET", other)).get("Vary"), "Origin")
        << "caches must not mix the two up";
    EXPECT_FALSE(cors.allows_websocket(request("GET", other))) << other;
  }
  EXPECT_FALSE(added(cors, request("GET")).has(allow_origin));
  EXPECT_TRUE(cors.allows_websocket(request("GET"))) << "no browser sends that";
}

TEST(Cors, IsOffWithoutOrigins) {
  const Cors cors{CorsOptions{}};
  EXPECT_FALSE(cors.enabled());
  EXPECT_EQ(added(cors, request("GET", "http://a.example")).size(), 0U);
  EXPECT_FALSE(cors.preflight(request("OPTIONS", "http://a.example")));
  EXPECT_TRUE(cors.allows_websocket(request("GET", "http://a.example")));
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
    EXPECT_TRUE(cors.allows_websocket(request("GET", origin)));
  }
}

TEST(Cors, WhatThePredicateThrowsAdmitsNobody) {
  const Cors cors = with([](std::string_view) -> bool { throw std::runtime_error("broken"); });
  EXPECT_FALSE(added(cors, request("GET", "http://a.example")).has(allow_origin));
  EXPECT_FALSE(cors.allows_websocket(request("GET", "http://a.example")));
}

TEST(Cors, TooLongAnOriginIsNone) {
  int asked = 0;
  const Cors cors = with([&](std::string_view) {
    ++asked;
    return true;
  });
  EXPECT_TRUE(cors.allows_websocket(request("GET", std::string(512, 'a'))));
  EXPECT_FALSE(cors.allows_websocket(request("GET", std::string(513, 'a'))));
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
