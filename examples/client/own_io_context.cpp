// SPDX-License-Identifier: MIT
// A client on an io_context of the application's own, with examples/server/own_io_context.cpp.
#include <socketio/asio.hpp>

#include <boost/asio/io_context.hpp>

#include <iostream>

int main(int argc, char** argv) {
  boost::asio::io_context context;
  auto client = socketio::make_client(context, argc > 1 ? argv[1] : "http://localhost:3001");

  int heard = 0;
  client->socket().on("tick", [&](int) {
    if (++heard != 3) return;
    std::cout << "three ticks" << std::endl;
    // context.run() returns when the DISCONNECT has been sent.
    client->stop();
  });
  context.run();
}
