// SPDX-License-Identifier: MIT
#include "core/client/engine_connection.hpp"

#include "base/contain.hpp"
#include "core/client/connection_error.hpp"
#include "core/event_text.hpp"

#include <utility>

namespace socketio::core {

EngineConnection::EngineConnection(Loop& loop, Connector& connector, std::shared_ptr<Gate> gate,
                                   ManagerOptions options)
    : loop_(loop), connector_(connector), gate_(std::move(gate)), options_(std::move(options)) {}

EngineConnection::~EngineConnection() { drop(); }

// --- Any thread ---

void EngineConnection::perform(void (EngineConnection::*action)()) {
  if (gate_->is_inside()) return (this->*action)();
  gate_->post_urgent([weak = weak_from_this(), action] {
    const auto self = weak.lock();
    if (self) contain(*self, [&] { ((*self).*action)(); });
  });
}

void EngineConnection::connect() { perform(&EngineConnection::connect_now); }
void EngineConnection::leave() { perform(&EngineConnection::close_session); }

EmitResult EngineConnection::send(engine::Message message) {
  if (gate_->is_inside()) return send_now(message);
  const std::size_t bytes = message.data.size();
  if (posted_bytes_.fetch_add(bytes) + bytes > options_.offline_buffer_bytes) {
    posted_bytes_ -= bytes;
    return EmitResult::dropped;
  }
  const bool posted = gate_->post(
      [weak = weak_from_this(), data = std::string(message.data), is_binary = message.is_binary] {
        const auto self = weak.lock();
        if (!self) return;
        self->posted_bytes_ -= data.size();
        contain(*self, [&] { self->send_now({.data = data, .is_binary = is_binary}); });
      });
  if (posted) return EmitResult::sent;
  posted_bytes_ -= bytes;
  return EmitResult::not_connected;
}

std::string EngineConnection::id() const {
  const GateLock lock(*gate_);
  return session_ ? session_->id() : std::string();
}

bool EngineConnection::is_open() const {
  const GateLock lock(*gate_);
  return session_ && session_->is_open();
}

std::string_view EngineConnection::transport() const {
  const GateLock lock(*gate_);
  if (!session_ || !session_->is_open()) return {};
  return engine::to_string(session_->transport_name());
}

void EngineConnection::set_query(engine::NamedValues query) {
  const GateLock lock(*gate_);
  options_.engine.query = std::move(query);
}

void EngineConnection::set_extra_headers(engine::NamedValues headers) {
  const GateLock lock(*gate_);
  options_.engine.extra_headers = std::move(headers);
}

void EngineConnection::report(const std::exception_ptr& exception,
                              std::string_view event) noexcept {
  const GateLock lock(*gate_);
  try {
    const HandlerError error{std::string(event),
                             message_of(exception, "an exception of an unknown type"), exception};
    events_.error.for_each([&](const detail::ClientErrorHook& hook) { hook(error); });
  } catch (...) {
    // The error hook itself has failed, or there is no memory.
  }
}

void EngineConnection::close_now() {
  const GateLock lock(*gate_);
  ended_ = true;
  events_ = {};
  waiting_.clear();
  waiting_bytes_ = 0;
}

// --- The end ---

void EngineConnection::end() {
  const GateLock lock(*gate_);
  open_timer_.cancel();
  close_now();
  if (const auto session = session_) contain(*session, [&] { session->close(); });
}

void EngineConnection::drop() {
  const GateLock lock(*gate_);
  ended_ = true;
  if (const auto session = std::exchange(session_, nullptr)) session->detach();
}

void EngineConnection::on_exception() noexcept {
  report(std::current_exception(), "connection");
  if (session_) session_->on_exception();
}

// --- Opening and closing ---

void EngineConnection::connect_now() {
  if (ended_ || session_) return;
  session_ = engine::ClientSession::make(loop_, connector_, options_.engine, memory_, *this);
  if (options_.timeout.count() > 0) loop_.timers().arm(open_timer_, options_.timeout);
  session_->open();
}

void EngineConnection::close_session() {
  if (session_) return session_->close();
  if (idle_hook_) idle_hook_();
}

void EngineConnection::on_open_timeout() {
  const GateEntry entry(*gate_);
  if (!session_ || session_->is_open()) return;
  std::exchange(session_, nullptr)->detach();
  ConnectionError error;
  error.message = "timeout";
  error.code = Errc::timeout;
  on_closed(DisconnectReason::transport_error, error);
}

void EngineConnection::on_closed(DisconnectReason reason, const ConnectionError& error) {
  open_timer_.cancel();
  waiting_.clear();
  waiting_bytes_ = 0;
  notify(events_.close, "close", reason, error);
  if (!session_ && idle_hook_) idle_hook_();
}

// --- Sending ---

EmitResult EngineConnection::send_now(engine::Message message) {
  if (ended_ || !session_) return EmitResult::not_connected;
  if (!session_->is_open()) return keep(message);
  const std::size_t queued = session_->queued_bytes();
  if (queued != 0 && queued + message.data.size() > options_.out_buffer_bytes) {
    return EmitResult::dropped;
  }
  const bool was_writable = session_->writable();
  message.is_binary ? session_->send_binary(message.data) : session_->send_text(message.data);
  return was_writable ? EmitResult::sent : EmitResult::queued;
}

EmitResult EngineConnection::keep(engine::Message message) {
  // What many small messages take besides their bytes.
  const std::size_t bytes = message.data.size() + sizeof(Waiting);
  if (waiting_bytes_ + bytes > options_.offline_buffer_bytes) return EmitResult::dropped;
  waiting_.push_back({std::string(message.data), message.is_binary});
  waiting_bytes_ += bytes;
  return EmitResult::queued;
}

// --- From the session ---

template <class Work>
void EngineConnection::inside(Work work) {
  const auto self = shared_from_this();
  const GateEntry entry(*gate_);
  if (!ended_) work();
}

void EngineConnection::on_open(const engineio::Handshake&) {
  inside([this] {
    open_timer_.cancel();
    waiting_bytes_ = 0;
    for (const Waiting& message : std::exchange(waiting_, {})) {
      message.is_binary ? session_->send_binary(message.data) : session_->send_text(message.data);
    }
    notify(events_.open, "open");
  });
}

void EngineConnection::on_text(std::string_view message) {
  inside([&] { notify(events_.message, "message", engine::Message{.data = message}); });
}

void EngineConnection::on_binary(std::string_view message) {
  inside([&] {
    notify(events_.message, "message", engine::Message{.data = message, .is_binary = true});
  });
}

void EngineConnection::on_ping() {
  inside([this] { notify(events_.ping, "ping"); });
}

void EngineConnection::on_upgrade(engine::TransportName transport) {
  inside([&] { notify(events_.upgrade, "upgrade", engine::to_string(transport)); });
}

void EngineConnection::on_drain() {
  inside([this] { notify(events_.drain, "drain"); });
}

void EngineConnection::on_close(DisconnectReason reason, const engine::Failure& failure) {
  const auto self = shared_from_this();
  const GateEntry entry(*gate_);
  const auto closed = std::exchange(session_, nullptr);
  if (!ended_) on_closed(reason, connection_error(failure));
}

template <class List, class... Told>
void EngineConnection::notify(const List& list, std::string_view what, const Told&... told) {
  list.for_each([&](const auto& handler) {
    if (ended_) return;
    try {
      handler(told...);
    } catch (...) {
      report(std::current_exception(), what);
    }
  });
}

}  // namespace socketio::core
