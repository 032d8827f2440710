// SPDX-License-Identifier: MIT
// The Engine.IO client with a server that answers anything: it ends at most once, no call follows
// the end, and nothing is left behind. Input: a byte of choices, then answers, each of which ends
// with a byte 0xfe. Each polling request gets one of them; a WebSocket gets all that are left.
#include "engine/client/session.hpp"
#include "support/lying_server.hpp"
#include "support/simulated_connector.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

namespace {

using namespace socketio;
using namespace socketio::support;
using engine::TransportName;

// Does not occur in UTF-8, nor as a byte of a frame's header that matters.
constexpr char separator = '\xfe';

enum Choice : std::uint8_t {
  starts_with_websocket = 1,
  wraps_answers = 2,  // as HTTP responses and text frames, so that the fuzzer need not invent them
  refuses_upgrades = 4,
  agrees_to_deflate = 8,
  small_limits = 16,
  closes_when_done = 32,
};

void require(bool holds) {
  if (!holds) std::abort();
}

class Listener final : public engine::ClientSessionHandler {
 public:
  void on_open(const engineio::Handshake&) override { hear(); }
  void on_text(std::string_view message) override {
    hear();
    session->send_text(message, Compress::yes);
  }
  void on_binary(std::string_view message) override {
    hear();
    session->send_binary(message);
  }
  void on_ping() override { hear(); }
  void on_upgrade(TransportName) override { hear(); }
  void on_drain() override { hear(); }
  void on_close(DisconnectReason, const engine::Failure&) override {
    hear();
    is_closed = true;
  }

  std::shared_ptr<engine::ClientSession> session;
  bool is_closed = false;

 private:
  void hear() const { require(!is_closed); }
};

std::deque<std::string> split(std::string_view text) {
  std::deque<std::string> parts;
  while (!text.empty()) {
    const auto end = std::min(text.find(separator), text.size());
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

void say_next(LyingServer::Connection& connection, std::deque<std::string>& answers,
              std::uint8_t choices, const http::Request& request) {
  const bool wraps = (choices & wraps_answers) != 0;
  if (http::query_value(request.query(), "transport") == "websocket") {
    if ((choices & refuses_upgrades) == 0 && websocket::check_upgrade(request)) {
      connection.accept_websocket(request,
                                  (choices & agrees_to_deflate) != 0 ? "permessage-deflate" : "");
    }
    for (const std::string& bytes : answers) {
      wraps ? connection.say_text(bytes) : connection.say(bytes);
    }
    answers.clear();
  } else if (!answers.empty()) {
    connection.say(wraps ? answer(answers.front()) : answers.front());
    answers.pop_front();
  } else if ((choices & closes_when_done) != 0) {
    connection.close();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::uint8_t choices = data[0];
  std::deque<std::string> answers = split({reinterpret_cast<const char*>(data + 1), size - 1});

  SimulatedLoop loop(size);
  Network network(loop, {.piece_bytes = 100});
  LyingServer server(network, [&](auto& connection, const auto& request) {
    say_next(connection, answers, choices, request);
  });
  SimulatedConnector connector(loop, server.dial());
  engine::ClientOptions options;
  options.endpoint = {.host = "simulation", .port = 80};
  if ((choices & starts_with_websocket) != 0) options.transports = {TransportName::websocket};
  if ((choices & small_limits) != 0) {
    options.max_payload_bytes = 100;
    options.packets_per_payload = 3;
    options.fragments_per_message = 3;
  }
  engine::ClientSession::Memory memory;
  Listener listener;
  listener.session = engine::ClientSession::make(loop, connector, options, memory, listener);
  listener.session->open();
  loop.run_for(std::chrono::seconds(30));
  listener.session->close();
  loop.run_for(std::chrono::minutes(1));
  require(listener.is_closed);
  require(connector.streams().empty());
  listener.session.reset();
  require(loop.run_until_idle());
  require(network.live_ends() == 0);
  return 0;
}
