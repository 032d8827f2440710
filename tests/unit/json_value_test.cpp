// SPDX-License-Identifier: MIT
// The getters of Value: exact types and ranges, a getter of the wrong type changes nothing, and
// iteration over containers.
#include "codec/json/document.hpp"

#include <socketio/value.hpp>

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace {

using socketio::Bytes;
using socketio::json;
using socketio::Value;
using socketio::ValueArray;
using socketio::ValueObject;
using socketio::codec::Document;
using Kind = Value::Kind;

class JsonValue : public testing::Test {
 protected:
  Value parse(std::string_view text) { return document_.parse(text, attachments_).value(); }

  template <class T>
  std::string got(std::string_view text) {
    T out{};
    return parse(text).get(out) ? std::to_string(out) : "no";
  }

  std::vector<Bytes> attachments_ = {{7, 8}};

 private:
  Document document_;
};

TEST_F(JsonValue, Kinds) {
  EXPECT_EQ(parse("null").kind(), Kind::null);
  EXPECT_EQ(parse("true").kind(), Kind::boolean);
  EXPECT_EQ(parse("1").kind(), Kind::integer);
  EXPECT_EQ(parse("9223372036854775807").kind(), Kind::integer);
  EXPECT_EQ(parse("9223372036854775808").kind(), Kind::unsigned_integer);
  EXPECT_EQ(parse("1.0").kind(), Kind::number);
  EXPECT_EQ(parse("\"a\"").kind(), Kind::string);
  EXPECT_EQ(parse("[]").kind(), Kind::array);
  EXPECT_EQ(parse("{}").kind(), Kind::object);
  EXPECT_EQ(parse(R"({"_placeholder":true,"num":0})").kind(), Kind::binary);
  EXPECT_TRUE(parse("null").is_null());
  EXPECT_FALSE(parse("0").is_null());
}

TEST_F(JsonValue, TextHasTheLastMemberOfEachName) {
  const auto text_of = [&](std::string_view text) {
    std::string out;
    parse(text).append_text(out);
    return out;
  };
  EXPECT_EQ(text_of(R"({"a":1,"a":2})"), R"({"a":2})");
  EXPECT_EQ(text_of(R"({"a":1,"b":{"c":1,"c":{"d":2}},"a":[3]})"),
            R"({"b":{"c":{"d":2}},"a":[3]})");
  EXPECT_EQ(text_of(R"({"":1,"\u0061":2,"a":3,"":4})"), R"({"a":3,"":4})");
}

TEST_F(JsonValue, OneThatWasNeverParsedIsNull) {
  const Value value;
  EXPECT_EQ(value.kind(), Kind::null);
  EXPECT_TRUE(value.to_json().is_null());
  std::string text;
  value.append_text(text);
  EXPECT_EQ(text, "null");
  EXPECT_EQ(value.size(), 0u);
  Value out;
  EXPECT_FALSE(value.find("a", out));
  bool boolean = true;
  std::int64_t integer = 1;
  std::uint64_t natural = 1;
  double number = 1;
  std::string_view view;
  std::span<const std::uint8_t> bytes;
  EXPECT_FALSE(value.get(boolean) || value.get(integer) || value.get(natural) ||
               value.get(number) || value.get(view) || value.get(bytes));
  EXPECT_FALSE(ValueArray(value).next(out));
}

TEST_F(JsonValue, SignedIntegers) {
  EXPECT_EQ(got<std::int64_t>("-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(got<std::int64_t>("9223372036854775807"), "9223372036854775807");
  EXPECT_EQ(got<std::int64_t>("9223372036854775808"), "no");
  EXPECT_EQ(got<std::int64_t>("9007199254740993"), "9007199254740993");
  EXPECT_EQ(got<std::int64_t>("3.0"), "3");
  EXPECT_EQ(got<std::int64_t>("-3e2"), "-300");
  EXPECT_EQ(got<std::int64_t>("3.5"), "no");
  EXPECT_EQ(got<std::int64_t>("9223372036854775808.0"), "no");
  EXPECT_EQ(got<std::int64_t>("-9223372036854775808.0"), "-9223372036854775808");
  EXPECT_EQ(got<std::int64_t>("1e300"), "no");
  EXPECT_EQ(got<std::int64_t>("\"1\""), "no");
  EXPECT_EQ(got<std::int64_t>("true"), "no");
  EXPECT_EQ(got<std::int64_t>("null"), "no");
}

TEST_F(JsonValue, UnsignedIntegers) {
  EXPECT_EQ(got<std::uint64_t>("18446744073709551615"), "18446744073709551615");
  EXPECT_EQ(got<std::uint64_t>("18446744073709551616"), "no");
  EXPECT_EQ(got<std::uint64_t>("18446744073709549568.0"), "18446744073709549568");
  EXPECT_EQ(got<std::uint64_t>("9007199254740993"), "9007199254740993");
  EXPECT_EQ(got<std::uint64_t>("-1"), "no");
  EXPECT_EQ(got<std::uint64_t>("-1.0"), "no");
  EXPECT_EQ(got<std::uint64_t>("-0.0"), "0");
  EXPECT_EQ(got<std::uint64_t>("7"), "7");
  EXPECT_EQ(got<std::uint64_t>("0.5"), "no");
}

TEST_F(JsonValue, Numbers) {
  double number = 0;
  EXPECT_TRUE(parse("9007199254740993").get(number));
  EXPECT_EQ(number, 9007199254740992.0);
  EXPECT_TRUE(parse("18446744073709551615").get(number));
  EXPECT_EQ(number, 18446744073709551616.0);
  EXPECT_TRUE(parse("5e-324").get(number));
  EXPECT_EQ(number, std::numeric_limits<double>::denorm_min());
  EXPECT_TRUE(parse("1.7976931348623157e308").get(number));
  EXPECT_EQ(number, std::numeric_limits<double>::max());
}

TEST_F(JsonValue, AGetterOfTheWrongKindLeavesTheOutputAlone) {
  std::int64_t integer = 5;
  std::string_view text = "kept";
  bool boolean = true;
  std::span<const std::uint8_t> bytes = attachments_[0];
  double number = 2.5;
  EXPECT_FALSE(parse("[1]").get(integer));
  EXPECT_FALSE(parse("1").get(text));
  EXPECT_FALSE(parse("0").get(boolean));
  EXPECT_FALSE(parse("\"a\"").get(bytes));
  EXPECT_FALSE(parse("\"1\"").get(number));
  EXPECT_EQ(integer, 5);
  EXPECT_EQ(text, "kept");
  EXPECT_TRUE(boolean);
  EXPECT_EQ(bytes.size(), 2u);
  EXPECT_EQ(number, 2.5);
}

TEST_F(JsonValue, BinaryIsNoContainer) {
  const Value value = parse(R"({"_placeholder":true,"num":0})");
  std::span<const std::uint8_t> bytes;
  ASSERT_TRUE(value.get(bytes));
  EXPECT_EQ(Bytes(bytes.begin(), bytes.end()), attachments_[0]);
  EXPECT_EQ(value.size(), 0u);
  Value out;
  EXPECT_FALSE(value.find("num", out));
  std::string text;
  value.append_text(text);
  EXPECT_EQ(text, R"({"_placeholder":true,"num":0})");
}

TEST_F(JsonValue, WalksInTheOrderOfTheText) {
  std::string seen;
  std::string_view name;
  Value item;
  const Value array = parse("[1,[2,3],\"x\",{}]");
  EXPECT_EQ(array.size(), 4u);
  for (ValueArray items{array}; items.next(item);) item.append_text(seen);
  EXPECT_EQ(seen, "1[2,3]\"x\"{}");
  EXPECT_FALSE(ValueObject(array).next(name, item));

  seen.clear();
  const Value object = parse(R"({"b":1,"a":[],"b":2})");
  EXPECT_EQ(object.size(), 3u);
  for (ValueObject members{object}; members.next(name, item);) {
    seen += name;
    item.append_text(seen);
  }
  EXPECT_EQ(seen, "b1a[]b2");
  EXPECT_FALSE(ValueArray(object).next(item));
  EXPECT_FALSE(ValueArray(parse("[]")).next(item));
  EXPECT_FALSE(ValueObject(parse("{}")).next(name, item));
}

TEST_F(JsonValue, FindsMembers) {
  const Value object = parse(R"({"a":1,"":2,"a\u0000":3})");
  Value out;
  std::int64_t number = 0;
  EXPECT_TRUE(object.find("", out) && out.get(number) && number == 2);
  EXPECT_TRUE(object.find(std::string_view("a\0", 2), out) && out.get(number) && number == 3);
  EXPECT_FALSE(object.find("b", out));
  EXPECT_FALSE(parse("[1]").find("0", out));
}

TEST_F(JsonValue, ConvertsToJson) {
  const std::string text = R"([null,true,-1,18446744073709551615,2.5,"a\u0000",{"b":[{}]},[]])";
  const json converted = parse(text).to_json();
  EXPECT_EQ(converted, json::parse(text));
  EXPECT_TRUE(converted[2].is_number_integer());
  EXPECT_TRUE(converted[3].is_number_unsigned());
  EXPECT_TRUE(converted[4].is_number_float());
}

}  // namespace
