// SPDX-License-Identifier: MIT
// Signatures of handlers, tested through the core: packets go in, and the answers of
// handlers come out.
#include "support/core_peer.hpp"

#include <socketio/namespace.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace chat {

struct Order {
  std::string item;
  int count = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Order, item, count)

/// Its constructor throws, which decoding does not expect.
struct Unreadable {
  Unreadable() { throw std::runtime_error("cannot be made"); }
};
[[maybe_unused]] void from_json(const socketio::json&, Unreadable&) {}

}  // namespace chat

namespace socketio {
namespace {

using support::CorePeer;
using support::CoreServer;

int add_function(int a, int b) { return a + b; }

struct Doubler {
  int operator()(int a) const { return 2 * a; }
};

class HandlerTest : public testing::Test {
 protected:
  using Log = std::vector<std::string>;
  CoreServer server;
  Namespace& nsp = server.nsp;
  CorePeer peer{server};
  Log log;

  Log answer_to(std::string_view packet) {
    peer.send(packet);
    return peer.received();
  }
  Socket only_socket() { return nsp.sockets().front(); }
};

TEST_F(HandlerTest, ReturnedValuesAreTheAcknowledgement) {
  nsp.on("add", [](int a, int b) { return a + b; });
  EXPECT_EQ(answer_to(R"(27["add",1,2])"), (Log{"437[3]"}));
  EXPECT_EQ(answer_to(R"(2["add",1,2])"), Log{}) << "nobody asked";
}

TEST_F(HandlerTest, EveryKindOfCallable) {
  nsp.on("function", add_function);
  nsp.on("pointer", &add_function);
  nsp.on("std", std::function<int(int)>([](int a) { return -a; }));
  nsp.on("object", Doubler{});
  nsp.on("mutable", [count = 0]() mutable { return ++count; });
  nsp.on("noexcept", [](int a) noexcept { return a; });
  nsp.on("move_only", [owned = std::make_unique<int>(5)] { return *owned; });
  EXPECT_EQ(answer_to(R"(20["function",1,2])"), (Log{"430[3]"}));
  EXPECT_EQ(answer_to(R"(21["pointer",1,2])"), (Log{"431[3]"}));
  EXPECT_EQ(answer_to(R"(22["std",1])"), (Log{"432[-1]"}));
  EXPECT_EQ(answer_to(R"(23["object",4])"), (Log{"433[8]"}));
  EXPECT_EQ(answer_to(R"(24["mutable"])"), (Log{"434[1]"}));
  EXPECT_EQ(answer_to(R"(25["mutable"])"), (Log{"435[2]"}));
  EXPECT_EQ(answer_to(R"(26["noexcept",1])"), (Log{"436[1]"}));
  EXPECT_EQ(answer_to(R"(27["move_only"])"), (Log{"437[5]"}));
}

TEST_F(HandlerTest, ParametersByValueAndByEveryReference) {
  nsp.on("value", [](std::string text) { return text; });
  nsp.on("const", [](const std::string& text) { return text; });
  nsp.on("reference", [](std::string& text) { return text += "!"; });
  nsp.on("rvalue", [](std::string&& text) { return std::move(text); });
  nsp.on("view", [](std::string_view text) { return std::string(text); });
  for (const char* event : {"value", "const", "rvalue", "view"}) {
    EXPECT_EQ(answer_to("21[\"" + std::string(event) + "\",\"x\"]"), (Log{"431[\"x\"]"})) << event;
  }
  EXPECT_EQ(answer_to(R"(21["reference","x"])"), (Log{R"(431["x!"])"}));
}

TEST_F(HandlerTest, TheSocketComesFirst) {
  const std::string id = only_socket().id();
  nsp.on("reference", [](Socket& socket, int a) { return socket.id() + std::to_string(a); });
  nsp.on("value", [](Socket socket) { return socket.id(); });
  nsp.on("const", [](const Socket& socket) { return socket.id(); });
  EXPECT_EQ(answer_to(R"(21["reference",7])"), (Log{"431[\"" + id + "7\"]"}));
  EXPECT_EQ(answer_to(R"(21["value"])"), (Log{"431[\"" + id + "\"]"}));
  EXPECT_EQ(answer_to(R"(21["const"])"), (Log{"431[\"" + id + "\"]"}));
}

TEST_F(HandlerTest, MissingArgumentsAreAnErrorUnlessTheyMayBe) {
  nsp.on("needed", [this](int, int) { log.emplace_back("ran"); });
  nsp.on("optional", [](int a, std::optional<int> b) { return a + b.value_or(100); });
  nsp.on("json", [](const json& a) { return a.is_null(); });
  peer.send(R"(2["needed",1])");
  EXPECT_EQ(log, Log{});
  ASSERT_EQ(server.errors.size(), 1U);
  EXPECT_TRUE(server.errors[0].starts_with("needed: argument 1 ")) << server.errors[0];
  EXPECT_EQ(answer_to(R"(21["optional",1])"), (Log{"431[101]"}));
  EXPECT_EQ(answer_to(R"(21["optional",1,null])"), (Log{"431[101]"}));
  EXPECT_EQ(answer_to(R"(21["optional",1,2])"), (Log{"431[3]"}));
  EXPECT_EQ(answer_to(R"(21["json"])"), (Log{"431[true]"}));
  EXPECT_EQ(answer_to(R"(21["json",5,6,7])"), (Log{"431[false]"})) << "surplus ones are ignored";
  EXPECT_EQ(server.errors.size(), 1U);
}

TEST_F(HandlerTest, AWrongShapeReachesTheErrorHookAndNothingElse) {
  nsp.on("order", [this](const chat::Order&, int) { log.emplace_back("ran"); });
  peer.send(R"(21["order",{"item":1},2])");
  peer.send(R"(21["order",{"item":"a","count":1},"2"])");
  EXPECT_EQ(log, Log{});
  ASSERT_EQ(server.errors.size(), 2U);
  EXPECT_TRUE(server.errors[0].starts_with("order: argument 0 ")) << server.errors[0];
  EXPECT_TRUE(server.errors[1].starts_with("order: argument 1 ")) << server.errors[1];
  EXPECT_FALSE(peer.is_closed());
  EXPECT_EQ(peer.received(), Log{});
}

TEST_F(HandlerTest, WhatMakingAnArgumentThrowsIsReported) {
  nsp.on("unreadable", [](const chat::Unreadable&) {});
  peer.send(R"(2["unreadable",1])");
  EXPECT_EQ(server.errors, (Log{"unreadable: cannot be made"}));
  EXPECT_FALSE(peer.is_closed());
}

TEST_F(HandlerTest, WhatAHandlerThrowsIsReportedAndTheNextOneRuns) {
  nsp.on("fail", [](int) -> int { throw std::runtime_error("broken"); });
  nsp.on("fail", [this](int) { log.emplace_back("next"); });
  nsp.on("number", [] { throw 5; });
  EXPECT_EQ(answer_to(R"(21["fail",1])"), Log{});
  peer.send(R"(2["number"])");
  EXPECT_EQ(server.errors, (Log{"fail: broken", "number: unknown exception"}));
  EXPECT_EQ(log, (Log{"next"}));
}

TEST_F(HandlerTest, RawArgumentsAreAllThatAreLeft) {
  nsp.on("raw", [this](int first, const Arguments& rest) {
    log.push_back(std::to_string(first) + "|" + rest.elements() + "|" +
                  std::to_string(rest.attachments().size()));
  });
  peer.send(R"(2["raw",1])");
  peer.send(R"(2["raw",1,"a",[2]])");
  peer.send(R"(51-["raw",1,{"_placeholder":true,"num":0}])", {"bytes"});
  EXPECT_EQ(log, (Log{"1||0", R"(1|"a",[2]|0)", R"(1|{"_placeholder":true,"num":0}|1)"}));
}

TEST_F(HandlerTest, NumbersBeyondDoubleAreInfiniteOrNoIntegers) {
  nsp.on("double", [this](double number) { log.push_back(std::to_string(number)); });
  nsp.on("json", [this](const json& any) {
    log.push_back(any == std::numeric_limits<double>::infinity() ? "infinity" : any.dump());
  });
  nsp.on("integer", [this](std::int64_t) { log.emplace_back("integer"); });
  const std::string digits(400, '9');
  for (const std::string& number : {std::string("1e999"), "-" + digits}) {
    for (const char* event : {"double", "json", "integer"})
      peer.send("2[\"" + std::string(event) + "\"," + number + "]");
  }
  EXPECT_EQ(log, (Log{"inf", "infinity", "-inf", "null"}));
  const std::string error = "integer: argument 0 is missing or has another type than the handler's";
  EXPECT_EQ(server.errors, (Log{error, error}));
  EXPECT_FALSE(peer.is_closed());
}

TEST_F(HandlerTest, NumbersBeyondDoubleAreRelayedAsTheyCame) {
  nsp.on("relay", [](Socket& socket, const Arguments& all) { socket.emit("relayed", all); });
  nsp.on("answer", [](const Arguments& all) { return all; });
  const std::string digits(400, '9');
  const std::string array = R"([1e999,{"a":[-)" + digits + "]}]";
  EXPECT_EQ(answer_to("2[\"relay\"," + array + "]"), (Log{"42[\"relayed\"," + array + "]"}));
  EXPECT_EQ(answer_to("27[\"answer\"," + array + "]"), (Log{"437[" + array + "]"}));
  peer.send("51-[\"relay\",{\"_placeholder\":true,\"num\":0}," + array + "]", {"bytes"});
  EXPECT_EQ(peer.received().at(0),
            "451-[\"relayed\",{\"_placeholder\":true,\"num\":0}," + array + "]");
}

TEST_F(HandlerTest, NumbersBeyondDoublePassMiddlewaresAndAnswers) {
  Socket socket = only_socket();
  socket.use([](Event&, const Next& next) { next(); });
  nsp.on("double", [this](double number) { log.push_back(std::to_string(number)); });
  peer.send(R"(2["double",-1e999])");
  socket.emit_with_ack<Arguments>("ask").then(
      [this](const Reply<Arguments>& reply) { log.push_back(reply->elements()); });
  socket.emit_with_ack<double>("ask").then(
      [this](const Reply<double>& reply) { log.push_back(std::to_string(*reply)); });
  EXPECT_EQ(peer.received(), (Log{R"(420["ask"])", R"(421["ask"])"}));
  peer.send("30[1e999,2]");
  peer.send("31[1e999]");
  EXPECT_EQ(log, (Log{"-inf", "1e999,2", "inf"}));
}

// As in JavaScript.
TEST_F(HandlerTest, AnAcknowledgementWithoutAnArrayHasNoArguments) {
  Socket socket = only_socket();
  const auto note = [this](const auto& reply) {
    log.push_back(reply ? "answered" : reply.error().message());
  };
  socket.emit_with_ack<Arguments>("ask").then(note);
  socket.emit_with_ack("ask").then(note);
  socket.emit_with_ack<std::optional<int>>("ask").then(note);
  EXPECT_EQ(peer.received().size(), 3U);
  for (const char* nothing : {"3", "3[]", "3[1]", "37"}) peer.send(nothing);
  EXPECT_EQ(log, Log{});
  for (const char* answer : {"30", "31", "32"}) peer.send(answer);
  EXPECT_EQ(log, (Log{"answered", "answered", make_error_code(Errc::bad_answer).message()}));
  EXPECT_FALSE(peer.is_closed());
}

// As in JavaScript, which calls the listeners of an event without a name; there are none.
TEST_F(HandlerTest, AnEventWithoutAnArrayIsNobodys) {
  nsp.on_any([this](Socket&, std::string_view) { log.emplace_back("any"); });
  nsp.on("", [this] { log.emplace_back("empty"); });
  EXPECT_EQ(answer_to("2"), Log{});
  EXPECT_EQ(answer_to("27"), Log{});
  EXPECT_EQ(log, Log{});
  EXPECT_FALSE(peer.is_closed());
}

TEST_F(HandlerTest, AckAnswersOnceNowOrLater) {
  Ack<std::string, int> kept;
  nsp.on("now", [](const Ack<json>& done) {
    done({{"ok", true}});
    done({{"ok", false}});
  });
  nsp.on("later", [&](int, Ack<std::string, int> done) { kept = std::move(done); });
  nsp.on("asked", [this](const Ack<>& done) {
    log.emplace_back(done ? "asked" : "not asked");
    done();
  });
  EXPECT_EQ(answer_to(R"(21["now"])"), (Log{R"(431[{"ok":true}])"}));
  EXPECT_EQ(answer_to(R"(22["later",1])"), Log{});
  kept("x", 5);
  kept("y", 6);
  EXPECT_EQ(peer.received(), (Log{R"(432["x",5])"}));
  EXPECT_EQ(answer_to(R"(23["asked"])"), (Log{"433[]"}));
  EXPECT_EQ(answer_to(R"(2["asked"])"), Log{});
  EXPECT_EQ(log, (Log{"asked", "not asked"}));
}

TEST_F(HandlerTest, AckMayComeFromAnotherThreadAndAfterTheEnd) {
  Ack<int> kept;
  nsp.on("later", [&](Ack<int> done) { kept = std::move(done); });
  peer.send(R"(21["later"])");
  std::thread([&] { kept(1); }).join();
  EXPECT_EQ(peer.received(), (Log{"431[1]"}));
  peer.send(R"(22["later"])");
  peer.leave();
  kept(2);
  EXPECT_EQ(peer.received(), Log{});
}

TEST_F(HandlerTest, OnlyTheFirstOfSeveralHandlersAnswers) {
  nsp.on("both", [] { return 1; });
  nsp.on("both", [] { return 2; });
  nsp.on("mixed", [](const Ack<int>& done) { done(1); });
  nsp.on("mixed", [] { return 2; });
  EXPECT_EQ(answer_to(R"(21["both"])"), (Log{"431[1]"}));
  EXPECT_EQ(answer_to(R"(21["mixed"])"), (Log{"431[1]"}));
}

TEST_F(HandlerTest, BinaryInAndOut) {
  nsp.on("image", [](Bytes data) {
    data.push_back('!');
    return data;
  });
  peer.send(R"(51-3["image",{"_placeholder":true,"num":0}])", {"abc"});
  EXPECT_EQ(peer.received(), (Log{R"(461-3[{"_placeholder":true,"num":0}])", "binary:abc!"}));
}

TEST_F(HandlerTest, OptionalAndStructsAsAnswers) {
  nsp.on("nothing", [] { return std::optional<int>(); });
  nsp.on("order", [](chat::Order order) { return order; });
  EXPECT_EQ(answer_to(R"(21["nothing"])"), (Log{"431[null]"}));
  EXPECT_EQ(answer_to(R"(21["order",{"item":"a","count":2}])"),
            (Log{R"(431[{"count":2,"item":"a"}])"}));
}

// --- Coroutines ---

TEST_F(HandlerTest, ACoroutineAnswersWhenItEnds) {
  Pending<int> step;
  nsp.on("task", [&](int a) -> Task<int> {
    log.emplace_back("begun");
    const int b = co_await step;
    co_return a + b;
  });
  EXPECT_EQ(answer_to(R"(21["task",40])"), Log{});
  EXPECT_EQ(log, (Log{"begun"}));
  step.complete(2);
  EXPECT_EQ(peer.received(), (Log{"431[42]"}));
}

TEST_F(HandlerTest, ACoroutineThatThrowsIsReported) {
  Pending<int> step;
  nsp.on("early", []() -> Task<> {
    throw std::runtime_error("early");
    co_return;
  });
  nsp.on("late", [&]() -> Task<int> {
    co_await step;
    throw std::runtime_error("late");
  });
  EXPECT_EQ(answer_to(R"(21["early"])"), Log{});
  EXPECT_EQ(answer_to(R"(22["late"])"), Log{});
  step.complete(1);
  EXPECT_EQ(peer.received(), Log{});
  EXPECT_EQ(server.errors, (Log{"early: early", "late: late"}));
}

TEST_F(HandlerTest, ACoroutineKeepsItsHandlerAndArguments) {
  Pending<int> step;
  const auto captured = std::make_shared<std::string>("captured");
  const HandlerId id = nsp.on(
      "task", [&step, captured](Socket& socket, const std::string& text) -> Task<std::string> {
        co_await step;
        co_return *captured + " " + text + " " + (socket.connected() ? "connected" : "gone");
      });
  EXPECT_EQ(answer_to(R"(21["task","a text that is longer than any small string"])"), Log{});
  nsp.off("task", id);
  EXPECT_EQ(captured.use_count(), 2);
  step.complete(1);
  EXPECT_EQ(peer.received(),
            (Log{R"(431["captured a text that is longer than any small string connected"])"}));
  EXPECT_EQ(captured.use_count(), 1);
}

TEST_F(HandlerTest, ACoroutineAsksItsClient) {
  nsp.on("ask", [](Socket socket) -> Task<int> {
    const Reply<int> reply = co_await socket.emit_with_ack<int>("question", "how many");
    co_return reply ? *reply : -1;
  });
  EXPECT_EQ(answer_to(R"(21["ask"])"), (Log{R"(420["question","how many"])"}));
  EXPECT_EQ(answer_to("30[12]"), (Log{"431[12]"}));
}

TEST_F(HandlerTest, ACoroutineGoesOnWhenItsClientHasGone) {
  std::error_code error;
  nsp.on("ask", [&](Socket socket) -> Task<> {
    error = (co_await socket.emit_with_ack<int>("question")).error();
  });
  peer.send(R"(2["ask"])");
  peer.leave();
  EXPECT_EQ(error, make_error_code(Errc::disconnected));
}

// --- Acknowledgements of our own events ---

TEST_F(HandlerTest, WhatACallbackOfAnAnswerThrowsIsReported) {
  only_socket().emit_with_ack<int>("q").then(
      [](const Reply<int>&) { throw std::runtime_error("answered"); });
  only_socket()
      .timeout(std::chrono::milliseconds(50))
      .emit_with_ack<int>("q")
      .then([](const Reply<int>&) { throw std::runtime_error("timed out"); });
  peer.send("30[1]");
  server.loop().pass(std::chrono::seconds(1));
  EXPECT_EQ(server.errors, (Log{"acknowledgement: answered", "acknowledgement: timed out"}));
  EXPECT_FALSE(peer.is_closed());
}

TEST_F(HandlerTest, AnAnswerOfAnotherShapeSaysSo) {
  auto text = only_socket().emit_with_ack<int>("q");
  auto nothing = only_socket().emit_with_ack<int>("q");
  auto anything = only_socket().emit_with_ack("q");
  peer.send(R"(30["x"])");
  peer.send("31[]");
  peer.send("32[]");
  EXPECT_EQ(text.future().get().error(), make_error_code(Errc::bad_answer));
  EXPECT_EQ(nothing.future().get().error(), make_error_code(Errc::bad_answer));
  const Reply<json> reply = anything.future().get();
  EXPECT_TRUE(reply);
  EXPECT_EQ(*reply, nullptr);
}

TEST_F(HandlerTest, WhatACallbackOfFetchSocketsThrowsDoesNotEndTheLoop) {
  Pending<FetchedSockets> sockets;
  std::thread([&] { sockets = nsp.fetch_sockets(); }).join();
  sockets.then([](const std::vector<RemoteSocket>&) { throw std::runtime_error("fetched"); });
  EXPECT_NO_THROW(server.loop().run());
  Pending<Replies<json>> replies;
  std::thread([&] { replies = nsp.to("nobody").emit_with_ack("q"); }).join();
  replies.then([](const Replies<json>&) { throw std::runtime_error("asked"); });
  EXPECT_NO_THROW(server.loop().run());
  EXPECT_EQ(server.errors, (Log{"acknowledgement: fetched", "acknowledgement: asked"}));
}

}  // namespace
}  // namespace socketio
