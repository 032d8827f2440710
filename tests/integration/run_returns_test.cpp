// SPDX-License-Identifier: MIT
// run() returns, whoever ends a server or a client, from wherever, and whatever else was asked of
// it. Signals have their default effect again after that.
#include "support/live_server.hpp"

#include <socketio/asio.hpp>
#include <socketio/client.hpp>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <functional>
#include <future>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <tuple>
#include <utility>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;

enum class How : std::uint8_t { stop, close, drain, signal };
enum class From : std::uint8_t { another_thread, handler, before_run };
enum class Signals : std::uint8_t { ignored, watched };
enum class On : std::uint8_t { its_own_loop, the_users_context };

bool is_default(int signal) {
  struct sigaction action {};
  sigaction(signal, nullptr, &action);
  return action.sa_handler == SIG_DFL;
}

/// Runs something that must return on a thread of its own.
class Runner {
 public:
  explicit Runner(std::function<void()> run)
      : returned_(done_.get_future()), thread_([this, run = std::move(run)] {
          run();
          done_.set_value();
        }) {}
  ~Runner() {
    if (returned_.wait_for(patience) != std::future_status::ready) {
      std::cerr << "run() does not return\n";
      // The thread is stuck, so nothing can be destroyed.
      std::_Exit(EXIT_FAILURE);
    }
    thread_.join();
  }
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

 private:
  std::promise<void> done_;
  std::future<void> returned_;
  std::thread thread_;
};

class RunReturns : public testing::TestWithParam<std::tuple<How, From, Signals, On>> {
 protected:
  How how() const { return std::get<0>(GetParam()); }
  From from() const { return std::get<1>(GetParam()); }
  bool is_own() const { return std::get<3>(GetParam()) == On::its_own_loop; }

  template <class Endpoint>
  void end(Endpoint& endpoint) {
    switch (how()) {
      case How::stop:
        return endpoint.stop();
      case How::close:
        if constexpr (std::is_same_v<Endpoint, Server>) endpoint.close();
        return;
      case How::drain:
        if constexpr (std::is_same_v<Endpoint, Server>) endpoint.drain(0ms);
        return;
      case How::signal:
        std::raise(SIGTERM);
        return;
    }
  }
  template <class Endpoint>
  void set_up(Endpoint& endpoint) {
    if (std::get<2>(GetParam()) == Signals::watched) endpoint.stop_on_signals();
  }
  template <class Endpoint>
  std::function<void()> run(Endpoint& endpoint) {
    return [&] { is_own() ? endpoint.run() : void(context.run()); };
  }

  boost::asio::io_context context;
};

class ServerRunReturns : public RunReturns {};

TEST_P(ServerRunReturns, AndSignalsAreTheSystems) {
  const auto io = is_own() ? std::make_unique<Server>() : make_server(context);
  io->on("end", [&] { end(*io); });
  set_up(*io);
  const std::uint16_t port = io->listen("127.0.0.1", 0);
  if (from() == From::before_run) {
    end(*io);
    const Runner runner(run(*io));
  } else {
    const Runner runner(run(*io));
    SocketClient client(port);
    EXPECT_TRUE(client.joined());
    from() == From::handler ? void(client.send(R"(42["end"])")) : end(*io);
    EXPECT_TRUE(client.ends());
    client.tcp().close();
  }
  EXPECT_TRUE(is_default(SIGTERM));
  EXPECT_TRUE(is_default(SIGINT));
  const Runner again(run(*io));
}

INSTANTIATE_TEST_SUITE_P(
    Called, ServerRunReturns,
    testing::Combine(testing::Values(How::stop, How::close, How::drain),
                     testing::Values(From::another_thread, From::handler, From::before_run),
                     testing::Values(Signals::ignored, Signals::watched),
                     testing::Values(On::its_own_loop, On::the_users_context)));
INSTANTIATE_TEST_SUITE_P(
    BySignal, ServerRunReturns,
    testing::Combine(testing::Values(How::signal),
                     testing::Values(From::another_thread, From::handler, From::before_run),
                     testing::Values(Signals::watched), testing::Values(On::its_own_loop)));

class ClientRunReturns : public RunReturns {};

TEST_P(ClientRunReturns, AndSignalsAreTheSystems) {
  LiveServer server;
  Log log;
  const std::string url = "http://127.0.0.1:" + std::to_string(server.port);
  const auto client = is_own() ? std::make_unique<Client>(url) : make_client(context, url);
  const ClientSocket socket = client->socket();
  set_up(*client);
  socket.on_connect([&] {
    log.add("connected");
    if (from() == From::handler) end(*client);
  });
  if (from() == From::before_run) end(*client);
  // It can be run again, and ended again.
  for (std::size_t times = 1; times <= (is_own() ? 2 : 1); ++times) {
    const Runner runner(run(*client));
    if (from() == From::before_run && times == 1) continue;
    socket.connect();
    log.wait_for("connected", from() == From::before_run ? times - 1 : times);
    if (from() != From::handler) end(*client);
  }
  EXPECT_TRUE(is_default(SIGTERM));
  EXPECT_TRUE(is_default(SIGINT));
}

INSTANTIATE_TEST_SUITE_P(
    Called, ClientRunReturns,
    testing::Combine(testing::Values(How::stop),
                     testing::Values(From::another_thread, From::handler, From::before_run),
                     testing::Values(Signals::ignored, Signals::watched),
                     testing::Values(On::its_own_loop, On::the_users_context)));
INSTANTIATE_TEST_SUITE_P(
    BySignal, ClientRunReturns,
    testing::Combine(testing::Values(How::signal),
                     testing::Values(From::another_thread, From::handler, From::before_run),
                     testing::Values(Signals::watched), testing::Values(On::its_own_loop)));

}  // namespace
}  // namespace socketio::support
