// SPDX-License-Identifier: MIT
// LoopServer: accepts connections on a free loopback port of a LoopDriver's loop; `serve` makes
// the handler of each. ConnectProxy: an HTTP proxy on such a server that makes tunnels, demands a
// password, or answers what the test wants. One thread, the loop's.
#pragma once

#include "net/listener.hpp"
#include "net/tcp_connector.hpp"
#include "net/tcp_stream.hpp"
#include "support/loop_driver.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace socketio::support {

class LoopServer {
 public:
  using Serve = std::function<std::shared_ptr<StreamHandler>(const std::shared_ptr<Stream>&)>;

  LoopServer(LoopDriver& driver, Serve serve) : loop_(driver.loop()), serve_(std::move(serve)) {
    listener_ = std::make_shared<net::Listener>(*loop_, [this](net::Socket socket) {
      ++accepted;
      const auto stream = net::TcpStream::open(std::move(socket), streams_);
      if (stream) stream->set_handler(serve_(stream));
    });
    std::error_code error;
    port_ = listener_->open("127.0.0.1", 0, error);
    listener_->start();
  }
  ~LoopServer() {
    listener_->close();
    for (const auto& stream : *streams_) stream->close();
    loop_->drain();
  }
  LoopServer(const LoopServer&) = delete;
  LoopServer& operator=(const LoopServer&) = delete;

  std::uint16_t port() const { return port_; }
  std::size_t open_connections() const { return streams_->size(); }

  int accepted = 0;

 private:
  std::shared_ptr<net::AsioLoop> loop_;
  Serve serve_;
  std::shared_ptr<net::Listener> listener_;
  std::shared_ptr<net::OpenStreams> streams_ = std::make_shared<net::OpenStreams>(loop_);
  std::uint16_t port_ = 0;
};

class ConnectProxy {
 public:
  explicit ConnectProxy(LoopDriver& driver)
      : connector_(driver.loop()), server_(driver, [this](const std::shared_ptr<Stream>& stream) {
          return std::make_shared<Visitor>(*this, stream);
        }) {}

  std::uint16_t port() const { return server_.port(); }
  std::string url(const std::string& user_info = {}) const {
    return "http://" + user_info + "127.0.0.1:" + std::to_string(port());
  }
  std::size_t open_connections() const { return server_.open_connections(); }

  // What a request must contain, if anything.
  std::string authorization;
  // Sent instead of a proper answer.
  std::string answer;
  bool closes_after_answer = false;
  bool is_silent = false;
  std::vector<std::string> requests;

 private:
  /// Passes on what one side of a tunnel sends.
  class Relay final : public StreamHandler {
   public:
    explicit Relay(std::weak_ptr<Stream> other) : other_(std::move(other)) {}
    void on_bytes(std::span<char> bytes) override {
      if (const auto other = other_.lock()) other->write({bytes.data(), bytes.size()});
    }
    void on_close() override {
      if (const auto other = other_.lock()) other->close_after_flush();
    }

   private:
    std::weak_ptr<Stream> other_;
  };

  class Visitor final : public StreamHandler {
   public:
    Visitor(ConnectProxy& proxy, std::weak_ptr<Stream> stream)
        : proxy_(proxy), stream_(std::move(stream)) {}
    void on_bytes(std::span<char> bytes) override {
      request_.append(bytes.data(), bytes.size());
      if (!request_.ends_with("\r\n\r\n")) return;
      proxy_.requests.push_back(request_);
      if (const auto stream = stream_.lock()) attempt_ = proxy_.serve(stream, request_);
    }
    void on_close() override {}

   private:
    ConnectProxy& proxy_;
    std::weak_ptr<Stream> stream_;
    std::string request_;
    std::unique_ptr<Connector::Attempt> attempt_;
  };

  std::unique_ptr<Connector::Attempt> serve(const std::shared_ptr<Stream>& stream,
                                            const std::string& request) {
    if (is_silent) return nullptr;
    if (!answer.empty()) {
      stream->write(answer);
      if (closes_after_answer) stream->close_after_flush();
      return nullptr;
    }
    if (!authorization.empty() &&
        request.find("\r\nProxy-Authorization: " + authorization + "\r\n") == std::string::npos) {
      stream->write("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 4\r\n\r\nno.\n");
      stream->close_after_flush();
      return nullptr;
    }
    const std::string target = request.substr(8, request.find(' ', 8) - 8);
    const auto colon = target.rfind(':');
    const std::string host =
        target[0] == '[' ? target.substr(1, colon - 2) : target.substr(0, colon);
    const auto port = static_cast<std::uint16_t>(std::stoi(target.substr(colon + 1)));
    return connector_.connect(
        {host, port}, [stream](const std::shared_ptr<Stream>& server, const ConnectFailure&) {
          if (!server) {
            stream->write("HTTP/1.1 502 Bad Gateway\r\n\r\n");
            return stream->close_after_flush();
          }
          stream->write("HTTP/1.0 200 Connection established\r\nVia: test\r\n\r\n");
          server->set_handler(std::make_shared<Relay>(stream));
          stream->set_handler(std::make_shared<Relay>(server));
        });
  }

  net::TcpConnector connector_;
  LoopServer server_;
};

}  // namespace socketio::support
