// SPDX-License-Identifier: MIT
// Metrics of a server that really runs: its connections, how late its loop is, and the page.
#include "support/live_server.hpp"
#include "support/patience.hpp"

#include <socketio/engine_server.hpp>
#include <socketio/metrics.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <numeric>
#include <string>
#include <thread>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

ServerOptions counting() {
  ServerOptions options;
  options.metrics = true;
  options.limits.connections = 2;
  return options;
}

std::uint64_t measured(const DurationHistogram& histogram) {
  return std::accumulate(histogram.counts.begin(), histogram.counts.end(), std::uint64_t{0});
}

/// As a thread reads them that is not the loop's.
Metrics read_metrics(ServerBase& io) {
  std::promise<Metrics> read;
  io.post([&] { read.set_value(io.metrics()); });
  return read.get_future().get();
}

class ServerMetrics : public testing::Test {
 protected:
  /// The first that are as wanted, or else the last ones.
  Metrics wait_for(const std::function<bool(const Metrics&)>& wanted) {
    const auto end = std::chrono::steady_clock::now() + patience;
    Metrics metrics = read_metrics(server.io);
    while (!wanted(metrics) && std::chrono::steady_clock::now() < end) {
      std::this_thread::yield();
      metrics = read_metrics(server.io);
    }
    return metrics;
  }

  LiveServer server{counting(),
                    [](Server& io) { io.http().get("/metrics", io.metrics_handler()); }};
};

TEST_F(ServerMetrics, ConnectionsAreCounted) {
  {
    HttpClient first(server.port);
    EXPECT_EQ(first.status(request_text("GET", "/")), 404);
    SocketClient second(server.port);
    EXPECT_TRUE(second.joined());
    const Metrics metrics = read_metrics(server.io);
    EXPECT_EQ(metrics.connections, 2U);
    EXPECT_EQ(metrics.connections_accepted, 2U);
    EXPECT_EQ(metrics.connections_refused, 0U);
    TcpClient third(server.port);
    EXPECT_EQ(third.receive_all(), "");
  }
  const Metrics metrics = wait_for([](const Metrics& now) { return now.connections == 0; });
  EXPECT_EQ(metrics.connections, 0U);
  EXPECT_EQ(metrics.connections_accepted, 2U);
  EXPECT_EQ(metrics.connections_refused, 1U);
  EXPECT_EQ(metrics.sessions_closed.at("transport close"), 1U);
}

TEST_F(ServerMetrics, EachNumberHasItsName) {
  const Metrics metrics = read_metrics(server.io);
  const auto names = [](const Metrics::ByName& numbers) {
    std::string all;
    for (const auto& [name, number] : numbers) all += name + ". ";
    return all;
  };
  EXPECT_EQ(names(metrics.sessions), "polling. websocket. ");
  EXPECT_EQ(names(metrics.sessions_opened), "polling. websocket. ");
  EXPECT_EQ(names(metrics.sessions_closed),
            "forced close. forced server close. parse error. ping timeout. server shutting down. "
            "transport close. transport error. ");
  EXPECT_EQ(names(metrics.requests_refused),
            "Bad handshake method. Bad request. Forbidden. Method not allowed. Session ID unknown. "
            "Shutting down. Too many handshakes. Too many sessions. Transport unknown. "
            "Unsupported protocol version. ");
  EXPECT_EQ(names(metrics.bad_packets), "engine.io. socket.io. websocket. ");
  EXPECT_TRUE(metrics.namespaces.contains("/"));
  EXPECT_TRUE(metrics.namespaces.contains("other"));
}

TEST_F(ServerMetrics, ThePageHasTheTypeOfOpenMetrics) {
  HttpClient client(server.port);
  const auto page = client.get("/metrics");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->status, 200);
  EXPECT_EQ(header(*page, "content-type"),
            "application/openmetrics-text; version=1.0.0; charset=utf-8");
  EXPECT_THAT(page->body, HasSubstr("\nsocketio_connections 1\n"));
  EXPECT_TRUE(page->body.ends_with("\n# EOF\n"));
  EXPECT_EQ(client.status(request_text("POST", "/metrics", {}, "x")), 405);
}

TEST_F(ServerMetrics, AHandlerThatTakesLongIsALag) {
  wait_for([](const Metrics& now) { return measured(now.loop_lag) != 0; });
  server.io.post([] { std::this_thread::sleep_for(300ms); });
  const auto late = [](const Metrics& now) {
    const DurationHistogram& lag = now.loop_lag;
    // More than 100 ms: the timer fires that often.
    return std::accumulate(lag.counts.begin() + 7, lag.counts.end(), std::uint64_t{0}) != 0;
  };
  EXPECT_TRUE(late(wait_for(late)));
}

TEST(MetricsOfAServer, AreFewUnlessTheyAreWanted) {
  LiveServer server;
  SocketClient client(server.port);
  EXPECT_EQ(client.ask(R"(["sessions"])"), "[1]");
  const Metrics metrics = read_metrics(server.io);
  EXPECT_EQ(metrics.packets_received, 0U);
  EXPECT_EQ(metrics.sent_bytes, 0U);
  EXPECT_EQ(measured(metrics.loop_lag), 0U);
  EXPECT_EQ(metrics.sessions.at("websocket"), 1U);
  EXPECT_EQ(metrics.namespaces.at("/").events_received, 1U);
}

TEST(MetricsOfAServer, AConnectionTooManyOfAnAddressIsRefused) {
  ServerOptions options;
  options.limits.connections_per_address = 1;
  LiveServer server(options);
  SocketClient client(server.port);
  TcpClient second(server.port);
  EXPECT_EQ(second.receive_all(), "");
  const Metrics metrics = read_metrics(server.io);
  EXPECT_EQ(metrics.connections_accepted, 1U);
  EXPECT_EQ(metrics.connections_refused, 1U);
}

TEST(MetricsOfAServer, AreThoseOfPlainEngineToo) {
  engine::Server server({.metrics = true});
  server.listen("127.0.0.1", 0);
  const Metrics metrics = server.metrics();
  EXPECT_EQ(metrics.sessions.at("polling"), 0U);
}

TEST(MetricsOfAServer, AHandlerThatOutlivesItsServerHasNothingToSay) {
  HttpHandler handler;
  { handler = Server().metrics_handler(); }
  HttpResponse answer;
  handler(nullptr, HttpRequest(),
          HttpResponder([&](detail::Answered<HttpResponse> given) { answer = *given.value; }));
  EXPECT_EQ(answer.status, 503);
}

}  // namespace
}  // namespace socketio::support
