// SPDX-License-Identifier: MIT
// CoreServer and CorePeer: the Socket.IO core without encoded bytes. A peer passes the text of
// Socket.IO packets to a session and reads what the core has sent to it. Several servers may share a
// loop. One thread; the server outlives its peers.
#pragma once

#include "codec/engineio/payload.hpp"
#include "core/server/connection.hpp"
#include "core/server/namespace_state.hpp"
#include "core/server/node.hpp"
#include "engine/server/session.hpp"
#include "engine/server/transport.hpp"
#include "support/manual_loop.hpp"

#include <socketio/namespace.hpp>
#include <socketio/socket.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::support {

class CoreServer final : public engine::SessionOwner {
 public:
  explicit CoreServer(const core::Options& options = {})
      : CoreServer(std::make_shared<ManualLoop>(), options) {}
  CoreServer(std::shared_ptr<ManualLoop> loop, const core::Options& options)
      : SessionOwner(*loop, {.metrics = options.metrics}),
        loop_(std::move(loop)),
        node(*loop_, options),
        nsp(node.of("/")) {
    nsp.on_handler_error([this](Socket&, const HandlerError& error) {
      errors.push_back(error.event + ": " + error.message);
    });
  }

  ManualLoop& loop() { return *loop_; }
  void add_headers(const engine::Exchange&, const engine::Session&,
                   http::Response&) const override {}
  bool on_session_closing(engine::Session&) override { return true; }
  void on_session_end(engine::Session&) override {}

 private:
  std::shared_ptr<ManualLoop> loop_;

 public:
  core::Node node;
  Namespace nsp;
  /// What the error hook was called with.
  std::vector<std::string> errors;
};

/// A transport that keeps what it is asked to send.
class KeptTransport final : public engine::ServerTransport {
 public:
  engine::TransportName name() const override { return engine::TransportName::websocket; }
  void send(const engineio::Packet& packet, Compress) override { keep(packet); }
  void send_prepared(engine::PreparedMessage& message) override {
    const std::string& payload = message.payload();
    engineio::PayloadDecoder packets(payload, payload.size());
    while (const auto packet = packets.next().value()) keep(*packet);
  }
  bool writable() const override { return is_writable; }
  void want_drain() override {}
  std::size_t queued_bytes() const override { return 0; }
  void close() override { closed = true; }
  void cut() override { closed = true; }

  std::vector<std::string> sent;
  bool is_writable = true;
  bool closed = false;

 private:
  void keep(const engineio::Packet& packet) {
    std::string text;
    if (packet.content == engineio::Content::text) {
      engineio::append_text(text, packet);
    } else {
      text.append("binary:").append(packet.data);
    }
    sent.push_back(std::move(text));
  }
};

class CorePeer {
 public:
  /// The peer is connected to "/" already.
  explicit CorePeer(CoreServer& server) : CorePeer(server, "0") { transport_->sent.clear(); }
  /// The peer has sent this CONNECT; what it was answered can be read.
  CorePeer(CoreServer& server, std::string_view connect)
      : server_(server),
        transport_(std::make_shared<KeptTransport>()),
        session_(std::make_shared<engine::Session>(server, "session", engine::OpeningRequest{})) {
    session_->open(transport_);
    handler_ = server.node.accept(session_);
    session_->set_handler(handler_);
    transport_->sent.clear();
    send(connect);
  }
  ~CorePeer() { leave(); }
  CorePeer(const CorePeer&) = delete;
  CorePeer& operator=(const CorePeer&) = delete;

  /// Sends a Socket.IO packet and its attachments.
  void send(std::string_view packet, const std::vector<std::string>& attachments = {}) {
    handler_->on_text(packet);
    for (const std::string& attachment : attachments) handler_->on_binary(attachment);
    server_.loop().run();
  }
  /// Passes a Socket.IO packet to the session, as a transport does.
  void deliver(std::string_view packet) {
    session_->on_packet(*transport_, {.data = packet});
    server_.loop().run();
  }
  /// What has arrived since the last call, including Engine.IO's digit.
  std::vector<std::string> received() {
    server_.loop().run();
    return std::exchange(transport_->sent, {});
  }
  void leave() {
    session_->close(DisconnectReason::transport_close);
    server_.loop().run();
  }
  bool is_closed() const { return transport_->closed; }
  /// From now on nothing volatile is sent to it.
  void become_busy() { transport_->is_writable = false; }

 private:
  CoreServer& server_;
  std::shared_ptr<KeptTransport> transport_;
  std::shared_ptr<engine::Session> session_;
  std::shared_ptr<engine::SessionHandler> handler_;
};

}  // namespace socketio::support
