// SPDX-License-Identifier: MIT
#include "codec/http/compression.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace socketio::http {
namespace {

const std::string body(compression_threshold_bytes, 'x');

Response compressed(std::string_view accept_encoding, std::string text = body) {
  Response response;
  response.body = std::move(text);
  response.headers.add("Vary", "Origin");
  Headers asked;
  asked.add("Accept-Encoding", accept_encoding);
  compress_response(response, asked);
  return response;
}

TEST(Compression, IsAskedForInAnyLineOfTheHeader) {
  Headers asked;
  asked.add("Accept-Encoding", "br");
  asked.add("Accept-Encoding", "gzip");
  Response response;
  response.body = body;
  compress_response(response, asked);
  EXPECT_EQ(response.headers.get("Content-Encoding"), "gzip");
}

/// Inflates as a browser would; zlib detects gzip by itself.
std::string inflated(const std::string& bytes) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 32), Z_OK);
  std::string out(2 * compression_limit_bytes, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

TEST(Compression, UsesGzipElseDeflate) {
  for (const std::string_view accepted :
       {"gzip", "gzip, deflate, br", "br;q=1.0, gzip;q=0.8", "deflate, GZIP"}) {
    const Response response = compressed(accepted);
    EXPECT_EQ(response.headers.get("Content-Encoding"), "gzip") << accepted;
    EXPECT_LT(response.body.size(), body.size());
    EXPECT_EQ(response.body.substr(0, 2), "\x1f\x8b");
    EXPECT_EQ(inflated(response.body), body);
  }
  for (const std::string_view accepted :
       {"deflate", "gzip;q=0, deflate", "gzip;q=0.000,deflate;q=0.001"}) {
    const Response response = compressed(accepted);
    EXPECT_EQ(response.headers.get("Content-Encoding"), "deflate") << accepted;
    EXPECT_EQ(inflated(response.body), body);
  }
}

TEST(Compression, LeavesWhatTheClientDoesNotWant) {
  for (const std::string_view accepted :
       {"", "br", "identity", "gzipped", "gzip;q=0", ",,;", "x-gzip"}) {
    const Response response = compressed(accepted);
    EXPECT_FALSE(response.headers.has("Content-Encoding")) << accepted;
    EXPECT_EQ(response.body, body);
  }
}

TEST(Compression, LeavesWhatIsTooShort) {
  EXPECT_FALSE(compressed("gzip", std::string(compression_threshold_bytes - 1, 'x'))
                   .headers.has("Content-Encoding"));
  EXPECT_TRUE(compressed("gzip", std::string(compression_threshold_bytes, 'x'))
                  .headers.has("Content-Encoding"));
}

TEST(Compression, LeavesWhatWouldHoldUpTheLoop) {
  const std::string longest(compression_limit_bytes, 'x');
  const Response response = compressed("gzip", longest);
  EXPECT_TRUE(response.headers.has("Content-Encoding"));
  EXPECT_TRUE(inflated(response.body) == longest);
  const Response longer = compressed("gzip", longest + 'x');
  EXPECT_FALSE(longer.headers.has("Content-Encoding"));
  EXPECT_TRUE(longer.body == longest + 'x');
}

TEST(Compression, TellsCachesThatItVaries) {
  const Response response = compressed("gzip");
  bool told = false;
  for (const auto field : response.headers) {
    told = told || (field.name == "Vary" && field.value == "Accept-Encoding");
  }
  EXPECT_TRUE(told);
  EXPECT_EQ(response.headers.get("Vary"), "Origin") << "what was there stays";
}

TEST(Compression, HandlesWhatCannotBeMadeSmaller) {
  std::string noise;
  std::uint32_t state = 1;
  for (int i = 0; i < 5'000; ++i) {
    state = state * 1664525 + 1013904223;
    noise.push_back(static_cast<char>(state >> 24));
  }
  EXPECT_EQ(inflated(compressed("gzip", noise).body), noise);
}

}  // namespace
}  // namespace socketio::http
