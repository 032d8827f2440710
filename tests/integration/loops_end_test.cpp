// SPDX-License-Identifier: MIT
// The end of a server with several loops while some of them have something else to do.
#include "support/live_server.hpp"

#include <socketio/server.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <future>
#include <memory>
#include <system_error>
#include <thread>

namespace socketio::support {
namespace {

ServerOptions with_threads(std::size_t threads) { return {.threads = threads}; }

TEST(LoopsEnd, AServerMayEndBeforeItsOtherLoopsHaveClosed) {
  for (int i = 0; i < 4; ++i) {
    auto io = std::make_unique<Server>(with_threads(3));
    io->of("/other");
    io->post([&] {
      io->close();
      io.reset();
    });
    io->run();
    EXPECT_FALSE(io);
  }
}

TEST(LoopsEnd, AServerMayEndWhileItsFirstLoopIsBusy) {
  for (int i = 0; i < 4; ++i) {
    auto io = std::make_unique<Server>(with_threads(3));
    io->of("/other");
    std::promise<void> is_busy;
    std::promise<void> is_ending;
    io->post([&] {
      is_busy.set_value();
      is_ending.get_future().wait();
    });
    std::thread runner([server = io.get()] { server->run(); });
    is_busy.get_future().wait();
    is_ending.set_value();
    io.reset();
    runner.join();
  }
}

TEST(LoopsEnd, AHandlerThatListensIsNotKeptWaitingByTheEnd) {
  auto io = std::make_unique<Server>(with_threads(2));
  std::promise<void> is_asking;
  std::atomic<bool> is_refused = false;
  io->on("listen", [&, server = io.get()] {
    is_asking.set_value();
    try {
      server->listen("127.0.0.1", 0);
    } catch (const std::system_error& error) {
      is_refused = error.code() == socketio::Errc::closed;
    }
  });
  const std::uint16_t port = io->listen("127.0.0.1", 0);
  std::thread runner([server = io.get()] { server->run(); });
  SocketClient first(port);
  SocketClient second(port);
  // The first loop waits for the other's handler, which waits for the first loop.
  io->post([&] {
    is_asking.get_future().wait();
    io.reset();
  });
  first.send(R"(42["listen"])");
  second.send(R"(42["listen"])");
  runner.join();
  EXPECT_TRUE(is_refused);
}

}  // namespace
}  // namespace socketio::support
