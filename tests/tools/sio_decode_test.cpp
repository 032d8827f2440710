// SPDX-License-Identifier: MIT
// sio decode: what it prints for valid input, for each kind of error, and for arbitrary bytes.
#include "codec/msgpack/packet.hpp"
#include "codec/websocket/encoder.hpp"
#include "sio/explainer.hpp"
#include "sio/words.hpp"
#include "support/child_process.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace sio {
namespace {

using socketio::support::ChildProcess;

struct Explained {
  std::string text;
  bool valid = false;
};

Explained explain(const std::vector<std::string>& packets) {
  Explainer explainer(Style::plain());
  for (const std::string& packet : packets) explainer.text(packet);
  return {explainer.take(), explainer.valid()};
}

Explained explain_frames(const std::string& bytes) {
  Explainer explainer(Style::plain());
  explainer.bytes(bytes);
  return {explainer.take(), explainer.valid()};
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(SioDecodeTest, NamesEveryFieldOfAnEvent) {
  const auto event = explain({R"(42/chat,7["message",{"text":"hi"},null])"});
  EXPECT_TRUE(event.valid);
  EXPECT_EQ(event.text,
            "Engine.IO       4  message\n"
            "Socket.IO       2  EVENT\n"
            "  namespace     /chat\n"
            "  ack id        7\n"
            "  event         message\n"
            "  argument 1    {\"text\":\"hi\"}\n"
            "  argument 2    null\n");
}

TEST(SioDecodeTest, NamesTheOtherPackets) {
  EXPECT_TRUE(
      contains(explain({R"(0{"sid":"a","upgrades":[],"pingInterval":1,"pingTimeout":2})"}).text,
               "pingTimeout   2 ms"));
  EXPECT_TRUE(contains(explain({"2probe"}).text, "data          probe"));
  EXPECT_TRUE(contains(explain({R"(40/a,{"token":"x"})"}).text, "token         \"x\""));
  EXPECT_TRUE(contains(explain({"41"}).text, "1  DISCONNECT"));
  EXPECT_TRUE(contains(explain({R"(431["ok"])"}).text, "answer 1      \"ok\""));
  EXPECT_TRUE(contains(explain({R"(44{"message":"no","data":1})"}).text, "message       \"no\""));
}

TEST(SioDecodeTest, AttachmentsFindTheirPacket) {
  const std::vector<std::string> packets = {
      R"(452-["photo",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}])", "bAQID",
      "bBA=="};
  const auto whole = explain(packets);
  EXPECT_TRUE(whole.valid) << whole.text;
  EXPECT_TRUE(contains(whole.text, "argument 1    <1 byte: 04>")) << whole.text;
  EXPECT_TRUE(contains(whole.text, "argument 2    <3 bytes: 01 02 03>")) << whole.text;

  Explainer partial(Style::plain());
  partial.text(packets[0]);
  partial.text(packets[1]);
  EXPECT_EQ(partial.attachments_due(), 1U);
}

TEST(SioDecodeTest, PayloadsAreTakenApart) {
  const auto payload =
      explain({"2probe\x1e"
               "42[\"a\"]\x1e"
               "6"});
  EXPECT_TRUE(payload.valid);
  EXPECT_TRUE(contains(payload.text, "3 packets")) << payload.text;
  EXPECT_TRUE(contains(payload.text, "packet 3\n  Engine.IO     6  noop")) << payload.text;
}

TEST(SioDecodeTest, SaysWhatIsWrong) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "this is empty"},
      {"9", "types are 0 to 6"},
      {"b?", "no base64"},
      {"0{}", "the handshake is a JSON object"},
      {"0{\"sid\"", "parse error at line 1, column 7"},
      {"4", "this is empty"},
      {"49", "types are 0 to 6"},
      {"45", "the number of its attachments"},
      {"42[\"a\",]", "parse error at line 1, column 6"},
      {"42{}", "not what this type"},
      {"42[\"connect\"]", "reserved"},
      {"4299999999999999999999[\"a\"]", "at most 2^53 - 1"},
      {"bAQID", "no attachment is due"},
      {"42[\"a\"]\x1e\x1e", "this is empty"},
  };
  for (const auto& [packet, expected] : cases) {
    const auto explained = explain({packet});
    EXPECT_FALSE(explained.valid) << packet;
    EXPECT_TRUE(contains(explained.text, expected)) << packet << "\n" << explained.text;
  }
}

TEST(SioDecodeTest, FramesOfBothSides) {
  std::string bytes;
  socketio::websocket::append_masked_frame(bytes, socketio::websocket::Opcode::text, "42[\"a\"]",
                                           {1, 2, 3, 4});
  const auto masked = explain_frames(bytes);
  EXPECT_TRUE(masked.valid);
  EXPECT_TRUE(contains(masked.text, "WebSocket       81  text")) << masked.text;
  EXPECT_TRUE(contains(masked.text, "from a client, key 01 02 03 04")) << masked.text;
  EXPECT_TRUE(contains(masked.text, "event         a")) << masked.text;

  const std::string close(
      "\x88\x04\x03\xe8"
      "ok",
      6);
  EXPECT_TRUE(contains(explain_frames(close).text, "code          1000"))
      << explain_frames(close).text;
  EXPECT_FALSE(explain_frames(bytes.substr(0, bytes.size() - 1)).valid);
  EXPECT_FALSE(explain_frames(bytes.substr(0, 1)).valid);
  EXPECT_TRUE(contains(explain_frames(std::string("\x81\x7e\x00\x01"
                                                  "a",
                                                  5))
                           .text,
                       "shortest form"));
}

TEST(SioDecodeTest, PacketsOfMessagePack) {
  socketio::msgpack::Encoder encoder;
  const std::vector<socketio::Bytes> attachments = {{1, 2, 3}};
  const auto packet = encoder.encode({.id = 5,
                                      .payload = {R"(["hi",{"_placeholder":true,"num":0}])"},
                                      .attachments = attachments});
  ASSERT_TRUE(packet.has_value());
  const std::string bytes(packet->message);
  const auto whole = explain_frames(bytes);
  EXPECT_TRUE(whole.valid) << whole.text;
  EXPECT_TRUE(contains(whole.text, "event         hi")) << whole.text;
  EXPECT_TRUE(contains(whole.text, "argument 1    <3 bytes: 01 02 03>")) << whole.text;
  EXPECT_FALSE(explain_frames(bytes.substr(0, bytes.size() - 1)).valid);
}

TEST(SioDecodeTest, AnythingAtAllIsExplained) {
  std::mt19937 random(1);
  std::uniform_int_distribution<int> byte(0, 255);
  std::uniform_int_distribution<std::size_t> length(0, 60);
  const std::vector<std::string> seeds = {R"(42/chat,7["message",{"text":"hi"}])",
                                          R"(451-["a",{"_placeholder":true,"num":0}])",
                                          std::string("\x83\xa4type\x02\xa3nsp\xa1/\xa4"
                                                      "data\x91\xa1"
                                                      "a"),
                                          "\x81\x85\x37\xfa\x21\x3d"};
  for (int i = 0; i < 20'000; ++i) {
    std::string input = seeds[static_cast<std::size_t>(i) % seeds.size()];
    for (int change = i % 5; change > 0; --change) {
      input[length(random) % input.size()] = static_cast<char>(byte(random));
    }
    input.resize(std::min(input.size(), length(random)));
    Explainer explainer(Style::plain());
    explainer.text(input);
    explainer.bytes(input);
    explainer.msgpack(input);
    explainer.websocket(input);
    for (const char c : explainer.take()) {
      // Nothing that moves the cursor.
      ASSERT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= ' ') << i;
    }
  }
}

TEST(SioDecodeTest, HexadecimalAsToolsWriteIt) {
  EXPECT_EQ(read_hex("81 05:0a,0xFF\n"), std::string("\x81\x05\x0a\xff"));
  for (const auto* wrong : {"", "8", "8 1", "81 0", "8g", "0x"})
    EXPECT_FALSE(read_hex(wrong)) << wrong;
}

TEST(SioDecodeTest, ReadsArgumentsOrLinesOfStdin) {
  ChildProcess argument({SOCKETIO_SIO, "decode", R"(2probe\x1e6)"});
  EXPECT_EQ(argument.await_exit(), 0);
  EXPECT_TRUE(contains(argument.out(), "packet 2")) << argument.out();

  ChildProcess lines({SOCKETIO_SIO, "decode"});
  lines.type("42[\"a\"]\r\n\n9\n");
  lines.end_input();
  EXPECT_EQ(lines.await_exit(), 1);
  EXPECT_TRUE(contains(lines.out(), "event         a")) << lines.out();
  EXPECT_TRUE(contains(lines.out(), "wrong: ")) << lines.out();

  ChildProcess raw({SOCKETIO_SIO, "decode"});
  raw.type(
      std::string("\x81\x01"
                  "2",
                  3));
  raw.end_input();
  EXPECT_EQ(raw.await_exit(), 0);
  EXPECT_TRUE(contains(raw.out(), "2  ping")) << raw.out();
}

}  // namespace
}  // namespace sio
