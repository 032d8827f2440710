// SPDX-License-Identifier: MIT
#include "micro/town.hpp"

#include "core/server/namespace_state.hpp"
#include "server/option_mapping.hpp"

#include <socketio/namespace.hpp>
#include <socketio/server.hpp>

#include <cstddef>
#include <cstring>
#include <utility>

namespace micro {

namespace server = socketio::server;

namespace {

constexpr std::size_t read_buffer_bytes = 256 * 1024;
// StreamHandler::on_bytes() promises them.
constexpr std::size_t padding_bytes = 64;

void add_handlers(const socketio::Namespace& nsp) {
  nsp.on("echo",
         [](socketio::Socket& socket, const std::string& text) { socket.emit("echo", text); });
  nsp.on("ack", [](const std::string& text) { return text; });
  nsp.on("fan", [nsp](const std::string& text) { nsp.emit("fan", text); });
}

}  // namespace

Town::Town()
    : node_(loop_, server::core_options(options_)),
      engine_(loop_, server::engine_options(options_),
              [this](const auto& session) { return node_.accept(session); }),
      router_(std::make_shared<server::RouterState>()),
      dispatcher_(options_, engine_, router_),
      read_buffer_(read_buffer_bytes + padding_bytes) {
  add_handlers(socketio::Namespace(node_.of("/")));
}

Town::~Town() {
  hang_up();
  node_.close();
  engine_.close();
  loop_.end_turn();
}

Connection Town::connect() {
  auto stream = std::make_shared<MemoryStream>(loop_);
  const auto connection = std::make_shared<server::HttpConnection>(dispatcher_);
  stream->set_handler(connection);
  connection->attach(stream);
  connections_.push_back(stream);
  return stream;
}

void Town::hang_up() {
  for (const Connection& connection : std::exchange(connections_, {})) connection->hang_up();
  loop_.end_turn();
}

[[gnu::noinline]] void Town::receive(MemoryStream& stream, std::string_view bytes) {
  // Frames are unmasked in place.
  std::memcpy(read_buffer_.data(), bytes.data(), bytes.size());
  stream.pass_on({read_buffer_.data(), bytes.size()});
}

[[gnu::noinline]] void Town::end_turn() { loop_.end_turn(); }

std::string Town::ask(MemoryStream& stream, std::string_view bytes) {
  stream.keep();
  receive(stream, bytes);
  end_turn();
  return stream.take_kept();
}

}  // namespace micro
