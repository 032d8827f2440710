// SPDX-License-Identifier: MIT
// HttpConnectionTest: one HttpConnection in virtual time, between a Site, which gets its requests, and
// the client's end of its stream.
#pragma once

#include "server/http_connection.hpp"
#include "support/pipe.hpp"
#include "support/simulated_loop.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string_view>

namespace socketio::support {

/// `Site` is a server::RequestSink.
template <class Site>
class HttpConnectionTest : public testing::Test {
 protected:
  HttpConnectionTest() {
    auto [client_end, server_end] = network.connect();
    stream = client_end;
    stream->set_handler(recorder);
    const auto connection = std::make_shared<server::HttpConnection>(site);
    server_end->set_handler(connection);
    connection->attach(server_end);
  }
  void write(std::string_view bytes) {
    stream->write(bytes);
    loop.run_for(std::chrono::milliseconds(0));
  }

  SimulatedLoop loop{1};
  Network network{loop};
  Site site;
  std::shared_ptr<Recorder> recorder = std::make_shared<Recorder>();
  std::shared_ptr<SimulatedStream> stream;
};

}  // namespace socketio::support
