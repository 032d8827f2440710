// SPDX-License-Identifier: MIT
// The messages of JavaScript's ClusterAdapter, as the sharded and the streams adapter send them:
// what they publish is understood, what we publish is the same, and everything else is an error.
// The samples were published by these packages (tests/support/redis_samples.hpp).
#include "cluster/cluster_format.hpp"

#include "support/described_message.hpp"
#include "support/hex.hpp"
#include "support/redis_sample.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace socketio::cluster {
namespace {

using Encoding = ClusterFormat::Encoding;
using support::described;
using support::from_hex;
using support::redis_sample;
using support::redis_sample_bytes;

class ClusterFormatTest : public testing::Test {
 protected:
  static bool is_entry(const support::RedisSample& sample) {
    return sample.channel.find('#') == std::string_view::npos;
  }
  static StreamEntry entry(std::string_view name) {
    return {"0101010101010101", "/", std::string(redis_sample(name).channel),
            redis_sample_bytes(name)};
  }
  Message message(std::string_view name) {
    auto decoded = is_entry(redis_sample(name)) ? format_.decode_entry(entry(name))
                                                : format_.decode(redis_sample_bytes(name));
    EXPECT_TRUE(decoded) << name;
    return decoded ? *std::move(decoded) : Message{};
  }
  json decoded(std::string_view name) { return described(message(name)); }
  template <class E>
  static std::string refusal(const E& result) {
    return result ? "accepted" : std::to_string(static_cast<int>(result.error()));
  }
  static std::string code(FormatErrc error) { return std::to_string(static_cast<int>(error)); }

  ClusterFormat format_;
  WireText wire_;
};

const json to_all = {
    {"rooms", json::array()}, {"except", json::array()}, {"flags", json::object()}};
const std::string id = "0101010101010101";

json event_with_binary() {
  return {"hello", {{"file", json::binary({0, 255, 123})}}, json::binary({1, 2})};
}

TEST_F(ClusterFormatTest, UnderstandsRequests) {
  const json room1 = {{"rooms", {"room1"}}, {"except", {"room2"}}, {"flags", json::object()}};
  const json values = {"hello",
                       1,
                       -300,
                       1.5,
                       "ü",
                       nullptr,
                       true,
                       {{"a", {nullptr, 8589934592, {{"b", json::array()}}}}},
                       "2026-01-02T03:04:05.678Z"};
  for (const std::string kind : {"sharded_", "streams_"}) {
    EXPECT_EQ(message(kind + "broadcast").sender, id);
    EXPECT_EQ(message(kind + "broadcast").nsp, "/");
    EXPECT_EQ(
        decoded(kind + "broadcast"),
        json({{"kind", "Broadcast"}, {"event", values}, {"options", to_all}, {"request", ""}}));
    EXPECT_EQ(decoded(kind + "broadcast_binary")["event"], event_with_binary());
    EXPECT_EQ(decoded(kind + "broadcast_room")["options"],
              json({{"rooms", {"room1"}},
                    {"except", {"room2", "ü"}},
                    {"flags", {{"volatile", true}, {"compress", false}}}}));
    EXPECT_EQ(
        decoded(kind + "broadcast_with_ack"),
        json({{"kind", "Broadcast"},
              {"event", event_with_binary()},
              {"options",
               {{"rooms", {"room1"}}, {"except", json::array()}, {"flags", {{"timeout", 1}}}}},
              {"request", id}}));
    EXPECT_EQ(decoded(kind + "join"),
              json({{"kind", "SocketsJoin"}, {"options", room1}, {"rooms", {"room3", "room4"}}}));
    EXPECT_EQ(decoded(kind + "leave")["kind"], "SocketsLeave");
    EXPECT_EQ(decoded(kind + "disconnect")["close"], true);
    EXPECT_EQ(decoded(kind + "disconnect_namespace")["close"], false);
    EXPECT_EQ(decoded(kind + "fetch")["request"], id);
    // A date is a timestamp of MessagePack here, and text there.
    EXPECT_EQ(decoded(kind + "server_side_emit"),
              json({{"kind", "ServerSideEmit"}, {"event", values}, {"request", ""}}));
    EXPECT_EQ(decoded(kind + "server_side_emit_with_ack"),
              json({{"kind", "ServerSideEmit"}, {"event", {"hello", 1}}, {"request", id}}));
    EXPECT_EQ(decoded(kind + "server_side_emit_binary")["event"], event_with_binary());
  }
}

TEST_F(ClusterFormatTest, UnderstandsAnswers) {
  for (const std::string kind : {"sharded_", "streams_"}) {
    EXPECT_EQ(decoded(kind + "ack"),
              json({{"kind", "ClientCount"}, {"clients", 1}, {"request", "r1"}}));
    EXPECT_EQ(decoded(kind + "ack_2")["arguments"], json::array({"yes"}));
    EXPECT_EQ(decoded(kind + "ack_binary_2")["arguments"], json::array({json::binary({1, 2, 3})}));
    EXPECT_EQ(decoded(kind + "server_side_answer"),
              json({{"kind", "ServerSideAnswer"},
                    {"answers", json::array({{{"answer", 42}}})},
                    {"request", "r1"}}));
    EXPECT_EQ(decoded(kind + "server_side_answer_binary")["answers"],
              json::array({json::binary({1, 2})}));
    const json sockets = decoded(kind + "sockets")["sockets"];
    ASSERT_EQ(sockets.size(), 1u);
    EXPECT_EQ(sockets[0]["id"], "socket1");
    EXPECT_EQ(sockets[0]["rooms"], json({"socket1", "room1"}));
    EXPECT_EQ(sockets[0]["handshake"]["auth"], json({{"token", "abc"}}));
    EXPECT_EQ(decoded(kind + "sockets_binary")["sockets"][0]["data"],
              json({{"name", "Ada"}, {"picture", json::binary({1, 2, 3})}}));
  }
}

TEST_F(ClusterFormatTest, SendsWhatTheAdaptersSend) {
  for (const auto& sample : support::redis_samples) {
    const bool is_sharded = sample.name.starts_with("sharded_");
    if (!is_sharded && !sample.name.starts_with("streams_")) continue;
    const auto theirs = message(sample.name);
    if (is_entry(sample)) {
      const auto ours = format_.encode_entry(theirs);
      ASSERT_TRUE(ours) << sample.name;
      EXPECT_EQ(ours->uid, theirs.sender);
      EXPECT_EQ(ours->nsp, "/");
      EXPECT_EQ(ours->type, sample.channel) << sample.name;
      EXPECT_EQ(ours->data.starts_with('{'), redis_sample_bytes(sample.name).starts_with('{'))
          << sample.name;
      EXPECT_EQ(described(*format_.decode_entry(*ours)), described(theirs)) << sample.name;
      continue;
    }
    const auto ours =
        format_.encode(theirs, is_sharded ? Encoding::json_if_text : Encoding::msgpack);
    ASSERT_TRUE(ours) << sample.name;
    EXPECT_EQ(ours->starts_with('{'), redis_sample_bytes(sample.name).starts_with('{'))
        << sample.name;
    EXPECT_EQ(described(*format_.decode(*ours)), described(theirs)) << sample.name;
    // Handshakes and dates have another form here, with the same meaning.
    const bool differs = sample.name.find("_sockets") != std::string_view::npos ||
                         sample.name == "streams_server_side_emit";
    if (differs) continue;
    const json expected = wire_.read(redis_sample_bytes(sample.name))->to_json();
    EXPECT_EQ(wire_.read(*ours)->to_json(), expected) << sample.name;
  }
}

TEST_F(ClusterFormatTest, EntriesAreWrittenToTheByte) {
  for (const auto name : {"streams_broadcast", "streams_broadcast_binary", "streams_broadcast_room",
                          "streams_join", "streams_leave", "streams_disconnect"}) {
    EXPECT_EQ(*format_.encode_entry(message(name)), entry(name)) << name;
  }
}

TEST_F(ClusterFormatTest, NodesIntroduceThemselvesAndLeave) {
  const auto round_trip = [this](auto body, std::string_view text) {
    const Message message{.sender = "a", .nsp = "/", .body = body};
    EXPECT_EQ(*format_.encode(message, Encoding::json_if_text), text);
    EXPECT_EQ(described(*format_.decode(text)), described(message));
    EXPECT_EQ(described(*format_.decode_entry(*format_.encode_entry(message))), described(message));
  };
  round_trip(Hello{}, R"({"type":1,"uid":"a","nsp":"/"})");
  round_trip(Heartbeat{}, R"({"type":2,"uid":"a","nsp":"/"})");
  round_trip(Goodbye{}, R"({"type":13,"uid":"a","nsp":"/"})");
}

TEST_F(ClusterFormatTest, TimestampsAreDates) {
  const auto date_of = [](std::string_view hex) {
    TextBuffer text;
    std::vector<Bytes> attachments;
    const std::string bytes = from_hex(hex);
    msgpack::Reader reader(bytes, msgpack::Dialect::notepack_3);
    EXPECT_FALSE(msgpack::append_json(text, attachments, reader, {})) << hex;
    return std::string(text.view());
  };
  EXPECT_EQ(date_of("d6ff00000001"), R"("1970-01-01T00:00:01.000Z")");
  EXPECT_EQ(date_of("d7ffa1a5f600695735a5"), R"("2026-01-02T03:04:05.678Z")");
  EXPECT_EQ(date_of("c70cff1dcd6500ffffffffffffffff"), R"("1969-12-31T23:59:59.500Z")");
  // Beyond what a Date can be.
  EXPECT_EQ(date_of("c70cff000000007fffffffffffffff"), "null");
  EXPECT_EQ(date_of("c70cff000000008000000000000000"), "null");
  EXPECT_EQ(date_of("d70000000000000003e8"), R"("1970-01-01T00:00:01.000Z")");
}

TEST_F(ClusterFormatTest, RefusesWhatIsNoMessage) {
  const auto refused = [this](std::string_view text) { return refusal(format_.decode(text)); };
  const auto of_type = [&](int type, std::string_view data) {
    return refused(R"({"uid":"a","nsp":"/","type":)" + std::to_string(type) + R"(,"data":)" +
                   std::string(data) + "}");
  };
  EXPECT_EQ(refused(""), code(FormatErrc::syntax));
  EXPECT_EQ(refused("{"), code(FormatErrc::syntax));
  EXPECT_EQ(refused("\xc1"), code(FormatErrc::syntax));
  EXPECT_EQ(refused("{}"), code(FormatErrc::invalid_field));
  EXPECT_EQ(refused(R"({"uid":"a","nsp":"/"})"), code(FormatErrc::invalid_field));
  EXPECT_EQ(refused(R"({"uid":1,"nsp":"/","type":1})"), code(FormatErrc::invalid_field));
  EXPECT_EQ(of_type(0, "{}"), code(FormatErrc::unknown_type));
  EXPECT_EQ(of_type(14, "{}"), code(FormatErrc::unknown_type));
  for (int type = 3; type <= 12; ++type) {
    EXPECT_EQ(of_type(type, "{}"), code(FormatErrc::invalid_field)) << type;
    EXPECT_EQ(of_type(type, "null"), code(FormatErrc::invalid_field)) << type;
    EXPECT_EQ(of_type(type, "[]"), code(FormatErrc::invalid_field)) << type;
  }
  EXPECT_EQ(of_type(12, R"({"requestId":[]})"), code(FormatErrc::invalid_field));
  EXPECT_EQ(of_type(8, R"({"requestId":"r","sockets":[{}]})"), code(FormatErrc::invalid_field));
  const auto entry = [this](std::string type, std::string data) {
    return refusal(format_.decode_entry({"a", "/", std::move(type), std::move(data)}));
  };
  EXPECT_EQ(entry("", ""), code(FormatErrc::unknown_type));
  EXPECT_EQ(entry("3x", "{}"), code(FormatErrc::unknown_type));
  EXPECT_EQ(entry("3", ""), code(FormatErrc::invalid_field));
  EXPECT_EQ(entry("3", "***"), code(FormatErrc::syntax));
  EXPECT_EQ(entry("3", "wQ=="), code(FormatErrc::syntax));
  EXPECT_EQ(refusal(format_.encode(
                {.sender = "a",
                 .nsp = "/",
                 .body = ClientAnswer{"r", {}, std::make_error_code(std::errc::timed_out)}},
                Encoding::msgpack)),
            code(FormatErrc::not_carried));
}

}  // namespace
}  // namespace socketio::cluster
