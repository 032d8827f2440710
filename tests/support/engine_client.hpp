// SPDX-License-Identifier: MIT
// EngineClient: a simulated Engine.IO 4 client. It does polling, WebSocket, the upgrade as in the
// official client (probe, pause, switch) and pongs, and notices when pings fail to arrive.
//
// Life cycle: open() -> on_open -> messages -> exactly one on_close, whichever side closed. Made by
// make_shared; its owner keeps it until then. Single thread, that of the loop.
#pragma once

#include "codec/engineio/packet.hpp"
#include "codec/engineio/payload.hpp"
#include "support/client_lanes.hpp"

#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::support {

enum class Travel : std::uint8_t { polling, websocket, upgrade };

struct EngineClientOptions {
  Travel travel = Travel::websocket;
  milliseconds upgrade_delay{0};
  milliseconds pong_delay{0};
  bool answers_pings = true;
  bool watches_pings = true;
};

class EngineClient final : public std::enable_shared_from_this<EngineClient> {
 public:
  struct Callbacks {
    std::function<void()> open;
    std::function<void(std::string_view)> text;
    std::function<void(std::string_view)> binary;
    std::function<void()> close;
  };

  EngineClient(SimulatedLoop& loop, Dial dial, EngineClientOptions options_)
      : options(options_), loop_(loop), dial_(std::move(dial)) {}

  void open(Callbacks callbacks) {
    callbacks_ = std::move(callbacks);
    poll_lane_ = std::make_shared<HttpLane>(dial_);
    post_lane_ = std::make_shared<HttpLane>(dial_);
    state_ = State::opening;
    if (options.travel != Travel::websocket) return poll();
    on_websocket_ = true;
    open_websocket([this](const websocket::Event& event) { on_frame(event); });
  }

  void send_text(std::string_view message) {
    send({engineio::Content::text, "4" + std::string(message)});
  }
  void send_binary(std::string_view message) {
    send({engineio::Content::binary, std::string(message)});
  }
  /// Sends any packet, given in its text form.
  void send_packet(std::string packet) { send({engineio::Content::text, std::move(packet)}); }

  /// Sends a close packet and closes.
  void close() {
    if (state_ == State::closed) return;
    if (state_ == State::open) {
      if (on_websocket_) {
        websocket_->send_text("1");
      } else if (!post_lane_->busy()) {
        send_packet("1");
        const auto lane = post_lane_;
        loop_.after(milliseconds(1000), [lane] { lane->close(); });
        post_lane_ = std::make_shared<HttpLane>(dial_);
      }
    }
    finish();
  }
  /// Closes by cutting every connection.
  void abort() {
    if (state_ == State::closed) return;
    poll_lane_->reset();
    post_lane_->reset();
    if (websocket_) websocket_->reset();
    finish();
  }

  /// For its timer's contain(): nothing here throws.
  void on_exception() noexcept { std::terminate(); }

  bool is_open() const { return state_ == State::open; }
  bool is_closed() const { return state_ == State::closed; }
  bool upgraded() const { return upgraded_; }
  bool on_websocket() const { return on_websocket_; }
  const std::string& sid() const { return sid_; }
  std::size_t unsent() const { return outbox_.size(); }
  HttpLane& poll_lane() { return *poll_lane_; }
  HttpLane& post_lane() { return *post_lane_; }
  WebSocketLane* websocket() { return websocket_.get(); }
  std::vector<std::shared_ptr<SimulatedStream>> streams() const {
    std::vector<std::shared_ptr<SimulatedStream>> found;
    if (poll_lane_ && poll_lane_->stream()) found.push_back(poll_lane_->stream());
    if (post_lane_ && post_lane_->stream()) found.push_back(post_lane_->stream());
    if (websocket_ && websocket_->stream()) found.push_back(websocket_->stream());
    return found;
  }

  EngineClientOptions options;
  /// The times at which pings arrived, for tests of the heartbeat.
  std::vector<milliseconds> pings;

 private:
  enum class State : std::uint8_t { opening, open, closed };
  struct Outgoing {
    engineio::Content content;
    std::string data;
  };

  std::string target(std::string_view transport) const {
    std::string text = "/socket.io/?EIO=4&transport=" + std::string(transport);
    if (!sid_.empty()) text += "&sid=" + sid_;
    return text;
  }

  // --- Polling ---

  void poll() {
    poll_lane_->request(request_to("GET", target("polling")),
                        [weak = weak_from_this()](const http::Response* response) {
                          if (const auto self = weak.lock()) self->on_poll(response);
                        });
  }

  void on_poll(const http::Response* response) {
    if (!response || response->status != 200) return finish();
    on_payload(response->body);
    if (state_ == State::closed || on_websocket_) return;
    pausing_ ? try_switch() : poll();
  }

  void on_payload(std::string_view body) {
    engineio::PayloadDecoder decoder(body, 1'000'000);
    while (state_ != State::closed) {
      const auto packet = decoder.next();
      if (!packet) return finish();
      if (!*packet) return;
      on_packet(**packet);
    }
  }

  void flush() {
    if (outbox_.empty() || state_ != State::open || pausing_) return;
    if (on_websocket_) {
      for (const Outgoing& packet : std::exchange(outbox_, {})) {
        const bool is_text = packet.content == engineio::Content::text;
        websocket_->send(is_text ? websocket::Opcode::text : websocket::Opcode::binary,
                         packet.data);
      }
      return;
    }
    if (post_lane_->busy()) return;
    auto request = request_to("POST", target("polling"));
    request.headers.add("Content-Type", "text/plain;charset=UTF-8");
    for (const Outgoing& packet : std::exchange(outbox_, {})) {
      if (!request.body.empty()) request.body.push_back(engineio::record_separator);
      if (packet.content == engineio::Content::text) {
        request.body += packet.data;
      } else {
        engineio::append_text(request.body,
                              {engineio::PacketType::message, packet.content, packet.data});
      }
    }
    post_lane_->request(request, [weak = weak_from_this()](const http::Response* response) {
      if (const auto self = weak.lock()) self->on_posted(response);
    });
  }

  void on_posted(const http::Response* response) {
    if (!response || response->status != 200) return finish();
    pausing_ ? try_switch() : flush();
  }

  void send(Outgoing packet) {
    if (state_ == State::closed) return;
    outbox_.push_back(std::move(packet));
    flush();
  }

  // --- WebSocket ---

  void open_websocket(std::function<void(const websocket::Event&)> on_message) {
    websocket_ = std::make_shared<WebSocketLane>(dial_, loop_.dice());
    WebSocketLane::Callbacks callbacks;
    callbacks.open = [this] {
      if (!on_websocket_) websocket_->send_text("2probe");
    };
    callbacks.message = std::move(on_message);
    callbacks.close = [this] {
      const auto self = shared_from_this();
      if (on_websocket_) return finish();
      // The upgrade failed: continue with polling.
      websocket_.reset();
      if (std::exchange(pausing_, false)) {
        if (!poll_lane_->busy()) poll();
        flush();
      }
    };
    websocket_->open(target("websocket"), std::move(callbacks));
  }

  void on_frame(const websocket::Event& event) {
    const auto self = shared_from_this();
    if (event.kind == websocket::Event::Kind::binary) {
      return tell(callbacks_.binary, event.payload);
    }
    std::string storage;
    const auto packet = engineio::decode_text(event.payload, storage);
    packet ? on_packet(*packet) : finish();
  }

  // --- Upgrade ---

  void begin_upgrade() {
    if (state_ != State::open || on_websocket_ || websocket_) return;
    open_websocket([this](const websocket::Event& event) {
      if (on_websocket_) return on_frame(event);
      if (event.payload != "3probe") return;
      pausing_ = true;
      try_switch();
    });
  }

  void try_switch() {
    if (poll_lane_->busy() || post_lane_->busy() || state_ != State::open) return;
    pausing_ = false;
    on_websocket_ = upgraded_ = true;
    websocket_->send_text("5");
    flush();
  }

  // --- Both ---

  void on_packet(const engineio::Packet& packet) {
    const auto self = shared_from_this();
    switch (packet.type) {
      case engineio::PacketType::open:
        return on_handshake(packet.data);
      case engineio::PacketType::ping:
        pings.push_back(loop_.elapsed());
        watch();
        if (options.answers_pings) {
          loop_.after(options.pong_delay, [self] { self->send_packet("3"); });
        }
        return;
      case engineio::PacketType::message:
        return tell(packet.content == engineio::Content::text ? callbacks_.text : callbacks_.binary,
                    packet.data);
      case engineio::PacketType::close:
        return finish();
      default:
        return;
    }
  }

  void on_handshake(std::string_view text) {
    const auto handshake = engineio::decode_handshake(text);
    if (!handshake) return finish();
    sid_ = handshake->sid;
    patience_ = handshake->ping_interval + handshake->ping_timeout;
    state_ = State::open;
    watch();
    if (options.travel == Travel::upgrade) {
      loop_.after(options.upgrade_delay, [self = shared_from_this()] { self->begin_upgrade(); });
    }
    tell(callbacks_.open);
    flush();
  }

  /// Calls a copy, because the call may end this client and release its callbacks.
  template <class Callback, class... Arguments>
  static void tell(Callback callback, Arguments... arguments) {
    if (callback) callback(arguments...);
  }

  void watch() {
    if (options.watches_pings) loop_.timers().arm(watchdog_, patience_);
  }

  void finish() {
    if (std::exchange(state_, State::closed) == State::closed) return;
    const auto self = shared_from_this();
    watchdog_.cancel();
    poll_lane_->close();
    post_lane_->close();
    if (websocket_) websocket_->close();
    if (const auto callbacks = std::exchange(callbacks_, {}); callbacks.close) callbacks.close();
  }

  SimulatedLoop& loop_;
  Dial dial_;
  Callbacks callbacks_;
  std::shared_ptr<HttpLane> poll_lane_;
  std::shared_ptr<HttpLane> post_lane_;
  std::shared_ptr<WebSocketLane> websocket_;
  std::vector<Outgoing> outbox_;
  std::string sid_;
  milliseconds patience_{};
  MemberTimer<EngineClient, &EngineClient::finish> watchdog_{*this};
  State state_ = State::closed;
  bool on_websocket_ = false;
  bool upgraded_ = false;
  bool pausing_ = false;
};

}  // namespace socketio::support
