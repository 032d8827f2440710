// SPDX-License-Identifier: MIT
#include "core/server/prepared_events.hpp"

#include "codec/socketio/text_encoder.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace socketio::core {
namespace {

using engine::BinaryForm;

class CountingEncoder final : public parser::Encoder {
 public:
  Result<parser::EncodedPacket, parser::Errc> encode(
      const parser::OutgoingPacket& packet) override {
    ++calls;
    if (refuses) return parser::Errc::invalid_payload;
    return text_.encode(packet);
  }

  int calls = 0;
  bool refuses = false;

 private:
  parser::TextEncoder text_;
};

class PreparedEventsTest : public testing::Test {
 protected:
  CountingEncoder encoder;
  PreparedEvents events{encoder, "/chat", Compress::yes};
};

TEST_F(PreparedEventsTest, AreNotEncodedBeforeSomebodyNeedsThem) {
  events.add({R"(["a"])", {}});
  EXPECT_GE(events.size_bytes(), 5U);
  EXPECT_EQ(encoder.calls, 0);
}

TEST_F(PreparedEventsTest, EachFormIsMadeOnceAndShared) {
  events.add({R"(["a"])", {}});
  const auto frames = events.websocket_frames(BinaryForm::bytes);
  EXPECT_EQ(events.websocket_frames(BinaryForm::bytes).get(), frames.get());
  EXPECT_EQ(*frames,
            "\x81\x0d"
            R"(42/chat,["a"])");
  EXPECT_EQ(encoder.calls, 1);
  EXPECT_EQ(events.payload(), R"(42/chat,["a"])");
  EXPECT_EQ(events.payload(), R"(42/chat,["a"])");
  EXPECT_EQ(encoder.calls, 2);
}

TEST_F(PreparedEventsTest, CompressedFramesAreMadeOnceForEachWayOfCompressing) {
  const std::string text = "[\"" + std::string(1'000, 'a') + "\"]";
  events.add({text, {}});
  events.add({R"(["short"])", {}});
  const websocket::DeflateTerms terms{.threshold_bytes = 100, .keeps_context = false};
  const auto frames = events.deflated_frames(BinaryForm::bytes, terms);
  EXPECT_EQ(events.deflated_frames(BinaryForm::bytes, terms).get(), frames.get());
  EXPECT_EQ(encoder.calls, 2);  // one for each event
  EXPECT_LT(frames->size(), 100U);
  EXPECT_EQ(frames->front(), '\xc1');
  EXPECT_TRUE(
      frames->ends_with("\x81\x11"
                        R"(42/chat,["short"])"));
  auto smaller = terms;
  smaller.window_bits = 9;
  EXPECT_NE(events.deflated_frames(BinaryForm::bytes, smaller).get(), frames.get());
  events.add({R"(["more"])", {}});
  EXPECT_TRUE(events.deflated_frames(BinaryForm::bytes, terms)->ends_with(R"(42/chat,["more"])"));
}

TEST_F(PreparedEventsTest, AttachmentsTravelAsEachFormHasThem) {
  const std::string event = R"(["b",{"_placeholder":true,"num":0}])";
  const std::string packet = "451-/chat," + event;
  const std::string text_frame = "\x81" + std::string(1, static_cast<char>(packet.size())) + packet;
  events.add({event, {{'x', 'y'}}});
  EXPECT_EQ(*events.websocket_frames(BinaryForm::bytes), text_frame + "\x82\x02xy");
  EXPECT_EQ(*events.websocket_frames(BinaryForm::base64), text_frame +
                                                              "\x81\x05"
                                                              "beHk=");
  EXPECT_EQ(events.payload(), packet +
                                  "\x1e"
                                  "beHk=");
}

TEST_F(PreparedEventsTest, OnesThatAreAddedFollowInEveryForm) {
  events.add({R"(["a"])", {}});
  events.payload();
  events.websocket_frames(BinaryForm::bytes);
  PreparedEvents later(encoder, "/chat", Compress::yes);
  later.add({R"(["b"])", {}}, 7);
  events.append(std::move(later));
  EXPECT_EQ(events.payload(), R"(42/chat,["a"])"
                              "\x1e"
                              R"(42/chat,7["b"])");
  EXPECT_EQ(*events.websocket_frames(BinaryForm::bytes),
            "\x81\x0d"
            R"(42/chat,["a"])"
            "\x81\x0e"
            R"(42/chat,7["b"])");
  EXPECT_EQ(events.events().back().text(), R"(["b"])");
}

TEST_F(PreparedEventsTest, WhatTheEncodingDoesNotHaveIsLeftOut) {
  events.add({R"(["a"])", {}});
  encoder.refuses = true;
  EXPECT_EQ(events.payload(), "");
  EXPECT_EQ(*events.websocket_frames(BinaryForm::bytes), "");
}

}  // namespace
}  // namespace socketio::core
