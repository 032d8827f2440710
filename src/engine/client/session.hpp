// SPDX-License-Identifier: MIT
// ClientSession: one Engine.IO connection at the client, whatever carries it: handshake, upgrade,
// heartbeat, close (Engine.IO protocol 4).
//
// Life cycle: made -> open() -> opening -> open -> [upgrade] -> closing (what was sent before
// close() leaves first) -> closed. on_open() is called at most once and on_close() exactly
// once after open(), unless detach() comes first. Loop's thread only.
#pragma once

#include "base/connector.hpp"
#include "base/loop.hpp"
#include "codec/engineio/packet.hpp"
#include "engine/client/failure.hpp"
#include "engine/client/options.hpp"
#include "engine/client/transport.hpp"
#include "engine/transport.hpp"

#include <socketio/outcome.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::engine {

class ClientPolling;

class ClientSessionHandler {
 public:
  virtual ~ClientSessionHandler() = default;
  virtual void on_open(const engineio::Handshake& handshake) = 0;
  /// Views live during the call. Any call may close, detach or destroy the session.
  virtual void on_text(std::string_view message) = 0;
  virtual void on_binary(std::string_view message) = 0;
  virtual void on_ping() {}
  virtual void on_upgrade(TransportName) {}
  /// What was sent has left: by polling a payload of it, by WebSocket all.
  virtual void on_drain() {}
  /// The server has handled what the latest separate() was behind.
  virtual void on_separated() {}
  /// The last call. `reason`: transport_error, transport_close, ping_timeout, parse_error or
  /// forced_close; `failure` has a message for the first only.
  virtual void on_close(DisconnectReason reason, const Failure& failure) = 0;
};

class ClientSession final : public std::enable_shared_from_this<ClientSession>,
                            private ClientTransportListener {
 public:
  using Memory = ClientMemory;

  static std::shared_ptr<ClientSession> make(Loop& loop, Connector& connector,
                                             const ClientOptions& options, Memory& memory,
                                             ClientSessionHandler& handler);
  ~ClientSession() override;

  void open();
  /// A text message, Socket.IO's part only (no type digit), and a binary one; dropped unless open.
  void send_text(std::string_view message, Compress compress = Compress::yes) {
    send({.data = message}, compress);
  }
  void send_binary(std::string_view message, Compress compress = Compress::yes) {
    send({.content = engineio::Content::binary, .data = message}, compress);
  }
  void send(const engineio::Packet& message, Compress compress);
  /// What is sent from now on reaches the server when it has handled what was sent before.
  void separate();
  /// on_separated() is to come.
  bool is_separating() const;
  /// For who is about to detach(), also while it closes: of the messages that separate() holds,
  /// those that `keeps` leave now, and the others are dropped.
  void flush_separated(const KeepsMessage& keeps);
  /// Flushes, waits for a running upgrade, sends a close packet or frame;
  /// on_close(forced_close) follows.
  void close();
  /// The same without flushing, and with that reason, at once.
  void abort(DisconnectReason reason, const Failure& failure);
  /// For contain(): reports, cuts the connection at once, and ends with transport_error soon, not
  /// from inside the caller.
  void on_exception() noexcept override;
  /// Ends it at once; its handler is not called any more.
  void detach();

  bool is_open() const;
  /// Open, and nothing waits in front of what would be sent now.
  bool writable() const;
  std::size_t queued_bytes() const;
  TransportName transport_name() const;
  /// Of the handshake; empty before.
  const std::string& id() const;
  /// The time in which a ping has to come has passed (a machine that slept).
  bool heartbeat_expired() const;

 private:
  enum class State : std::uint8_t { made, opening, open, closing, broken, closed };

  ClientSession(Loop& loop, Connector& connector, const ClientOptions& options, Memory& memory,
                ClientSessionHandler& handler);

  void on_transport_open(ClientTransport& from) override;
  void on_packet(ClientTransport& from, const engineio::Packet& packet) override;
  void on_transport_drain(ClientTransport& from) override;
  void on_transport_separated(ClientTransport& from) override;
  void on_transport_paused(ClientTransport& from) override;
  void on_transport_end(ClientTransport& from, DisconnectReason reason,
                        const Failure& failure) override;

  void break_off() noexcept;
  void start(TransportName name);
  void on_handshake(std::string_view json);
  void restart_heartbeat();
  void on_server_ping();
  void send_pong();
  void on_probe_packet(const engineio::Packet& packet);
  void begin_upgrade();
  void cancel_upgrade();
  void continue_closing();
  void on_heartbeat_timeout();
  void on_closing_timeout();
  /// The transport broke the protocol.
  void refuse(std::string details);
  void end(DisconnectReason reason, const Failure& failure);
  void release_transports();
  ClientPolling* polling();

  Loop& loop_;
  const ClientOptions options_;
  Memory& memory_;
  ClientSessionHandler* handler_;
  ClientContext context_;
  std::vector<TransportName> transports_;  // that have not failed yet
  std::shared_ptr<ClientTransport> transport_;
  std::shared_ptr<ClientTransport> candidate_;  // of an upgrade
  std::string id_;
  std::chrono::milliseconds heartbeat_{};
  TimePoint heartbeat_deadline_ = TimePoint::max();
  TimePoint next_pong_ = TimePoint::min();  // not before
  MemberTimer<ClientSession, &ClientSession::on_heartbeat_timeout> heartbeat_timer_{*this};
  MemberTimer<ClientSession, &ClientSession::send_pong> pong_timer_{*this};
  MemberTimer<ClientSession, &ClientSession::cancel_upgrade> upgrade_timer_{*this};
  MemberTimer<ClientSession, &ClientSession::on_closing_timeout> closing_timer_{*this};
  State state_ = State::made;
  bool upgrading_ = false;  // the probe was answered; polling is paused or about to be
  bool close_sent_ = false;
};

}  // namespace socketio::engine
