// SPDX-License-Identifier: MIT
// What arrives at a client's socket before it has connected, and its position in the
// server's history.
#include "core/client/receiver.hpp"

#include "codec/json/document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::core {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view offset_a = "OdR3kQ_";
constexpr std::string_view offset_b = "OdR3kR_";

class ReceiverTest : public testing::Test {
 protected:
  const parser::Packet& event(const std::string& text, std::optional<std::uint64_t> id = {}) {
    text_ = text;
    packet_ = {};
    packet_.nsp = "/";
    packet_.id = id;
    packet_.text = text_;
    packet_.payload = document_.parse(text_, {}).value();
    return packet_;
  }
  void handle(const std::string& text, std::optional<std::uint64_t> id = {}) {
    receiver.on_handled(receiver.offset_of(event(text, id)));
  }
  std::string recovery() const {
    json payload = json::object();
    receiver.append_recovery(payload);
    return payload.dump();
  }
  static std::string with(std::string_view offset) {
    return R"(["news",")" + std::string(offset) + R"("])";
  }

  Receiver receiver{1'000};

 private:
  std::string text_;
  parser::Packet packet_;
  codec::Document document_;
};

TEST_F(ReceiverTest, KeepsEventsInOrderWithBytesOfTheirOwn) {
  EXPECT_TRUE(receiver.keep(event(R"(["a"])")));
  EXPECT_TRUE(receiver.keep(event(R"(["b"])", 7)));
  std::vector<std::string> texts;
  std::vector<std::optional<std::uint64_t>> ids;
  for (const auto& kept : receiver.take_kept()) {
    texts.push_back(kept.text);
    ids.push_back(kept.id);
  }
  EXPECT_THAT(texts, ElementsAre(R"(["a"])", R"(["b"])"));
  EXPECT_THAT(ids, ElementsAre(std::nullopt, 7U));
  EXPECT_THAT(receiver.take_kept(), IsEmpty());
}

TEST_F(ReceiverTest, KeepsNoMoreThanTheLimit) {
  const std::string large = R"([")" + std::string(600, 'x') + R"("])";
  EXPECT_TRUE(receiver.keep(event(large)));
  EXPECT_FALSE(receiver.keep(event(large)));
  receiver.drop_kept();
  EXPECT_TRUE(receiver.keep(event(large))) << "what was dropped does not count";
}

TEST_F(ReceiverTest, WithoutASessionThereIsNothingToRecover) {
  handle(with(offset_a));
  EXPECT_FALSE(receiver.begin(""));
  handle(with(offset_a));
  EXPECT_FALSE(receiver.has_session());
  EXPECT_EQ(recovery(), "{}");
}

TEST_F(ReceiverTest, TheSameSessionGoesOnWhereItWas) {
  EXPECT_FALSE(receiver.begin("one"));
  EXPECT_EQ(recovery(), R"({"pid":"one"})");
  handle(with(offset_a));
  EXPECT_EQ(recovery(), R"({"offset":"OdR3kQ_","pid":"one"})");
  EXPECT_TRUE(receiver.begin("one"));
  EXPECT_EQ(recovery(), R"({"offset":"OdR3kQ_","pid":"one"})");
  handle(with(offset_b));
  EXPECT_EQ(recovery(), R"({"offset":"OdR3kR_","pid":"one"})");
}

TEST_F(ReceiverTest, AnotherSessionBeginsAnew) {
  receiver.begin("one");
  handle(with(offset_a));
  EXPECT_FALSE(receiver.begin("two"));
  EXPECT_EQ(recovery(), R"({"pid":"two"})");
}

TEST_F(ReceiverTest, EventsThatAskForAnAcknowledgementHaveNoOffset) {
  receiver.begin("one");
  handle(with(offset_a), 1);
  EXPECT_EQ(recovery(), R"({"pid":"one"})");
}

TEST_F(ReceiverTest, OnlyAStringInTheLastPlaceIsAnOffset) {
  receiver.begin("one");
  handle(R"(["OdR3kQ_"])");
  handle(R"(["news","OdR3kQ_",1])");
  handle(R"(["news"])");
  EXPECT_EQ(recovery(), R"({"pid":"one"})");
}

}  // namespace
}  // namespace socketio::core
