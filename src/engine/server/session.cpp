// SPDX-License-Identifier: MIT
#include "engine/server/session.hpp"

#include "base/log.hpp"
#include "engine/server/polling.hpp"

#include <utility>

namespace socketio::engine {

using engineio::Packet;
using engineio::PacketType;

/// An upgrade that is underway, with the WebSocket that may take over.
struct Session::Upgrade {
  explicit Upgrade(Session& session) : timeout(session), noop(session) {}
  std::shared_ptr<ServerTransport> candidate;
  bool probed = false;
  MemberTimer<Session, &Session::on_upgrade_timeout> timeout;
  MemberTimer<Session, &Session::on_upgrade_noop> noop;
};

namespace {

// During an upgrade a parked poll is answered this often, so that the client can pause polling.
constexpr std::chrono::milliseconds noop_interval{100};

engineio::Handshake handshake_of(const Options& options, std::vector<std::string> upgrades) {
  return {.upgrades = std::move(upgrades),
          .ping_interval = options.ping_interval,
          .ping_timeout = options.ping_timeout,
          .max_payload_bytes = options.max_payload_bytes};
}

}  // namespace

SessionOwner::SessionOwner(Loop& loop, Options options)
    : loop_(loop),
      options_(std::move(options)),
      handshake_(handshake_of(options_, {})),
      handshake_with_upgrade_(
          handshake_of(options_, {std::string(to_string(TransportName::websocket))})) {}

std::string_view SessionOwner::encode_handshake(TransportName transport, std::string_view sid) {
  const bool may_upgrade =
      transport == TransportName::polling && options_.websocket && options_.allow_upgrades;
  return (may_upgrade ? handshake_with_upgrade_ : handshake_).encode(sid);
}

Session::Session(SessionOwner& owner, std::string id, OpeningRequest opening)
    : owner_(owner),
      drops_newest_(owner.options().drop_newest),
      is_watched_(owner.options().metrics),
      id_(std::move(id)),
      opening_(std::move(opening)) {
  if (const auto most = owner.options().messages_per_second; most != 0) {
    const auto burst = static_cast<double>(owner.options().messages_burst);
    messages_ = std::make_unique<TokenBucket>(
        Rate{.per_second = static_cast<double>(most), .burst = burst});
  }
}

Session::~Session() {
  // A server that closes does not wait for last polls, and scheduled responses may outlive
  // this session.
  if (PollingTransport* const polling_transport = polling()) polling_transport->detach();
}

void Session::open(std::shared_ptr<ServerTransport> transport) {
  transport_ = std::move(transport);
  state_ = State::open;
  const TransportName name = transport_->name();
  Counters& counted = counters();
  ++counted.open[name];
  ++counted.opened[name];
  is_counted_ = true;

  transport_->send({.type = PacketType::open, .data = owner_.encode_handshake(name, id_)},
                   Compress::no);
  start_heartbeat();
  log_line(LogScope::engine, LogLevel::debug,
           {"session opened over ", to_string(name), " by ", opening_.remote_address()});
}

template <class Size, class Write>
EmitResult Session::send(Size size_bytes, Write write) {
  loop().check_thread();
  if (state_ != State::open) return EmitResult::not_connected;
  try {
    const std::size_t waiting = transport_->queued_bytes();
    if (waiting != 0 && waiting + size_bytes() > owner_.options().out_buffer_bytes &&
        !bears_delay())
      return EmitResult::dropped;
    write();
  } catch (...) {
    // Half a message may have been sent.
    break_off();
    throw;
  }
  return stall_timer_ && stall_timer_->armed() ? EmitResult::queued : EmitResult::sent;
}

bool Session::takes_event(bool is_volatile) const {
  const Options& options = owner_.options();
  if (is_volatile && !options.queue_volatile) return writable();
  if (!is_volatile && !drops_newest_) return true;
  return transport_->refused_bytes() <= options.out_buffer_bytes;
}

bool Session::bears_delay() {
  // What was sent in this turn says nothing about the peer.
  if (transport_->refused_bytes() > owner_.options().out_buffer_limit_bytes) {
    log_line(LogScope::engine, LogLevel::warning,
             {"hard limit of unread bytes reached by ", opening_.remote_address()});
    // Not from inside an emit, because the code that called it may be in the middle of something.
    loop().defer([self = shared_from_this()] { self->close(DisconnectReason::transport_error); });
    return false;
  }
  if (!stall_timer_ || !stall_timer_->armed()) {
    arm(ensure_timer<Session, &Session::on_stall>(stall_timer_, *this),
        owner_.options().stall_timeout);
    transport_->want_drain();
  }
  return true;
}

EmitResult Session::send(const engineio::Packet& message, Compress compress) {
  if (is_watched_) return send_watched(message, compress);
  return send([&] { return message.data.size(); }, [&] { transport_->send(message, compress); });
}

EmitResult Session::send_prepared(PreparedMessage& message) {
  if (is_watched_) return send_watched(message);
  return send([&] { return message.size_bytes(); }, [&] { transport_->send_prepared(message); });
}

EmitResult Session::send_watched(const Packet& message, Compress compress) {
  if (observer_ && !show(message)) return EmitResult::not_connected;
  const EmitResult result =
      send([&] { return message.data.size(); }, [&] { transport_->send(message, compress); });
  count_sent(result, 1, message.data.size());
  return result;
}

EmitResult Session::send_watched(PreparedMessage& message) {
  if (observer_ && !show(message)) return EmitResult::not_connected;
  const EmitResult result =
      send([&] { return message.size_bytes(); }, [&] { transport_->send_prepared(message); });
  if (options().metrics) {
    const PreparedMessage::Content& content = message.content();
    count_sent(result, content.packets, content.bytes);
  }
  return result;
}

void Session::count_sent(EmitResult result, std::size_t packets, std::size_t bytes) {
  if (!options().metrics) return;
  if (result == EmitResult::dropped) counters().packets_dropped += packets;
  if (result == EmitResult::sent || result == EmitResult::queued) {
    counters().sent.add(packets, bytes);
  }
}

bool Session::show(const Packet& packet) {
  const auto self = shared_from_this();
  // The observer may release itself.
  const auto observer = observer_;
  if (is_open()) observer->on_packet_create(packet);
  if (is_open()) transport_->want_drain();
  return is_open();
}

bool Session::show(PreparedMessage& message) {
  const auto self = shared_from_this();
  message.for_each_packet([this](const Packet& packet) { show(packet); });
  return is_open();
}

void Session::on_transport_drain() {
  if (stall_timer_) stall_timer_->cancel();
  if (!observer_ && !awaiting_drain_) return;
  const auto self = shared_from_this();
  const auto observer = observer_;
  if (observer) observer->on_drain();
  if (awaiting_drain_) release_awaiting_drain(true);
}

void Session::when_drained(std::function<void(bool)> drained) {
  if (!is_open()) return drained(false);
  if (transport_->queued_bytes() == 0) return drained(true);
  if (!awaiting_drain_) awaiting_drain_ = std::make_unique<AwaitingDrain>();
  awaiting_drain_->push_back(std::move(drained));
  transport_->want_drain();
}

void Session::release_awaiting_drain(bool has_drained) {
  const auto awaiting = std::exchange(awaiting_drain_, nullptr);
  for (const auto& drained : *awaiting) drained(has_drained);
}

void Session::on_stall() {
  // It gets no more than it takes. If it takes nothing, it does not answer the ping either.
  if (drops_newest_) return;
  // A peer that reads may be below the limit again without ever having emptied the queue.
  if (transport_->queued_bytes() <= owner_.options().out_buffer_bytes) return;
  log_line(LogScope::engine, LogLevel::warning,
           {"soft limit of unread bytes exceeded for too long by ", opening_.remote_address()});
  close(DisconnectReason::transport_error);
}

void Session::close(DisconnectReason reason) {
  if (state_ != State::open) return;
  const auto self = shared_from_this();
  transport_->close();
  // What waited for that may have closed it.
  if (state_ != State::open) return;
  if (may_await_last_poll()) {
    // An upgrade goes on: a client that has paused polling for it gets what waits over WebSocket.
    count_end(reason);
    state_ = State::closing;
    heartbeat_timer_.cancel();
    arm(*close_timer_, owner_.options().close_timeout);
    release_handler(reason);
    return;
  }
  end(reason);
}

bool Session::may_await_last_poll() {
  PollingTransport* const polling_transport = polling();
  if (!polling_transport || !polling_transport->awaits_last_poll()) return false;
  try {
    ensure_timer<Session, &Session::on_close_timeout>(close_timer_, *this);
    return owner_.on_session_closing(*this);
    // There is no memory to wait: it ends at once.
  } catch (...) {
    loop().report_exception();
    return false;
  }
}

void Session::release_handler(DisconnectReason reason) {
  auto handler = std::exchange(handler_, nullptr);
  const auto observer = std::exchange(observer_, nullptr);
  if (handler) {
    log_line(LogScope::engine, LogLevel::debug,
             {"session of ", opening_.remote_address(), " ended: ", to_string(reason)});
  }
  try {
    if (handler) handler->on_close(reason);
    // It may be the caller, so it lives until the turn ends.
    if (handler) loop().keep(handler);
  } catch (...) {
    // Until that timer fires.
    handler_ = std::move(handler);
    arm(heartbeat_timer_, Duration::zero());
    loop().report_exception();
  }
  if (observer) observer->on_close(reason);
  if (awaiting_drain_) release_awaiting_drain(false);
}

void Session::on_exception() noexcept {
  break_off();
  loop().report_exception();
}

void Session::break_off() noexcept {
  if (state_ == State::broken || state_ == State::closed) return;
  state_ = State::broken;
  if (transport_) transport_->cut();
  arm(heartbeat_timer_, Duration::zero());
}

void Session::give_up() {
  if (transport_) transport_->cut();
  end(DisconnectReason::transport_error);
}

void Session::on_close_timeout() { skip_last_poll(); }

void Session::end(DisconnectReason reason) {
  if (state_ == State::closed) return;
  const auto self = shared_from_this();
  count_end(reason);
  state_ = State::closed;
  heartbeat_timer_.cancel();
  if (stall_timer_) stall_timer_->cancel();
  if (close_timer_) close_timer_->cancel();
  cancel_upgrade();
  if (PollingTransport* const polling_transport = polling()) polling_transport->detach();
  owner_.on_session_end(*this);
  release_handler(reason);
}

void Session::count_end(DisconnectReason reason) {
  if (!std::exchange(is_counted_, false)) return;
  Counters& counted = counters();
  --counted.open[transport_->name()];
  ++counted.closed[reason];
}

PollingTransport* Session::polling() {
  if (!transport_ || transport_->name() != TransportName::polling) return nullptr;
  return static_cast<PollingTransport*>(transport_.get());
}

// --- Heartbeat (Engine.IO protocol 4, "Heartbeat"): we ping, the client answers in time. In
// protocol 3 the client pings, and we answer ---

void Session::start_heartbeat() {
  const Options& options = owner_.options();
  if (!is_v3()) return arm(heartbeat_timer_, options.ping_interval);
  heartbeat_ = Heartbeat::ping;
  arm(heartbeat_timer_, options.ping_interval + options.ping_timeout);
}

void Session::on_heartbeat() {
  if (state_ == State::broken) return end(DisconnectReason::transport_error);
  if (state_ == State::closed || state_ == State::closing) return handler_.reset();
  if (heartbeat_ != Heartbeat::interval) {
    const auto self = shared_from_this();
    transport_->close();
    end(DisconnectReason::ping_timeout);
    return;
  }
  heartbeat_ = Heartbeat::pong;
  const Packet ping{PacketType::ping};
  if (observer_ && !show(ping)) return;
  transport_->send(ping, Compress::no);
  arm(heartbeat_timer_, owner_.options().ping_timeout);
}

void Session::on_pong() {
  if (heartbeat_ == Heartbeat::ping) return refuse_heartbeat();
  heartbeat_ = Heartbeat::interval;
  arm(heartbeat_timer_, owner_.options().ping_interval);
}

void Session::on_ping() {
  if (heartbeat_ != Heartbeat::ping) return refuse_heartbeat();
  start_heartbeat();
  transport_->send({PacketType::pong}, Compress::no);
}

// Only servers send pings in protocol 4, and only clients in protocol 3.
void Session::refuse_heartbeat() {
  const auto self = shared_from_this();
  transport_->close();
  end(DisconnectReason::transport_error);
}

void Session::refuse_message() {
  log_line(LogScope::engine, LogLevel::warning,
           {"too many messages in a second from ", opening_.remote_address()});
  close(DisconnectReason::transport_error);
}

void Session::on_packet(ServerTransport& from, const Packet& packet) {
  if (state_ != State::open && state_ != State::closing) return;
  if (upgrade_ && upgrade_->candidate.get() == &from) return on_upgrade_packet(packet);
  if (state_ != State::open || transport_.get() != &from) return;
  if (is_watched_ && !show_received(packet)) return;
  if (packet.type != PacketType::pong && heartbeat_ == Heartbeat::pong) {
    // A peer whose large message is delaying its pong is alive, so the wait starts again,
    // once per ping.
    heartbeat_ = Heartbeat::pong_extended;
    arm(heartbeat_timer_, owner_.options().ping_timeout);
  }
  switch (packet.type) {
    case PacketType::message:
      if (messages_ && !messages_->take(loop().now())) return refuse_message();
      if (!handler_) return;
      if (packet.content == engineio::Content::text) {
        handler_->on_text(packet.data);
      } else {
        handler_->on_binary(packet.data);
      }
      return;
    case PacketType::pong:
      on_pong();
      return;
    case PacketType::ping:
      on_ping();
      return;
    case PacketType::close: {
      const auto self = shared_from_this();
      if (PollingTransport* const polling_transport = polling()) polling_transport->end_poll();
      transport_->close();
      end(DisconnectReason::transport_close);
      return;
    }
    case PacketType::open:
    case PacketType::upgrade:
    case PacketType::noop:
      // As in the reference, without effect outside an upgrade.
      return;
  }
}

bool Session::show_received(const Packet& packet) {
  if (options().metrics && packet.type == PacketType::message) {
    counters().received.add(1, packet.data.size());
  }
  const auto observer = observer_;
  if (!observer) return true;
  // It may close the session.
  const auto self = shared_from_this();
  observer->on_packet(packet);
  return is_open();
}

void Session::on_transport_close(ServerTransport& transport, DisconnectReason reason) {
  if (upgrade_ && upgrade_->candidate.get() == &transport) {
    // The session continues over polling.
    upgrade_.reset();
    return;
  }
  if (transport_.get() == &transport) end(reason);
}

// --- Upgrade (Engine.IO protocol 4, "Upgrade"): probe, pause, switch ---

bool Session::begin_upgrade(std::shared_ptr<ServerTransport> candidate) {
  if (state_ != State::open || upgrade_ || transport_name() != TransportName::polling) return false;
  upgrade_ = std::make_unique<Upgrade>(*this);
  upgrade_->candidate = std::move(candidate);
  ++counters().upgrades_started;
  arm(upgrade_->timeout, owner_.options().upgrade_timeout);
  return true;
}

void Session::on_upgrade_packet(const Packet& packet) {
  static constexpr std::string_view probe = "probe";
  if (packet.type == PacketType::ping && packet.data == probe && !upgrade_->probed) {
    upgrade_->probed = true;
    upgrade_->candidate->send({.type = PacketType::pong, .data = probe}, Compress::no);
    arm(upgrade_->noop, noop_interval);
  } else if (packet.type == PacketType::upgrade && packet.data.empty() && upgrade_->probed) {
    finish_upgrade();
  } else {
    cancel_upgrade();
  }
}

void Session::on_upgrade_noop() {
  if (PollingTransport* const polling_transport = polling()) polling_transport->send_noop();
  arm(upgrade_->noop, noop_interval);
}

void Session::finish_upgrade() {
  const auto upgrade = std::exchange(upgrade_, nullptr);
  const auto previous = std::exchange(transport_, upgrade->candidate);
  if (is_counted_) {
    --counters().open[previous->name()];
    ++counters().open[transport_->name()];
  }
  ++counters().upgrades_completed;
  auto& polling_transport = static_cast<PollingTransport&>(*previous);
  try {
    polling_transport.hand_over(*transport_);
  } catch (...) {
    polling_transport.detach();
    polling_transport.cut();
    break_off();
    throw;
  }
  polling_transport.detach();
  if (state_ == State::closing) {
    const auto self = shared_from_this();
    transport_->close();
    return end(DisconnectReason::forced_close);
  }
  if (awaiting_drain_) transport_->want_drain();
  const auto observer = observer_;
  if (observer) observer->on_upgrade(transport_->name());
  log_line(LogScope::engine, LogLevel::debug,
           {"session of ", opening_.remote_address(), " upgraded"});
}

void Session::on_upgrade_timeout() {
  log_line(LogScope::engine, LogLevel::info,
           {"upgrade by ", opening_.remote_address(), " timed out"});
  cancel_upgrade();
}

void Session::cancel_upgrade() {
  if (const auto upgrade = std::exchange(upgrade_, nullptr)) upgrade->candidate->close();
}

}  // namespace socketio::engine
