// SPDX-License-Identifier: MIT
// HTTP handlers that answer later: in a coroutine, or from another thread by a responder. Meanwhile
// the loop serves everybody else.
//
//   curl http://localhost:3001/countdown/3
//   curl http://localhost:3001/shout --data 'text=hello'
#include <socketio/server.hpp>

#include <chrono>
#include <cstdint>
#include <iostream>
#include <string>
#include <thread>

using namespace std::chrono_literals;
using socketio::HttpRequest;
using socketio::HttpResponder;
using socketio::HttpResponse;
using socketio::Task;

int main(int argc, char** argv) {
  socketio::Server io;

  // A coroutine's request stays valid until it ends.
  io.http().get("/countdown/:from", [&io](HttpRequest request) -> Task<HttpResponse> {
    int left = std::stoi(std::string(request.param("from")));
    for (; left > 0 && !request.closed(); --left) {
      io.emit("left", left);
      co_await socketio::sleep_for(100ms);
    }
    co_return HttpResponse::text("lift-off\n");
  });

  // What takes long belongs on another thread, which answers from there.
  io.http().post("/shout", [](const HttpRequest& request, HttpResponder responder) {
    const auto form = request.form();
    if (!form) return responder.respond(HttpResponse::text("a form is needed\n", 400));
    std::thread([text = std::string(form->value("text")), responder] {
      responder.respond(HttpResponse::text(text + "!\n"));
    }).detach();
  });

  io.stop_on_signals();
  const auto port = io.listen(static_cast<std::uint16_t>(argc > 1 ? std::stoi(argv[1]) : 3001));
  std::cout << "http://localhost:" << port << std::endl;
  io.run();
}
