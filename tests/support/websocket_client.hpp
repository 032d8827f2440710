// SPDX-License-Identifier: MIT
// WebSocketClient: Engine.IO packets over WebSocket, for tests. Frames may be wrong on purpose.
// Answers Engine.IO's pings while it waits. SocketClient: the same, connected to a Socket.IO
// namespace. One thread at a time.
#pragma once

#include "support/http_client.hpp"
#include "support/websocket_stream.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace socketio::support {

inline std::string upgrade_text(std::string_view target, std::string_view more = {}) {
  std::string headers =
      "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  headers.append(more);
  return request_text("GET", target, headers);
}

inline const std::string websocket_query = "/socket.io/?EIO=4&transport=websocket";

class WebSocketClient {
 public:
  explicit WebSocketClient(std::uint16_t port, std::string_view target = websocket_query,
                           std::string_view more = {}, int receive_buffer_bytes = 0)
      : http_(port, receive_buffer_bytes) {
    const auto answer = http_.ask(upgrade_text(target, more));
    status_ = answer ? answer->status : 0;
  }

  int status() const { return status_; }
  TcpClient& tcp() { return http_.tcp(); }
  bool send_frame(std::uint8_t opcode, std::string payload, std::uint8_t first_bits = 0x80) {
    return tcp().send(frame_to(websocket::Role::server, opcode, std::move(payload), first_bits));
  }
  bool send(std::string packet) { return send_frame(1, std::move(packet)); }
  bool send_binary(std::string data) { return send_frame(2, std::move(data)); }

  /// Returns the next event of any kind; nothing once the connection has ended.
  std::optional<Received> event() {
    while (events_.empty()) {
      if (tcp().unread().empty() && !tcp().receive()) return std::nullopt;
      // The decoder keeps an unfinished frame itself.
      std::string bytes = std::exchange(tcp().unread(), {});
      decoder_.feed({bytes.data(), bytes.size()});
      for (;;) {
        const auto next = decoder_.next();
        if (!next) {
          ADD_FAILURE() << "the server's frames are wrong";
          return std::nullopt;
        }
        if (!*next) break;
        events_.push_back({(*next)->kind, std::string((*next)->payload), (*next)->close_code});
      }
    }
    auto first = std::move(events_.front());
    events_.pop_front();
    return first;
  }

  /// Returns the next packet and answers Engine.IO's pings. Empty once the connection is closing
  /// or has ended.
  std::string packet() {
    for (;;) {
      const auto next = event();
      if (!next || next->kind == Event::Kind::close) {
        if (next) close_code_ = next->close_code;
        return {};
      }
      if (next->kind == Event::Kind::pong) continue;
      if (next->kind == Event::Kind::text && next->payload == "2") {
        send("3");
        continue;
      }
      return next->payload;
    }
  }
  /// Reads packets until the connection ends; true if it does.
  bool ends() {
    while (!packet().empty()) {
    }
    return true;
  }
  std::uint16_t close_code() const { return close_code_; }

 private:
  HttpClient http_;
  websocket::Decoder decoder_{websocket::Role::client,
                              websocket::Limits{64 * 1024 * 1024, 1'000'000}};
  std::deque<Received> events_;
  int status_ = 0;
  std::uint16_t close_code_ = 0;
};

/// Connected to "/" over WebSocket.
class SocketClient : public WebSocketClient {
 public:
  explicit SocketClient(std::uint16_t port, int receive_buffer_bytes = 0)
      : WebSocketClient(port, websocket_query, {}, receive_buffer_bytes) {
    opening_ = packet();
    send("40");
    joined_ = packet();
  }
  bool joined() const { return joined_.starts_with(R"(40{"sid":")"); }
  std::string id() const { return joined_.substr(10, 20); }

  /// Emits with an acknowledgement and returns the array of the answer; skips whatever
  /// else arrives.
  std::string ask(std::string_view arguments) {
    const std::string id_text = std::to_string(++last_ack_);
    send("42" + id_text + std::string(arguments));
    const std::string wanted = "43" + id_text;
    for (;;) {
      const std::string next = packet();
      if (next.empty()) return {};
      if (next.starts_with(wanted + "[")) return next.substr(wanted.size());
      skipped_.push_back(next);
    }
  }
  std::deque<std::string>& skipped() { return skipped_; }

 private:
  std::string opening_, joined_;
  std::deque<std::string> skipped_;
  int last_ack_ = 0;
};

}  // namespace socketio::support
