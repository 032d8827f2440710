// SPDX-License-Identifier: MIT
// The messages of @socket.io/redis-adapter and @socket.io/redis-emitter: what they publish is
// understood, what we publish is the same, and everything else is an error. The samples were
// published by these packages (tests/support/redis_samples.hpp).
#include "redis/classic_format.hpp"

#include "support/described_message.hpp"
#include "support/hex.hpp"
#include "support/redis_sample.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace socketio::redis {
namespace {

using Answer = ClassicRequest::Answer;
using support::described;
using support::from_hex;
using support::redis_sample;
using support::redis_sample_bytes;

class ClassicFormatTest : public testing::Test {
 protected:
  cluster::Message broadcast(std::string_view name) {
    auto message = format_.decode_broadcast(redis_sample_bytes(name));
    EXPECT_TRUE(message) << name;
    return message ? *std::move(message) : cluster::Message{};
  }
  ClassicRequest request(std::string_view name) {
    auto message = format_.decode_request(redis_sample_bytes(name), "/");
    EXPECT_TRUE(message) << name;
    return message ? *std::move(message) : ClassicRequest{};
  }
  cluster::Message response(std::string_view name) {
    auto message = format_.decode_response(redis_sample_bytes(name), "/");
    EXPECT_TRUE(message) << name;
    return message ? *std::move(message) : cluster::Message{};
  }
  /// What we send says the same in the same encoding.
  void expect_same_bytes(std::string_view name, const cluster::Message& message) {
    const std::string theirs = redis_sample_bytes(name);
    const auto ours = format_.encode(message);
    ASSERT_TRUE(ours) << name;
    EXPECT_EQ(ours->starts_with('{'), theirs.starts_with('{')) << name;
    const json expected = wire_.read(theirs)->to_json();
    EXPECT_EQ(wire_.read(*ours)->to_json(), expected) << name;
  }
  template <class E>
  static std::string refusal(const E& result) {
    return result ? "accepted" : std::to_string(static_cast<int>(result.error()));
  }
  static std::string code(cluster::FormatErrc error) {
    return std::to_string(static_cast<int>(error));
  }

  ClassicFormat format_;
  cluster::WireText wire_;
};

const json nobody_in_particular = {
    {"rooms", json::array()}, {"except", json::array()}, {"flags", json::object()}};
const json all_values = {"hello",
                         1,
                         -300,
                         1.5,
                         "ü",
                         nullptr,
                         true,
                         {{"a", {nullptr, 8589934592, {{"b", json::array()}}}}},
                         "2026-01-02T03:04:05.678Z"};

json binary_values() {
  return {"hello", {{"file", json::binary({0, 255, 123})}}, json::binary({1, 2})};
}

TEST_F(ClassicFormatTest, UnderstandsBroadcasts) {
  const auto message = broadcast("classic_broadcast");
  EXPECT_EQ(message.sender, "BBBBBB");
  EXPECT_EQ(message.nsp, "/");
  EXPECT_EQ(described(message), json({{"kind", "Broadcast"},
                                      {"event", all_values},
                                      {"options", nobody_in_particular},
                                      {"request", ""}}));
  EXPECT_EQ(described(broadcast("classic_broadcast_binary"))["event"], binary_values());
  EXPECT_EQ(described(broadcast("classic_broadcast_room"))["options"],
            json({{"rooms", {"room1"}},
                  {"except", {"room2", "ü"}},
                  {"flags", {{"volatile", true}, {"compress", false}}}}));
  EXPECT_EQ(described(broadcast("classic_broadcast_rooms"))["options"]["rooms"],
            json({"room1", "room2"}));
  EXPECT_EQ(broadcast("classic_admin_broadcast").nsp, "/admin");
}

TEST_F(ClassicFormatTest, UnderstandsTheEmitter) {
  const auto message = broadcast("emitter_broadcast_room");
  EXPECT_EQ(message.sender, "emitter");
  EXPECT_EQ(message.nsp, "/admin");
  EXPECT_EQ(described(message),
            json({{"kind", "Broadcast"},
                  {"event", binary_values()},
                  {"options",
                   {{"rooms", {"room1"}}, {"except", {"room2"}}, {"flags", {{"volatile", true}}}}},
                  {"request", ""}}));
  EXPECT_EQ(described(broadcast("emitter_broadcast"))["event"], all_values);
  const json in_room = {{"rooms", {"room1"}}, {"except", json::array()}, {"flags", json::object()}};
  const auto join = request("emitter_join").message;
  EXPECT_EQ(join.sender, "");
  EXPECT_EQ(described(join),
            json({{"kind", "SocketsJoin"}, {"options", in_room}, {"rooms", {"room2"}}}));
  EXPECT_EQ(described(request("emitter_leave").message), json({{"kind", "SocketsLeave"},
                                                               {"options", nobody_in_particular},
                                                               {"rooms", json::array({"room2"})}}));
  EXPECT_EQ(described(request("emitter_disconnect").message)["close"], true);
  EXPECT_EQ(described(request("emitter_server_side_emit").message),
            json({{"kind", "ServerSideEmit"}, {"event", {"hello", 1, "2"}}, {"request", ""}}));
}

TEST_F(ClassicFormatTest, UnderstandsRequests) {
  const json options = {{"rooms", {"room1"}}, {"except", {"room2"}}, {"flags", json::object()}};
  const auto join = request("classic_join");
  EXPECT_EQ(join.answer, Answer::as_asked);
  EXPECT_EQ(join.message.sender, "BBBBBB");
  EXPECT_EQ(described(join.message),
            json({{"kind", "SocketsJoin"}, {"options", options}, {"rooms", {"room3", "room4"}}}));
  EXPECT_EQ(described(request("classic_leave").message)["kind"], "SocketsLeave");
  EXPECT_EQ(described(request("classic_disconnect").message)["close"], true);
  EXPECT_EQ(described(request("classic_disconnect_namespace").message)["close"], false);
  EXPECT_EQ(described(request("classic_fetch").message),
            json({{"kind", "FetchSockets"}, {"options", options}, {"request", "BBBBBB"}}));
  EXPECT_EQ(described(request("classic_server_side_emit").message),
            json({{"kind", "ServerSideEmit"}, {"event", all_values}, {"request", ""}}));
  EXPECT_EQ(described(request("classic_server_side_emit_with_ack").message),
            json({{"kind", "ServerSideEmit"}, {"event", {"hello", 1}}, {"request", "BBBBBB"}}));
  EXPECT_EQ(described(request("classic_broadcast_with_ack").message),
            json({{"kind", "Broadcast"},
                  {"event", binary_values()},
                  {"options",
                   {{"rooms", {"room1"}}, {"except", json::array()}, {"flags", {{"timeout", 1}}}}},
                  {"request", "BBBBBB"}}));
}

TEST_F(ClassicFormatTest, UnderstandsRequestsThatAreAnsweredWithAPartOfTheSockets) {
  const auto rooms = request("classic_all_rooms");
  EXPECT_EQ(rooms.answer, Answer::rooms);
  EXPECT_EQ(
      described(rooms.message),
      json({{"kind", "FetchSockets"}, {"options", nobody_in_particular}, {"request", "BBBBBB"}}));
  const auto ids =
      format_.decode_request(R"({"uid":"a","requestId":"r","type":0,"rooms":["x"]})", "/");
  ASSERT_TRUE(ids);
  EXPECT_EQ(ids->answer, Answer::ids);
  EXPECT_EQ(described(ids->message)["options"]["rooms"], json::array({"x"}));

  const std::vector<core::SocketDetails> sockets = {{"socket1", {}, {"socket1", "room1"}, {}}};
  EXPECT_EQ(ClassicFormat::encode_ids("r1", sockets), redis_sample_bytes("classic_ids"));
  EXPECT_EQ(json::parse(ClassicFormat::encode_rooms("r1", sockets)),
            json({{"requestId", "r1"}, {"rooms", {"room1", "socket1"}}}));
}

TEST_F(ClassicFormatTest, UnderstandsRequestsOfOlderReleasesForOneSocket) {
  const auto decoded = [this](std::string_view text) {
    auto request = format_.decode_request(text, "/chat");
    EXPECT_TRUE(request) << text;
    return request ? *std::move(request) : ClassicRequest{};
  };
  const json one = {{"rooms", {"s1"}}, {"except", json::array()}, {"flags", json::object()}};
  const auto join = decoded(R"({"requestId":"r","type":2,"sid":"s1","room":"a"})");
  EXPECT_EQ(join.answer, Answer::done);
  EXPECT_EQ(join.request, "r");
  EXPECT_EQ(join.message.nsp, "/chat");
  EXPECT_EQ(described(join.message),
            json({{"kind", "SocketsJoin"}, {"options", one}, {"rooms", {"a"}}}));
  EXPECT_EQ(described(decoded(R"({"requestId":"r","type":3,"sid":"s1","room":"a"})").message),
            json({{"kind", "SocketsLeave"}, {"options", one}, {"rooms", {"a"}}}));
  EXPECT_EQ(described(decoded(R"({"requestId":"r","type":4,"sid":"s1","close":true})").message),
            json({{"kind", "DisconnectSockets"}, {"options", one}, {"close", true}}));
  EXPECT_EQ(ClassicFormat::encode_done("r"), R"({"requestId":"r"})");
}

TEST_F(ClassicFormatTest, UnderstandsResponses) {
  EXPECT_EQ(response("classic_ack").sender, "");
  EXPECT_EQ(described(response("classic_ack")),
            json({{"kind", "ClientCount"}, {"clients", 1}, {"request", "r1"}}));
  EXPECT_EQ(described(response("classic_ack_2")), json({{"kind", "ClientAnswer"},
                                                        {"arguments", json::array({"yes"})},
                                                        {"error", std::error_code().message()},
                                                        {"request", "r1"}}));
  EXPECT_EQ(described(response("classic_ack_binary_2"))["arguments"],
            json::array({json::binary({1, 2, 3})}));
  EXPECT_EQ(described(response("classic_server_side_answer")),
            json({{"kind", "ServerSideAnswer"},
                  {"answers", json::array({{{"answer", 42}}})},
                  {"request", "r1"}}));
  EXPECT_EQ(described(*format_.decode_response(R"({"type":6,"requestId":"r1"})", "/"))["answers"],
            json::array({nullptr}));
}

TEST_F(ClassicFormatTest, UnderstandsTheSocketsOfAnotherServer) {
  const auto message = response("classic_sockets");
  const auto* answer = std::get_if<cluster::Sockets>(&message.body);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->request, "r1");
  ASSERT_EQ(answer->sockets.size(), 1u);
  const auto& socket = answer->sockets[0];
  EXPECT_EQ(socket.id, "socket1");
  EXPECT_EQ(socket.rooms, (std::vector<std::string>{"socket1", "room1"}));
  EXPECT_EQ(socket.data, json({{"name", "Ada"}}));
  EXPECT_EQ(socket.handshake.headers.at("host"), "localhost");
  EXPECT_EQ(socket.handshake.headers.at("set-cookie"), "a=1\nb=2");
  EXPECT_EQ(socket.handshake.query.at("EIO"), "4");
  EXPECT_EQ(socket.handshake.query.at("several"), "2");
  EXPECT_EQ(socket.handshake.auth, json({{"token", "abc"}}));
  EXPECT_EQ(socket.handshake.address, "127.0.0.1");
  EXPECT_EQ(socket.handshake.url, "/socket.io/?EIO=4&transport=polling");
  EXPECT_EQ(socket.handshake.issued_ms, 1767323045678);
  EXPECT_TRUE(socket.handshake.secure);
  EXPECT_FALSE(socket.handshake.xdomain);

  const auto encoded = format_.encode(message);
  ASSERT_TRUE(encoded);
  EXPECT_EQ(described(*format_.decode_response(*encoded, "/")), described(message));
}

TEST_F(ClassicFormatTest, SendsWhatTheAdapterSends) {
  for (const auto name : {"classic_broadcast", "classic_broadcast_binary", "classic_broadcast_room",
                          "classic_broadcast_rooms", "classic_admin_broadcast"}) {
    const auto message = broadcast(name);
    expect_same_bytes(name, message);
  }
  for (const auto name :
       {"classic_join", "classic_leave", "classic_disconnect", "classic_disconnect_namespace",
        "classic_fetch", "classic_server_side_emit", "classic_server_side_emit_with_ack",
        "classic_broadcast_with_ack"}) {
    expect_same_bytes(name, request(name).message);
  }
  for (const auto name :
       {"classic_ack", "classic_ack_2", "classic_ack_binary_2", "classic_server_side_answer"}) {
    expect_same_bytes(name, response(name));
  }
  // To the byte, where there is no date, which is text here.
  EXPECT_EQ(*format_.encode(broadcast("classic_broadcast_binary")),
            redis_sample_bytes("classic_broadcast_binary"));
  EXPECT_EQ(*format_.encode(request("classic_fetch").message), redis_sample_bytes("classic_fetch"));
}

TEST_F(ClassicFormatTest, BinaryDataOfRequestsAndAnswersIsSentAsMessagePack) {
  cluster::Message message{
      .sender = "a",
      .nsp = "/",
      .body = cluster::ServerSideEmit{{R"(["x",{"_placeholder":true,"num":0}])", {{1, 2}}}, "r"}};
  auto encoded = format_.encode(message);
  ASSERT_TRUE(encoded);
  EXPECT_FALSE(encoded->starts_with('{'));
  EXPECT_EQ(described(format_.decode_request(*encoded, "/")->message), described(message));

  message.body = cluster::Sockets{"r", {{"s", {}, {"s"}, {{"file", json::binary({7})}}}}, {}};
  encoded = format_.encode(message);
  ASSERT_TRUE(encoded);
  EXPECT_FALSE(encoded->starts_with('{'));
  EXPECT_EQ(described(*format_.decode_response(*encoded, "/")), described(message));
}

TEST_F(ClassicFormatTest, HasNoFormForSomeMessages) {
  const auto code_of = [this](auto body) {
    return refusal(format_.encode({.sender = "a", .nsp = "/", .body = std::move(body)}));
  };
  EXPECT_EQ(code_of(cluster::Hello{}), code(cluster::FormatErrc::not_carried));
  EXPECT_EQ(code_of(cluster::Heartbeat{}), code(cluster::FormatErrc::not_carried));
  EXPECT_EQ(code_of(cluster::Goodbye{}), code(cluster::FormatErrc::not_carried));
  EXPECT_EQ(
      code_of(cluster::ClientAnswer{"r", {}, std::make_error_code(std::errc::operation_canceled)}),
      code(cluster::FormatErrc::not_carried));
}

TEST_F(ClassicFormatTest, RefusesWhatIsNoMessage) {
  const auto broadcast = [this](std::string_view hex) {
    return refusal(format_.decode_broadcast(from_hex(hex)));
  };
  const auto request = [this](std::string_view text) {
    return refusal(format_.decode_request(text, "/"));
  };
  const auto response = [this](std::string_view text) {
    return refusal(format_.decode_response(text, "/"));
  };
  EXPECT_EQ(broadcast(""), code(cluster::FormatErrc::syntax));
  EXPECT_EQ(broadcast("c1"), code(cluster::FormatErrc::syntax));
  EXPECT_EQ(broadcast("93a161"), code(cluster::FormatErrc::syntax));
  EXPECT_EQ(broadcast("80"), code(cluster::FormatErrc::invalid_field));
  EXPECT_EQ(broadcast("93010203"), code(cluster::FormatErrc::invalid_field));
  EXPECT_EQ(broadcast("93a1618080"), code(cluster::FormatErrc::invalid_field));

  EXPECT_EQ(request("{"), code(cluster::FormatErrc::syntax));
  EXPECT_EQ(request("{}"), code(cluster::FormatErrc::unknown_type));
  EXPECT_EQ(request(R"({"type":-1})"), code(cluster::FormatErrc::unknown_type));
  EXPECT_EQ(request(R"({"type":8})"), code(cluster::FormatErrc::unknown_type));
  EXPECT_EQ(request(R"({"type":18446744073709551615})"), code(cluster::FormatErrc::unknown_type));
  EXPECT_EQ(request(R"({"type":2})"), code(cluster::FormatErrc::invalid_field));
  EXPECT_EQ(request(R"({"type":2,"sid":"s"})"), code(cluster::FormatErrc::invalid_field));
  EXPECT_EQ(request(R"({"type":2,"opts":7})"), code(cluster::FormatErrc::invalid_field));
  EXPECT_EQ(request(R"({"type":2,"opts":{"rooms":{}}})"), code(cluster::FormatErrc::invalid_field));
  EXPECT_EQ(request(R"({"type":5,"opts":{}})"), code(cluster::FormatErrc::invalid_field));
  EXPECT_EQ(request(R"({"type":5,"requestId":7,"opts":{}})"),
            code(cluster::FormatErrc::invalid_field));
  EXPECT_EQ(request(R"({"type":6,"data":[]})"), code(cluster::FormatErrc::invalid_field));
  EXPECT_EQ(request(R"({"type":6,"data":[{}]})"), code(cluster::FormatErrc::invalid_field));
  EXPECT_EQ(request(R"({"type":7,"requestId":"r","opts":{}})"),
            code(cluster::FormatErrc::invalid_field));
  EXPECT_EQ(request(R"({"type":7,"requestId":"r","opts":{},"packet":{"type":0,"data":["a"]}})"),
            code(cluster::FormatErrc::invalid_field));

  EXPECT_EQ(response("{}"), code(cluster::FormatErrc::invalid_field));
  EXPECT_EQ(response(R"({"requestId":"r"})"), code(cluster::FormatErrc::invalid_field));
  EXPECT_EQ(response(R"({"requestId":"r","sockets":["id"]})"),
            code(cluster::FormatErrc::invalid_field));
  EXPECT_EQ(response(R"({"requestId":"r","type":5})"), code(cluster::FormatErrc::unknown_type));
  EXPECT_EQ(response(R"({"requestId":"r","type":264})"), code(cluster::FormatErrc::unknown_type));
  EXPECT_EQ(response(R"({"requestId":"r","type":8,"clientCount":-1})"),
            code(cluster::FormatErrc::invalid_field));
  EXPECT_EQ(response(R"({"requestId":"r","type":8,"clientCount":10000001})"),
            code(cluster::FormatErrc::invalid_field));
}

TEST_F(ClassicFormatTest, HasLimits) {
  const auto sized = [](std::size_t size) {
    const std::string start = R"({"type":6,"data":["a",")", end = R"("]})";
    return start + std::string(size - start.size() - end.size(), 'x') + end;
  };
  ClassicFormat format({.message_bytes = 1000, .depth = 5, .values = 20, .attachments = 2});
  EXPECT_TRUE(format.decode_request(sized(1000), "/"));
  EXPECT_EQ(refusal(format.decode_request(sized(1001), "/")), code(cluster::FormatErrc::too_large));
  const auto nested = [](std::size_t depth) {
    return R"({"type":6,"data":["a",)" + std::string(depth, '[') + '1' + std::string(depth, ']') +
           "]}";
  };
  EXPECT_TRUE(format.decode_request(nested(3), "/"));
  EXPECT_FALSE(format.decode_request(nested(4), "/"));
  const auto counted = [](std::size_t numbers) {
    std::string text = R"({"type":6,"data":["a")";
    while (numbers-- > 0) text += ",1";
    return text + "]}";
  };
  EXPECT_TRUE(format.decode_request(counted(14), "/"));
  EXPECT_EQ(refusal(format.decode_request(counted(15), "/")), code(cluster::FormatErrc::too_large));
  const auto with_attachments = [this](std::size_t count) {
    cluster::ServerSideEmit body{{R"(["a")", {}}, {}};
    for (std::size_t i = 0; i < count; ++i) {
      body.event.text += R"(,{"_placeholder":true,"num":)" + std::to_string(i) + '}';
      body.event.attachments.push_back({1});
    }
    body.event.text += ']';
    return *format_.encode({.sender = "a", .nsp = "/", .body = std::move(body)});
  };
  EXPECT_TRUE(format.decode_request(with_attachments(2), "/"));
  EXPECT_EQ(refusal(format.decode_request(with_attachments(3), "/")),
            code(cluster::FormatErrc::too_large));
}

TEST_F(ClassicFormatTest, ChannelsHaveTheNamesOfTheAdapter) {
  const ClassicChannels channels("socket.io", "/");
  EXPECT_EQ(channels.broadcast(), redis_sample("classic_broadcast").channel);
  EXPECT_EQ(channels.room("room1"), redis_sample("classic_broadcast_room").channel);
  EXPECT_EQ(channels.request(), redis_sample("classic_fetch").channel);
  EXPECT_EQ(channels.response(), redis_sample("classic_sockets").channel);
  EXPECT_EQ(channels.response("a1"), "socket.io-response#/#a1#");
  EXPECT_EQ(channels.pattern(), "socket.io#/#*");
  EXPECT_EQ(ClassicChannels("k", "/a*[b]?\\").pattern(), R"(k#/a\*\[b\]\?\\#*)");
}

TEST_F(ClassicFormatTest, ARoomMayBeANumberAndATimeoutIsNoLongerThanJavaScriptWaits) {
  const auto request = format_.decode_request(
      R"({"uid":"a","requestId":"r","type":7,"packet":{"type":2,"data":["x"]},)"
      R"("opts":{"rooms":[7,1.5],"flags":{"timeout":1e18,"local":true,"volatile":1}}})",
      "/");
  ASSERT_TRUE(request);
  EXPECT_EQ(described(request->message)["options"], json({{"rooms", {"7", "1.5"}},
                                                          {"except", json::array()},
                                                          {"flags", {{"timeout", 2147483647}}}}));
}

}  // namespace
}  // namespace socketio::redis
