// SPDX-License-Identifier: MIT
#include "engine/client/session.hpp"

#include "engine/client/polling.hpp"
#include "engine/client/websocket.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace socketio::engine {

using engineio::Packet;
using engineio::PacketType;

namespace {

using std::chrono::milliseconds;

/// What the ping and the pong of an upgrade carry.
constexpr std::string_view probe = "probe";

/// An upgrade that takes longer is abandoned; the session stays on polling.
constexpr milliseconds upgrade_timeout{20'000};

/// The time for everything that close() waits for: what was sent before, the end of an upgrade, and
/// the close packet.
constexpr milliseconds closing_timeout{30'000};

/// A ping that arrives sooner after the latest pong is answered at the end of this interval. No
/// honest server pings faster.
constexpr milliseconds pong_interval{10};

/// Our own server's have 20 bytes. A longer one does not belong in a URL.
constexpr std::size_t sid_limit_bytes = 1024;

bool offers(const engineio::Handshake& handshake, TransportName name) {
  return std::find(handshake.upgrades.begin(), handshake.upgrades.end(), to_string(name)) !=
         handshake.upgrades.end();
}

}  // namespace

std::shared_ptr<ClientSession> ClientSession::make(Loop& loop, Connector& connector,
                                                   const ClientOptions& options, Memory& memory,
                                                   ClientSessionHandler& handler) {
  return std::shared_ptr<ClientSession>(
      new ClientSession(loop, connector, options, memory, handler));
}

ClientSession::ClientSession(Loop& loop, Connector& connector, const ClientOptions& options,
                             Memory& memory, ClientSessionHandler& handler)
    : loop_(loop),
      options_(options),
      memory_(memory),
      handler_(&handler),
      context_{loop, connector, options_, memory, *this},
      transports_(options.transports) {}

ClientSession::~ClientSession() { detach(); }

// --- Opening ---

void ClientSession::open() {
  assert(state_ == State::made);
  state_ = State::opening;
  if (transports_.empty()) {
    loop_.defer([weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self) return;
      contain(*self, [&] {
        self->end(DisconnectReason::transport_error, {.message = "No transports available"});
      });
    });
    return;
  }
  const auto websocket =
      std::find(transports_.begin(), transports_.end(), TransportName::websocket);
  const bool prefers_websocket = options_.remember_upgrade && memory_.prefers_websocket;
  start(prefers_websocket && websocket != transports_.end() ? *websocket : transports_.front());
}

void ClientSession::start(TransportName name) {
  if (name == TransportName::polling) {
    transport_ = std::make_shared<ClientPolling>(context_);
  } else {
    transport_ = std::make_shared<ClientWebSocket>(context_, id_);
  }
  transport_->open();
}

void ClientSession::on_transport_open(ClientTransport& from) {
  if (candidate_.get() != &from) return;
  candidate_->send({.type = PacketType::ping, .data = probe}, Compress::no);
}

void ClientSession::on_handshake(std::string_view json) {
  const auto handshake = engineio::decode_handshake(json);
  if (!handshake || handshake->sid.size() > sid_limit_bytes) {
    return refuse("the server sent a handshake that makes no sense");
  }
  id_ = handshake->sid;
  heartbeat_ = handshake->ping_interval + handshake->ping_timeout;
  state_ = State::open;
  memory_.prefers_websocket = transport_name() == TransportName::websocket;
  restart_heartbeat();
  if (ClientPolling* const transport = polling()) {
    transport->start(id_, handshake->max_payload_bytes);
  }
  const auto weak = weak_from_this();
  handler_->on_open(*handshake);
  if (weak.expired() || state_ != State::open) return;
  const bool knows_websocket = std::find(transports_.begin(), transports_.end(),
                                         TransportName::websocket) != transports_.end();
  if (options_.upgrade && knows_websocket && polling() != nullptr &&
      offers(*handshake, TransportName::websocket)) {
    begin_upgrade();
  }
}

// --- Packets ---

void ClientSession::on_packet(ClientTransport& from, const Packet& packet) {
  if (candidate_.get() == &from) return on_probe_packet(packet);
  if (transport_.get() != &from) return;
  if (state_ == State::opening) {
    if (packet.type == PacketType::open) on_handshake(packet.data);
    return;
  }
  switch (packet.type) {
    case PacketType::message:
      if (state_ != State::open) return;
      if (packet.content == engineio::Content::text) return handler_->on_text(packet.data);
      return handler_->on_binary(packet.data);
    case PacketType::ping:
      return on_server_ping();
    case PacketType::open:
      return refuse("the server sent a second handshake");
    // Polling ends by itself. Over WebSocket this packet means nothing.
    case PacketType::close:
    case PacketType::pong:
    case PacketType::upgrade:
    case PacketType::noop:
      return;
  }
}

void ClientSession::send(const engineio::Packet& message, Compress compress) {
  if (state_ != State::open) return;
  try {
    transport_->send(message, compress);
  } catch (...) {
    break_off();  // half of it may be on its way
    throw;
  }
}

void ClientSession::separate() {
  if (state_ == State::open) transport_->separate();
}

bool ClientSession::is_separating() const {
  return state_ == State::open && transport_->is_separating();
}

void ClientSession::flush_separated(const KeepsMessage& keeps) {
  if (state_ == State::open || state_ == State::closing) transport_->flush_separated(keeps);
}

void ClientSession::on_transport_separated(ClientTransport& from) {
  if (transport_.get() == &from && state_ == State::open) handler_->on_separated();
}

void ClientSession::on_transport_drain(ClientTransport& from) {
  if (transport_.get() != &from) return;
  if (state_ == State::closing) return continue_closing();
  if (state_ == State::open) handler_->on_drain();
}

// --- Heartbeat (Engine.IO protocol 4, "Heartbeat"): the server pings, we answer ---

void ClientSession::restart_heartbeat() {
  heartbeat_deadline_ = loop_.now() + heartbeat_;
  loop_.timers().arm(heartbeat_timer_, heartbeat_);
}

void ClientSession::on_server_ping() {
  restart_heartbeat();
  if (state_ != State::open) return;
  if (!pong_timer_.armed()) {
    if (loop_.now() >= next_pong_) {
      send_pong();
    } else {
      loop_.timers().arm(pong_timer_, next_pong_ - loop_.now());
    }
  }
  handler_->on_ping();
}

void ClientSession::send_pong() {
  if (state_ != State::open) return;
  next_pong_ = loop_.now() + pong_interval;
  transport_->send({PacketType::pong}, Compress::no);
}

void ClientSession::on_heartbeat_timeout() {
  if (state_ != State::broken) return end(DisconnectReason::ping_timeout, {});
  end(DisconnectReason::transport_error, {.message = "transport error"});
}

// --- Upgrade (Engine.IO protocol 4, "Upgrade"): probe, pause, switch ---

void ClientSession::begin_upgrade() {
  memory_.prefers_websocket = false;
  loop_.timers().arm(upgrade_timer_, upgrade_timeout);
  candidate_ = std::make_shared<ClientWebSocket>(context_, id_);
  candidate_->open();
}

void ClientSession::on_probe_packet(const Packet& packet) {
  if (upgrading_) return;
  if (packet.type != PacketType::pong || packet.data != probe) return cancel_upgrade();
  upgrading_ = true;
  memory_.prefers_websocket = true;
  polling()->pause();
}

void ClientSession::on_transport_paused(ClientTransport&) {
  upgrade_timer_.cancel();
  upgrading_ = false;
  const auto previous = std::exchange(transport_, std::exchange(candidate_, nullptr));
  transport_->send({PacketType::upgrade}, Compress::no);
  static_cast<ClientPolling&>(*previous).hand_over(*transport_);
  previous->close();
  if (state_ == State::closing) return continue_closing();
  handler_->on_upgrade(TransportName::websocket);
}

void ClientSession::cancel_upgrade() {
  upgrade_timer_.cancel();
  const auto candidate = std::exchange(candidate_, nullptr);
  if (!candidate) return;
  candidate->close();
  memory_.prefers_websocket = false;
  if (std::exchange(upgrading_, false)) polling()->resume();
  if (state_ == State::closing) continue_closing();
}

// --- Closing ---

void ClientSession::close() {
  if (state_ == State::opening) return end(DisconnectReason::forced_close, {});
  if (state_ != State::open) return;
  state_ = State::closing;
  pong_timer_.cancel();
  loop_.timers().arm(closing_timer_, closing_timeout);
  continue_closing();
}

void ClientSession::continue_closing() {
  if (upgrading_) return;
  ClientPolling* const transport = polling();
  if (transport != nullptr) {
    if (!transport->idle()) return;
    if (std::exchange(close_sent_, true)) return end(DisconnectReason::forced_close, {});
    upgrade_timer_.cancel();
    if (const auto candidate = std::exchange(candidate_, nullptr)) candidate->close();
    return transport->send_close();
  }
  if (transport_->queued_bytes() != 0) return transport_->want_drain();
  end(DisconnectReason::forced_close, {});
}

void ClientSession::on_closing_timeout() { end(DisconnectReason::forced_close, {}); }

void ClientSession::abort(DisconnectReason reason, const Failure& failure) { end(reason, failure); }

void ClientSession::on_exception() noexcept {
  break_off();
  loop_.report_exception();
}

void ClientSession::break_off() noexcept {
  if (state_ == State::made || state_ == State::broken || state_ == State::closed) return;
  state_ = State::broken;
  if (candidate_) candidate_->cut();
  if (transport_) transport_->cut();
  loop_.timers().arm(heartbeat_timer_, Duration::zero());
}

void ClientSession::detach() {
  handler_ = nullptr;
  release_transports();
  state_ = State::closed;
}

void ClientSession::refuse(std::string details) {
  Failure failure{.message = "server error", .details = std::move(details)};
  end(DisconnectReason::transport_error, failure);
}

void ClientSession::on_transport_end(ClientTransport& from, DisconnectReason reason,
                                     const Failure& failure) {
  if (candidate_.get() == &from) return cancel_upgrade();
  if (transport_.get() != &from) return;
  if (reason == DisconnectReason::transport_error) memory_.prefers_websocket = false;
  const bool may_try_next = state_ == State::opening && options_.try_all_transports &&
                            reason == DisconnectReason::transport_error && transports_.size() > 1;
  if (!may_try_next) return end(reason, failure);
  transports_.erase(std::find(transports_.begin(), transports_.end(), from.name()));
  start(transports_.front());
}

void ClientSession::end(DisconnectReason reason, const Failure& failure) {
  if (state_ == State::made || state_ == State::closed) return;
  state_ = State::closed;
  release_transports();
  std::exchange(handler_, nullptr)->on_close(reason, failure);
}

void ClientSession::release_transports() {
  heartbeat_timer_.cancel();
  pong_timer_.cancel();
  upgrade_timer_.cancel();
  closing_timer_.cancel();
  heartbeat_deadline_ = TimePoint::max();
  upgrading_ = false;
  if (const auto candidate = std::exchange(candidate_, nullptr)) candidate->close();
  if (transport_) transport_->close();
}

// --- State ---

bool ClientSession::is_open() const { return state_ == State::open; }

bool ClientSession::writable() const { return state_ == State::open && transport_->writable(); }

std::size_t ClientSession::queued_bytes() const {
  return transport_ ? transport_->queued_bytes() : 0;
}

TransportName ClientSession::transport_name() const {
  return transport_ ? transport_->name() : TransportName::polling;
}

const std::string& ClientSession::id() const { return id_; }

bool ClientSession::heartbeat_expired() const { return loop_.now() > heartbeat_deadline_; }

ClientPolling* ClientSession::polling() {
  if (!transport_ || transport_->name() != TransportName::polling) return nullptr;
  return static_cast<ClientPolling*>(transport_.get());
}

}  // namespace socketio::engine
