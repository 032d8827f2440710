// SPDX-License-Identifier: MIT
#include "core/client/manager.hpp"

#include "base/log.hpp"
#include "codec/socketio/packet.hpp"
#include "core/client/connection_error.hpp"
#include "core/client/manager_connection.hpp"
#include "core/client/socket_state.hpp"

#include <algorithm>
#include <utility>

namespace socketio::core {

using parser::PacketType;

namespace {

/// When a client ends and cannot wait, it assumes that the server has handled what was sent
/// this long ago.
constexpr std::chrono::seconds handled_time{1};

/// The number of connections that may be closing at the same time. A program that connects and
/// disconnects in a loop has a few.
constexpr std::size_t closing_limit = 16;

}  // namespace

Manager::Manager(Loop& loop, Connector& connector, std::shared_ptr<Gate> gate,
                 ManagerOptions options)
    : loop_(loop),
      connector_(connector),
      gate_(std::move(gate)),
      options_(std::move(options)),
      backoff_(options_.backoff),
      packets_(options_.parser, options_.packet, options_.json) {}

Manager::~Manager() { drop(); }

// --- Any thread ---

std::shared_ptr<ClientSocketState> Manager::socket(std::string_view nsp,
                                                   const SocketOptions& options) {
  const std::string name = parser::namespace_name(nsp);
  const GateLock lock(*gate_);
  const auto found = std::find_if(sockets_.begin(), sockets_.end(),
                                  [&](const auto& socket) { return socket->nsp() == name; });
  std::shared_ptr<ClientSocketState> socket;
  if (found != sockets_.end()) {
    socket = *found;
  } else {
    socket = std::make_shared<ClientSocketState>(*this, gate_, status_, name, options);
    ended() ? socket->close_now() : sockets_.push_back(socket);
  }
  if (options_.auto_connect && !socket->active()) socket->connect();
  return socket;
}

void Manager::perform(void (Manager::*action)()) {
  if (gate_->is_inside()) return (this->*action)();
  gate_->post_urgent([weak = weak_from_this(), action] {
    const auto manager = weak.lock();
    if (manager) contain(*manager, [&] { ((*manager).*action)(); });
  });
}

void Manager::connect() { perform(&Manager::connect_now); }
void Manager::disconnect() { perform(&Manager::close); }
void Manager::leave() { perform(&Manager::disconnect_all_now); }

void Manager::set_query(engine::NamedValues query) {
  const GateLock lock(*gate_);
  options_.engine.query = std::move(query);
}

void Manager::set_extra_headers(engine::NamedValues headers) {
  const GateLock lock(*gate_);
  options_.engine.extra_headers = std::move(headers);
}

std::shared_ptr<Manager::Connection> Manager::connection() const {
  if (const auto* const open = std::get_if<Open>(&state_)) return open->connection;
  if (const auto* const opening = std::get_if<Opening>(&state_)) return opening->connection;
  if (const auto* const ended = std::get_if<Ended>(&state_)) return ended->connection;
  return nullptr;
}

bool Manager::is_current(const Connection& connection) const {
  // Called for each message, so no shared pointer is copied here.
  if (const auto* const open = std::get_if<Open>(&state_)) {
    return open->connection.get() == &connection;
  }
  return this->connection().get() == &connection;
}

bool Manager::is_idle() const {
  return (is<Closed>() || ended()) && !connection() && closing_.empty();
}

void Manager::close_now() {
  const GateLock lock(*gate_);
  if (ended()) return;
  state_ = Ended{connection()};
  // No copy of the list, which could fail. No socket is added any more.
  for (std::size_t i = 0; i < sockets_.size(); ++i) {
    const auto socket = sockets_[i];
    contain(*socket, [&] { socket->close_now(); });
  }
  events_ = {};
}

// --- The end ---

void Manager::end() {
  const GateLock lock(*gate_);
  if (last_sent_ + handled_time <= loop_.timers().now()) ++section_;
  const bool waits = is_between_sections();
  contain(*this, [this] { flush_sections(); });
  for (std::size_t i = 0; i < sockets_.size() && !waits; ++i) {
    const auto socket = sockets_[i];
    contain(*socket, [&] { socket->send_last_disconnect(); });
  }
  close_now();
  for (const auto& socket : sockets_) socket->release();
  open_timer_.cancel();
  reconnect_timer_.cancel();
  broken_timer_.cancel();
  contain(*this, [this] { retire_connection(Ended{}); });
}

void Manager::flush_sections() {
  // If a DISCONNECT arrives in one piece with a socket's events, the server drops the events. So it
  // is left out: the connection closes right after the events, which means the same.
  // Not packets_: a running handler may be reading a packet that it has received.
  PacketParser sent(options_.parser, options_.packet, options_.json);
  const auto keeps = [&sent](engineio::Content content, std::string_view message) {
    return !sent.is_disconnect(content, message);
  };
  const auto flush = [&](engine::ClientSession& session) {
    contain(session, [&] { session.flush_separated(keeps); });
  };
  for (const auto& closing : closing_) flush(*closing->session);
  if (const auto current = connection()) flush(*current->session);
}

void Manager::drop() {
  const GateLock lock(*gate_);
  const auto current = connection();
  state_ = Ended{};
  if (current) current->session->detach();
  for (const auto& closing : std::exchange(closing_, {})) closing->session->detach();
  for (const auto& socket : std::exchange(sockets_, {})) {
    socket->close_now();
    socket->release();
  }
}

// --- Opening ---

void Manager::connect_now() {
  if (auto* const lost = std::get_if<Lost>(&state_)) lost->reconnects = true;
  if (!is<Closed>() && !is<Waiting>()) return;
  reconnect_timer_.cancel();
  backoff_.reset();
  open({});
}

void Manager::ensure_open() {
  if (auto* const lost = std::get_if<Lost>(&state_)) lost->reconnects = true;
  if (is<Closed>()) open({});
}

void Manager::open(Opening opening) {
  state_ = std::move(opening);
  contain(*this, [this] { open_connection(); });
}

void Manager::open_connection() {
  ++section_;
  const auto opened = std::make_shared<Connection>(*this);
  opened->session =
      engine::ClientSession::make(loop_, connector_, options_.engine, memory_, *opened);
  std::get<Opening>(state_).connection = opened;
  if (options_.timeout.count() > 0) loop_.timers().arm(open_timer_, options_.timeout);
  opened->session->open();
}

void Manager::on_open() {
  open_timer_.cancel();
  packets_.reset();
  const Opening opening = std::get<Opening>(state_);
  const Connection& opened = *opening.connection;
  state_ = Open{opening.connection};
  for (const auto& socket : std::vector(sockets_)) {
    if (is_current(opened)) socket->on_manager_open();
  }
  if (is_current(opened)) notify(events_.open);
  if (!opening.is_reconnection || !is_current(opened)) return;
  const std::size_t attempt = backoff_.attempts();
  backoff_.reset();
  notify(events_.reconnect, attempt);
}

void Manager::on_open_timeout() {
  const GateEntry entry(*gate_);
  if (!is<Opening>()) return;
  ConnectionError error;
  error.message = "timeout";
  error.code = Errc::timeout;
  fail(error);
}

void Manager::on_exception() noexcept {
  report(std::current_exception(), "connection");
  if (!ended()) loop_.timers().arm(broken_timer_, Duration::zero());
}

void Manager::on_broken() {
  const GateEntry entry(*gate_);
  ConnectionError error;
  error.message = "transport error";
  if (is<Opening>()) return fail(error);
  if (is<Open>()) on_closed(DisconnectReason::transport_error, error);
}

void Manager::fail(const ConnectionError& error) {
  // Copied first, so that nothing below can stop half-way.
  const Sockets notified = sockets_;
  log_line(LogScope::client, LogLevel::info, {"cannot connect: ", error.message});
  open_timer_.cancel();
  const bool was_reconnection = std::get<Opening>(state_).is_reconnection;
  const auto failed = connection();
  const bool reconnects = options_.reconnection && !(failed && failed->is_unwanted);
  retire_connection(reconnects ? State(Lost{}) : State(Closed{}));
  notify_error(notified, error);
  on_loss_notified();
  if (was_reconnection) notify(events_.reconnect_error, error);
  notify_if_idle();
}

// --- Closing ---

void Manager::on_session_close(DisconnectReason reason, const engine::Failure& failure) {
  ConnectionError error = connection_error(failure);
  if (is<Opening>()) {
    if (error.message.empty()) error.message = to_string(reason);
    return fail(error);
  }
  const auto closed = connection();
  if (!failure.message.empty()) notify_error(Sockets(sockets_), error);
  if (connection() == closed) on_closed(reason, error);
}

void Manager::on_closed(DisconnectReason reason, const ConnectionError& error) {
  Sockets notified;
  // Reserved first, so that nothing below can stop half-way.
  notified.reserve(sockets_.size());
  open_timer_.cancel();
  const auto closed = connection();
  const bool was_closed = !is<Opening>() && !is<Open>();
  const bool reconnects = options_.reconnection && closed && !closed->is_unwanted;
  if (!was_closed) retire_connection(reconnects ? State(Lost{}) : State(Closed{}));
  backoff_.reset();
  if (!was_closed) {
    for (const auto& socket : sockets_) {
      if (socket->on_manager_close()) notified.push_back(socket);
    }
    for (const auto& socket : notified) {
      contain(*socket, [&] { socket->notify_disconnect(reason, error); });
    }
    notify(events_.close, reason, error);
    on_loss_notified();
  }
  notify_if_idle();
}

void Manager::close() {
  if (ended()) return;
  stop_reconnecting();
  on_closed(DisconnectReason::forced_close, {});
}

void Manager::stop_reconnecting() {
  if (auto* const lost = std::get_if<Lost>(&state_)) lost->reconnects = false;
  if (is<Waiting>()) {
    reconnect_timer_.cancel();
    state_ = Closed{};
  }
  if (const auto current = connection()) current->is_unwanted = true;
}

void Manager::disconnect_all_now() {
  if (ended()) return;
  // First, so that no connection follows if something below fails.
  stop_reconnecting();
  for (std::size_t i = 0; i < sockets_.size(); ++i) {
    const auto socket = sockets_[i];
    contain(*socket, [&] { socket->disconnect_now(); });
  }
  close();
}

void Manager::on_left() {
  const bool is_used = std::any_of(sockets_.begin(), sockets_.end(),
                                   [](const auto& socket) { return socket->active(); });
  if (!is_used) close();
}

void Manager::refuse(std::string_view why) {
  const auto self = shared_from_this();
  const GateEntry entry(*gate_);
  if (!is<Open>()) return;
  ConnectionError error;
  error.code = Errc::bad_packet;
  error.details = why;
  on_closed(DisconnectReason::parse_error, error);
}

void Manager::retire_connection(State next) {
  const auto retired = connection();
  const bool is_closing = retired && !retired->is_closed;
  if (is_closing) closing_.push_back(retired);
  // The connection, or its session, may be on the call stack.
  if (retired && !is_closing) loop_.defer([retired] {});
  state_ = std::move(next);
  packets_.reset();
  status_->carried_by = CarriedBy::nothing;
  count_queued_bytes();
  if (!is_closing) return;
  // The oldest one has had enough time.
  if (closing_.size() > closing_limit) {
    const auto oldest = closing_.front();
    closing_.erase(closing_.begin());
    oldest->session->detach();
  }
  contain(*retired->session, [&] { retired->session->close(); });
}

void Manager::forget(const Connection& connection) {
  const auto found = std::find_if(closing_.begin(), closing_.end(), [&](const auto& closing) {
    return closing.get() == &connection;
  });
  if (found == closing_.end()) return;
  // The connection and its session are on the call stack.
  loop_.defer([gone = *found] {});
  closing_.erase(found);
  notify_if_idle();
}

void Manager::notify_if_idle() {
  if (is_idle() && idle_hook_) idle_hook_();
}

bool Manager::heartbeat_expired() {
  const auto* const open = std::get_if<Open>(&state_);
  if (!open || !open->connection->session->heartbeat_expired()) return false;
  if (!std::exchange(open->connection->is_expiring, true)) {
    loop_.defer([session = std::weak_ptr(open->connection->session)] {
      if (const auto late = session.lock()) late->abort(DisconnectReason::ping_timeout, {});
    });
  }
  return true;
}

// --- Reconnection ---

bool Manager::may_try_again(const Backoff& backoff) const {
  const std::size_t limit = options_.reconnection_attempts;
  return limit == 0 || backoff.attempts() < limit;
}

void Manager::on_loss_notified() {
  const auto* const lost = std::get_if<Lost>(&state_);
  if (!lost) return;
  if (lost->reconnects && may_try_again(backoff_)) {
    state_ = Waiting{};
    return loop_.timers().arm(reconnect_timer_, backoff_.next(loop_.entropy()));
  }
  const bool has_failed = lost->reconnects;
  state_ = Closed{};
  if (!has_failed) return;
  backoff_.reset();
  notify(events_.reconnect_failed);
}

void Manager::on_reconnect_timer() {
  const GateEntry entry(*gate_);
  if (!is<Waiting>()) return;
  notify(events_.reconnect_attempt, backoff_.attempts());
  if (is<Waiting>()) open({.is_reconnection = true});
}

// --- Packets ---

void Manager::on_message(Result<std::optional<parser::Packet>, parser::Errc> result) {
  if (!result) return refuse(describe(result.error()));
  // Attachments may take as long as the network needs. Their number and bytes are limited, and the
  // heartbeat notices a server that falls silent.
  if (!*result) return;
  on_packet(**result);
  packets_.give_back_large();
}

void Manager::on_packet(const parser::Packet& packet) {
  for (const auto& candidate : sockets_) {
    if (candidate->nsp() != packet.nsp) continue;
    // A copy, because its handlers may create sockets.
    const auto socket = candidate;
    return socket->on_packet(packet);
  }
}

bool Manager::writable() const {
  const auto* const open = std::get_if<Open>(&state_);
  return open && open->connection->session->writable();
}

bool Manager::has_room(std::size_t bytes) const {
  const auto* const open = std::get_if<Open>(&state_);
  if (!open) return false;
  const std::size_t queued = open->connection->session->queued_bytes();
  return queued == 0 || queued + bytes <= options_.out_buffer_bytes;
}

void Manager::count_queued_bytes() {
  const auto* const open = std::get_if<Open>(&state_);
  status_->queued_bytes.store(open ? open->connection->session->queued_bytes() : 0,
                              std::memory_order_relaxed);
}

void Manager::begin_section() {
  const auto* const open = std::get_if<Open>(&state_);
  if (!open) return;
  open->connection->session->separate();
  ++section_;
}

bool Manager::is_between_sections() const {
  const auto* const open = std::get_if<Open>(&state_);
  return open && open->connection->session->is_separating();
}

void Manager::on_separated() {
  const auto separated = connection();
  for (const auto& socket : std::vector(sockets_)) {
    if (connection() == separated) socket->on_separated();
  }
}

EmitResult Manager::send(PacketType type, std::string_view nsp, std::optional<std::uint64_t> id,
                         std::string_view text, const std::vector<Bytes>& attachments,
                         Compress compress) {
  const auto* const open = std::get_if<Open>(&state_);
  if (!open) return EmitResult::not_connected;
  engine::ClientSession& session = *open->connection->session;
  const bool was_writable = session.writable();
  last_sent_ = loop_.now();
  const auto error = packets_.send(session, {type, nsp, id, {text}, attachments}, compress);
  if (error == parser::Errc::parser_threw) {
    // Not from inside an emit. A connection that has followed meanwhile is not to blame.
    loop_.defer([self = weak_from_this(), blamed = std::weak_ptr(open->connection)] {
      const auto manager = self.lock();
      if (manager && blamed.lock() == manager->connection())
        contain(*manager, [&] { manager->refuse(describe(parser::Errc::parser_threw)); });
    });
  }
  if (error) return EmitResult::dropped;
  count_queued_bytes();
  return was_writable ? EmitResult::sent : EmitResult::queued;
}

// --- Handlers ---

template <class List, class... Args>
void Manager::notify(const List& list, const Args&... args) {
  list.for_each([&](auto& handler) {
    if (ended()) return;
    try {
      handler(args...);
    } catch (...) {
      report(std::current_exception(), "connection");
    }
  });
}

void Manager::report(const std::exception_ptr& exception, std::string_view event) noexcept {
  const GateLock lock(*gate_);
  if (!sockets_.empty()) std::shared_ptr(sockets_.front())->report_thrown(event, exception);
}

void Manager::notify_error(const Sockets& sockets, const ConnectionError& error) {
  for (const auto& socket : sockets) socket->on_manager_error(error);
  notify(events_.error, error);
}

}  // namespace socketio::core
