// SPDX-License-Identifier: MIT
// The client's files as responses. That the build has the right ones is for tests/conformance/client_files.
#include "server/client_files.hpp"

#include "codec/http/compression.hpp"

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace socketio::server {
namespace {

const std::string script(3000, 'x');

std::string zipped(const std::string& text) {
  http::Response response;
  response.body = text;
  http::Headers asked;
  asked.add("Accept-Encoding", "gzip");
  http::compress_response(response, asked, 0);
  return response.body;
}

const std::string zipped_script = zipped(script);
const std::string zipped_map = zipped("{}");
const std::array files{
    ClientFile{"socket.io.js", script.size(), zipped_script, "as Brotli"},
    ClientFile{"socket.io.js.map", 2, zipped_map, "map as Brotli"},
};
const ClientFiles client{"4.8.0", files};

std::optional<http::Response> answer(std::string_view name, std::string_view header = {},
                                     std::string_view value = {}) {
  http::Headers asked;
  if (!header.empty()) asked.add(header, value);
  return client_file_response(client, name, asked);
}

TEST(ClientFiles, OneForEachCoding) {
  for (const auto& [accepted, coding, body] :
       std::initializer_list<std::array<std::string_view, 3>>{
           {"gzip, deflate, br", "br", "as Brotli"},
           {"BR;q=0.1", "br", "as Brotli"},
           {"gzip", "gzip", zipped_script},
           {"br;q=0, gzip", "gzip", zipped_script},
           {"br;q=0, gzip;q=0", "", script},
           {"deflate", "", script},
           {"", "", script},
       }) {
    SCOPED_TRACE(accepted);
    const auto response = answer("socket.io.js", "Accept-Encoding", accepted);
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->headers.get("Content-Encoding"), coding);
    EXPECT_EQ(response->body, body);
    EXPECT_EQ(response->headers.get("Vary"), "Accept-Encoding");
  }
}

TEST(ClientFiles, HaveTheReferencesHeaders) {
  const auto script_response = answer("socket.io.js");
  ASSERT_TRUE(script_response);
  EXPECT_EQ(script_response->headers.get("Content-Type"), "application/javascript; charset=utf-8");
  EXPECT_EQ(script_response->headers.get("Cache-Control"), "public, max-age=0");
  EXPECT_EQ(script_response->headers.get("ETag"), "\"4.8.0\"");
  const auto map_response = answer("socket.io.js.map");
  ASSERT_TRUE(map_response);
  EXPECT_EQ(map_response->headers.get("Content-Type"), "application/json; charset=utf-8");
  EXPECT_EQ(map_response->body, "{}");
}

TEST(ClientFiles, OnesThatTheClientHasAreNotSentAgain) {
  for (const char* known : {"\"4.8.0\"", "W/\"4.8.0\"", "\"4.7.0\", \"4.8.0\"", "*"}) {
    SCOPED_TRACE(known);
    const auto response = answer("socket.io.js", "If-None-Match", known);
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 304);
    EXPECT_EQ(response->body, "");
    EXPECT_EQ(response->headers.get("ETag"), "\"4.8.0\"");
    EXPECT_EQ(response->headers.get("Vary"), "Accept-Encoding");
    EXPECT_EQ(response->headers.get("Content-Type"), "");
  }
  EXPECT_EQ(answer("socket.io.js", "If-None-Match", "\"4.8.01\"")->status, 200);
}

TEST(ClientFiles, NoOthers) {
  for (const char* name : {"", "socket.io.j", "socket.io.jsx", "SOCKET.IO.JS", "../socket.io.js",
                           "/socket.io.js", "socket.io.js/", "socket.io%2ejs"}) {
    EXPECT_FALSE(answer(name)) << name;
  }
  EXPECT_FALSE(client_file_response({}, "socket.io.js", {})) << "a build without them";
}

TEST(ClientFiles, ThoseOfTheBuildAreWhole) {
  const ClientFiles built_in = built_in_client_files();
  std::set<std::string_view> names;
  for (const ClientFile& file : built_in.files) {
    SCOPED_TRACE(file.name);
    EXPECT_TRUE(names.insert(file.name).second);
    const std::string content = http::gunzip(file.gzip, file.size_bytes);
    EXPECT_EQ(content.size(), file.size_bytes);
    EXPECT_EQ(content.find('\0'), std::string::npos) << "none of it is missing";
    EXPECT_LT(file.brotli.size(), file.gzip.size());
  }
  EXPECT_EQ(built_in.version.empty(), built_in.files.empty());
}

}  // namespace
}  // namespace socketio::server
