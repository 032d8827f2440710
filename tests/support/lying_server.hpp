// SPDX-License-Identifier: MIT
// LyingServer: reads a client's requests and WebSocket frames as a server does, and answers them
// with whatever bytes a test wants.
//
// Life cycle: made with its script, which is called for each request. Connections end when either
// side closes, and the server must outlive them. Single thread, that of the loop.
#pragma once

#include "codec/http/date.hpp"
#include "codec/http/request_parser.hpp"
#include "codec/http/writer.hpp"
#include "codec/websocket/decoder.hpp"
#include "codec/websocket/encoder.hpp"
#include "codec/websocket/handshake.hpp"
#include "support/client_lanes.hpp"
#include "support/pipe.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::support {

class LyingServer {
 public:
  class Connection final : public StreamHandler {
   public:
    Connection(LyingServer& server, std::shared_ptr<SimulatedStream> stream)
        : server_(server), stream_(std::move(stream)) {}

    void say(std::string_view bytes) {
      if (stream_) stream_->write(bytes);
    }
    void close() {
      if (stream_) stream_->close_after_flush();
    }
    SimulatedStream* stream() { return stream_.get(); }
    /// Answers an upgrade request properly; from now on frames are read. `extensions` is what the
    /// response claims to have agreed to.
    void accept_websocket(const http::Request& request, std::string_view extensions = {}) {
      http::Response response;
      response.status = 101;
      if (!extensions.empty()) response.headers.add(websocket::extensions_field, extensions);
      response.headers.add("Upgrade", "websocket");
      response.headers.add("Sec-WebSocket-Accept", websocket::check_upgrade(request).value());
      std::string bytes;
      http::append_response(bytes, response, {}, http::Connection::upgrade);
      say(bytes);
      decoder_.emplace(websocket::Role::server, websocket::Limits{});
      if (!extensions.empty()) decoder_->allow_deflate({});
    }
    void say_text(std::string_view packet) { say_frame(websocket::Opcode::text, packet); }
    void say_binary(std::string_view message) { say_frame(websocket::Opcode::binary, message); }
    void say_frame(websocket::Opcode opcode, std::string_view payload) {
      std::string frame;
      websocket::append_frame(frame, opcode, payload);
      say(frame);
    }

    void on_bytes(std::span<char> bytes) override {
      while (!bytes.empty() && !decoder_) {
        if (!parser_) parser_.emplace(http::Limits{.body_bytes = 64 * 1024 * 1024});
        const auto taken = parser_->feed({bytes.data(), bytes.size()});
        if (!taken) return close();
        bytes = bytes.subspan(*taken);
        if (!parser_->done()) continue;
        const http::Request request = parser_->take();
        parser_.reset();
        server_.requests.push_back(request);
        server_.script(*this, request);
      }
      if (bytes.empty() || !decoder_) return;
      server_.frame_bytes += bytes.size();
      decoder_->feed(bytes);
      for (auto event = decoder_->next(); event && *event; event = decoder_->next()) {
        server_.on_event(*this, **event);
      }
    }
    void on_close() override {
      stream_.reset();
      --server_.connections;
    }

   private:
    LyingServer& server_;
    std::shared_ptr<SimulatedStream> stream_;
    std::optional<http::RequestParser> parser_;
    std::optional<websocket::Decoder> decoder_;
  };

  using Script = std::function<void(Connection&, const http::Request&)>;

  explicit LyingServer(Network& network, Script script_ = {})
      : script(std::move(script_)), network_(network) {}

  Dial dial() {
    return [this] {
      auto [client_end, server_end] = network_.connect();
      ++connections;
      ++dialled;
      server_end->set_handler(std::make_shared<Connection>(*this, server_end));
      return client_end;
    };
  }

  Script script;
  std::vector<http::Request> requests;
  // The WebSocket messages that have arrived.
  std::vector<std::string> texts;
  // Their size as sent.
  std::size_t frame_bytes = 0;
  // The payloads of WebSocket pongs.
  std::vector<std::string> pongs;
  // WebSocket pings, not Engine.IO's.
  bool answers_pings = true;
  std::vector<std::uint16_t> close_codes;
  std::function<void(Connection&, std::string_view)> on_text;
  std::function<void(Connection&, std::string_view)> on_binary;
  std::size_t connections = 0;
  std::size_t dialled = 0;

 private:
  void on_event(Connection& connection, const websocket::Event& event) {
    if (event.kind == websocket::Event::Kind::close) {
      close_codes.push_back(event.close_code);
      connection.close();
    } else if (event.kind == websocket::Event::Kind::ping) {
      if (answers_pings) connection.say_frame(websocket::Opcode::pong, event.payload);
    } else if (event.kind == websocket::Event::Kind::pong) {
      pongs.emplace_back(event.payload);
    } else if (event.kind == websocket::Event::Kind::binary) {
      texts.push_back("binary:" + std::string(event.payload));
      if (on_binary) on_binary(connection, event.payload);
    } else if (event.kind == websocket::Event::Kind::text) {
      texts.emplace_back(event.payload);
      if (on_text) on_text(connection, event.payload);
    }
  }

  Network& network_;
};

/// A complete response.
inline std::string answer(std::string_view body, std::uint16_t status = 200,
                          const std::vector<std::pair<std::string, std::string>>& headers = {}) {
  http::Response response;
  response.status = status;
  response.body = body;
  for (const auto& [name, value] : headers) response.headers.add(name, value);
  std::string bytes;
  http::append_response(bytes, response, {}, http::Connection::keep_alive);
  return bytes;
}

}  // namespace socketio::support
