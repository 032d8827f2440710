// SPDX-License-Identifier: MIT
// Beside a web server of the application's own, here with Boost.Beast: it accepts every connection, and passes on
// those whose request is for Socket.IO, with the bytes that it has read of it.
//
//   curl http://localhost:3001/
#include <socketio/asio.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

/// One connection, with one request.
class Visit : public std::enable_shared_from_this<Visit> {
 public:
  Visit(tcp::socket socket, socketio::Server& io) : stream_(std::move(socket)), io_(io) {}

  void begin() {
    stream_.expires_after(std::chrono::seconds(10));
    asio::async_read_until(
        stream_, asio::dynamic_buffer(received_, 16 * 1024), "\r\n\r\n",
        [self = shared_from_this()](const beast::error_code& error, std::size_t) {
          if (!error) self->on_head();
        });
  }

 private:
  void on_head() {
    http::request_parser<http::empty_body> head;
    beast::error_code error;
    head.put(asio::buffer(received_), error);
    if (!error && head.get().target().starts_with("/socket.io/")) {
      io_.accept(stream_.release_socket().release(), std::move(received_));
      return;
    }
    // It is for Beast, with its body.
    buffer_.commit(asio::buffer_copy(buffer_.prepare(received_.size()), asio::buffer(received_)));
    http::async_read(stream_, buffer_, request_,
                     [self = shared_from_this()](const beast::error_code& failure, std::size_t) {
                       if (!failure) self->respond();
                     });
  }

  void respond() {
    const auto clients = std::to_string(io_.sockets_count());
    response_ = {http::status::ok, request_.version(), "clients: " + clients + "\n"};
    response_.keep_alive(false);
    response_.prepare_payload();
    http::async_write(stream_, response_,
                      [self = shared_from_this()](const beast::error_code&, std::size_t) {});
  }

  beast::tcp_stream stream_;
  socketio::Server& io_;
  std::string received_;
  beast::flat_buffer buffer_;
  http::request<http::string_body> request_;
  http::response<http::string_body> response_;
};

int main(int argc, char** argv) {
  asio::io_context context;
  const auto io = socketio::make_server(context);
  io->on("hello", [](socketio::Socket& socket, std::string name) {
    socket.emit("welcome", "Hello, " + name);
  });

  const auto wanted = static_cast<std::uint16_t>(argc > 1 ? std::stoi(argv[1]) : 3001);
  tcp::acceptor acceptor(context, {tcp::v4(), wanted});
  const std::function<void()> accept = [&] {
    acceptor.async_accept([&](const beast::error_code& error, tcp::socket socket) {
      if (!acceptor.is_open()) return;
      if (!error) std::make_shared<Visit>(std::move(socket), *io)->begin();
      accept();
    });
  };
  accept();

  asio::signal_set signals(context, SIGINT, SIGTERM);
  signals.async_wait([&](const beast::error_code&, int) {
    acceptor.close();
    io->close();
  });

  std::cout << "http://localhost:" << acceptor.local_endpoint().port() << std::endl;
  context.run();
}
