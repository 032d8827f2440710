// SPDX-License-Identifier: MIT
// HTTP beside Socket.IO on one port: what a request changes, connected clients hear of.
//
//   curl http://localhost:3001/orders/7
//   curl -X PUT http://localhost:3001/orders/7 -H 'Content-Type: application/json' -d '{"status":
//   "sent"}'
#include <socketio/server.hpp>

#include <cstdint>
#include <iostream>
#include <map>
#include <string>

using socketio::HttpRequest;
using socketio::HttpResponse;
using socketio::json;

int main(int argc, char** argv) {
  socketio::Server io;
  std::map<std::string, std::string> orders{{"7", "packed"}};

  io.http().get("/orders/:id", [&](const HttpRequest& request) {
    const auto order = orders.find(std::string(request.param("id")));
    if (order == orders.end()) return HttpResponse::of_json({{"error", "no such order"}}, 404);
    return HttpResponse::of_json({{"id", order->first}, {"status", order->second}});
  });

  // Handlers of requests run on the loop, one at a time, like those of sockets: they need no lock.
  io.http().put("/orders/:id", [&](const HttpRequest& request) {
    const std::string id(request.param("id"));
    const auto body = request.body_json();
    if (!body || !body->is_object() || !body->contains("status")) {
      return HttpResponse::of_json({{"error", "a status is needed"}}, 400);
    }
    orders[id] = body->value("status", "");
    io.to("order:" + id).emit("order-status", id, orders[id]);
    return HttpResponse::of_json({{"success", true}});
  });

  io.on("watch",
        [](socketio::Socket& socket, std::string id) { return socket.join("order:" + id); });

  io.stop_on_signals();
  const auto port = io.listen(static_cast<std::uint16_t>(argc > 1 ? std::stoi(argv[1]) : 3001));
  std::cout << "http://localhost:" << port << std::endl;
  io.run();
}
