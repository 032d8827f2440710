// SPDX-License-Identifier: MIT
#include "core/server/socket_state.hpp"

#include "base/log.hpp"
#include "core/event_bytes.hpp"
#include "core/event_text.hpp"
#include "core/server/connection.hpp"
#include "core/server/engine_socket_state.hpp"
#include "core/server/handshake.hpp"
#include "core/server/middleware.hpp"
#include "core/server/namespace_state.hpp"
#include "core/server/socket_call.hpp"

#include <algorithm>
#include <utility>

namespace socketio::core {

using parser::PacketType;

namespace {

parser::Payload payload_of(detail::OutgoingEvent& event) {
  return {event.json_text(), event.room()};
}

}  // namespace

SocketState::SocketState(std::shared_ptr<NamespaceState> nsp, Connection& connection,
                         std::string id, std::string auth_text)
    : session_(connection.shared_session()),
      nsp_(std::move(nsp)),
      connection_(&connection),
      id_(std::move(id)),
      auth_text_(auth_text.empty() ? nullptr
                                   : std::make_unique<const std::string>(std::move(auth_text))) {}

SocketState::SocketState(std::shared_ptr<NamespaceState> nsp, Connection& connection,
                         KeptSession kept, std::string auth_text)
    : SocketState(std::move(nsp), connection, std::move(kept.id), std::move(auth_text)) {
  recovery_ = std::move(kept.session);
  data_ = std::move(kept.data);
}

SocketState::~SocketState() = default;

SocketState::Rare& SocketState::rare() {
  if (!rare_) rare_ = std::make_unique<Rare>();
  return *rare_;
}

Handlers& SocketState::handlers() { return rare().handlers; }

std::shared_ptr<EngineSocketState> SocketState::engine_socket() const {
  return EngineSocketState::of(nsp_->link(), session_);
}

std::any& SocketState::data(const std::type_info& type) {
  if (!data_) data_ = std::make_shared<SocketData>();
  return (*data_)[std::type_index(type)];
}

const json* SocketState::json_data() const {
  if (!data_) return nullptr;
  const auto found = data_->find(std::type_index(typeid(json)));
  return found == data_->end() ? nullptr : std::any_cast<json>(&found->second);
}

// --- Receiving ---

void SocketState::on_packet(const parser::Packet& packet) {
  switch (packet.type) {
    case PacketType::event:
      return on_event(packet);
    case PacketType::ack:
      if (rare_ && packet.id) {
        // The callback may disconnect it.
        const auto self = shared_from_this();
        guarded("acknowledgement", [&] { rare_->acks.answer(*packet.id, packet.payload); });
      }
      return;
    case PacketType::disconnect:
      return close(DisconnectReason::client_namespace_disconnect);
    default:
      return connection_->session().close(DisconnectReason::forced_close);
  }
}

template <class Call>
void SocketState::guarded(std::string_view event, Call call) {
  try {
    call();
  } catch (...) {
    report(event, std::current_exception());
  }
}

void SocketState::on_exception() noexcept {
  break_off();
  Socket handle(shared_from_this());
  nsp_->report(handle, "connection", std::current_exception());
}

template <class Work>
Loop::Task SocketState::contained(Work work) {
  return [self = shared_from_this(), work = std::move(work)]() mutable {
    contain(*self, [&] { work(*self); });
  };
}

template <class Work>
void SocketState::post(Work work) {
  nsp_->loop().post(contained(std::move(work)));
}

void SocketState::on_event(const parser::Packet& packet) {
  // As in JavaScript, nobody receives an event without a name.
  if (packet.text.empty()) return;
  ++nsp_->counters().received;
  ValueArray items(packet.payload);
  std::string number_name;
  const std::string_view event = event_name(items, number_name);
  const bool is_watched = !nsp_->handlers().any.empty() || (rare_ && !rare_->handlers.any.empty());
  const bool has_middlewares = rare_ && !rare_->middlewares.empty();
  SocketCall call(*this, event, packet, items);
  if (!is_watched && !has_middlewares) return dispatch(event, call);

  detail::WatchedArguments arguments(packet.payload, packet.attachments, &call);
  const auto ack_id = packet.id;
  run_any(nsp_->handlers().any, event, arguments);
  if (rare_) run_any(rare_->handlers.any, event, arguments);
  if (!connected()) return;
  if (!has_middlewares) return dispatch(event, call);

  using Chain = MiddlewareChain<detail::PacketMiddleware>;
  auto shared = std::make_shared<Event>();
  shared->name = event;
  shared->arguments = std::move(arguments.as_json());
  const auto self = shared_from_this();
  const auto ask = [self, shared](detail::PacketMiddleware& middleware, Next next) {
    Socket handle(self);
    try {
      middleware(handle, *shared, next);
    } catch (...) {
      detail::MiddlewareReport()(std::current_exception(), Socket(self), *shared, next);
    }
  };
  const auto done = [self, shared, ack_id,
                     ack = call.kept_ack()](const std::optional<MiddlewareError>& error) {
    if (!self->connected()) return;
    if (!error) return self->redispatch(*shared, ack_id, ack);
    self->notify_error(*error);
  };
  std::make_shared<Chain>(nsp_, rare_->middlewares, ask, done)->run();
}

void SocketState::notify_error(const MiddlewareError& error) {
  if (!rare_) return;
  rare_->error.for_each([&](detail::ErrorHandler& handler) {
    guarded("error", [&] {
      Socket handle(shared_from_this());
      handler(handle, error);
    });
  });
}

void SocketState::run_any(const detail::HandlerList<detail::AnyHandler>& handlers,
                          std::string_view event, detail::WatchedArguments& arguments) {
  handlers.for_each([&](detail::AnyHandler& handler) {
    guarded(event, [&] {
      Socket handle(shared_from_this());
      handler(handle, event, arguments);
    });
  });
}

void SocketState::redispatch(const Event& event, std::optional<std::uint64_t> ack_id,
                             const std::shared_ptr<detail::AckState>& ack) {
  // Handlers decode text, so arguments that a middleware has created or changed become a
  // packet again.
  TextBuffer written;
  std::vector<Bytes> attachments;
  JsonWriter writer(written, attachments, JsonWriter::Infinities::as_numbers);
  writer.begin_array();
  writer.string(event.name);
  for (const json& argument : event.arguments) writer.value(argument);
  writer.end_array();
  const std::string_view text = written.view();

  codec::Document document(codec::own_text);
  const auto payload = document.parse(text, attachments);
  if (!payload) return report(event.name, "a middleware made arguments that cannot be sent");
  parser::Packet packet;
  packet.type = PacketType::event;
  packet.nsp = nsp_->name();
  packet.id = ack_id;
  packet.text = text;
  packet.payload = *payload;
  packet.attachments = attachments;
  ValueArray items(packet.payload);
  Value name;
  items.next(name);
  SocketCall call(*this, event.name, packet, items);
  call.share_ack(ack);
  dispatch(event.name, call);
}

void SocketState::dispatch(std::string_view event, detail::Invocation& call) {
  if (rare_) rare_->handlers.events.dispatch(event, call);
  if (connected()) nsp_->handlers().events.dispatch(event, call);
}

void SocketState::report(std::string_view event, std::exception_ptr exception) {
  if (!nsp_->loop().is_current()) {
    return post([event = std::string(event), exception](SocketState& self) {
      self.report(event, exception);
    });
  }
  Socket handle(shared_from_this());
  nsp_->report(handle, event, exception);
}

void SocketState::report(std::string_view event, std::string message) {
  Socket handle(shared_from_this());
  nsp_->report(handle, {std::string(event), std::move(message), nullptr});
}

std::shared_ptr<detail::TaskLoop> SocketState::task_loop() { return nsp_->task_loop(); }

void SocketState::add_middleware(detail::PacketMiddleware middleware) {
  rare().middlewares.push_back(std::make_shared<detail::PacketMiddleware>(std::move(middleware)));
}

void SocketState::add_error_handler(detail::ErrorHandler handler) {
  rare().error.add(std::move(handler));
}

// --- Life ---

const Handshake& SocketState::handshake() {
  std::unique_ptr<const Handshake>& known = rare().handshake;
  if (!known) known = std::make_unique<const Handshake>(make_handshake());
  return *known;
}

Handshake SocketState::make_handshake() const {
  return core::make_handshake(session_->opening(), auth_text());
}

void SocketState::become_connected() {
  nsp_->loop().check_thread();
  life_.store(Life::connected, std::memory_order_release);
  // It may have left its rooms before.
  nsp_->adapter().add_all(id_, {&id_, 1});
  if (!recovery_) return;
  const std::uint64_t next = nsp_->recovery()->log().next();
  recovery_->rooms.join(id_, next);
  if (recovery_->recovered) return;
  recovery_->member_from = next;
  if (nsp_->recovery()->is_shared()) nsp_->recovery()->begin_shared(*recovery_);
}

// --- Connection state recovery ---

namespace {

/// As in JavaScript: what a client does not do on purpose, and what closes all of its namespaces.
bool may_come_back(DisconnectReason reason, const Recovery& recovery) {
  switch (reason) {
    case DisconnectReason::server_shutting_down:
      return recovery.is_shared();
    case DisconnectReason::transport_error:
    case DisconnectReason::transport_close:
    case DisconnectReason::forced_close:
    case DisconnectReason::ping_timeout:
    case DisconnectReason::forced_server_close:
      return true;
    default:
      return false;
  }
}

}  // namespace

void SocketState::begin_recovery() {
  Recovery* const recovery = nsp_->recovery();
  // Clients of Socket.IO v2 have no private id.
  if (!recovery || session_->is_v3()) return;
  if (!recovery_) {
    recovery_ = recovery->begin(*this);
    return;
  }
  recovery->resume(*this, *recovery_);
  recovery_->recovered = true;
  nsp_->adapter().add_all(id_, recovery_->rooms.rooms());
}

void SocketState::note_sent(std::uint64_t log_end) {
  if (recovery_) recovery_->sent_until = std::max(recovery_->sent_until, log_end);
}

void SocketState::lose_recovery() {
  nsp_->recovery()->end(*recovery_);
  auto session = nsp_->recovery()->begin(*this);
  session->rooms = std::move(recovery_->rooms);
  recovery_ = std::move(session);
}

void SocketState::end_recovery() {
  if (recovery_ && nsp_->recovery()) nsp_->recovery()->end(*recovery_);
}

void SocketState::keep_session(DisconnectReason reason) {
  // What was broadcast before counts as sent to it.
  if (recovery_) nsp_->waiting_broadcasts().before_room_change();
  end_recovery();
  if (!recovery_ || !nsp_->recovery() || !may_come_back(reason, *nsp_->recovery())) return;
  try {
    nsp_->recovery()->keep({id_, std::move(recovery_), data_});
    may_come_back_ = true;
  } catch (...) {
    // There is no memory: it comes back as a new client.
    report("connection", std::current_exception());
  }
}

void SocketState::end() {
  if (Connection* const connection = std::exchange(connection_, nullptr)) connection->remove(*this);
  life_.store(Life::ended, std::memory_order_release);
}

void SocketState::release_handlers() {
  // Handlers may hold the socket. Its data stays.
  if (!rare_) return;
  rare_->handlers = {};
  rare_->middlewares.clear();
  rare_->error.clear();
}

void SocketState::close(DisconnectReason reason) {
  if (!connected() || std::exchange(closing_, true))
    // A handler below may call this again.
    return;
  const auto self = shared_from_this();
  // A handler may close its connection.
  const auto connection = connection_->shared_from_this();
  log_line(LogScope::core, LogLevel::debug,
           {"socket ", id_, " left ", nsp_->name(), ": ", to_string(reason)});
  Socket handle(self);
  const auto notify = [&](std::string_view event,
                          const detail::HandlerList<detail::DisconnectHandler>& list) {
    list.for_each([&](detail::DisconnectHandler& handler) {
      guarded(event, [&] { handler(handle, reason); });
    });
  };
  if (rare_) notify("disconnecting", rare_->handlers.disconnecting);
  notify("disconnecting", nsp_->handlers().disconnecting);
  keep_session(reason);
  nsp_->remove(*this);
  end();

  if (rare_) {
    guarded("acknowledgement", [&] { rare_->acks.fail_all(Errc::disconnected); });
    notify("disconnect", rare_->handlers.disconnect);
  }
  notify("disconnect", nsp_->handlers().disconnect);
  release_handlers();
}

void SocketState::discard() {
  const auto self = shared_from_this();
  end_recovery();
  // One that has come back, and was refused or has gone again, may try once more.
  if (recovered() && nsp_->recovery()) {
    guarded("connection", [&] { nsp_->recovery()->put_back({id_, std::move(recovery_), data_}); });
  }
  nsp_->remove(*this);
  end();
  if (rare_) guarded("acknowledgement", [&] { rare_->acks.fail_all(Errc::disconnected); });
  release_handlers();
}

// --- Rooms ---

bool SocketState::may_join(std::string_view room) const {
  const Options& options = nsp_->node().options();
  if (room.size() > options.room_name_bytes) return false;
  return room == id_ || memberships_.size() < options.rooms_per_client ||
         std::any_of(memberships_.begin(), memberships_.end(),
                     [&](const Membership& membership) { return membership.room->name == room; });
}

bool SocketState::join(std::span<const std::string> rooms) {
  bool joined = true;
  for (const std::string& room : rooms) {
    const bool is_admitted = connection_ && may_join(room);
    if (is_admitted) nsp_->adapter().add_all(id_, {&room, 1});
    if (is_admitted && recovery_) recovery_->rooms.join(room, nsp_->recovery()->log().next());
    if (!is_admitted && connection_) {
      log_line(LogScope::core, LogLevel::warning, {"limit of rooms reached by socket ", id_});
    }
    joined = joined && is_admitted;
  }
  return joined;
}

void SocketState::leave(std::string_view room) {
  nsp_->adapter().del(id_, room);
  if (!recovery_) return;
  // A middleware takes it out of a room, of which it gets nothing then.
  if (recovered() && !connected()) return recovery_->rooms.erase(room);
  recovery_->rooms.leave(room, nsp_->recovery()->log().next());
}

void SocketState::leave_all() {
  nsp_->adapter().del_all(id_);
  if (recovery_) recovery_->rooms.leave_all(nsp_->recovery()->log().next());
}

std::vector<std::string> SocketState::rooms() const { return nsp_->adapter().socket_rooms(id_); }

// --- Sending ---

EmitResult SocketState::emit(detail::OutgoingEvent& event, const detail::EmitFlags& flags) {
  if (has_ended()) return emit_to_absent(event, flags);
  if (nsp_->loop().is_current())
    return send_event({}, payload_of(event), event.attachments(), flags);
  const std::size_t bytes = event_bytes(event.json_text(), event.attachments());
  auto task = contained([flags, text = std::string(event.json_text()),
                         attachments = event.take_attachments()](SocketState& self) {
    self.send_event({}, {text}, attachments, flags);
  });
  return nsp_->loop().try_post(std::move(task), bytes) ? EmitResult::sent : EmitResult::dropped;
}

EmitResult SocketState::emit_to_absent(detail::OutgoingEvent& event,
                                       const detail::EmitFlags& flags) {
  if (!may_come_back_ || flags.is_volatile) return EmitResult::not_connected;
  const EmitResult result = nsp_->broadcast(event, {{id_}, {}, flags});
  return result == EmitResult::sent ? EmitResult::queued : result;
}

EmitResult SocketState::send_event(std::optional<std::uint64_t> id, const parser::Payload& payload,
                                   const std::vector<Bytes>& attachments,
                                   const detail::EmitFlags& flags) {
  nsp_->loop().check_thread();
  if (has_ended()) return EmitResult::not_connected;
  if (must_drop(flags)) return nsp_->count(EmitResult::dropped);
  const bool is_recovered = recovery_ && !id && !flags.is_volatile;
  if (is_recovered && connected() && nsp_->recovery()->is_shared()) {
    nsp_->adapter().broadcast({payload.text, attachments}, {{id_}, {}, flags});
    return EmitResult::queued;
  }
  notify_outgoing(payload.text, attachments);
  if (has_ended()) return EmitResult::not_connected;  // by a handler
  const auto send = [&](const parser::Payload& sent) {
    return nsp_->count(connection_->send(
        {.nsp = nsp_->name(), .id = id, .payload = sent, .attachments = attachments},
        flags.compress));
  };
  if (!is_recovered || nsp_->recovery()->is_shared()) return send(payload);
  const std::string text =
      nsp_->recovery()->add_for(id_, {payload.text, attachments}, flags.compress);
  note_sent(nsp_->recovery()->log().next());
  return send({text});
}

bool SocketState::must_drop(const detail::EmitFlags& flags) {
  if (!flags.is_volatile && !session_->drops_newest()) return false;
  return !sending().takes_event(flags.is_volatile);
}

engine::Session& SocketState::sending() {
  nsp_->waiting_broadcasts().before_sending();
  return *session_;
}

EmitResult SocketState::send_prepared(PreparedEvents& events, const detail::EmitFlags& flags) {
  nsp_->loop().check_thread();
  if (has_ended()) return EmitResult::not_connected;
  engine::Session& session = sending();
  if (must_drop(flags)) return nsp_->count(EmitResult::dropped);
  note_sent(events.log_end());
  return nsp_->count(session.send_prepared(events));
}

bool SocketState::expect_ack(std::uint64_t id, const detail::AckCallback& callback,
                             std::optional<std::chrono::milliseconds> timeout) {
  nsp_->loop().check_thread();
  const auto fail = [&](std::error_code error) {
    guarded("acknowledgement", [&] { callback(error, nullptr); });
    return false;
  };
  if (has_ended()) return fail(Errc::not_connected);
  try {
    if (rare().acks.size() >= nsp_->node().options().pending_acks)
      return fail(Errc::too_many_pending);
    // The timing wheel calls timeouts, which run user code.
    detail::AckCallback guarded_callback = [this, callback](std::error_code error,
                                                            const Value* arguments) {
      // The callback may close the socket.
      const auto self = shared_from_this();
      guarded("acknowledgement", [&] { callback(error, arguments); });
    };
    if (nsp_->node().options().metrics) guarded_callback = timed(std::move(guarded_callback));
    rare().acks.add(id, std::move(guarded_callback), timeout, nsp_->loop());
    return true;
  } catch (...) {
    fail(Errc::disconnected);
    throw;
  }
}

detail::AckCallback SocketState::timed(detail::AckCallback callback) {
  return [this, callback = std::move(callback), asked = nsp_->loop().timers().now()](
             std::error_code error, const Value* arguments) {
    if (!error) nsp_->link()->counters.ack_latency.add(nsp_->loop().now() - asked);
    callback(error, arguments);
  };
}

void SocketState::send_question(std::uint64_t id, PreparedEvents& events,
                                const detail::EmitFlags& flags) {
  if (send_prepared(events, flags) == EmitResult::dropped) rare().acks.fail(id, Errc::dropped);
}

void SocketState::emit_with_ack(detail::OutgoingEvent& event, const detail::EmitFlags& flags,
                                detail::AckCallback callback) {
  const bool is_here = nsp_->loop().is_current();
  const std::size_t bytes = is_here ? 0 : event_bytes(event.json_text(), event.attachments());
  const detail::AckCallback kept = is_here ? nullptr : callback;
  auto work = [flags, callback = std::move(callback), text = std::string(event.json_text()),
               attachments = event.take_attachments()](SocketState& self) {
    const std::uint64_t id = self.nsp_->next_ack_id();
    if (!self.expect_ack(id, callback, flags.timeout)) return;
    const EmitResult result = self.send_event(id, {text}, attachments, flags);
    if (result == EmitResult::dropped) self.rare().acks.fail(id, Errc::dropped);
  };
  const auto self = shared_from_this();
  if (is_here) return work(*self);
  if (nsp_->loop().try_post(contained(std::move(work)), bytes)) return;
  nsp_->complete_later([kept] { kept(Errc::dropped, nullptr); });
}

void SocketState::answer(std::uint64_t ack_id, detail::OutgoingEvent& arguments) {
  if (nsp_->loop().is_current())
    return send_ack(ack_id, payload_of(arguments), arguments.attachments());
  post([ack_id, text = std::string(arguments.json_text()),
        attachments = arguments.take_attachments()](SocketState& self) {
    self.send_ack(ack_id, {text}, attachments);
  });
}

void SocketState::send_ack(std::uint64_t id, const parser::Payload& payload,
                           const std::vector<Bytes>& attachments) {
  if (!connected()) return;
  connection_->send({.type = PacketType::ack,
                     .nsp = nsp_->name(),
                     .id = id,
                     .payload = payload,
                     .attachments = attachments},
                    Compress::yes);
}

void SocketState::disconnect(Close close) {
  if (!nsp_->loop().is_current()) {
    post([close](SocketState& self) { self.disconnect(close); });
    return nsp_->loop().hurry();
  }
  // As in JavaScript, a socket that is still connecting is refused with next() instead.
  if (!connected()) return;
  connection_->disconnect(*this, close);
}

void SocketState::when_drained(std::function<void(bool)> drained) {
  if (!nsp_->loop().is_current()) {
    return post([drained = std::move(drained)](SocketState& self) { self.when_drained(drained); });
  }
  if (has_ended()) return drained(false);
  sending().when_drained(std::move(drained));
}

void SocketState::notify_outgoing(std::string_view json_text,
                                  const std::vector<Bytes>& attachments) {
  const bool is_watched =
      !nsp_->handlers().any_outgoing.empty() || (rare_ && !rare_->handlers.any_outgoing.empty());
  if (!is_watched || has_ended()) return;
  const auto self = shared_from_this();
  watch_outgoing(json_text, attachments, [this](std::string_view event, auto& arguments) {
    run_any(nsp_->handlers().any_outgoing, event, arguments);
    if (rare_) run_any(rare_->handlers.any_outgoing, event, arguments);
  });
}

}  // namespace socketio::core
