// SPDX-License-Identifier: MIT
// Acknowledgements: answers to events, in both directions, with timeouts.
#include <socketio/server.hpp>

#include <chrono>
#include <cstdint>
#include <iostream>
#include <string>

using namespace std::chrono_literals;
using socketio::json;
using socketio::Socket;

int main(int argc, char** argv) {
  socketio::Server io;

  // What a handler returns is the acknowledgement, if the client asked for one.
  io.on("add", [](Socket&, int a, int b) { return a + b; });

  // Or it is sent later, from any thread: here once the client has answered a question
  // from the server.
  io.on("order", [](Socket& socket, std::string what, socketio::Ack<json> done) {
    socket.timeout(5s)
        .emit_with_ack<bool>("confirm", what)
        .then([what, done](const socketio::Reply<bool>& confirmed) {
          if (!confirmed) {
            done(json{{"error", confirmed.error().message()}});
          } else {
            done(json{{"ordered", *confirmed ? what : "nothing"}});
          }
        });
  });

  // Asks everybody. If some do not answer in time, the answers of the others are still there.
  io.on("poll", [&io](Socket&, std::string question, socketio::Ack<json> done) {
    io.timeout(500ms)
        .emit_with_ack<std::string>("vote", question)
        .then([done](const socketio::Replies<std::string>& votes) {
          done(json{{"votes", votes.values()}, {"missing", votes.missing()}});
        });
  });

  io.stop_on_signals();
  const auto port = io.listen(static_cast<std::uint16_t>(argc > 1 ? std::stoi(argv[1]) : 3001));
  std::cout << "http://localhost:" << port << std::endl;
  io.run();
}
