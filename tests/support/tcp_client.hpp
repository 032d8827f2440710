// SPDX-License-Identifier: MIT
// TcpClient: a blocking TCP connection to a server on loopback, for tests that choose every byte
// themselves. Waiting fails the test after `patience`; it never hangs, and nothing here sleeps for
// a fixed time. One thread at a time.
#pragma once

#include "support/patience.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace socketio::support {

class TcpClient {
 public:
  enum class Fate : std::uint8_t { open, ended, reset };

  /// A small `receive_buffer_bytes` makes a slow reader; 0 keeps the system's size.
  explicit TcpClient(std::uint16_t port, int receive_buffer_bytes = 0) {
    descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (receive_buffer_bytes != 0) {
      ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes,
                   sizeof receive_buffer_bytes);
    }
    const int on = 1;
    ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      fate_ = Fate::reset;
    }
  }
  ~TcpClient() { close(); }
  TcpClient(TcpClient&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)),
        unread_(std::move(other.unread_)),
        fate_(other.fate_) {}
  TcpClient(const TcpClient&) = delete;
  TcpClient& operator=(const TcpClient&) = delete;
  TcpClient& operator=(TcpClient&&) = delete;

  Fate fate() const { return fate_; }
  std::string& unread() { return unread_; }

  /// False once the peer accepts no more. Reads while it waits for room, so that the two sides do
  /// not block each other.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      if (!wait_for(POLLOUT)) return false;
      const ssize_t size =
          ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (size < 0) {
        if (errno == EAGAIN || errno == EINTR) continue;
        return false;
      }
      bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
  }

  /// Waits for bytes; false once the peer has ended the connection.
  bool receive() {
    if (fate_ != Fate::open) return false;
    char buffer[65536];
    for (;;) {
      if (!wait_for(POLLIN)) {
        ADD_FAILURE() << "nothing came";
        fate_ = Fate::reset;
        return false;
      }
      const ssize_t size = ::recv(descriptor_, buffer, sizeof buffer, MSG_DONTWAIT);
      if (size > 0) {
        unread_.append(buffer, static_cast<std::size_t>(size));
        return true;
      }
      if (size < 0 && (errno == EAGAIN || errno == EINTR)) continue;
      fate_ = size == 0 ? Fate::ended : Fate::reset;
      return false;
    }
  }

  /// Returns everything until the peer ends the connection.
  std::string receive_all() {
    while (receive()) {
    }
    return std::exchange(unread_, {});
  }

  bool readable_now() {
    pollfd wanted{descriptor_, POLLIN, 0};
    return ::poll(&wanted, 1, 0) == 1;
  }

  /// Sends FIN; what the peer sends can still be read.
  void finish_sending() { ::shutdown(descriptor_, SHUT_WR); }
  /// Ends the connection with a reset.
  void reset() {
    const linger now{1, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
  }
  void close() {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  }

 private:
  bool wait_for(short events) {
    pollfd wanted{descriptor_, events, 0};
    const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(patience);
    return ::poll(&wanted, 1, static_cast<int>(wait.count())) == 1;
  }

  int descriptor_ = -1;
  std::string unread_;
  Fate fate_ = Fate::open;
};

}  // namespace socketio::support
