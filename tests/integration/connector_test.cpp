// SPDX-License-Identifier: MIT
// A client's TCP connections over loopback: names and addresses, refusals, the race of the address
// families, and cancelling at every stage.
#include "net/tcp_connector.hpp"
#include "support/loop_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <initializer_list>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

namespace socketio::support {
namespace {

using net::TcpConnector;
using testing::HasSubstr;
using testing::StartsWith;
using Family = LoopbackPort::Family;

class TcpConnecting : public testing::Test {
 protected:
  std::unique_ptr<Connector::Attempt> connect(const std::string& host, std::uint16_t port) {
    return connector.connect({host, port}, outcome.done());
  }
  /// True if there is a stream that carries bytes in both directions.
  bool reaches(LoopbackPort& server) {
    if (!driver.run_until([&] { return outcome.known(); }) || !outcome.stream) return false;
    const int peer = server.accept();
    outcome.stream->write("from the client");
    driver.settle();
    std::array<char, 64> buffer{};
    const ssize_t size = ::recv(peer, buffer.data(), buffer.size(), 0);
    EXPECT_EQ(std::string(buffer.data(), static_cast<std::size_t>(size)), "from the client");
    EXPECT_EQ(::send(peer, "from the server", 15, MSG_NOSIGNAL), 15);
    driver.run_until([&] { return outcome.recorder->text == "from the server"; });
    ::close(peer);
    driver.run_until([&] { return outcome.recorder->closes == 1; });
    EXPECT_FALSE(outcome.stream->error()) << "an orderly end";
    return outcome.calls == 1;
  }

  LoopDriver driver;
  TcpConnector connector{driver.loop()};
  Outcome outcome;
};

TEST_F(TcpConnecting, ToAnAddress) {
  LoopbackPort server;
  const auto attempt = connect("127.0.0.1", server.port());
  EXPECT_FALSE(outcome.known()) << "never before connect() returns";
  EXPECT_TRUE(reaches(server)) << outcome.failure.message;
}

TEST_F(TcpConnecting, ToAName) {
  LoopbackPort server;
  const auto attempt = connect("localhost", server.port());
  EXPECT_TRUE(reaches(server)) << outcome.failure.message;
}

TEST_F(TcpConnecting, ToANameWithoutIPv4) {
  LoopbackPort server(Family::v6);
  // This machine has no IPv6.
  if (!server.available()) return;
  const auto attempt = connect("localhost", server.port());
  if (!driver.run_until([&] { return outcome.known(); })) return;
  if (outcome.stream) {
    EXPECT_EQ(outcome.stream->remote_address(), "::1");
    EXPECT_TRUE(reaches(server));
    // On this machine, "localhost" is only 127.0.0.1.
  } else {
    EXPECT_THAT(outcome.failure.message, HasSubstr("(127.0.0.1): Connection refused"));
  }
}

TEST_F(TcpConnecting, ToAnAddressOfIPv6) {
  LoopbackPort server(Family::v6);
  // This machine has no IPv6.
  if (!server.available()) return;
  const auto attempt = connect("::1", server.port());
  EXPECT_TRUE(reaches(server)) << outcome.failure.message;
}

TEST_F(TcpConnecting, ARefusalNamesWhereAndWhy) {
  LoopbackPort server;
  server.close();
  const std::string port = std::to_string(server.port());
  const auto attempt = connect("127.0.0.1", server.port());
  driver.run_until([&] { return outcome.known(); });
  EXPECT_EQ(outcome.stream, nullptr);
  EXPECT_EQ(outcome.failure.code, std::errc::connection_refused);
  EXPECT_EQ(outcome.failure.message, "connect to 127.0.0.1 port " + port + ": Connection refused");
}

TEST_F(TcpConnecting, EveryAddressOfANameIsTriedBeforeItIsRefused) {
  LoopbackPort server;
  server.close();
  const auto attempt = connect("localhost", server.port());
  driver.run_until([&] { return outcome.known(); });
  EXPECT_EQ(outcome.failure.code, std::errc::connection_refused);
  EXPECT_THAT(outcome.failure.message, StartsWith("connect to localhost port "));
  EXPECT_THAT(outcome.failure.message, HasSubstr("1): Connection refused"));
}

TEST_F(TcpConnecting, ARefusalOfIPv6HasBrackets) {
  LoopbackPort server(Family::v6);
  // This machine has no IPv6.
  if (!server.available()) return;
  server.close();
  const auto attempt = connect("::1", server.port());
  driver.run_until([&] { return outcome.known(); });
  EXPECT_EQ(outcome.failure.message,
            "connect to [::1] port " + std::to_string(server.port()) + ": Connection refused");
}

TEST_F(TcpConnecting, ANameThatNobodyHas) {
  const std::string hosts[] = {"no-such-host.invalid",
                               "",
                               std::string("localhost\0.example", 18),
                               std::string(300, 'x'),
                               "white space",
                               "127.0.0.1.1"};
  for (const std::string& host : hosts) {
    Outcome one;
    const auto attempt = connector.connect({host, 80}, one.done());
    driver.run_until([&] { return one.known(); });
    EXPECT_EQ(one.stream, nullptr);
    EXPECT_TRUE(one.failure.code);
    EXPECT_THAT(one.failure.message, StartsWith("resolve host " + host + ": "));
  }
}

std::vector<boost::asio::ip::address> addresses(std::initializer_list<const char*> texts) {
  std::vector<boost::asio::ip::address> result;
  for (const char* text : texts) result.push_back(boost::asio::ip::make_address(text));
  return result;
}

TEST_F(TcpConnecting, AnAddressThatRefusesIsFollowedByTheNextAtOnce) {
  LoopbackPort server;
  const TimePoint begin = std::chrono::steady_clock::now();
  const auto attempt = connector.connect_any(
      {"a-name", server.port()},
      addresses({"127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5", "127.0.0.6", "127.0.0.7",
                 "127.0.0.8", "127.0.0.9", "127.0.0.10", "127.0.0.11", "127.0.0.12", "127.0.0.1"}),
      outcome.done());
  EXPECT_TRUE(reaches(server)) << outcome.failure.message;
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 11 * TcpConnector::attempt_delay);
}

TEST_F(TcpConnecting, AnAddressThatSaysNothingIsOvertaken) {
  auto server = std::make_unique<LoopbackPort>();
  auto silent = std::make_unique<SilentPort>(server->port());
  // Somebody else uses that port.
  while (!silent->available()) {
    server = std::make_unique<LoopbackPort>();
    silent = std::make_unique<SilentPort>(server->port());
  }
  const TimePoint begin = std::chrono::steady_clock::now();
  const auto attempt = connector.connect_any({"a-name", server->port()},
                                             addresses({"127.0.0.2", "127.0.0.1"}), outcome.done());
  EXPECT_TRUE(reaches(*server)) << outcome.failure.message;
  EXPECT_GE(std::chrono::steady_clock::now() - begin, TcpConnector::attempt_delay);
}

TEST_F(TcpConnecting, FamiliesTakeTurns) {
  LoopbackPort server(Family::v6);
  // This machine has no IPv6.
  if (!server.available()) return;
  std::vector<boost::asio::ip::address> many = addresses({"127.0.0.2"});
  for (int i = 0; i < 200; ++i) many.push_back(boost::asio::ip::address_v4(0x7f000103U + i));
  many.push_back(boost::asio::ip::make_address("::1"));
  const auto attempt =
      connector.connect_any({"a-name", server.port()}, std::move(many), outcome.done());
  EXPECT_TRUE(reaches(server)) << "the second that was tried: " << outcome.failure.message;
  EXPECT_EQ(outcome.recorder->closes, 1);
}

TEST_F(TcpConnecting, AWayThatThisMachineLacksIsNotWhatIsTold) {
  LoopbackPort server;
  server.close();
  const auto attempt =
      connector.connect_any({"a-name", server.port()},
                            addresses({"127.0.0.1", "ff0e::1", "255.255.255.255"}), outcome.done());
  driver.run_until([&] { return outcome.known(); });
  EXPECT_EQ(outcome.failure.code, std::errc::connection_refused);
  EXPECT_EQ(outcome.failure.message, "connect to a-name port " + std::to_string(server.port()) +
                                         " (127.0.0.1): Connection refused");
}

TEST_F(TcpConnecting, NothingIsToldAfterGivingUp) {
  LoopbackPort server;
  server.close();
  const std::string hosts[] = {"127.0.0.1", "localhost", "no-such-host.invalid"};
  for (const std::string& host : hosts) {
    // Before it began.
    connect(host, server.port()).reset();
    auto begun = connect(host, server.port());
    // While resolving or connecting.
    driver.loop()->drain();
    begun.reset();
  }
  // It uses the same resolver thread, so what was asked earlier has finished when it completes.
  Outcome other;
  const auto attempt = connector.connect({"localhost", server.port()}, other.done());
  driver.run_until([&] { return other.known(); });
  driver.settle();
  EXPECT_FALSE(outcome.known());
}

TEST_F(TcpConnecting, GivingUpClosesWhatHadConnected) {
  LoopbackPort server;
  auto attempt = connect("127.0.0.1", server.port());
  driver.loop()->drain();
  // The kernel considers the connection established.
  const int peer = server.accept();
  attempt.reset();
  char byte = 0;
  EXPECT_LE(::recv(peer, &byte, 1, 0), 0) << "the server sees the end";
  ::close(peer);
  driver.settle();
  EXPECT_FALSE(outcome.known());
}

TEST_F(TcpConnecting, TheAttemptMayEndInItsOwnAnswer) {
  LoopbackPort server;
  std::unique_ptr<Connector::Attempt> attempt;
  int calls = 0;
  const auto end_it = [&](const std::shared_ptr<Stream>& stream, const ConnectFailure&) {
    ++calls;
    attempt.reset();
    if (stream) stream->close();
  };
  attempt = connector.connect({"127.0.0.1", server.port()}, end_it);
  driver.run_until([&] { return calls == 1; });
  server.close();
  for (const char* host : {"127.0.0.1", "localhost", "no-such-host.invalid"}) {
    calls = 0;
    attempt = connector.connect({host, server.port()}, end_it);
    driver.run_until([&] { return calls == 1; });
  }
}

TEST_F(TcpConnecting, AnAttemptMayOutliveItsConnector) {
  LoopbackPort server;
  auto second = std::make_unique<TcpConnector>(driver.loop());
  const auto attempt = second->connect({"127.0.0.1", server.port()}, outcome.done());
  second.reset();
  driver.run_until([&] { return outcome.known(); });
  ASSERT_NE(outcome.stream, nullptr);
  outcome.stream->close();
}

TEST_F(TcpConnecting, DestroyingTheConnectorClosesItsStreams) {
  LoopbackPort server;
  auto second = std::make_unique<TcpConnector>(driver.loop());
  const auto attempt = second->connect({"127.0.0.1", server.port()}, outcome.done());
  driver.run_until([&] { return outcome.known(); });
  second.reset();
  driver.loop()->drain();
  EXPECT_EQ(outcome.recorder->closes, 1);
}

TEST_F(TcpConnecting, AResetIsTheStreamsError) {
  LoopbackPort server;
  const auto attempt = connect("127.0.0.1", server.port());
  driver.run_until([&] { return outcome.known(); });
  const int peer = server.accept();
  const linger now{1, 0};
  ::setsockopt(peer, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  ::close(peer);
  driver.run_until([&] { return outcome.recorder->closes == 1; });
  EXPECT_EQ(outcome.stream->error(), std::errc::connection_reset);
}

TEST_F(TcpConnecting, ManyLargeMessagesAtOnce) {
  std::vector<std::shared_ptr<Recorder>> recorders;
  LoopServer server(driver, [&](const std::shared_ptr<Stream>&) {
    return recorders.emplace_back(std::make_shared<Recorder>());
  });
  constexpr std::size_t streams = 4;
  const auto large = std::make_shared<const std::string>(20'000'000, 'x');
  std::vector<std::unique_ptr<Connector::Attempt>> attempts;
  std::vector<Outcome> outcomes(streams);
  for (Outcome& one : outcomes) {
    attempts.push_back(connector.connect({"127.0.0.1", server.port()}, one.done()));
    driver.run_until([&] { return one.known(); });
    one.stream->write_shared(large);
  }
  const auto all_came = [&] {
    return recorders.size() == streams &&
           std::all_of(recorders.begin(), recorders.end(),
                       [&](const auto& one) { return one->text.size() == large->size(); });
  };
  EXPECT_TRUE(driver.run_until(all_came));
}

TEST_F(TcpConnecting, ALoopThatEndsTakesItsAttemptsAlong) {
  LoopbackPort server;
  std::unique_ptr<Connector::Attempt> attempt;
  {
    LoopDriver short_lived;
    TcpConnector its(short_lived.loop());
    attempt = its.connect({"localhost", server.port()}, outcome.done());
    short_lived.loop()->drain();
    attempt.reset();
  }
  EXPECT_FALSE(outcome.known());
}

}  // namespace
}  // namespace socketio::support
