// SPDX-License-Identifier: MIT
// ProxyReceiver: the first handler of a stream that comes through a proxy. It reads the header of
// the PROXY protocol, which must be complete in time; a stream that begins with anything else ends.
//
// Life cycle: begin() -> the header -> `next`, which gives the stream its next handler; or the end
// of the stream. Loop's thread only.
#pragma once

#include "base/stream.hpp"
#include "base/timing_wheel.hpp"
#include "codec/proxy/header.hpp"
#include "net/tcp_stream.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <span>

namespace socketio::server {

class ProxyReceiver final : public StreamHandler,
                            public std::enable_shared_from_this<ProxyReceiver> {
 public:
  using Next = std::function<void()>;

  static void begin(const std::shared_ptr<net::TcpStream>& stream,
                    std::chrono::milliseconds timeout, Next next);

  ProxyReceiver(std::shared_ptr<net::TcpStream> stream, Next next)
      : stream_(std::move(stream)), next_(std::move(next)) {}

  void on_bytes(std::span<char> bytes) override;
  void on_close() override;
  /// For contain().
  void on_exception() noexcept;

 private:
  void on_timeout();

  std::shared_ptr<net::TcpStream> stream_;
  Next next_;
  proxy::HeaderReader reader_;
  MemberTimer<ProxyReceiver, &ProxyReceiver::on_timeout> timer_{*this};
};

}  // namespace socketio::server
