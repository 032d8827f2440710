// SPDX-License-Identifier: MIT
// Events to and from an official server: every type of argument, order, and which
// handlers are called.
#include "client/support/test_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace socketio::support {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;

struct Message {
  std::string text;
  std::vector<int> numbers;
  NLOHMANN_DEFINE_TYPE_INTRUSIVE(Message, text, numbers)
};

class Events : public testing::TestWithParam<std::string> {
 protected:
  OfficialServer server;
  TestClient client{server, only(GetParam())};
  Log heard;
};
INSTANTIATE_TEST_SUITE_P(Transports, Events, testing::Values("polling", "websocket"),
                         [](const auto& tested) { return tested.param; });

TEST_P(Events, EveryTypeGoesRound) {
  ASSERT_TRUE(client.connect());
  const auto round = [&](const auto& value) {
    using T = std::decay_t<decltype(value)>;
    const Reply<T> reply = ask<T>(client.socket, "echo ack", value);
    EXPECT_TRUE(reply) << reply.error().message();
    EXPECT_EQ(*reply, value);
  };
  round(true);
  round(false);
  round(0);
  round(-7);
  round((std::int64_t{1} << 53) - 1);
  round(0.1 + 0.2);
  round(std::string());
  round(std::string("plain"));
  round(std::string("quotes \" \\ / \b\f\n\r\t and \x01\x1f"));
  round(std::string("ü € 😀 \u2028\u2029"));
  round("zero \0 inside"s);
  round(std::vector<int>{});
  round(std::vector<std::string>{"a", "b"});
  round(std::array<double, 3>{0.5, -1e300, 1e-300});
  round(std::map<std::string, int>{{"", 0}, {"a", 1}});
  round(std::optional<int>{5});
  round(std::optional<int>{});
  round(std::pair<int, std::string>{1, "x"});
  round(std::tuple<bool, int, std::string>{true, 2, "y"});
  round(json(nullptr));
  round(json::parse(R"({"a":[{"b":{"c":[[],{},null]}}],"__proto__":1,"":""})"));
}

TEST_P(Events, TypesOfTheUser) {
  ASSERT_TRUE(client.connect());
  const auto reply = ask<Message>(client.socket, "echo ack", Message{"hello", {1, 2, 3}});
  EXPECT_EQ(reply->text, "hello");
  EXPECT_EQ(reply->numbers, (std::vector<int>{1, 2, 3}));
}

TEST_P(Events, ValuesThatOnlyJavaScriptHas) {
  ASSERT_TRUE(client.connect());
  const auto value = [&](const char* name) { return ask(client.socket, "value", name).value(); };
  EXPECT_EQ(value("date"), "1970-01-01T00:00:00.000Z");
  EXPECT_TRUE(value("undefined").is_null());
  EXPECT_TRUE(value("nan").is_null());
  EXPECT_TRUE(value("infinity").is_null());
  EXPECT_EQ(value("negativeZero"), 0);
  EXPECT_EQ(value("big"), 9007199254740991);
  EXPECT_EQ(value("fraction"), 0.1 + 0.2);
  EXPECT_EQ(value("text"), "\0 \u2028 😀 \"\\ é"s);
  EXPECT_EQ(value("sparse"), json::parse("[1,null,3]"));
  EXPECT_EQ(value("nested"), json::parse(R"({"a":[{"b":{"c":[[],{},null]}}]})"));
}

TEST_P(Events, NumbersThatJsonLacksBecomeNull) {
  ASSERT_TRUE(client.connect());
  EXPECT_TRUE(ask(client.socket, "echo ack", std::nan("")).value().is_null());
  EXPECT_TRUE(
      ask(client.socket, "echo ack", std::numeric_limits<double>::infinity()).value().is_null());
}

TEST_P(Events, WithoutArgumentsAndWithMany) {
  client.socket.on("echo", [&](Arguments all) { heard.add(all.to_json().dump()); });
  ASSERT_TRUE(client.connect());
  client.socket.emit("echo");
  client.socket.emit("echo", 1, "two", json{{"three", 3}}, nullptr, std::vector<int>{5});
  heard.wait_for_prefix("[", 2);
  EXPECT_THAT(heard.lines(), ElementsAre("[]", R"([1,"two",{"three":3},null,[5]])"));
}

TEST_P(Events, NamesOfAllKinds) {
  const std::vector<std::string> names{"",        " ",     "ü😀", "a\"b\\c",
                                       "message", "error", "0",  "__proto__"};
  for (const std::string& name : names)
    client.socket.on(name, [this, name](int) { heard.add(name); });
  ASSERT_TRUE(client.connect());
  for (const std::string& name : names) server.emit(name, {1});
  heard.wait_for("__proto__");
  EXPECT_EQ(heard.lines(), names);
}

TEST_P(Events, OrderIsKeptBothWays) {
  constexpr int many = 2'000;
  std::vector<int> numbers;
  client.socket.on("number", [&](int n) {
    numbers.push_back(n);
    if (n == many - 1) heard.add("all");
  });
  ASSERT_TRUE(client.connect());
  client.socket.emit("count", 0, many);
  for (int i = 0; i < many; ++i) client.socket.emit("tell", i);
  ASSERT_TRUE(heard.wait_for("all"));
  for (int i = 0; i < many; ++i) ASSERT_EQ(numbers.at(static_cast<std::size_t>(i)), i);
  server.log->wait_for("tell [" + std::to_string(many - 1) + "]");
  const Log::Lines told = server.said("tell");
  ASSERT_EQ(told.size(), static_cast<std::size_t>(many));
  for (int i = 0; i < many; ++i)
    ASSERT_EQ(told[static_cast<std::size_t>(i)], "tell [" + std::to_string(i) + "]");
}

TEST_P(Events, LargeOnesBothWays) {
  ASSERT_TRUE(client.connect());
  const std::string text(900'000, 'x');
  EXPECT_EQ(ask<int>(client.socket, "length", text).value(), 900'000);
  EXPECT_EQ(ask<std::string>(client.socket, "text", 5'000'000).value().size(), 5'000'000U);
  EXPECT_EQ(ask<Bytes>(client.socket, "bytes", 5'000'000).value(), Bytes(5'000'000, 5));
}

TEST_P(Events, ManyLargerThanOnePayloadTogether) {
  ASSERT_TRUE(client.connect());
  // The server accepts 1 000 000 bytes at once.
  const std::string text(200'000, 'x');
  for (int i = 0; i < 12; ++i) client.socket.emit("silence", text);
  client.expect_served();
  EXPECT_TRUE(client.log.lines("disconnect").empty());
}

TEST_P(Events, OnceAndOff) {
  client.socket.once("echo", [&](int n) { heard.add("once " + std::to_string(n)); });
  const HandlerId always =
      client.socket.on("echo", [&](int n) { heard.add("on " + std::to_string(n)); });
  client.socket.on("echo", [&](ClientSocket socket, int n) {
    heard.add("third " + std::to_string(n));
    if (n == 2) socket.off("echo", always);
    if (n == 3) socket.off("echo");
    if (n == 4) heard.add("not reached");
  });
  ASSERT_TRUE(client.connect());
  for (int i = 1; i <= 4; ++i) client.socket.emit("echo", i);
  client.expect_served();
  EXPECT_THAT(heard.lines(),
              ElementsAre("once 1", "on 1", "third 1", "on 2", "third 2", "third 3"));
}

TEST_P(Events, OffTakesEverythingOff) {
  client.socket.on("echo", [&](int) { heard.add("echo"); });
  client.socket.on("other", [&](int) { heard.add("other"); });
  client.socket.off();
  ASSERT_TRUE(client.connect());
  server.emit("other", {1});
  client.socket.emit("echo", 1);
  client.expect_served();
  EXPECT_TRUE(heard.lines().empty());
}

TEST_P(Events, AnyHandlersHearFirst) {
  client.socket.on("echo", [&](int) { heard.add("handler"); });
  const HandlerId any = client.socket.on_any([&](std::string_view event, const json& arguments) {
    heard.add("any " + std::string(event) + arguments.dump());
  });
  client.socket.prepend_any([&](std::string_view, const json&) { heard.add("prepended"); });
  ASSERT_TRUE(client.connect());
  client.socket.emit("echo", 1);
  client.expect_served();
  client.socket.off_any(any);
  client.socket.emit("echo", 2);
  client.expect_served();
  client.socket.off_any();
  client.socket.emit("echo", 3);
  client.expect_served();
  EXPECT_THAT(heard.lines(), ElementsAre("prepended", "any echo[1]", "handler", "prepended",
                                         "handler", "handler"));
}

TEST_P(Events, OutgoingHandlersHearWhatIsEmitted) {
  const HandlerId any =
      client.socket.on_any_outgoing([&](std::string_view event, const json& arguments) {
        heard.add("out " + std::string(event) + arguments.dump());
      });
  client.socket.prepend_any_outgoing([&](std::string_view, const json&) { heard.add("before"); });
  client.socket.on("echo", [] { return 1; });
  ASSERT_TRUE(client.connect());
  client.socket.emit("echo", 1, Bytes{1});
  client.expect_served();
  client.socket.off_any_outgoing(any);
  client.socket.emit("silence");
  client.expect_served();
  client.socket.off_any_outgoing();
  client.socket.emit("silence");
  client.expect_served();
  // The echo and its acknowledgement, the silence, and another acknowledgement.
  EXPECT_EQ(heard.count("before"), 4U);
  ASSERT_EQ(heard.lines("out").size(), 2U);
  EXPECT_THAT(heard.lines("out").at(0), testing::StartsWith("out echo[1,"));
  EXPECT_EQ(heard.lines("out").at(1), "out echo ack[1]");
}

TEST_P(Events, ArgumentsThatDoNotFitAreReported) {
  client.socket.on("echo", [&](int n) { heard.add(std::to_string(n)); });
  ASSERT_TRUE(client.connect());
  client.socket.emit("echo", "text");
  client.socket.emit("echo");
  client.socket.emit("echo", 7);
  heard.wait_for("7");
  EXPECT_EQ(client.log.lines("error echo: argument 0").size(), 2U);
}

TEST_P(Events, WhatHandlersThrowIsReportedAndTheConnectionGoesOn) {
  client.socket.on("echo", [] { throw std::runtime_error("on purpose"); });
  client.socket.on_connect([] { throw std::runtime_error("at connection"); });
  client.socket.on_any([](std::string_view, const json&) { throw std::runtime_error("any"); });
  ASSERT_TRUE(client.connect());
  client.socket.emit("echo", 1);
  client.log.wait_for("error echo: on purpose");
  client.expect_served();
}

TEST_P(Events, EmittedInHandlers) {
  client.socket.on("number", [](ClientSocket socket, int n) { socket.emit("tell", n); });
  ASSERT_TRUE(client.connect());
  client.socket.emit("count", 0, 50);
  server.log->wait_for("tell [49]");
  EXPECT_EQ(server.said("tell").size(), 50U);
}

TEST_P(Events, RoomsReachTheirMembersOnly) {
  TestClient other(server, only(GetParam()));
  for (TestClient* member : {&client, &other})
    member->socket.on("said", [&, member](std::string text) {
      heard.add((member == &client ? "first " : "other ") + text);
    });
  ASSERT_TRUE(client.connect());
  ASSERT_TRUE(other.connect());
  ask(client.socket, "join", "a");
  ask(other.socket, "join", "b");
  other.socket.emit("say", "a", "to a");
  other.socket.emit("say", "b", "to b");
  heard.wait_for("first to a");
  heard.wait_for("other to b");
  EXPECT_EQ(heard.lines().size(), 2U);
}

}  // namespace
}  // namespace socketio::support
