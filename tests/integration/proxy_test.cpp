// SPDX-License-Identifier: MIT
// A client's connections through an HTTP proxy: tunnels, passwords, and proxies that refuse,
// violate the protocol, or never answer.
#include "net/client/connector.hpp"
#include "support/loop_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <system_error>

namespace socketio::support {
namespace {

using net::ClientConnector;
using net::Proxy;
using net::ProxyErrc;
using testing::HasSubstr;
using testing::StartsWith;

/// Sends back what it receives.
class Echo final : public StreamHandler {
 public:
  explicit Echo(std::weak_ptr<Stream> stream) : stream_(std::move(stream)) {}
  void on_bytes(std::span<char> bytes) override {
    if (const auto stream = stream_.lock()) stream->write({bytes.data(), bytes.size()});
  }
  void on_close() override {}

 private:
  std::weak_ptr<Stream> stream_;
};

class Proxying : public testing::Test {
 protected:
  void connect(const std::string& proxy_url, const Endpoint& target) {
    connector =
        std::make_unique<ClientConnector>(driver.loop(), net::ConnectorSettings{proxy_url, {}});
    attempt = connector->connect(target, outcome.done());
    EXPECT_FALSE(outcome.known());
    driver.run_until([&] { return outcome.known(); });
    EXPECT_EQ(outcome.calls, 1);
  }
  Endpoint target() const { return {"127.0.0.1", server.port()}; }
  std::string proxy_name() const { return "proxy 127.0.0.1 port " + std::to_string(proxy.port()); }
  void expect_echo() {
    ASSERT_NE(outcome.stream, nullptr) << outcome.failure.message;
    outcome.stream->write("through the tunnel");
    driver.run_until([&] { return outcome.recorder->text == "through the tunnel"; });
  }

  LoopDriver driver;
  LoopServer server{driver,
                    [](const std::shared_ptr<Stream>& s) { return std::make_shared<Echo>(s); }};
  ConnectProxy proxy{driver};
  std::unique_ptr<ClientConnector> connector;
  Outcome outcome;
  std::unique_ptr<Connector::Attempt> attempt;
};

TEST_F(Proxying, ATunnelLeadsToTheServer) {
  connect(proxy.url(), target());
  expect_echo();
  const std::string authority = "127.0.0.1:" + std::to_string(server.port());
  EXPECT_EQ(proxy.requests,
            std::vector<std::string>{"CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority +
                                     "\r\n\r\n"});
}

TEST_F(Proxying, TheProxyResolvesTheName) {
  connect(proxy.url(), {"no-such-host.invalid", 443});
  EXPECT_THAT(proxy.requests.at(0), StartsWith("CONNECT no-such-host.invalid:443 HTTP/1.1\r\n"));
  EXPECT_EQ(outcome.failure.code, ProxyErrc::refused);
  EXPECT_EQ(outcome.failure.message,
            proxy_name() + " refused to connect to no-such-host.invalid port 443: 502 Bad Gateway");
}

TEST_F(Proxying, AddressesOfIPv6HaveBrackets) {
  connect(proxy.url(), {"::1", 1});
  EXPECT_THAT(proxy.requests.at(0), StartsWith("CONNECT [::1]:1 HTTP/1.1\r\nHost: [::1]:1\r\n"));
  EXPECT_THAT(outcome.failure.message, HasSubstr("[::1] port 1"));
}

TEST_F(Proxying, APasswordIsSent) {
  proxy.authorization = "Basic dXNlckBob21lOnBhc3M6d29yZA==";  // user@home:pass:word
  connect(proxy.url("user%40home:pass:word@"), target());
  expect_echo();
}

TEST_F(Proxying, AWrongPasswordIsAFailureThatDoesNotTellIt) {
  proxy.authorization = "Basic dXNlckBob21lOnBhc3M6d29yZA==";
  connect(proxy.url("user:secret@"), target());
  EXPECT_EQ(outcome.failure.code, ProxyErrc::refused);
  EXPECT_THAT(outcome.failure.message, HasSubstr(": 407 Proxy Authentication Required"));
  EXPECT_THAT(outcome.failure.message, testing::Not(HasSubstr("secret")));
  driver.run_until([&] { return proxy.open_connections() == 0; });
}

TEST_F(Proxying, AProxyThatIsNotThere) {
  LoopbackPort nobody;
  nobody.close();
  connect("http://127.0.0.1:" + std::to_string(nobody.port()), target());
  EXPECT_EQ(outcome.failure.code, std::errc::connection_refused);
  EXPECT_THAT(outcome.failure.message, StartsWith("proxy: connect to 127.0.0.1 port "));
}

TEST_F(Proxying, AnswersThatAreNone) {
  const std::string long_header = "HTTP/1.1 200 OK\r\nX: " + std::string(20'000, 'x');
  std::string interim;
  for (int i = 0; i < 1'000; ++i) interim += "HTTP/1.1 100 Continue\r\n\r\n";
  for (const std::string& answer :
       {std::string("SSH-2.0-x\r\n\r\n"), std::string("HTTP/1.1 20\r\n\r\n"),
        std::string("HTTP/1.1 2000 OK\r\n\r\n"), std::string("HTTP/1.1 099 No\r\n\r\n"),
        std::string("HTTP/2 200\r\n\r\n"), std::string("HTTP/1.1 2x0 OK\r\n\r\n"),
        std::string("\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"), std::string("HTTP/1.1x200 OK\r\n\r\n"),
        std::string("HTTP/1.1 200 OK\r\n\r\nand more"), long_header, interim,
        std::string("HTTP/1.1 200 OK\r\nno end")}) {
    proxy.answer = answer;
    proxy.closes_after_answer = answer.ends_with("no end");
    outcome.calls = 0;
    connect(proxy.url(), target());
    EXPECT_EQ(outcome.stream, nullptr) << answer.substr(0, 100);
    EXPECT_EQ(outcome.failure.code, ProxyErrc::bad_answer) << outcome.failure.message;
    EXPECT_THAT(outcome.failure.message, StartsWith(proxy_name() + ' '));
    driver.run_until([&] { return proxy.open_connections() == 0; });
  }
  EXPECT_EQ(server.accepted, 0);
}

TEST_F(Proxying, AnInterimAnswerIsNotTheAnswer) {
  proxy.answer = "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\n\r\n";
  connect(proxy.url(), target());
  EXPECT_NE(outcome.stream, nullptr) << outcome.failure.message;
}

TEST_F(Proxying, ARefusalIsToldInPrintableWords) {
  proxy.answer = "HTTP/1.1 403 \x1b[31mno\r\n\r\n" + std::string(100'000, 'x');
  connect(proxy.url(), target());
  EXPECT_THAT(outcome.failure.message, testing::EndsWith(": 403 ?[31mno"));
  proxy.answer = "HTTP/1.1 301 " + std::string(10'000, 'x') + "\r\nLocation: elsewhere\r\n\r\n";
  outcome.calls = 0;
  connect(proxy.url(), target());
  EXPECT_EQ(outcome.failure.code, ProxyErrc::refused);
  EXPECT_LT(outcome.failure.message.size(), 200U);
}

TEST_F(Proxying, AProxyThatSaysNothingWaitsForItsOwner) {
  proxy.is_silent = true;
  connector =
      std::make_unique<ClientConnector>(driver.loop(), net::ConnectorSettings{proxy.url(), {}});
  attempt = connector->connect(target(), outcome.done());
  driver.run_until([&] { return !proxy.requests.empty(); });
  EXPECT_FALSE(outcome.known());
  attempt.reset();
  driver.run_until([&] { return proxy.open_connections() == 0; });
  EXPECT_FALSE(outcome.known());
}

TEST_F(Proxying, SettingsThatAreNoProxyFailEachAttempt) {
  for (const char* url :
       {"127.0.0.1:3128", "https://127.0.0.1", "http://", "http://:80", "http://host:port",
        "http://host:0", "http://host:65536", "http://[::1", "http://[::1]x", "http://host/path",
        "http://%zz@host", "http://%4@host", "http://ho st", "http://host:80:80"}) {
    outcome.calls = 0;
    connect(url, target());
    EXPECT_EQ(outcome.failure.code, ProxyErrc::bad_settings) << url;
  }
  outcome.calls = 0;
  connect(proxy.url(), {"host\r\nX: y", 80});
  EXPECT_EQ(outcome.failure.code, ProxyErrc::bad_settings);
  EXPECT_TRUE(proxy.requests.empty());
}

TEST(ProxyUrl, IsReadInFull) {
  const auto plain = Proxy::parse("http://proxy.example");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->endpoint.host, "proxy.example");
  EXPECT_EQ(plain->endpoint.port, 80);
  EXPECT_EQ(plain->credentials, "");
  const auto full = Proxy::parse("http://a%3Ab@[::1]:3128/");
  ASSERT_TRUE(full);
  EXPECT_EQ(full->endpoint.host, "::1");
  EXPECT_EQ(full->endpoint.port, 3128);
  EXPECT_EQ(full->credentials, "a:b");
  EXPECT_EQ(Proxy::parse("http://user@host")->credentials, "user:");
}

}  // namespace
}  // namespace socketio::support
