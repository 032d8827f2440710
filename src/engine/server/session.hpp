// SPDX-License-Identifier: MIT
// Session: one Engine.IO connection in the server, over any transport: heartbeat, upgrade, close
// (Engine.IO protocol 4, or 3, which has the heartbeat the other way round).
//
// Life cycle: opening -> open (handshake sent) -> [upgrade] -> closing (only over polling: waits
// for the poll that is told so) -> closed. The handler gets messages until exactly one on_close().
// Made and kept by engine::SessionServer; loop's thread only.
#pragma once

#include "base/loop.hpp"
#include "base/timing_wheel.hpp"
#include "codec/engineio/packet.hpp"
#include "codec/http/message.hpp"
#include "engine/server/counters.hpp"
#include "engine/server/opening_request.hpp"
#include "engine/server/options.hpp"
#include "engine/server/transport.hpp"

#include <socketio/outcome.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::engine {

class Exchange;
class PollingTransport;
class Session;

/// The handler of a session: Socket.IO, or a plain Engine.IO application.
class SessionHandler {
 public:
  virtual ~SessionHandler() = default;
  /// Views are valid during the call. The call may close the session.
  virtual void on_text(std::string_view message) = 0;
  virtual void on_binary(std::string_view message) = 0;
  /// The last call.
  virtual void on_close(DisconnectReason reason) = 0;
};

/// Sees what passes through a session, whoever handles it. Each call may close the session.
class SessionObserver {
 public:
  virtual ~SessionObserver() = default;
  /// A packet has arrived, and is about to be handled. Packets of a probe are not shown.
  virtual void on_packet(const engineio::Packet& packet) = 0;
  /// A packet is about to be sent, over the transport or, if it is waiting, later.
  virtual void on_packet_create(const engineio::Packet& packet) = 0;
  virtual void on_upgrade(TransportName transport) = 0;
  /// The peer, or the system, has taken everything that was sent.
  virtual void on_drain() = 0;
  /// The last call, after the handler's.
  virtual void on_close(DisconnectReason reason) = 0;
};

/// The server, as its sessions see it.
class SessionOwner {
 public:
  SessionOwner(Loop& loop, Options options);
  virtual ~SessionOwner() = default;
  SessionOwner(const SessionOwner&) = delete;
  SessionOwner& operator=(const SessionOwner&) = delete;

  Loop& loop() { return loop_; }
  const Options& options() const { return options_; }
  Counters& counters() { return counters_; }
  /// What a new session's first packet says. Valid until the next call.
  std::string_view encode_handshake(TransportName transport, std::string_view sid);
  /// Adds the application's headers to a response of the session's transport.
  virtual void add_headers(const Exchange& exchange, const Session& session,
                           http::Response& response) const = 0;
  /// The session has closed and no longer counts. Returns whether it may stay for the poll
  /// that is told so.
  virtual bool on_session_closing(Session& session) = 0;
  /// The session's id may be used again.
  virtual void on_session_end(Session& session) = 0;

 protected:
  Loop& loop_;
  const Options options_;
  Counters counters_;

 private:
  engineio::HandshakeEncoder handshake_;
  engineio::HandshakeEncoder handshake_with_upgrade_;
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(SessionOwner& owner, std::string id, OpeningRequest opening);
  ~Session();

  const std::string& id() const { return id_; }
  const OpeningRequest& opening() const { return opening_; }
  bool is_v3() const { return opening_.protocol == engineio::Protocol::v3; }
  TransportName transport_name() const { return transport_->name(); }
  bool is_open() const { return state_ == State::open; }
  Loop& loop() { return owner_.loop(); }
  const Options& options() const { return owner_.options(); }
  void add_headers(const Exchange& exchange, http::Response& response) const {
    owner_.add_headers(exchange, *this, response);
  }

  /// Sends the handshake over the session's first transport and starts the heartbeat. Then messages
  /// go to the handler.
  void open(std::shared_ptr<ServerTransport> transport);
  /// A session that has ended meanwhile does not keep it: each would keep the other.
  void set_handler(std::shared_ptr<SessionHandler> handler) {
    if (state_ == State::open || state_ == State::broken) handler_ = std::move(handler);
  }
  /// It is kept until the session has ended.
  void set_observer(std::shared_ptr<SessionObserver> observer) {
    observer_ = std::move(observer);
    is_watched_ = true;
  }
  const std::shared_ptr<SessionObserver>& observer() const { return observer_; }

  EmitResult send_text(std::string_view message, Compress compress = Compress::yes) {
    return send({.data = message}, compress);
  }
  EmitResult send_binary(std::string_view message, Compress compress = Compress::yes) {
    return send({.content = engineio::Content::binary, .data = message}, compress);
  }
  /// Sends either of them.
  EmitResult send(const engineio::Packet& message, Compress compress);
  EmitResult send_prepared(PreparedMessage& message);
  /// Whether the policy for slow clients lets an event be sent. Always true for one that is not
  /// volatile, unless drops_newest().
  bool takes_event(bool is_volatile) const;
  bool drops_newest() const { return drops_newest_; }
  /// Calls `drained(true)` when everything that was sent has left, and `drained(false)` when the
  /// session ends before that; at once if either is so already.
  void when_drained(std::function<void(bool)> drained);
  /// False while something is waiting to be sent.
  bool writable() const { return is_open() && transport_->writable(); }
  std::size_t queued_bytes() const { return transport_->queued_bytes(); }

  /// Closes the session from our side. Calls the handler's on_close() before it returns.
  void close(DisconnectReason reason);
  /// For contain(): break_off().
  void on_exception() noexcept;
  /// For a failure half-way: cuts the connection at once. on_close(transport_error) follows soon,
  /// but not from inside the caller. Cannot fail.
  void break_off() noexcept;
  /// The same for a session that is still opening, which ends before this returns.
  void give_up();
  /// After close(): ends at once, without waiting for the poll that would be told.
  void skip_last_poll() { end(DisconnectReason::forced_close); }

  // --- From transports and the server ---

  Counters& counters() { return owner_.counters(); }
  void on_packet(ServerTransport& from, const engineio::Packet& packet);
  void on_transport_close(ServerTransport& transport, DisconnectReason reason);
  /// The peer has taken what was waiting.
  void on_transport_drain();
  PollingTransport* polling();
  /// A WebSocket for this session has arrived. False if an upgrade is not possible now.
  bool begin_upgrade(std::shared_ptr<ServerTransport> candidate);

 private:
  enum class State : std::uint8_t { opening, open, closing, broken, closed };
  /// What the heartbeat's timer waits for. `ping` only in protocol 3.
  enum class Heartbeat : std::uint8_t { interval, pong, pong_extended, ping };
  struct Upgrade;
  using AwaitingDrain = std::vector<std::function<void(bool)>>;

  /// Calls `write()`, which sends `size_bytes()`, unless too much is waiting already.
  template <class Size, class Write>
  EmitResult send(Size size_bytes, Write write);
  /// The same for a session that is observed or counts packets.
  [[gnu::noinline]] EmitResult send_watched(const engineio::Packet& message, Compress compress);
  [[gnu::noinline]] EmitResult send_watched(PreparedMessage& message);
  void count_sent(EmitResult result, std::size_t packets, std::size_t bytes);
  /// Counts what has arrived and shows it to the observer. False if that has closed the session.
  [[gnu::noinline]] bool show_received(const engineio::Packet& packet);
  /// Shows the observer what is about to be sent. False if it has closed the session.
  [[gnu::cold]] bool show(const engineio::Packet& packet);
  [[gnu::cold]] bool show(PreparedMessage& message);
  void release_awaiting_drain(bool has_drained);
  void refuse_message();
  /// More is waiting than should be: allows the peer `stall_timeout`, or returns false if it is
  /// far too much.
  bool bears_delay();
  void on_heartbeat();
  void on_pong();
  void on_ping();
  void refuse_heartbeat();
  void start_heartbeat();
  void on_upgrade_packet(const engineio::Packet& packet);
  void finish_upgrade();
  void cancel_upgrade();
  void on_upgrade_timeout();
  void on_upgrade_noop();
  void on_stall();
  void on_close_timeout();
  /// Whether it may stay, closing, for the poll that tells its client.
  bool may_await_last_poll();
  void arm(Deadline& timer, Duration delay) {
    loop().check_thread();
    loop().timers().arm(timer, delay);
  }
  void end(DisconnectReason reason);
  /// It is open no longer, if it was.
  void count_end(DisconnectReason reason);
  void release_handler(DisconnectReason reason);

  // What each message of a broadcast needs comes first, on as few cache lines as possible.
  SessionOwner& owner_;
  State state_ = State::opening;
  Heartbeat heartbeat_ = Heartbeat::interval;
  const bool drops_newest_;
  bool is_counted_ = false;  // as an open one
  // One test for what most sessions do not have: an observer, and counters of packets.
  bool is_watched_;
  std::shared_ptr<ServerTransport> transport_;
  // Timers for rarer cases are made when needed: an idle session owns one timer.
  std::unique_ptr<Deadline> stall_timer_;
  std::unique_ptr<Deadline> close_timer_;
  MemberTimer<Session, &Session::on_heartbeat> heartbeat_timer_{*this};
  std::string id_;
  OpeningRequest opening_;
  // Kept until the session has ended and no call to the handler is running.
  std::shared_ptr<SessionHandler> handler_;
  // Null if the rate of its messages is not limited.
  std::unique_ptr<TokenBucket> messages_;
  // Null while nobody waits.
  std::unique_ptr<AwaitingDrain> awaiting_drain_;
  // Null for most sessions.
  std::shared_ptr<SessionObserver> observer_;
  std::unique_ptr<Upgrade> upgrade_;
};

}  // namespace socketio::engine
