// SPDX-License-Identifier: MIT
// The connections of a simulated client. HttpLane makes HTTP requests one after another on
// kept-alive connections; WebSocketLane is one WebSocket, beginning with its upgrade request. They
// use our codecs and no code of the server.
//
// Life cycle: a lane dials when it has something to send. HttpLane may dial again after its
// connection has closed. close() releases the callbacks. Single thread, that of the loop.
#pragma once

#include "codec/http/response_parser.hpp"
#include "codec/http/writer.hpp"
#include "codec/websocket/decoder.hpp"
#include "codec/websocket/encoder.hpp"
#include "codec/websocket/handshake.hpp"
#include "support/pipe.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace socketio::support {

/// Opens a connection to the server; null if it refuses.
using Dial = std::function<std::shared_ptr<SimulatedStream>()>;

inline http::Request request_to(std::string_view method, std::string target) {
  http::Request request;
  request.method = std::string(method);
  request.target = std::move(target);
  request.headers.add("Host", "simulation");
  return request;
}

class HttpLane final : public StreamHandler, public std::enable_shared_from_this<HttpLane> {
 public:
  /// Called with the response, or with null if the connection was lost.
  using Answer = std::function<void(const http::Response*)>;

  explicit HttpLane(Dial dial) : dial_(std::move(dial)) {}

  void request(const http::Request& request, Answer answer) {
    if (!stream_) {
      stream_ = dial_();
      stream_->set_handler(shared_from_this());
    }
    answer_ = std::move(answer);
    parser_.emplace(http::Limits{.body_bytes = 64 * 1024 * 1024});
    stream_->write_with([&](std::string& out) { http::append_request(out, request); });
  }
  bool busy() const { return answer_ != nullptr; }
  const std::shared_ptr<SimulatedStream>& stream() const { return stream_; }

  void close() {
    answer_ = nullptr;
    if (const auto stream = std::exchange(stream_, nullptr)) stream->close();
  }
  void reset() {
    answer_ = nullptr;
    if (const auto stream = std::exchange(stream_, nullptr)) stream->reset();
  }

  void on_bytes(std::span<char> bytes) override {
    std::string_view rest(bytes.data(), bytes.size());
    while (!rest.empty() && parser_) {
      const auto taken = parser_->feed(rest);
      if (!taken) return finish(nullptr, false);
      rest.remove_prefix(*taken);
      if (!parser_->done()) continue;
      const bool keep = parser_->keep_alive();
      const http::Response response = parser_->take();
      parser_.reset();
      finish(&response, keep);
    }
  }
  void on_close() override { finish(nullptr, false); }

 private:
  void finish(const http::Response* response, bool keep) {
    const auto self = shared_from_this();
    if (!keep) {
      if (const auto stream = std::exchange(stream_, nullptr)) stream->close();
    }
    if (const auto answer = std::exchange(answer_, nullptr)) answer(response);
  }

  Dial dial_;
  std::shared_ptr<SimulatedStream> stream_;
  std::optional<http::ResponseParser> parser_;
  Answer answer_;
};

class WebSocketLane final : public StreamHandler,
                            public std::enable_shared_from_this<WebSocketLane> {
 public:
  struct Callbacks {
    std::function<void()> open;
    std::function<void(const websocket::Event&)> message;
    std::function<void()> close;
  };

  WebSocketLane(const Dial& dial, Dice& dice) : stream_(dial()), dice_(dice) {}

  void open(std::string target, Callbacks callbacks) {
    callbacks_ = std::move(callbacks);
    stream_->set_handler(shared_from_this());
    std::array<std::uint8_t, 16> random{};
    dice_.fill(random);
    auto request = request_to("GET", std::move(target));
    request.headers.add("Upgrade", "websocket");
    request.headers.add("Connection", "Upgrade");
    request.headers.add("Sec-WebSocket-Version", websocket::version);
    request.headers.add("Sec-WebSocket-Key", websocket::make_key(random));
    stream_->write_with([&](std::string& out) { http::append_request(out, request); });
  }
  void send(websocket::Opcode opcode, std::string_view payload) {
    if (!stream_) return;
    std::array<std::uint8_t, 4> mask{};
    dice_.fill(mask);
    stream_->write_with(
        [&](std::string& out) { websocket::append_masked_frame(out, opcode, payload, mask); });
  }
  void send_text(std::string_view payload) { send(websocket::Opcode::text, payload); }
  const std::shared_ptr<SimulatedStream>& stream() const { return stream_; }

  void close() {
    callbacks_ = {};
    if (const auto stream = std::exchange(stream_, nullptr)) stream->close_after_flush();
  }
  void reset() {
    callbacks_ = {};
    if (const auto stream = std::exchange(stream_, nullptr)) stream->reset();
  }

  void on_bytes(std::span<char> bytes) override {
    const auto self = shared_from_this();
    while (!bytes.empty() && !upgraded_ && stream_) {
      const auto taken = parser_.feed({bytes.data(), bytes.size()});
      if (!taken) return lost();
      bytes = bytes.subspan(*taken);
      if (!parser_.done()) continue;
      if (parser_.response().status != 101) return lost();
      upgraded_ = true;
      if (const auto open = callbacks_.open) open();
    }
    if (bytes.empty() || !stream_) return;
    decoder_.feed(bytes);
    for (;;) {
      const auto event = decoder_.next();
      if (!event) return lost();
      if (!*event) return;
      if ((*event)->kind == websocket::Event::Kind::close) return lost();
      if (const auto message = callbacks_.message) message(**event);
      if (!stream_) return;
    }
  }
  void on_close() override { lost(); }

 private:
  void lost() {
    const auto self = shared_from_this();
    const auto callbacks = std::exchange(callbacks_, {});
    if (const auto stream = std::exchange(stream_, nullptr)) stream->close();
    if (callbacks.close) callbacks.close();
  }

  std::shared_ptr<SimulatedStream> stream_;
  Dice& dice_;
  Callbacks callbacks_;
  http::ResponseParser parser_{http::Limits{}};
  websocket::Decoder decoder_{websocket::Role::client, {.message_bytes = 64 * 1024 * 1024}};
  bool upgraded_ = false;
};

}  // namespace socketio::support
