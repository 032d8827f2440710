// SPDX-License-Identifier: MIT
#include "base/base64.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace socketio {
namespace {

std::string encode(std::string_view bytes) {
  std::string out;
  base64::append_encoded(out, bytes);
  return out;
}

// RFC 4648 section 10.
const std::vector<std::pair<std::string, std::string>> examples = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
};

TEST(Base64, MatchesThePublishedExamples) {
  for (const auto& [bytes, text] : examples) {
    EXPECT_EQ(encode(bytes), text);
    EXPECT_EQ(base64::decode(text), bytes);
  }
}

TEST(Base64, SaysHowManyBytesThereAre) {
  for (const auto& [bytes, text] : examples) EXPECT_EQ(base64::decoded_bytes(text), bytes.size());
  for (const std::string text : {"Zg=", "Zh==", "Zm9v!", "Z===", "Zm 9v", "===="}) {
    EXPECT_EQ(base64::decoded_bytes(text), std::nullopt) << text;
  }
}

TEST(Base64, AppendsBehindWhatIsThere) {
  std::string out = "b";
  base64::append_encoded(out, "f");
  base64::append_encoded(out, "");
  base64::append_encoded(out, "foo");
  EXPECT_EQ(out, "bZg==Zm9v");
}

TEST(Base64, RoundTripsEveryByteAtEveryLength) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(base64::decode(encode(bytes)), bytes);
    bytes += static_cast<char>(i * 7);
  }
}

TEST(Base64, RoundTripsWhatIsCodedInSeveralPieces) {
  for (const std::size_t size : {3u << 20, (3u << 20) + 1, (6u << 20) + 2}) {
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * i >> 7);
    const std::string text = encode(bytes);
    EXPECT_EQ(text.size(), (size + 2) / 3 * 4);
    EXPECT_EQ(text.find('\0'), std::string::npos);
    EXPECT_EQ(base64::decode(text), bytes);
  }
}

TEST(Base64, RefusesLengthsThatAreNoQuanta) {
  for (const char* text : {"Z", "Zg", "Zg=", "Zm9vY", "Zm9vYg", "Zm9vYg=", "=", "=="}) {
    EXPECT_EQ(base64::decode(text), std::nullopt) << text;
  }
}

TEST(Base64, RefusesMisplacedPadding) {
  for (const char* text : {"====", "Z===", "=Zg=", "Z=g=", "Zg==Zg==", "Zm=v",
                           "Zm8=Zm8=", "Zg===", "Zm9v====", "Zm9vZ==="}) {
    EXPECT_EQ(base64::decode(text), std::nullopt) << text;
  }
}

TEST(Base64, RefusesBitsThatNoEncoderWrites) {
  for (const char* text : {"Zh==", "Zv==", "Zg9=", "Zm9=", "//==", "///="}) {
    EXPECT_EQ(base64::decode(text), std::nullopt) << text;
  }
  EXPECT_EQ(base64::decode("/w=="), "\xff");
  EXPECT_EQ(base64::decode("//8="), "\xff\xff");
}

TEST(Base64, RefusesEveryOtherCharacterAtEveryPlace) {
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (int code = 0; code < 256; ++code) {
    const char character = static_cast<char>(code);
    const bool allowed = alphabet.find(character) != std::string::npos;
    for (std::size_t at = 0; at < 8; ++at) {
      std::string text = "Zm9vYmFy";
      text[at] = character;
      // '=' as the last character makes "YmF=", whose unused bits are not zero.
      EXPECT_EQ(base64::decode(text).has_value(), allowed) << code << " at " << at;
    }
  }
}

TEST(Base64, RefusesBlanksAround) {
  for (const char* text : {" Zm9v", "Zm9v\n", "Zm9v    ", "    Zm9v", "Zm9v\r\n\r\n", "Zm 9 v  "}) {
    EXPECT_EQ(base64::decode(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace socketio
