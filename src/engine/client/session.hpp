// SPDX-License-Identifier: MIT
// ClientSession: one Engine.IO connection in the client, over any transport: handshake, upgrade,
// heartbeat, close (Engine.IO protocol 4).
//
// Life cycle: made -> open() -> opening -> open -> [upgrade] -> closing (first sends what was
// queued before close()) -> closed. After open(), on_open() is called at most once and on_close()
// exactly once, unless detach() comes first. Loop's thread only.
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
  /// Views are valid during the call. Each call may close, detach or destroy the session.
  virtual void on_text(std::string_view message) = 0;
  virtual void on_binary(std::string_view message) = 0;
  virtual void on_ping() {}
  virtual void on_upgrade(TransportName) {}
  /// The peer has taken what was sent: over polling one payload, over WebSocket everything.
  virtual void on_drain() {}
  /// The server has handled everything that was sent before the latest separate().
  virtual void on_separated() {}
  /// The last call. `reason` is transport_error, transport_close, ping_timeout, parse_error or
  /// forced_close. `failure` has a message only for transport_error.
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
  /// Sends a text message or a binary one, without Engine.IO's type digit. Dropped unless open.
  void send_text(std::string_view message, Compress compress = Compress::yes) {
    send({.data = message}, compress);
  }
  void send_binary(std::string_view message, Compress compress = Compress::yes) {
    send({.content = engineio::Content::binary, .data = message}, compress);
  }
  /// Sends either of them.
  void send(const engineio::Packet& message, Compress compress);
  /// What is sent from now on reaches the server after it has handled what was sent before.
  void separate();
  /// Whether on_separated() is still to come.
  bool is_separating() const;
  /// For a caller that is about to detach(), even if the session is closing. Of the messages that
  /// separate() holds back, sends those for which `keeps` is true, and drops the others.
  void flush_separated(const KeepsMessage& keeps);
  /// Flushes, waits for a running upgrade, and sends a close packet or frame.
  /// on_close(forced_close) follows.
  void close();
  /// Closes at once, without flushing, for the given reason.
  void abort(DisconnectReason reason, const Failure& failure);
  /// For contain(): reports the exception and cuts the connection at once.
  /// on_close(transport_error) follows soon, but not from inside the caller.
  void on_exception() noexcept override;
  /// Ends the session at once. Its handler is no longer called.
  void detach();

  bool is_open() const;
  /// Open, and a message that is sent now would not have to wait.
  bool writable() const;
  std::size_t queued_bytes() const;
  TransportName transport_name() const;
  /// The id from the handshake; empty before.
  const std::string& id() const;
  /// True if the time in which a ping had to arrive has passed, as on a machine that was asleep.
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
  /// The transport has violated the protocol.
  void refuse(std::string details);
  void end(DisconnectReason reason, const Failure& failure);
  void release_transports();
  ClientPolling* polling();

  Loop& loop_;
  const ClientOptions options_;
  Memory& memory_;
  ClientSessionHandler* handler_;
  ClientContext context_;
  // Those that have not failed yet.
  std::vector<TransportName> transports_;
  std::shared_ptr<ClientTransport> transport_;
  // The one that an upgrade tries.
  std::shared_ptr<ClientTransport> candidate_;
  std::string id_;
  std::chrono::milliseconds heartbeat_{};
  TimePoint heartbeat_deadline_ = TimePoint::max();
  // No pong is sent before.
  TimePoint next_pong_ = TimePoint::min();
  MemberTimer<ClientSession, &ClientSession::on_heartbeat_timeout> heartbeat_timer_{*this};
  MemberTimer<ClientSession, &ClientSession::send_pong> pong_timer_{*this};
  MemberTimer<ClientSession, &ClientSession::cancel_upgrade> upgrade_timer_{*this};
  MemberTimer<ClientSession, &ClientSession::on_closing_timeout> closing_timer_{*this};
  State state_ = State::made;
  // The server has answered the probe: polling is paused, or about to be.
  bool upgrading_ = false;
  bool close_sent_ = false;
};

}  // namespace socketio::engine
