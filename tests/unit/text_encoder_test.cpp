// SPDX-License-Identifier: MIT
// TextEncoder writes a packet's header before its payload, either into room left there
// or in a copy.
#include "codec/socketio/text_encoder.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace socketio::parser {
namespace {

class TextEncoding : public testing::Test {
 protected:
  /// The text of a packet whose payload has `room` bytes of room before it.
  std::string_view encoded(OutgoingPacket packet, std::size_t room = 0) {
    memory_ = std::string(room, '.') + std::string(packet.payload.text);
    packet.payload = {std::string_view(memory_).substr(room), {memory_.data(), room}};
    const auto result = encoder_.encode(packet);
    EXPECT_TRUE(result.has_value());
    EXPECT_EQ(result->content, engineio::Content::text);
    EXPECT_EQ(result->attachments.size(), packet.attachments.size());
    return result->message;
  }
  bool is_in_place(std::string_view message) const {
    return message.data() + message.size() == memory_.data() + memory_.size();
  }

  TextEncoder encoder_;
  std::string memory_;
};

TEST_F(TextEncoding, WritesEachType) {
  EXPECT_EQ(encoded({.type = PacketType::connect}), "0");
  EXPECT_EQ(encoded({.type = PacketType::connect, .payload = {R"({"sid":"a"})"}}),
            R"(0{"sid":"a"})");
  EXPECT_EQ(encoded({.type = PacketType::disconnect, .nsp = "/admin"}), "1/admin,");
  EXPECT_EQ(encoded({.payload = {R"(["e"])"}}), R"(2["e"])");
  EXPECT_EQ(encoded({.nsp = "/admin", .id = 12, .payload = {R"(["e"])"}}), R"(2/admin,12["e"])");
  EXPECT_EQ(encoded({.type = PacketType::ack, .id = 7, .payload = {"[]"}}), "37[]");
  EXPECT_EQ(encoded({.type = PacketType::connect_error, .payload = {R"({"message":"no"})"}}),
            R"(4{"message":"no"})");
}

TEST_F(TextEncoding, AttachmentsMakeAPacketBinary) {
  const std::vector<Bytes> attachments = {{1}, {2, 3}};
  EXPECT_EQ(encoded({.payload = {"[]"}, .attachments = attachments}), "52-[]");
  EXPECT_EQ(encoded({.type = PacketType::ack,
                     .nsp = "/admin",
                     .id = 1,
                     .payload = {"[]"},
                     .attachments = attachments}),
            "62-/admin,1[]");
}

TEST_F(TextEncoding, TheHeaderIsWrittenIntoTheRoomThatIsThere) {
  const OutgoingPacket packet{.nsp = "/admin", .id = 12, .payload = {R"(["e"])"}};
  const std::size_t header_bytes = std::string_view("2/admin,12").size();
  for (const std::size_t room : {header_bytes, header_bytes + 1, std::size_t{64}}) {
    const auto message = encoded(packet, room);
    EXPECT_EQ(message, R"(2/admin,12["e"])");
    EXPECT_TRUE(is_in_place(message)) << room;
  }
  const auto message = encoded(packet, header_bytes - 1);
  EXPECT_EQ(message, R"(2/admin,12["e"])");
  EXPECT_FALSE(is_in_place(message));
}

}  // namespace
}  // namespace socketio::parser
