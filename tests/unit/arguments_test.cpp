// SPDX-License-Identifier: MIT
#include "codec/json/document.hpp"
#include "codec/socketio/text_encoder.hpp"

#include <socketio/arguments.hpp>
#include <socketio/event_writer.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace chat {

enum class Colour : std::uint8_t { red, green };
enum class Mood { happy, sad };
NLOHMANN_JSON_SERIALIZE_ENUM(Mood, {{Mood::happy, "happy"}, {Mood::sad, "sad"}})

struct Message {
  std::string text;
  int likes = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Message, text, likes)

struct Picture {
  std::string name;
  socketio::json::binary_t data;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Picture, name, data)

/// Its from_json throws something that is not a std::exception.
struct Thrower {};
[[maybe_unused]] void from_json(const socketio::json&, Thrower&) { throw 42; }

}  // namespace chat

namespace socketio {
namespace {

using chat::Colour;
using chat::Message;
using chat::Mood;
using chat::Picture;

const std::vector<Bytes> two_attachments{{1, 2, 3}, {}};

/// The value that `text` decodes to, or nothing.
template <class T>
std::optional<T> decoded(std::string_view text, std::span<const Bytes> attachments = {}) {
  codec::Document document;
  const auto value = document.parse(text, attachments);
  EXPECT_TRUE(value) << text;
  T out{};
  if (!value || !decode(*value, out)) return std::nullopt;
  return out;
}

template <class T>
std::string encoded(const T& value) {
  TextBuffer buffer;
  std::vector<Bytes> attachments;
  JsonWriter writer(buffer, attachments);
  encode(writer, value);
  std::string text(buffer.view());
  for (const Bytes& bytes : attachments) text += " +" + std::to_string(bytes.size());
  return text;
}

/// Checks that `text` decodes to `value`, and that `value` encodes to `text`.
template <class T>
void expect_both_ways(const T& value, std::string_view text) {
  EXPECT_EQ(decoded<T>(text), value) << text;
  EXPECT_EQ(encoded(value), text);
}

template <class T>
void expect_range() {
  using Limits = std::numeric_limits<T>;
  expect_both_ways<T>(Limits::min(), std::to_string(Limits::min()));
  expect_both_ways<T>(Limits::max(), std::to_string(Limits::max()));
  if constexpr (sizeof(T) < sizeof(std::int64_t)) {
    EXPECT_EQ(decoded<T>(std::to_string(std::int64_t{Limits::max()} + 1)), std::nullopt);
    EXPECT_EQ(decoded<T>(std::to_string(std::int64_t{Limits::min()} - 1)), std::nullopt);
  }
  for (const char* wrong : {"1.5", "1e300", "-1e300", "true", "null", "\"1\"", "[1]", "{}"}) {
    EXPECT_EQ(decoded<T>(wrong), std::nullopt) << wrong;
  }
  EXPECT_EQ(decoded<T>("3.0"), T{3}) << "JavaScript knows no difference";
}

TEST(Arguments, Booleans) {
  expect_both_ways(true, "true");
  expect_both_ways(false, "false");
  for (const char* wrong : {"0", "1", "null", "\"true\"", "[]", "{}"})
    EXPECT_EQ(decoded<bool>(wrong), std::nullopt);
}

TEST(Arguments, IntegersOfEveryWidthKeepTheirRange) {
  expect_range<std::int8_t>();
  expect_range<std::uint8_t>();
  expect_range<std::int16_t>();
  expect_range<std::uint16_t>();
  expect_range<std::int32_t>();
  expect_range<std::uint32_t>();
  expect_range<std::int64_t>();
  expect_range<std::uint64_t>();
  expect_range<long long>();
  EXPECT_EQ(decoded<std::int64_t>("9223372036854775808"), std::nullopt);
  EXPECT_EQ(decoded<std::uint64_t>("-1"), std::nullopt);
  EXPECT_EQ(decoded<std::uint64_t>("18446744073709551616"), std::nullopt);
}

TEST(Arguments, FloatingPoint) {
  expect_both_ways(1.5, "1.5");
  expect_both_ways(-0.25F, "-0.25");
  EXPECT_EQ(decoded<double>("3"), 3.0);
  EXPECT_EQ(decoded<double>("18446744073709551615"), 18446744073709551615.0);
  EXPECT_EQ(encoded(std::nan("")), "null") << "as JSON.stringify";
  EXPECT_EQ(encoded(std::numeric_limits<double>::infinity()), "null");
  for (const char* wrong : {"null", "\"1.5\"", "true", "[1.5]"})
    EXPECT_EQ(decoded<double>(wrong), std::nullopt);
}

TEST(Arguments, Text) {
  expect_both_ways(std::string("h\u00e9llo \"x\""), "\"h\u00e9llo \\\"x\\\"\"");
  EXPECT_EQ(decoded<std::string>("\"a\\u0000b\""), std::string("a\0b", 3));
  EXPECT_EQ(encoded(std::string_view("view")), "\"view\"");
  EXPECT_EQ(encoded(static_cast<const char*>("pointer")), "\"pointer\"");
  for (const char* wrong : {"null", "1", "true", "[\"a\"]", "{}"})
    EXPECT_EQ(decoded<std::string>(wrong), std::nullopt);
  codec::Document document;
  std::string_view view;
  EXPECT_TRUE(decode(*document.parse("\"seen\""), view));
  EXPECT_EQ(view, "seen");
}

TEST(Arguments, NumbersStandForEnumerators) {
  expect_both_ways(Colour::green, "1");
  for (const char* wrong : {"256", "257", "-1", "0.5", "\"green\"", "null", "[]"}) {
    EXPECT_EQ(decoded<Colour>(wrong), std::nullopt) << wrong;
  }
  expect_both_ways(Mood::sad, "\"sad\"");
}

TEST(Arguments, AnyJson) {
  for (const char* text :
       {"null", "true", "-3", "1.5", "\"x\"", "[1,[2]]", "{\"a\":{\"b\":null}}"}) {
    EXPECT_EQ(decoded<json>(text), json::parse(text));
    EXPECT_EQ(encoded(json::parse(text)), text);
  }
  EXPECT_EQ(encoded(nullptr), "null");
}

TEST(Arguments, BinaryTravelsAsAttachments) {
  constexpr std::string_view first = R"({"_placeholder":true,"num":0})";
  constexpr std::string_view second = R"({"_placeholder":true,"num":1})";
  EXPECT_EQ(decoded<Bytes>(first, two_attachments), (Bytes{1, 2, 3}));
  EXPECT_EQ(decoded<Bytes>(second, two_attachments), Bytes{});
  EXPECT_EQ(encoded(Bytes{1, 2, 3}), std::string(first) + " +3");
  EXPECT_EQ(encoded(std::span<const std::uint8_t>(two_attachments[0])), std::string(first) + " +3");
  EXPECT_EQ(encoded(std::vector<Bytes>{{9}, {8, 7}}),
            "[" + std::string(first) + "," + std::string(second) + "] +1 +2");
  EXPECT_EQ(decoded<json>(first, two_attachments), json::binary({1, 2, 3}));
  for (const char* wrong : {"[1,2,3]", "\"abc\"", "null", "{}"})
    EXPECT_EQ(decoded<Bytes>(wrong), std::nullopt) << wrong;
  EXPECT_EQ(decoded<std::string>(first, two_attachments), std::nullopt);
}

TEST(Arguments, Sequences) {
  expect_both_ways(std::vector<int>{1, 2, 3}, "[1,2,3]");
  expect_both_ways(std::vector<int>{}, "[]");
  expect_both_ways(std::vector<bool>{true, false}, "[true,false]");
  expect_both_ways(std::vector<std::vector<std::string>>{{"a"}, {}}, "[[\"a\"],[]]");
  expect_both_ways(std::array<int, 2>{1, 2}, "[1,2]");
  expect_both_ways(std::array<int, 0>{}, "[]");
  EXPECT_EQ((decoded<std::array<int, 2>>("[1]")), std::nullopt);
  EXPECT_EQ((decoded<std::array<int, 2>>("[1,2,3]")), std::nullopt);
  for (const char* wrong : {"[1,\"2\"]", "[null]", "{}", "1", "null", "{\"0\":1}"}) {
    EXPECT_EQ(decoded<std::vector<int>>(wrong), std::nullopt) << wrong;
  }
}

TEST(Arguments, Dictionaries) {
  expect_both_ways(std::map<std::string, int>{{"a", 1}, {"b", 2}}, R"({"a":1,"b":2})");
  expect_both_ways(std::unordered_map<std::string, std::vector<int>>{{"a", {1}}}, R"({"a":[1]})");
  EXPECT_EQ((decoded<std::map<std::string, int>>(R"({"a":1,"a":2})")),
            (std::map<std::string, int>{{"a", 2}}))
      << "the last wins, as in JavaScript";
  for (const char* wrong : {R"({"a":"1"})", "[]", "null", "1"}) {
    EXPECT_EQ((decoded<std::map<std::string, int>>(wrong)), std::nullopt) << wrong;
  }
}

TEST(Arguments, Optionals) {
  using Optional = std::optional<int>;
  EXPECT_EQ(decoded<Optional>("null"), std::optional<Optional>(Optional{}));
  EXPECT_EQ(decoded<Optional>("5"), std::optional<Optional>(Optional{5}));
  EXPECT_EQ(decoded<Optional>("\"5\""), std::nullopt);
  EXPECT_EQ(encoded(Optional{}), "null");
  EXPECT_EQ(encoded(Optional{5}), "5");
  expect_both_ways(std::vector<Optional>{1, std::nullopt}, "[1,null]");
}

TEST(Arguments, VariantsTakeTheFirstThatFits) {
  using Choice = std::variant<int, std::string, Message, std::vector<double>>;
  EXPECT_EQ(decoded<Choice>("5")->index(), 0U);
  EXPECT_EQ(decoded<Choice>("\"5\"")->index(), 1U);
  EXPECT_EQ(decoded<Choice>(R"({"text":"x","likes":1})")->index(), 2U);
  EXPECT_EQ(decoded<Choice>("[1.5]")->index(), 3U);
  for (const char* wrong : {"1.5", "null", "true", "[\"a\"]", "{}"})
    EXPECT_FALSE(decoded<Choice>(wrong)) << wrong;
  EXPECT_EQ(encoded(Choice(std::string("x"))), "\"x\"");
  EXPECT_EQ(encoded(Choice(std::vector<double>{0.5})), "[0.5]");
}

TEST(Arguments, PairsAndTuplesAreArrays) {
  expect_both_ways(std::pair<std::string, int>{"a", 1}, "[\"a\",1]");
  expect_both_ways(std::tuple<int, bool, std::string>{1, true, "x"}, "[1,true,\"x\"]");
  expect_both_ways(std::tuple<>{}, "[]");
  for (const char* wrong : {"[\"a\"]", "[\"a\",1,2]", "[1,\"a\"]", "{}", "null"}) {
    EXPECT_EQ((decoded<std::pair<std::string, int>>(wrong)), std::nullopt) << wrong;
  }
}

TEST(Arguments, TypesOfTheUser) {
  const auto message = decoded<Message>(R"({"text":"hi","likes":3,"more":true})");
  ASSERT_TRUE(message);
  EXPECT_EQ(message->text, "hi");
  EXPECT_EQ(message->likes, 3);
  EXPECT_EQ(encoded(*message), R"({"likes":3,"text":"hi"})");
  for (const char* wrong :
       {R"({"text":"hi"})", R"({"text":1,"likes":3})", "[]", "null", "1", "\"x\""}) {
    EXPECT_FALSE(decoded<Message>(wrong)) << wrong;
  }
  EXPECT_EQ(
      decoded<std::vector<Message>>(R"([{"text":"a","likes":1},{"text":"b","likes":2}])")->size(),
      2U);
}

TEST(Arguments, BinaryInsideATypeOfTheUser) {
  const auto picture =
      decoded<Picture>(R"({"name":"x","data":{"_placeholder":true,"num":0}})", two_attachments);
  ASSERT_TRUE(picture);
  EXPECT_EQ(picture->data, json::binary_t({1, 2, 3}));
  EXPECT_EQ(encoded(*picture), R"({"data":{"_placeholder":true,"num":0},"name":"x"} +3)");
}

TEST(Arguments, NothingThatAUserTypeThrowsGetsOut) {
  EXPECT_FALSE(decoded<chat::Thrower>("{}").has_value());
}

TEST(RawArguments, AreSentAsTheyCame) {
  const Arguments raw("1,\"two\",{\"_placeholder\":true,\"num\":0}", {{7}});
  EXPECT_EQ(raw.to_json(), (json{1, "two", json::binary({7})}));
  const detail::OutgoingEvent event("relay", Bytes{1, 2}, raw, 5);
  EXPECT_EQ(event.json_text(),
            R"(["relay",{"_placeholder":true,"num":0},1,"two",{"_placeholder":true,"num":1},5])");
  EXPECT_EQ(event.attachments(), (std::vector<Bytes>{{1, 2}, {7}}));
  const detail::OutgoingEvent empty("relay", Arguments{});
  EXPECT_EQ(empty.json_text(), R"(["relay"])");
  EXPECT_EQ(Arguments{}.to_json(), json::array());
}

TEST(Arguments, BinaryDataThatIsMovedInIsNotCopied) {
  Bytes bytes(1000, 7);
  json nested = {{"list", {1, json::binary(Bytes(2000, 8))}}};
  const auto* const first = bytes.data();
  const auto* const second = nested["list"][1].get_binary().data();
  detail::OutgoingEvent event("e", std::move(bytes), std::move(nested));
  ASSERT_EQ(event.attachments().size(), 2U);
  EXPECT_EQ(event.attachments()[0].data(), first);
  EXPECT_EQ(event.attachments()[1].data(), second);
  EXPECT_EQ(event.json_text(), R"(["e",{"_placeholder":true,"num":0},)"
                               R"({"list":[1,{"_placeholder":true,"num":1}]}])");
}

TEST(Arguments, BinaryDataThatIsKeptIsCopied) {
  Bytes bytes(1000, 7);
  const json nested = json::binary(Bytes(2000, 8));
  const detail::OutgoingEvent event("e", bytes, nested);
  EXPECT_EQ(bytes.size(), 1000U);
  EXPECT_EQ(nested.get_binary().size(), 2000U);
  EXPECT_EQ(event.attachments()[0], bytes);
}

TEST(OutgoingEvent, HasRoomForAHeaderInFront) {
  detail::OutgoingEvent event("e", "literal", 1, std::string("text"));
  const parser::Payload payload{event.json_text(), event.room()};
  parser::TextEncoder encoder;
  const auto packet = encoder.encode({.payload = payload});
  EXPECT_EQ(packet->message, R"(2["e","literal",1,"text"])");
  EXPECT_EQ(packet->message.data() + 1, payload.text.data());
  const std::string long_name = '/' + std::string(detail::OutgoingEvent::header_room, 'n');
  const auto copy = encoder.encode({.nsp = long_name, .payload = payload});
  EXPECT_EQ(copy->message, "2" + long_name + R"(,["e","literal",1,"text"])");
}

TEST(OutgoingEvent, OneInsideTheOtherDoesNotDisturb) {
  const detail::OutgoingEvent outer("outer", 1);
  {
    const detail::OutgoingEvent inner("inner", 2);
    EXPECT_EQ(inner.json_text(), R"(["inner",2])");
  }
  const detail::OutgoingEvent later("later", 3);
  EXPECT_EQ(outer.json_text(), R"(["outer",1])");
  EXPECT_EQ(later.json_text(), R"(["later",3])");
}

}  // namespace
}  // namespace socketio
