// SPDX-License-Identifier: MIT
#include "events.hpp"

#include <socketio/server.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace conformance {

using socketio::Ack;
using socketio::Arguments;
using socketio::HandlerId;
using socketio::json;
using socketio::Namespace;
using socketio::Socket;

namespace {

constexpr std::size_t remembered_events = 5000;

struct SeenEvents {
  std::deque<std::string> names;
};

void add_handlers_that_go(Namespace& nsp) {
  nsp.on_connection([](const Socket& socket) {
    socket.once("once-only", [socket] { socket.emit("once-back"); });
    const auto id = std::make_shared<HandlerId>();
    *id = socket.on("off-me", [socket, id] {
      socket.off("off-me", *id);
      socket.emit("off-back");
    });
    socket.on_any([](Socket& self, std::string_view event, const json&) {
      auto& names = self.data<SeenEvents>().names;
      names.emplace_back(event);
      if (names.size() > remembered_events) names.pop_front();
    });
  });
  nsp.on("seen-events", [](Socket& socket) { return socket.data<SeenEvents>().names; });
}

void add_acknowledgements(Namespace& nsp, Delays& delays) {
  nsp.on_any([](std::string_view event, const json& args, const Ack<json>& ack) {
    if (event == "any-ack" || event == "any-ack-first") ack(args);
  });
  nsp.on("any-ack-first", [] { return "too late"; });
  nsp.on("message-with-ack", [](const Arguments& args) { return args; });
  nsp.on("ack-twice", [](const Ack<int>& ack) {
    ack(1);
    ack(2);
  });
  nsp.on("ack-later", [&delays](std::int64_t delay_ms, const json& value, const Ack<json>& ack) {
    delays.after(std::chrono::milliseconds(delay_ms), [ack, value] { ack(value); });
  });
  nsp.on("ask",
         [](Socket socket, std::string event, std::int64_t timeout_ms, Arguments args,
            Ack<std::string, json> ack) -> socketio::Task<> {
           const auto timeout = std::chrono::milliseconds(timeout_ms);
           const auto reply = co_await socket.timeout(timeout).emit_with_ack(event, args);
           reply ? ack("ok", *reply) : ack("error", reply.error().message());
         });
}

}  // namespace

void add_message_events(Namespace& nsp, Delays& delays) {
  nsp.on("message",
         [](const Socket& socket, const Arguments& args) { socket.emit("message-back", args); });
  nsp.on("compress", [](const Socket& socket, const std::string& event, const Arguments& args) {
    socket.compress(socketio::Compress::no).emit(event, args);
  });
  nsp.on("volatile", [](const Socket& socket, const std::string& event, const Arguments& args) {
    socket.volatile_().emit(event, args);
  });
  nsp.on("throw", [] { throw std::runtime_error("thrown on purpose"); });
  nsp.on("typed", [](std::int64_t number, std::string_view text) {
    return number + static_cast<std::int64_t>(text.size());
  });
  add_handlers_that_go(nsp);
  add_acknowledgements(nsp, delays);
}

}  // namespace conformance
