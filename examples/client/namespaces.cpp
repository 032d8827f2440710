// SPDX-License-Identifier: MIT
// Several namespaces over one connection, with examples/server/namespaces.cpp.
#include <socketio/client.hpp>

#include <iostream>
#include <string>

using socketio::json;

int main(int argc, char** argv) {
  socketio::Client client(argc > 1 ? argv[1] : "http://localhost:3001");
  const auto everybody = client.socket();
  const auto admin = client.socket("/admin", {.auth = json{{"password", "1234"}}});
  const auto stranger = client.socket("/document-x");
  const auto document = client.socket("/document-12");

  stranger.on_connect_error([=](const socketio::ConnectionError& error) {
    std::cout << "/document-x: " << error.message << std::endl;
    document.emit_with_ack<std::string>("edit", "Once upon a time").then([=](const auto& name) {
      std::cout << "edited " << *name << std::endl;
      admin.emit("announce", "Tea is ready");
    });
  });
  everybody.on("announcement", [&client](std::string text) {
    std::cout << text << std::endl;
    client.stop();
  });
  client.run();
}
