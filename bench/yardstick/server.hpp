// SPDX-License-Identifier: MIT
//
// The fastest honest WebSocket server that we can think of, as a measure of what the machine
// allows: edge-triggered epoll, one receive buffer for all, unmasking in place, one send per
// connection and loop turn, and almost no state. Every frame is sent back unchanged, except that
// a text frame that begins like the event `fan` goes to everybody, encoded once. One thread; runs
// until killed.
#pragma once

#include "frames.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yardstick {

class Server {
 public:
  explicit Server(std::uint16_t port);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const { return port_; }
  [[noreturn]] void run();

 private:
  struct Connection {
    int fd;
    bool upgraded = false;
    // In connections_.
    std::size_t position = 0;
    std::string incomplete;
    std::string unsent;
  };

  void accept_all();
  void on_events(Connection& connection, std::uint32_t events);
  bool read(Connection& connection, std::uint32_t events);
  bool on_bytes(Connection& connection, std::span<char> bytes);
  bool on_frame(const ClientFrame& frame);
  bool send(Connection& connection, std::string_view bytes);
  void send_fan();
  void close(Connection& connection);

  int listener_;
  int epoll_;
  std::uint16_t port_ = 0;
  std::vector<char> received_;
  // For the connection that is being read.
  std::string answers_;
  // For everybody, at the end of the turn.
  std::string fan_;
  std::vector<std::unique_ptr<Connection>> connections_;
};

}  // namespace yardstick
