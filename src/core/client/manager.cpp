// SPDX-License-Identifier: MIT
#include "core/client/manager.hpp"

#include "codec/socketio/packet.hpp"
#include "core/client/socket_state.hpp"

#include <algorithm>
#include <utility>

namespace socketio::core {

using parser::PacketType;

/// Hears one session, for as long as the session lives; the manager listens to the latest only.
class Manager::Connection final : public engine::ClientSessionHandler {
 public:
  explicit Connection(Manager& manager) : manager_(manager) {}

  std::shared_ptr<engine::ClientSession> session;
  bool is_closed = false;

  void on_open(const engineio::Handshake&) override {
    inside([this] {
      note_transport(session->transport_name());
      manager_.on_open();
    });
  }
  void on_text(std::string_view message) override {
    inside([&] { manager_.on_message(manager_.packets_.add_text(message)); });
  }
  void on_binary(std::string_view message) override {
    inside([&] { manager_.on_message(manager_.packets_.add_binary(message)); });
  }
  void on_ping() override {
    inside([this] { manager_.notify(manager_.events_.ping); });
  }
  void on_upgrade(engine::TransportName name) override {
    inside([&] { note_transport(name); });
  }
  void on_drain() override {
    if (manager_.connection_.get() == this) manager_.count_queued_bytes();
  }
  void on_separated() override {
    inside([this] { manager_.on_separated(); });
  }
  void on_close(DisconnectReason reason, const engine::Failure& failure) override {
    const auto manager = manager_.shared_from_this();
    const GateEntry entry(*manager->gate_);
    is_closed = true;
    const auto current = manager->connection_;
    contain(*manager, [&] {
      if (current.get() != this) return manager->forget(*this);
      if (!manager->ended_) manager->on_session_close(reason, failure);
    });
  }

 private:
  template <class Use>
  void inside(Use use) {
    const auto manager = manager_.shared_from_this();
    const GateEntry entry(*manager->gate_);
    const auto self = manager->connection_;  // what is told may replace it
    if (self.get() == this && !manager->ended_) use();
  }

  void note_transport(engine::TransportName name) {
    manager_.status_->carried_by =
        name == engine::TransportName::polling ? CarriedBy::polling : CarriedBy::websocket;
  }

  Manager& manager_;
};

namespace {

ConnectionError connection_error(const engine::Failure& failure) {
  ConnectionError error;
  error.message = failure.message;
  error.code = failure.code;
  error.status = failure.status;
  error.details = failure.details;
  error.close_code = failure.close_code;
  if (failure.is_other_protocol) error.code = Errc::other_protocol;
  return error;
}

/// What was sent that long ago counts as handled for a client that ends and cannot wait.
constexpr std::chrono::seconds handled_time{1};

/// How many connections may say goodbye at the same time. A program that connects and disconnects
/// in a loop has a few.
constexpr std::size_t leaving_limit = 16;

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
    ended_ ? socket->abandon() : sockets_.push_back(socket);
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
void Manager::disconnect_all() { perform(&Manager::disconnect_all_now); }

void Manager::set_query(engine::NamedValues query) {
  const GateLock lock(*gate_);
  options_.engine.query = std::move(query);
}

void Manager::set_extra_headers(engine::NamedValues headers) {
  const GateLock lock(*gate_);
  options_.engine.extra_headers = std::move(headers);
}

void Manager::abandon() {
  const GateLock lock(*gate_);
  if (std::exchange(ended_, true)) return;
  // No copy, which may fail: no socket is added any more.
  for (std::size_t i = 0; i < sockets_.size(); ++i) {
    const auto socket = sockets_[i];
    contain(*socket, [&] { socket->abandon(); });
  }
  events_ = {};
}

// --- The end ---

void Manager::end() {
  const GateLock lock(*gate_);
  if (last_sent_ + handled_time <= loop_.timers().now()) ++section_;
  const bool waits = is_between_sections();
  flush_sections();
  for (std::size_t i = 0; i < sockets_.size() && !waits; ++i) {
    const auto socket = sockets_[i];
    contain(*socket, [&] { socket->send_last_disconnect(); });
  }
  abandon();
  for (const auto& socket : sockets_) socket->release();
  open_timer_.cancel();
  reconnect_timer_.cancel();
  broken_timer_.cancel();
  contain(*this, [this] { retire_connection(); });
}

void Manager::flush_sections() {
  // With a DISCONNECT that comes in one piece with them the server drops a socket's events; that
  // the connection closes behind them says as much.
  const auto keeps = [this](engineio::Content content, std::string_view message) {
    return !packets_.is_disconnect(content, message);
  };
  const auto flush = [&](engine::ClientSession& session) {
    contain(session, [&] { session.flush_separated(keeps); });
  };
  for (const auto& leaving : leaving_) flush(*leaving->session);
  if (connection_) flush(*connection_->session);
}

void Manager::drop() {
  const auto connection = std::exchange(connection_, nullptr);
  if (connection && connection->session) connection->session->detach();
  for (const auto& leaving : std::exchange(leaving_, {})) leaving->session->detach();
  for (const auto& socket : std::exchange(sockets_, {})) {
    const GateLock lock(*gate_);
    socket->abandon();
    socket->release();
  }
}

// --- Opening ---

void Manager::connect_now() {
  if (state_ != State::closed || ended_ || leaves_it_to_reconnection()) return;
  reconnect_timer_.cancel();
  reconnecting_ = false;
  backoff_.reset();
  open();
}

void Manager::ensure_open() {
  if (!reconnecting_ && !leaves_it_to_reconnection()) open();
}

bool Manager::leaves_it_to_reconnection() {
  // Opened at once, a server that refuses would be asked again and again without a pause.
  if (reconnect_follows_) skip_reconnect_ = false;
  return reconnect_follows_;
}

void Manager::open() {
  if (state_ != State::closed || ended_) return;
  state_ = State::opening;
  skip_reconnect_ = false;
  expiring_ = false;
  contain(*this, [this] { open_connection(); });
}

void Manager::open_connection() {
  ++section_;
  const auto connection = std::make_shared<Connection>(*this);
  connection->session =
      engine::ClientSession::make(loop_, connector_, options_.engine, memory_, *connection);
  connection_ = connection;
  if (options_.timeout.count() > 0) loop_.timers().arm(open_timer_, options_.timeout);
  connection->session->open();
}

void Manager::on_open() {
  open_timer_.cancel();
  packets_.reset();
  state_ = State::open;
  const auto opened = connection_;
  const bool was_attempt = std::exchange(attempting_, false);
  for (const auto& socket : std::vector(sockets_)) {
    if (connection_ == opened) socket->on_manager_open();
  }
  if (connection_ == opened) notify(events_.open);
  if (!was_attempt || connection_ != opened) return;
  const std::size_t attempt = backoff_.attempts();
  reconnecting_ = false;
  backoff_.reset();
  notify(events_.reconnect, attempt);
}

void Manager::on_open_timeout() {
  const GateEntry entry(*gate_);
  if (ended_ || state_ != State::opening) return;
  ConnectionError error;
  error.message = "timeout";
  error.code = Errc::timeout;
  fail(error);
}

void Manager::on_exception() noexcept {
  report(std::current_exception());
  if (!ended_) loop_.timers().arm(broken_timer_, Duration::zero());
}

void Manager::on_broken() {
  const GateEntry entry(*gate_);
  if (ended_) return;
  ConnectionError error;
  error.message = "transport error";
  if (state_ == State::opening) return fail(error);
  if (state_ == State::open) on_closed(DisconnectReason::transport_error, error);
}

void Manager::fail(const ConnectionError& error) {
  const Sockets told = sockets_;  // first: what follows does not stop half-way
  open_timer_.cancel();
  retire_connection();
  state_ = State::closed;
  const bool was_attempt = std::exchange(attempting_, false);
  reconnect_follows_ = options_.reconnection;
  notify_error(told, error);
  reconnect_follows_ = false;
  if (was_attempt) {
    reconnecting_ = false;
    reconnect();
    notify(events_.reconnect_error, error);
  } else if (!reconnecting_ && options_.reconnection && backoff_.attempts() == 0) {
    reconnect();
  }
  notify_if_idle();
}

// --- Closing ---

void Manager::on_session_close(DisconnectReason reason, const engine::Failure& failure) {
  ConnectionError error = connection_error(failure);
  if (state_ == State::opening) {
    if (error.message.empty()) error.message = to_string(reason);
    return fail(error);
  }
  const auto closed = connection_;
  if (!failure.message.empty()) notify_error(Sockets(sockets_), error);
  if (connection_ == closed) on_closed(reason, error);
}

void Manager::on_closed(DisconnectReason reason, const ConnectionError& error) {
  const bool was_closed = state_ == State::closed;
  Sockets told;
  told.reserve(sockets_.size());  // first: what follows does not stop half-way
  open_timer_.cancel();
  retire_connection();
  backoff_.reset();
  state_ = State::closed;
  attempting_ = false;
  if (!was_closed) {
    reconnect_follows_ = options_.reconnection && !skip_reconnect_;
    for (const auto& socket : sockets_) {
      if (socket->on_manager_close()) told.push_back(socket);
    }
    for (const auto& socket : told) {
      contain(*socket, [&] { socket->notify_disconnect(reason, error); });
    }
    notify(events_.close, reason, error);
    reconnect_follows_ = false;
  }
  if (options_.reconnection && !skip_reconnect_) reconnect();
  notify_if_idle();
}

void Manager::close() {
  if (ended_) return;
  skip_reconnect_ = true;
  reconnecting_ = false;
  reconnect_timer_.cancel();
  on_closed(DisconnectReason::forced_close, {});
}

void Manager::disconnect_all_now() {
  if (ended_) return;
  skip_reconnect_ = true;  // first: whatever fails, no connection follows
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
  if (state_ != State::open || ended_) return;
  ConnectionError error;
  error.code = Errc::bad_packet;
  error.details = why;
  on_closed(DisconnectReason::parse_error, error);
}

void Manager::retire_connection() {
  const auto connection = connection_;
  if (connection && connection->is_closed) {
    loop_.defer([connection] {});  // it may be what calls here, and so may its session
  } else if (connection) {
    leaving_.push_back(connection);
    if (leaving_.size() > leaving_limit) {  // the oldest has had its time
      const auto oldest = leaving_.front();
      leaving_.erase(leaving_.begin());
      oldest->session->detach();
    }
  }
  packets_.reset();
  status_->carried_by = CarriedBy::nothing;
  connection_ = nullptr;
  count_queued_bytes();
  if (!connection || connection->is_closed) return;
  contain(*connection->session, [&] { connection->session->close(); });
}

void Manager::forget(const Connection& connection) {
  const auto found = std::find_if(leaving_.begin(), leaving_.end(), [&](const auto& leaving) {
    return leaving.get() == &connection;
  });
  if (found == leaving_.end()) return;
  loop_.defer([gone = *found] {});  // it is being called, and so is its session
  leaving_.erase(found);
  notify_if_idle();
}

void Manager::notify_if_idle() {
  if (is_idle() && idle_hook_) idle_hook_();
}

bool Manager::heartbeat_expired() {
  if (!connection_ || !connection_->session->heartbeat_expired()) return false;
  if (!std::exchange(expiring_, true)) {
    loop_.defer([session = std::weak_ptr(connection_->session)] {
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

void Manager::reconnect() {
  if (reconnecting_ || skip_reconnect_ || ended_ || state_ != State::closed) return;
  if (!may_try_again(backoff_)) {
    backoff_.reset();
    return notify(events_.reconnect_failed);
  }
  reconnecting_ = true;
  loop_.timers().arm(reconnect_timer_, backoff_.next(loop_.entropy()));
}

void Manager::on_reconnect_timer() {
  const GateEntry entry(*gate_);
  if (skip_reconnect_ || ended_) return;
  notify(events_.reconnect_attempt, backoff_.attempts());
  if (skip_reconnect_ || ended_ || !reconnecting_ || state_ != State::closed) return;
  attempting_ = true;
  open();
}

// --- Packets ---

void Manager::on_message(Result<std::optional<parser::Packet>, parser::Errc> result) {
  if (!result) return refuse(describe(result.error()));
  // Attachments may take as long as the network needs. Those that are due are bounded in number and
  // bytes, and a server that falls silent has its heartbeat.
  if (!*result) return;
  on_packet(**result);
  packets_.give_back_large();
}

void Manager::on_packet(const parser::Packet& packet) {
  for (const auto& candidate : sockets_) {
    if (candidate->nsp() != packet.nsp) continue;
    const auto socket = candidate;  // its handlers may make further sockets
    return socket->on_packet(packet);
  }
}

bool Manager::writable() const { return connection_ && connection_->session->writable(); }

bool Manager::has_room(std::size_t bytes) const {
  if (!connection_) return false;
  const std::size_t queued = connection_->session->queued_bytes();
  return queued == 0 || queued + bytes <= options_.out_buffer_bytes;
}

void Manager::count_queued_bytes() {
  status_->queued_bytes.store(connection_ ? connection_->session->queued_bytes() : 0,
                              std::memory_order_relaxed);
}

void Manager::begin_section() {
  if (state_ != State::open) return;
  connection_->session->separate();
  ++section_;
}

bool Manager::is_between_sections() const {
  return connection_ && connection_->session->is_separating();
}

void Manager::on_separated() {
  const auto separated = connection_;
  for (const auto& socket : std::vector(sockets_)) {
    if (connection_ == separated) socket->on_separated();
  }
}

EmitResult Manager::send(PacketType type, std::string_view nsp, std::optional<std::uint64_t> id,
                         std::string_view text, const std::vector<Bytes>& attachments,
                         Compress compress) {
  if (state_ != State::open) return EmitResult::not_connected;
  engine::ClientSession& session = *connection_->session;
  const bool was_writable = session.writable();
  last_sent_ = loop_.now();
  if (!packets_.send(session, {type, nsp, id, {text}, attachments}, compress)) {
    return EmitResult::dropped;
  }
  count_queued_bytes();
  return was_writable ? EmitResult::sent : EmitResult::queued;
}

// --- Handlers ---

template <class List, class... Args>
void Manager::notify(const List& list, const Args&... args) {
  list.for_each([&](auto& handler) {
    if (ended_) return;
    try {
      handler(args...);
    } catch (...) {
      report(std::current_exception());
    }
  });
}

void Manager::report(const std::exception_ptr& exception) noexcept {
  const GateLock lock(*gate_);
  if (!sockets_.empty()) std::shared_ptr(sockets_.front())->report_thrown("connection", exception);
}

void Manager::notify_error(const Sockets& sockets, const ConnectionError& error) {
  for (const auto& socket : sockets) socket->on_manager_error(error);
  notify(events_.error, error);
}

}  // namespace socketio::core
