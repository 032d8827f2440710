// SPDX-License-Identifier: MIT
// A server on an io_context of the application's own, together with its timers, sockets and
// signals. Only <socketio/asio.hpp> needs Boost.Asio.
#include <socketio/asio.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <functional>
#include <iostream>
#include <string>

using namespace std::chrono_literals;

int main(int argc, char** argv) {
  boost::asio::io_context context;
  auto io = socketio::make_server(context);

  // The application's own timer: its handlers run on the same thread as those of sockets.
  boost::asio::steady_timer timer(context);
  int ticks = 0;
  std::function<void()> tick = [&] {
    timer.expires_after(100ms);
    timer.async_wait([&](const boost::system::error_code& error) {
      if (error) return;
      io->emit("tick", ++ticks);
      tick();
    });
  };
  tick();

  // The application, not the server, handles signals and runs the context. context.run() returns
  // when nothing is left to do: the last bytes have been sent, and the timer has been cancelled.
  boost::asio::signal_set signals(context, SIGINT, SIGTERM);
  signals.async_wait([&](const boost::system::error_code&, int) {
    timer.cancel();
    io->close();
  });

  const auto port = io->listen(static_cast<std::uint16_t>(argc > 1 ? std::stoi(argv[1]) : 3001));
  std::cout << "http://localhost:" << port << std::endl;
  context.run();
}
