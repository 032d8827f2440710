// SPDX-License-Identifier: MIT
#include "echo_server.hpp"

#include "engine/server/session_server.hpp"
#include "net/asio_loop.hpp"
#include "net/listener.hpp"
#include "net/tcp_stream.hpp"
#include "server/http_connection.hpp"
#include "server/option_mapping.hpp"
#include "server/request_dispatcher.hpp"
#include "server/router.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace conformance {

namespace {

namespace asio = boost::asio;
using socketio::engine::Session;

class Echo final : public socketio::engine::SessionHandler {
 public:
  explicit Echo(std::shared_ptr<Session> session) : session_(std::move(session)) {}
  void on_text(std::string_view message) override { session_->send_text(message); }
  void on_binary(std::string_view message) override { session_->send_binary(message); }
  void on_close(socketio::DisconnectReason) override {}

 private:
  std::shared_ptr<Session> session_;
};

socketio::ServerOptions engine_path_options(const Options& options) {
  auto dispatcher = server_options(options);
  dispatcher.path = "/engine.io";
  return dispatcher;
}

class EchoServer {
 public:
  explicit EchoServer(const socketio::ServerOptions& options)
      : engine_(*loop_, socketio::server::engine_options(options),
                [](const std::shared_ptr<Session>& session) {
                  return std::make_shared<Echo>(session);
                }),
        dispatcher_(options, engine_, std::make_shared<socketio::server::RouterState>()) {}

  ~EchoServer() {
    for (const auto& [key, stream] : socketio::net::OpenStreams(*streams_)) stream->close();
    loop_->drain();
    loop_->stop();
    context_.restart();
    context_.poll();
  }

  std::uint16_t listen(std::uint16_t port) {
    std::error_code error;
    const std::uint16_t chosen = listener_->open("127.0.0.1", port, error);
    if (error) throw std::system_error(error, "cannot listen");
    listener_->start();
    return chosen;
  }

  void run() {
    loop_->adopt_thread();
    signals_.async_wait([this](const boost::system::error_code&, int) {
      loop_->enter();
      close();
    });
    context_.run();
  }

 private:
  void accept(socketio::net::Socket socket) {
    const auto stream = socketio::net::TcpStream::open(loop_, std::move(socket), streams_);
    if (!stream) return;
    const auto connection = std::make_shared<socketio::server::HttpConnection>(dispatcher_);
    stream->set_handler(connection);
    connection->attach(stream);
  }

  void close() {
    listener_->close();
    engine_.close();
    for (const auto& [key, stream] : socketio::net::OpenStreams(*streams_)) {
      stream->close_after_flush();
    }
  }

  asio::io_context context_{1};
  asio::signal_set signals_{context_, SIGINT, SIGTERM};
  std::shared_ptr<socketio::net::AsioLoop> loop_ =
      std::make_shared<socketio::net::AsioLoop>(context_);
  std::shared_ptr<socketio::net::OpenStreams> streams_ =
      std::make_shared<socketio::net::OpenStreams>();
  socketio::engine::SessionServer engine_;
  socketio::server::RequestDispatcher dispatcher_;
  std::shared_ptr<socketio::net::Listener> listener_ = std::make_shared<socketio::net::Listener>(
      *loop_, [this](socketio::net::Socket socket) { accept(std::move(socket)); });
};

}  // namespace

void serve_engine(const Options& options) {
  EchoServer server(engine_path_options(options));
  announce(server.listen(options.port));
  server.run();
}

}  // namespace conformance
