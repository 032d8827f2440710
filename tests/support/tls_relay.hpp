// SPDX-License-Identifier: MIT
// TlsRelay: a free loopback port that speaks TLS and relays to another port, like a proxy before a
// server that offers https.
//
// Life cycle: serves on its own thread until it is destroyed.
#pragma once

#include "support/certificates.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <thread>
#include <utility>

namespace socketio::support {

class TlsRelay {
 public:
  TlsRelay(const Identity& identity, std::uint16_t target) : target_(loopback(target)) {
    SSL_CTX_use_certificate(tls_.native_handle(), identity.certificate());
    SSL_CTX_use_PrivateKey(tls_.native_handle(), identity.key());
    accept();
    thread_ = std::thread([this] { context_.run(); });
  }
  ~TlsRelay() {
    context_.stop();
    thread_.join();
  }
  TlsRelay(const TlsRelay&) = delete;
  TlsRelay& operator=(const TlsRelay&) = delete;

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  using Tcp = boost::asio::ip::tcp;
  using Error = boost::system::error_code;

  struct Connection : std::enable_shared_from_this<Connection> {
    Connection(Tcp::socket accepted, boost::asio::ssl::context& tls)
        : front(std::move(accepted), tls), back(front.get_executor()) {}

    void begin(const Tcp::endpoint& target) {
      front.async_handshake(front.server, [self = shared_from_this(), target](Error error) {
        if (!error) self->back.connect(target, error);
        if (error) return;
        self->pass_on(self->front, self->back, self->in);
        self->pass_on(self->back, self->front, self->out);
      });
    }
    template <class From, class To>
    void pass_on(From& from, To& to, std::array<char, 16 * 1024>& buffer) {
      from.async_read_some(boost::asio::buffer(buffer), [&, self = shared_from_this()](
                                                            Error failed, std::size_t size) {
        if (failed) return self->close();
        boost::asio::async_write(to, boost::asio::buffer(buffer, size),
                                 [&, self](Error error, std::size_t) {
                                   error ? self->close() : self->pass_on(from, to, buffer);
                                 });
      });
    }
    void close() {
      Error ignored;
      front.lowest_layer().close(ignored);
      back.close(ignored);
    }

    boost::asio::ssl::stream<Tcp::socket> front;
    Tcp::socket back;
    std::array<char, 16 * 1024> in{};
    std::array<char, 16 * 1024> out{};
  };

  static Tcp::endpoint loopback(std::uint16_t port) {
    return {boost::asio::ip::address_v4::loopback(), port};
  }
  void accept() {
    acceptor_.async_accept([this](Error error, Tcp::socket accepted) {
      if (!error) std::make_shared<Connection>(std::move(accepted), tls_)->begin(target_);
      accept();
    });
  }

  boost::asio::io_context context_;
  boost::asio::ssl::context tls_{boost::asio::ssl::context::tls_server};
  Tcp::endpoint target_;
  Tcp::acceptor acceptor_{context_, loopback(0)};
  std::thread thread_;
};

}  // namespace socketio::support
