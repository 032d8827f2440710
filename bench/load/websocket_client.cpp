// SPDX-License-Identifier: MIT
#include "websocket_client.hpp"

#include <string>

namespace load {
namespace {

// The key and its answer are the example in RFC 6455 section 1.3.
constexpr std::string_view key = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view accepted = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

std::string upgrade_request(const Target& target) {
  std::string out = "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: ";
  out.append(target.authority);
  out.append("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n");
  out.append("Sec-WebSocket-Key: ").append(key).append("\r\n\r\n");
  return out;
}

const std::string& engine_pong_frame() {
  static const std::string frame = client_frame(Opcode::Text, "3");
  return frame;
}

}  // namespace

void WebSocketClient::on_connected() {
  state_ = State::Upgrading;
  is_silent_ = false;
  static const std::string request = upgrade_request(target());
  send(request);
}

std::size_t WebSocketClient::on_upgrade(std::string_view bytes) {
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) return 0;
  const std::string_view head = bytes.substr(0, end);
  if (!head.starts_with("HTTP/1.1 101 ") || head.find(accepted) == std::string_view::npos) {
    fail("upgrade refused: " + std::string(head.substr(0, head.find('\r'))));
    return bytes.size();
  }
  if (target().dialect == Dialect::Raw) {
    become_ready();
  } else {
    state_ = State::Opening;
  }
  return end + 4;
}

void WebSocketClient::become_ready() {
  state_ = State::Ready;
  on_ready();
}

std::size_t WebSocketClient::on_bytes(std::string_view bytes) {
  if (is_silent_) return bytes.size();
  std::size_t used = 0;
  if (state_ == State::Upgrading) {
    used = on_upgrade(bytes);
    if (used == 0) return 0;
  }
  while (is_open()) {
    if (state_ == State::Ready) used += take_expected(bytes.substr(used));
    const auto frame = read_frame(bytes.substr(used));
    if (!frame) break;
    used += frame->size;
    on_frame(*frame);
  }
  return used;
}

void WebSocketClient::on_frame(const Frame& frame) {
  switch (frame.opcode) {
    case Opcode::Close:
      return fail("closed by the server with a close frame");
    case Opcode::Ping:
      return send(client_frame(Opcode::Pong, frame.payload));
    case Opcode::Pong:
      return;
    default:
      return on_packet(frame.payload);
  }
}

void WebSocketClient::on_packet(std::string_view payload) {
  if (target().dialect == Dialect::SocketIo && payload == "2") return send(engine_pong_frame());
  switch (state_) {
    case State::Opening:
      if (!payload.starts_with("0{")) return fail("no Engine.IO open packet");
      state_ = State::Joining;
      return send(client_frame(Opcode::Text, join_packet()));
    case State::Joining:
      // What a recovered client has missed may come first.
      if (payload.starts_with("42")) return on_message(payload);
      if (!payload.starts_with("40")) return fail("the namespace was refused");
      on_joined(payload);
      return become_ready();
    default:
      return on_message(payload);
  }
}

void WebSocketClient::on_message(std::string_view payload) {
  fail("unexpected message: " + std::string(payload.substr(0, 80)));
}

}  // namespace load
