// SPDX-License-Identifier: MIT
// JsonWriter writes what JSON.stringify would write, and that reads back the same.
#include "codec/json/document.hpp"

#include <socketio/json_writer.hpp>

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace std::string_literals;
using socketio::Bytes;
using socketio::json;
using socketio::JsonWriter;
using socketio::TextBuffer;
using socketio::codec::Document;

class JsonWriterTest : public testing::Test {
 protected:
  template <class Write>
  std::string written(Write write) {
    text_.clear();
    attachments_.clear();
    JsonWriter writer(text_, attachments_);
    write(writer);
    return std::string(text_.view());
  }
  std::string number(double value) {
    return written([&](JsonWriter& writer) { writer.number(value); });
  }
  std::string string(std::string_view value) {
    return written([&](JsonWriter& writer) { writer.string(value); });
  }
  std::string value(const json& value) {
    return written([&](JsonWriter& writer) { writer.value(value); });
  }

  TextBuffer text_;
  std::vector<Bytes> attachments_;
};

TEST_F(JsonWriterTest, PutsCommas) {
  EXPECT_EQ(written([](JsonWriter& w) {
              w.begin_array();
              w.null();
              w.boolean(true);
              w.begin_object();
              w.key("a");
              w.integer(-1);
              w.key("b");
              w.begin_array();
              w.end_array();
              w.key("c");
              w.begin_object();
              w.end_object();
              w.end_object();
              w.raw("[1,2]");
              w.unsigned_integer(3);
              w.end_array();
            }),
            R"([null,true,{"a":-1,"b":[],"c":{}},[1,2],3])");
}

TEST_F(JsonWriterTest, AppendsToWhatIsThere) {
  TextBuffer text("2");
  JsonWriter writer(text, attachments_);
  writer.begin_array();
  writer.string("e");
  writer.end_array();
  EXPECT_EQ(text.view(), R"(2["e"])");
}

TEST_F(JsonWriterTest, WritesIntegersExactly) {
  EXPECT_EQ(written([](JsonWriter& w) { w.integer(std::numeric_limits<std::int64_t>::min()); }),
            "-9223372036854775808");
  EXPECT_EQ(written([](JsonWriter& w) { w.integer(std::numeric_limits<std::int64_t>::max()); }),
            "9223372036854775807");
  EXPECT_EQ(
      written([](JsonWriter& w) { w.unsigned_integer(std::numeric_limits<std::uint64_t>::max()); }),
      "18446744073709551615");
}

TEST_F(JsonWriterTest, WritesNumbersLikeJavaScript) {
  const struct {
    double value;
    const char* text;
  } cases[] = {
      {0.0, "0"},
      {-0.0, "0"},
      {1.0, "1"},
      {-1.5, "-1.5"},
      {0.1, "0.1"},
      {100000.0, "100000"},
      {1e6, "1000000"},
      {123456.789, "123456.789"},
      {9007199254740993.0, "9007199254740992"},
      {1e20, "100000000000000000000"},
      {123456789012345680000.0, "123456789012345680000"},
      {1e21, "1e+21"},
      {-1.5e300, "-1.5e+300"},
      {1e-6, "0.000001"},
      {1.5e-6, "0.0000015"},
      {1e-7, "1e-7"},
      {-1.25e-7, "-1.25e-7"},
      {0.0001, "0.0001"},
      {5e-324, "5e-324"},
      {1.7976931348623157e308, "1.7976931348623157e+308"},
      {2.5e-5, "0.000025"},
      {0.3, "0.3"},
      {0.1 + 0.2, "0.30000000000000004"},
      {1e22, "1e+22"},
      {4.35, "4.35"},
      {1e15 + 0.5, "1000000000000000.5"},
  };
  for (const auto& sample : cases) EXPECT_EQ(number(sample.value), sample.text);
  EXPECT_EQ(number(std::nan("")), "null");
  EXPECT_EQ(number(std::numeric_limits<double>::infinity()), "null");
  EXPECT_EQ(number(-std::numeric_limits<double>::infinity()), "null");
}

TEST_F(JsonWriterTest, RandomDoublesReadBackEqual) {
  std::mt19937_64 random(20260101);
  Document document;
  for (int i = 0; i < 200'000; ++i) {
    const double expected = std::bit_cast<double>(random());
    if (!std::isfinite(expected)) continue;
    const std::string text = number(expected);
    const auto value = document.parse(text);
    double actual = 0;
    ASSERT_TRUE(value && value->get(actual)) << text;
    ASSERT_EQ(actual, expected) << text;
  }
}

TEST_F(JsonWriterTest, EscapesLikeJavaScript) {
  EXPECT_EQ(string(""), "\"\"");
  EXPECT_EQ(string("\b\f\n\r\t\"\\/"), R"("\b\f\n\r\t\"\\/")");
  EXPECT_EQ(string("\0\x01\x1f\x7f"s), "\"\\u0000\\u0001\\u001f\x7f\"");
  EXPECT_EQ(string("\xe2\x80\xa8\xf0\x9f\x98\x80"), "\"\xe2\x80\xa8\xf0\x9f\x98\x80\"");
}

TEST_F(JsonWriterTest, EscapesAtEveryPosition) {
  for (const std::string special : {"\"", "\\", "\n", "\x01", "\xc3\xa9", "\xff"}) {
    const std::string escaped = string(special);
    for (std::size_t length = 0; length < 36; ++length) {
      for (std::size_t position = 0; position <= length; ++position) {
        const std::string before(position, 'a');
        const std::string after(length - position, '~');
        ASSERT_EQ(string(before + special + after),
                  "\"" + before + escaped.substr(1, escaped.size() - 2) + after + "\"");
      }
    }
  }
}

TEST_F(JsonWriterTest, ReplacesInvalidUtf8) {
  const std::string r = "\xef\xbf\xbd";
  const struct {
    std::string text;
    std::string value;
  } cases[] = {
      {"\xff", r},
      {"a\x80z", "a" + r + "z"},
      {"\xc0\x80", r + r},
      {"\xc2", r},
      {"\xc2\"", r + "\\\""},
      {"\xe2\x82", r},
      {"\xe2\x82\x41", r + "A"},
      {"\xe0\x80\x80", r + r + r},
      {"\xed\xa0\x80", r + r + r},
      {"\xf0\x9f\x98", r},
      {"\xf4\x90\x80\x80", r + r + r + r},
      {"\xf5", r},
      {"\xf0\x9f\x98\x80\xff", "\xf0\x9f\x98\x80" + r},
      {"\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"},
      {"\xef\xbf\xbf", "\xef\xbf\xbf"},
      {"\xdf\xbf", "\xdf\xbf"},
  };
  for (const auto& sample : cases) EXPECT_EQ(string(sample.text), "\"" + sample.value + "\"");
  EXPECT_EQ(written([&](JsonWriter& w) {
              w.begin_object();
              w.key("\xff\n");
              w.null();
              w.end_object();
            }),
            "{\"" + r + "\\n\":null}");
}

TEST_F(JsonWriterTest, RandomBytesBecomeTextThatParses) {
  std::mt19937 random(7);
  Document document;
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes(random() % 24, '\0');
    for (char& c : bytes)
      c = static_cast<char>(random() % 4 ? random() : "\"\\\xf0\x9f\x98\x80\xe2\x82"[random() % 8]);
    ASSERT_TRUE(document.parse(string(bytes))) << i;
  }
}

TEST_F(JsonWriterTest, TakesBinaryOutInOrder) {
  const json value_with_binary = {{"a", json::binary({1})},
                                  {"b", {1, json::binary({2, 3}), {{"c", json::binary({})}}}}};
  EXPECT_EQ(value(value_with_binary),
            R"({"a":{"_placeholder":true,"num":0},"b":[1,{"_placeholder":true,"num":1},)"
            R"({"c":{"_placeholder":true,"num":2}}]})");
  EXPECT_EQ(attachments_, (std::vector<Bytes>{{1}, {2, 3}, {}}));

  Document document;
  const auto read = document.parse(text_.view(), attachments_);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->to_json(), value_with_binary);
}

TEST_F(JsonWriterTest, CountsAttachmentsThatAreThere) {
  attachments_ = {{9}};
  TextBuffer text;
  JsonWriter writer(text, attachments_);
  writer.binary(Bytes{1, 2});
  EXPECT_EQ(text.view(), R"({"_placeholder":true,"num":1})");
  EXPECT_EQ(attachments_.size(), 2u);
}

TEST_F(JsonWriterTest, WritesAnyJsonValue) {
  const std::string text =
      R"([null,true,false,-1,18446744073709551615,2.5,"a\n",{"a":{},"b":[[],{}]},[]])";
  EXPECT_EQ(value(json::parse(text)), text);
  EXPECT_EQ(value(json(json::value_t::discarded)), "null");
  EXPECT_EQ(value(json::array({std::nan(""), "\xff"})), "[null,\"\xef\xbf\xbd\"]");
  EXPECT_EQ(value(json()), "null");
  EXPECT_EQ(value("x"), "\"x\"");
}

TEST_F(JsonWriterTest, DepthOfTheUsersValuesIsNoRecursion) {
  constexpr std::size_t depth = 1'000'000;
  json deep = 1;
  for (std::size_t i = 0; i < depth; ++i) {
    json outer = json::array();
    outer.push_back(std::move(deep));
    deep = std::move(outer);
  }
  EXPECT_EQ(value(deep), std::string(depth, '[') + "1" + std::string(depth, ']'));
}

}  // namespace
