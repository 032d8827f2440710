// SPDX-License-Identifier: MIT
// What the Engine.IO client writes into its requests: targets, headers and cookies.
#include "support/engine_town.hpp"
#include "support/lying_server.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;
using engine::TransportName;
using Strings = std::vector<std::string>;
using Fields = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view handshake =
    R"(0{"sid":"abc","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000})";

class RequestsTest : public testing::Test {
 protected:
  ~RequestsTest() override {
    log.session.reset();
    EXPECT_TRUE(loop.run_until_idle());
  }
  /// One handshake, one poll, one POST and one attempt to upgrade. Each response sets a
  /// cookie of its own.
  void exchange() {
    server.script = [](auto& connection, const auto& request) {
      const std::string transport = http::query_value(request.query(), "transport");
      const bool has_sid = !http::query_value(request.query(), "sid").empty();
      if (transport == "websocket") return connection.say(answer("no", 400));
      const Fields headers{
          {"Set-Cookie", has_sid ? "post=2; Path=/elsewhere" : "sticky=1; HttpOnly"},
          {"Set-Cookie", "gone=1; Max-Age=0"}};
      if (request.method == "POST") {
        connection.say(answer("ok", 200, headers));
      } else if (!has_sid) {
        connection.say(answer(handshake, 200, headers));
      }
    };
    log.when_open = [this] {
      log.session->send_text("hello", Compress::yes);
      log.session->send_binary("\x01\x02\x03");
    };
    log.open(loop, connector, options, memory);
    loop.run_for(1s);
    ASSERT_EQ(log.closes, 0) << log.failure.message;
    ASSERT_EQ(server.requests.size(), 4U);
  }
  const http::Request& request(std::string_view method, std::string_view transport,
                               std::size_t skipped = 0) const {
    for (const auto& one : server.requests) {
      const bool fits =
          one.method == method && http::query_value(one.query(), "transport") == transport;
      if (fits && skipped-- == 0) return one;
    }
    ADD_FAILURE() << "no such request";
    return server.requests.front();
  }
  static Fields fields_of(const http::Request& request) {
    Fields fields;
    for (const auto& field : request.headers) fields.emplace_back(field.name, field.value);
    return fields;
  }

  SimulatedLoop loop{1};
  Network network{loop};
  LyingServer server{network};
  SimulatedConnector connector{loop, server.dial()};
  engine::ClientOptions options{.endpoint = {.host = "simulation", .port = 80}};
  SessionLog::Memory memory;
  SessionLog log;
};

TEST_F(RequestsTest, TargetsAndBodiesAreThoseOfJavaScript) {
  exchange();
  EXPECT_EQ(request("GET", "polling").target, "/socket.io/?EIO=4&transport=polling");
  EXPECT_EQ(request("GET", "polling", 1).target, "/socket.io/?EIO=4&transport=polling&sid=abc");
  EXPECT_EQ(request("POST", "polling").target, "/socket.io/?EIO=4&transport=polling&sid=abc");
  EXPECT_EQ(request("POST", "polling").body,
            "4hello\x1e"
            "bAQID");
  EXPECT_EQ(request("GET", "websocket").target, "/socket.io/?EIO=4&transport=websocket&sid=abc");
}

TEST_F(RequestsTest, HeadersAreFewAndInOrder) {
  options.cookies = false;
  exchange();
  EXPECT_EQ(fields_of(request("GET", "polling", 1)),
            (Fields{{"Host", "simulation"}, {"Accept", "*/*"}}));
  EXPECT_EQ(fields_of(request("POST", "polling")),
            (Fields{{"Host", "simulation"},
                    {"Content-type", "text/plain;charset=UTF-8"},
                    {"Accept", "*/*"},
                    {"Content-Length", "12"}}));
  const auto upgrade = fields_of(request("GET", "websocket"));
  ASSERT_GE(upgrade.size(), 5U);
  EXPECT_EQ(upgrade[1], (std::pair<std::string, std::string>("Upgrade", "websocket")));
  EXPECT_EQ(upgrade[2], (std::pair<std::string, std::string>("Connection", "Upgrade")));
  EXPECT_EQ(upgrade[3], (std::pair<std::string, std::string>("Sec-WebSocket-Version", "13")));
  EXPECT_EQ(upgrade[4].first, "Sec-WebSocket-Key");
}

TEST_F(RequestsTest, TheUsersQueryComesFirstAndOursWins) {
  options.path = "/elsewhere";
  options.force_base64 = true;
  options.query = {{"a b", "c&d=e/\xc3\xa4"}, {"transport", "pigeon"}, {"z", "-_.!~*'()"}};
  exchange();
  const std::string front = "/elsewhere?a%20b=c%26d%3De%2F%C3%A4&transport=";
  const std::string rest = "&z=-_.!~*'()&EIO=4";
  EXPECT_EQ(request("GET", "polling").target, front + "polling" + rest + "&b64=1");
  EXPECT_EQ(request("GET", "polling", 1).target, front + "polling" + rest + "&sid=abc");
  EXPECT_EQ(request("GET", "websocket").target, front + "websocket" + rest + "&sid=abc&b64=1");
}

TEST_F(RequestsTest, ExtraHeadersAreOnEveryRequest) {
  options.extra_headers = {{"Authorization", "Bearer x"},
                           {"Accept-Encoding", "gzip"},
                           {"host", "other.example"},
                           {"X-Split", "a\r\nInjected: yes"}};
  exchange();
  for (const auto& one : server.requests) {
    EXPECT_EQ(one.headers.get("Authorization"), "Bearer x");
    EXPECT_EQ(one.headers.get("Host"), "other.example");
    EXPECT_FALSE(one.headers.has("Accept-Encoding")) << "we could not read it";
    EXPECT_FALSE(one.headers.has("Injected"));
  }
}

TEST_F(RequestsTest, CookiesOfTheServerAreRepeated) {
  options.extra_headers = {{"Cookie", "mine=0"}};
  exchange();
  EXPECT_EQ(request("GET", "polling").headers.get("Cookie"), "mine=0");
  EXPECT_EQ(request("GET", "polling", 1).headers.get("Cookie"), "mine=0; sticky=1");
  EXPECT_EQ(request("POST", "polling").headers.get("Cookie"), "mine=0; sticky=1");
  EXPECT_EQ(memory.cookies.header(loop.wall_clock_ms()), "sticky=1; post=2");

  log.session.reset();
  server.requests.clear();
  log = {};
  exchange();
  EXPECT_EQ(request("GET", "polling").headers.get("Cookie"), "mine=0; sticky=1; post=2")
      << "they outlive the connection";
  EXPECT_EQ(request("GET", "websocket").headers.get("Cookie"), "mine=0; sticky=1; post=2");
}

TEST_F(RequestsTest, CookiesInSeveralHeadersAreOne) {
  options.extra_headers = {{"Cookie", "mine=0"}, {"cookie", "other=1"}};
  exchange();
  EXPECT_EQ(request("GET", "polling").headers.joined("Cookie"), "mine=0; other=1");
  EXPECT_EQ(request("GET", "polling", 1).headers.get("Cookie"), "mine=0; other=1; sticky=1");
}

TEST_F(RequestsTest, CookiesCanBeTurnedOff) {
  options.cookies = false;
  exchange();
  for (const auto& one : server.requests) EXPECT_FALSE(one.headers.has("Cookie"));
  EXPECT_EQ(memory.cookies.header(loop.wall_clock_ms()), "");
}

TEST_F(RequestsTest, TheHostIsNamedWithItsPortUnlessThatIsUsual) {
  const auto host_for = [this](const Endpoint& endpoint) {
    options.endpoint = endpoint;
    server.requests.clear();
    log = {};
    exchange();
    const std::string host(server.requests.at(0).headers.get("Host"));
    log.session.reset();
    return host;
  };
  EXPECT_EQ(host_for({"example.org", 80}), "example.org");
  EXPECT_EQ(host_for({"example.org", 3000}), "example.org:3000");
  EXPECT_EQ(host_for({"example.org", 443}), "example.org:443");
  EXPECT_EQ(host_for({"example.org", 443, true}), "example.org");
  EXPECT_EQ(host_for({"example.org", 80, true}), "example.org:80");
  EXPECT_EQ(host_for({"::1", 3000}), "[::1]:3000");
}

}  // namespace
}  // namespace socketio::support
