// SPDX-License-Identifier: MIT
// LoopDriver: an AsioLoop that the test's own thread runs until what it waits for has happened.
// Outcome: the result of a Connector's attempt, with a Recorder as the stream's handler.
// LoopbackPort: a listening socket on one loopback address. SilentPort: one that completes
// no connection.
#pragma once

#include "base/connector.hpp"
#include "net/asio_loop.hpp"
#include "support/patience.hpp"
#include "support/pipe.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <memory>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace socketio::support {

class LoopDriver {
 public:
  LoopDriver() { loop_->adopt_thread(); }
  ~LoopDriver() {
    loop_->drain();
    loop_->stop();
    context_.restart();
    context_.poll();
  }
  LoopDriver(const LoopDriver&) = delete;
  LoopDriver& operator=(const LoopDriver&) = delete;

  const std::shared_ptr<net::AsioLoop>& loop() { return loop_; }

  /// Runs the loop until `done()`. False, and the test fails, if that takes too long.
  template <class Done>
  bool run_until(Done done) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!done()) {
      if (std::chrono::steady_clock::now() > end) {
        ADD_FAILURE() << "it did not happen";
        return false;
      }
      context_.restart();
      context_.run_one_for(std::chrono::milliseconds(20));
    }
    return true;
  }
  /// Runs what is ready until nothing is.
  void settle() {
    loop_->drain();
    do {
      context_.restart();
    } while (context_.poll() != 0);
  }

 private:
  boost::asio::io_context context_{1};
  std::shared_ptr<net::AsioLoop> loop_ = std::make_shared<net::AsioLoop>(context_);
};

/// The result of an attempt.
struct Outcome {
  Connector::Done done() {
    return [this](std::shared_ptr<Stream> opened, const ConnectFailure& why) {
      ++calls;
      stream = std::move(opened);
      failure = why;
      if (stream) stream->set_handler(recorder);
    };
  }
  bool known() const { return calls != 0; }

  int calls = 0;
  std::shared_ptr<Stream> stream;
  ConnectFailure failure;
  std::shared_ptr<Recorder> recorder = std::make_shared<Recorder>();
};

class LoopbackPort {
 public:
  enum class Family : std::uint8_t { v4, v6 };

  explicit LoopbackPort(Family family = Family::v4, std::uint16_t wanted = 0) {
    descriptor_ =
        ::socket(family == Family::v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(descriptor_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (family == Family::v4) {
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_port = htons(wanted);
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      open(reinterpret_cast<sockaddr*>(&address), sizeof address);
      port_ = ntohs(address.sin_port);
    } else {
      ::setsockopt(descriptor_, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
      sockaddr_in6 address{};
      address.sin6_family = AF_INET6;
      address.sin6_port = htons(wanted);
      address.sin6_addr = in6addr_loopback;
      open(reinterpret_cast<sockaddr*>(&address), sizeof address);
      port_ = ntohs(address.sin6_port);
    }
  }
  ~LoopbackPort() { close(); }
  LoopbackPort(const LoopbackPort&) = delete;
  LoopbackPort& operator=(const LoopbackPort&) = delete;

  /// False on a machine without that address family.
  bool available() const { return port_ != 0; }
  std::uint16_t port() const { return port_; }
  /// Whether a connection is waiting to be accepted.
  bool has_visitor() const {
    pollfd wanted{descriptor_, POLLIN, 0};
    return ::poll(&wanted, 1, 0) == 1;
  }
  /// Returns a descriptor, which the caller owns.
  int accept() { return ::accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC); }
  /// From now on connections to the port are refused.
  void close() {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  }

 private:
  void open(sockaddr* address, socklen_t size) {
    if (::bind(descriptor_, address, size) != 0 || ::listen(descriptor_, 16) != 0 ||
        ::getsockname(descriptor_, address, &size) != 0) {
      std::memset(address, 0, size);
    }
  }

  int descriptor_ = -1;
  std::uint16_t port_ = 0;
};

/// A free port for a program that starts again on it. It is none of those that the kernel gives to
/// connections, unless it gives them all, so that no connection takes it while nobody listens.
inline std::uint16_t port_to_come_back_to() {
  constexpr int first = 10'000;
  // More than one process asks for, so that those that run side by side find different ones.
  constexpr int stride = 61;
  static int asked = 0;
  int end = 0;
  int last = 0;
  std::ifstream("/proc/sys/net/ipv4/ip_local_port_range") >> end >> last;
  const int count = (end > first ? end : last) - first;
  for (;;) {
    const int port = first + (::getpid() * stride + asked++) % count;
    const LoopbackPort found(LoopbackPort::Family::v4, static_cast<std::uint16_t>(port));
    if (found.available()) return found.port();
  }
}

/// A port of 127.0.0.2 whose queue is full: connecting to it never completes.
class SilentPort {
 public:
  explicit SilentPort(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
    for (int& descriptor : descriptors_) {
      descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    }
    const auto* where = reinterpret_cast<const sockaddr*>(&address);
    available_ =
        ::bind(descriptors_[0], where, sizeof address) == 0 && ::listen(descriptors_[0], 0) == 0;
    for (std::size_t i = 1; i < descriptors_.size(); ++i) {
      if (::connect(descriptors_[i], where, sizeof address) == 0) continue;
      available_ = available_ && errno == EINPROGRESS;
    }
  }
  ~SilentPort() {
    for (const int descriptor : descriptors_) ::close(descriptor);
  }
  SilentPort(const SilentPort&) = delete;
  SilentPort& operator=(const SilentPort&) = delete;

  bool available() const { return available_; }

 private:
  std::array<int, 8> descriptors_{};
  bool available_ = false;
};

}  // namespace socketio::support
