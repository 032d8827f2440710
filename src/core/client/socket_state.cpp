// SPDX-License-Identifier: MIT
#include "core/client/socket_state.hpp"

#include "base/log.hpp"
#include "core/client/event_call.hpp"
#include "core/event_text.hpp"

#include <utility>

namespace socketio::core {

using parser::PacketType;

ClientSocketState::ClientSocketState(Manager& manager, std::shared_ptr<Gate> gate,
                                     std::shared_ptr<const ConnectionStatus> status,
                                     std::string nsp, const SocketOptions& options)
    : manager_(&manager),
      nsp_(std::move(nsp)),
      handover_(gate, std::move(status),
                {manager.options().offline_buffer_bytes, manager.options().out_buffer_bytes}),
      handlers_(std::move(gate)),
      joiner_(*this, join_timer_, manager.options().backoff, options.auth),
      receiver_(manager.options().packet.packet_bytes + manager.options().offline_buffer_bytes),
      sender_(*this, options,
              {manager.options().offline_buffer_bytes, manager.options().pending_acks}) {}

ClientSocketState::~ClientSocketState() = default;

std::string_view ClientSocketState::transport() const {
  switch (connected() ? handover_.status().carried_by.load() : CarriedBy::nothing) {
    case CarriedBy::nothing:
      break;
    case CarriedBy::polling:
      return engine::to_string(engine::TransportName::polling);
    case CarriedBy::websocket:
      return engine::to_string(engine::TransportName::websocket);
  }
  return {};
}

// --- Errors ---

void ClientSocketState::on_exception() noexcept {
  if (manager_) return manager_->on_exception();
  report("connection", {}, std::current_exception());
}

void ClientSocketState::report_thrown(std::string_view event,
                                      const std::exception_ptr& exception) noexcept {
  if (handover_.is_inside()) return report(event, {}, exception);
  try {
    post_work([event = std::string(event), exception](ClientSocketState& self) {
      self.report(event, {}, exception);
    });
  } catch (...) {
    // There is no memory to notify anybody.
    return;
  }
}

void ClientSocketState::report_callback() noexcept {
  report("acknowledgement", {}, std::current_exception());
}

// --- Joining ---

void ClientSocketState::set_auth(Auth auth) {
  auto changed = auth ? std::make_shared<const Auth>(std::move(auth)) : nullptr;
  // Destroyed after the gate is released.
  std::shared_ptr<const Auth> earlier;
  const GateLock lock(handover_.gate());
  earlier = joiner_.set_auth(std::move(changed));
}

void ClientSocketState::connect() {
  if (handover_.is_inside()) return connect_now();
  active_.store(true, std::memory_order_release);
  const bool is_open = post_work([](ClientSocketState& self) { self.connect_now(); });
  if (!is_open) active_.store(false, std::memory_order_release);
}

void ClientSocketState::connect_now() {
  if (!manager_ || connected()) return;
  active_.store(true, std::memory_order_release);
  manager_->ensure_open();
  if (manager_ && manager_->is_open()) join();
}

void ClientSocketState::on_manager_open() {
  if (active()) join();
}

void ClientSocketState::join() {
  if (!connected()) joiner_.join();
}

void ClientSocketState::on_join_timer() {
  const GateEntry entry(handover_.gate());
  if (may_join()) join();
}

void ClientSocketState::ask_for_auth(const Auth& auth, std::uint64_t attempt) {
  const Auth::Answer answer = [weak = weak_from_this(), gate = handover_.shared_gate(),
                               attempt](json data) {
    const auto self = weak.lock();
    if (!self) return;
    if (gate->is_inside()) return self->joiner_.on_auth(attempt, data);
    self->post_work([attempt, data = std::move(data)](ClientSocketState& socket) {
      socket.joiner_.on_auth(attempt, data);
    });
  };
  handlers_.call("auth", [&] {
    try {
      auth(answer);
    } catch (const std::exception& thrown) {
      joiner_.on_auth_failed();
      ConnectionError error;
      error.message = thrown.what();
      notify_connect_error(error);
      throw;
    }
  });
}

void ClientSocketState::send_connect(const json& auth) {
  TextBuffer text;
  if (receiver_.has_session() || auth.is_object()) {
    json payload = json::object();
    receiver_.append_recovery(payload);
    if (auth.is_object()) payload.update(auth);
    std::vector<Bytes> no_attachments;
    JsonWriter writer(text, no_attachments);
    writer.value(payload);
  }
  send(PacketType::connect, std::nullopt, text.view(), {}, Compress::no);
  if (!auth.is_object() && !auth.is_null()) report("auth", "auth is no object", nullptr);
}

void ClientSocketState::on_packet(const parser::Packet& packet) {
  switch (packet.type) {
    case PacketType::connect:
      return on_connect(packet);
    case PacketType::connect_error:
      return on_refused(packet);
    case PacketType::disconnect:
      joiner_.reset();
      if (!active()) return;
      become_inactive();
      return close(DisconnectReason::io_server_disconnect, {});
    case PacketType::ack:
      if (packet.id && connected()) sender_.on_ack(*packet.id, packet.payload);
      return;
    default:
      return on_event(packet);
  }
}

void ClientSocketState::on_connect(const parser::Packet& packet) {
  sent_in_ = 0;
  if (joiner_.answered() == Joiner::Answered::left) {
    send_disconnect();
    return joiner_.on_left_answered();
  }
  // Nothing was asked, or this is the second answer.
  if (joiner_.answered() == Joiner::Answered::nothing) return;
  Value member;
  std::string_view sid;
  std::string_view pid;
  if (packet.payload.find("pid", member)) member.get(pid);
  if (packet.payload.find("sid", member) && member.get(sid) && !sid.empty()) {
    return on_connected(std::string(sid), std::string(pid));
  }
  ConnectionError error;
  error.message =
      "It seems you are trying to reach a Socket.IO server in v2.x with a v3.x client, but they "
      "are not compatible (more information here: "
      "https://socket.io/docs/v3/migrating-from-2-x-to-3-0/)";
  error.code = Errc::other_protocol;
  notify_connect_error(error);
}

void ClientSocketState::on_connected(std::string_view sid, std::string_view pid) {
  const auto self = shared_from_this();
  recovered_.store(receiver_.begin(pid), std::memory_order_release);
  id_.set(sid);
  joiner_.on_connected();
  const std::uint64_t number = ++connection_;
  peer_ = std::make_shared<ClientEventPeer>(weak_from_this(), number);
  connected_.store(true, std::memory_order_release);
  log_line(LogScope::client, LogLevel::debug, {"connected to ", nsp_});

  // A handler may disconnect the socket or end the client.
  for (const auto& event : receiver_.take_kept()) {
    if (connection() != number) return;
    replay(event);
    if (manager_) manager_->loop().catch_up();
  }
  if (connection() == number) sender_.on_connected();
  if (connection() == number) handlers_.notify("connect", handlers_.get().connect);
}

void ClientSocketState::on_refused(const parser::Packet& packet) {
  sent_in_ = 0;
  if (joiner_.answered() == Joiner::Answered::left) return joiner_.on_left_answered();
  if (joiner_.answered() == Joiner::Answered::nothing) return;
  joiner_.on_refused();
  ConnectionError error;
  std::string_view message;
  Value member;
  if (packet.payload.get(message)) {
    error.message = message;
  } else {
    if (packet.payload.find("message", member) && member.get(message)) error.message = message;
    if (packet.payload.find("data", member)) error.data = member.to_json();
  }
  if (manager_->options().retry_refused && manager_->may_try_again(joiner_.backoff())) {
    joiner_.join_later();
  } else {
    become_inactive();
  }
  notify_connect_error(error);
}

void ClientSocketState::notify_connect_error(const ConnectionError& error) {
  const auto self = shared_from_this();
  handlers_.notify("connect_error", handlers_.get().connect_error, error);
}

void ClientSocketState::on_manager_error(const ConnectionError& error) {
  if (active() && !connected()) notify_connect_error(error);
}

// --- Leaving ---

void ClientSocketState::disconnect() {
  if (handover_.is_inside()) return disconnect_now();
  handover_.post_urgent(shared_from_this(), [](ClientSocketState& self) { self.disconnect_now(); });
}

void ClientSocketState::disconnect_now() {
  if (!manager_) return;
  const auto self = shared_from_this();
  // A failure breaks the connection, but this socket leaves in any case.
  if (connected()) contain(*this, [this] { send_disconnect(); });
  if (active()) become_inactive();
  if (connected()) close(DisconnectReason::io_client_disconnect, {});
}

void ClientSocketState::send_last_disconnect() {
  if (manager_ && connected() && sent_in_ != manager_->section()) send_disconnect();
}

/// The JavaScript server handles a packet a moment after it has read it. If it reads events and a
/// DISCONNECT together, it drops the events. If it reads a DISCONNECT and a CONNECT together, it
/// closes the connection, and with it every other namespace. So whatever follows waits until the
/// server has handled what this socket sent before.
bool ClientSocketState::begin_section() {
  if (sent_in_ == manager_->section()) manager_->begin_section();
  return !manager_->is_between_sections();
}

void ClientSocketState::send_disconnect() {
  begin_section();
  send(PacketType::disconnect, std::nullopt, {}, {}, Compress::no);
}

void ClientSocketState::become_inactive() {
  active_.store(false, std::memory_order_release);
  joiner_.leave();
  receiver_.drop_kept();
  contain(*this, [this] { manager_->on_left(); });
}

bool ClientSocketState::on_manager_close() {
  const bool is_notified = active() && (connected() || joiner_.underway());
  joiner_.reset();
  receiver_.drop_kept();
  if (is_notified) forget_connection();
  return is_notified;
}

void ClientSocketState::close(DisconnectReason reason, const ConnectionError& error) {
  forget_connection();
  joiner_.cancel();
  notify_disconnect(reason, error);
}

void ClientSocketState::forget_connection() {
  connected_.store(false, std::memory_order_release);
  id_.set({});
  peer_.reset();
}

void ClientSocketState::notify_disconnect(DisconnectReason reason, const ConnectionError& error) {
  const auto self = shared_from_this();
  log_line(LogScope::client, LogLevel::info, {"disconnected from ", nsp_, ": ", to_string(reason)});
  handlers_.notify("disconnect", handlers_.get().disconnect, reason, error);
  sender_.on_disconnected();
}

void ClientSocketState::close_now() {
  handlers_.end();
  active_.store(false, std::memory_order_release);
  forget_connection();
  sender_.end();
  const auto released = handlers_.release();
  const auto auth = joiner_.set_auth(nullptr);
}

void ClientSocketState::release() {
  manager_ = nullptr;
  join_timer_.cancel();
  sender_.release();
}

// --- Receiving ---

void ClientSocketState::on_event(const parser::Packet& packet) {
  // As in JavaScript, nobody receives an event without a name.
  if (packet.text.empty()) return;
  if (connected()) return dispatch(packet);
  if (!active() || joiner_.answered() != Joiner::Answered::latest) return;
  if (!receiver_.keep(packet)) {
    manager_->refuse("too much came before the namespace was joined");
  }
}

void ClientSocketState::replay(const Receiver::KeptEvent& event) {
  codec::Document document(manager_->options().json);
  const auto payload = document.parse(event.text, event.attachments);
  if (!payload) return;
  parser::Packet packet;
  packet.nsp = nsp_;
  packet.id = event.id;
  packet.text = event.text;
  packet.payload = *payload;
  packet.attachments = event.attachments;
  dispatch(packet);
}

void ClientSocketState::dispatch(const parser::Packet& packet) {
  const auto self = shared_from_this();
  const auto peer = peer_;
  const std::uint64_t number = connection_;
  ValueArray items(packet.payload);
  std::string number_name;
  const std::string_view event = event_name(items, number_name);
  const std::string offset = receiver_.offset_of(packet);

  ClientEventCall call(self, peer, event, packet, items);
  if (!handlers_.get().any.empty()) {
    detail::WatchedArguments arguments(packet.payload, packet.attachments, &call);
    run_any(handlers_.get().any, event, arguments);
  }
  handlers_.dispatch(event, call);
  if (connection_ == number) receiver_.on_handled(offset);
}

void ClientSocketState::run_any(const detail::HandlerList<detail::ClientAnyHandler>& handlers,
                                std::string_view event, detail::WatchedArguments& arguments) {
  handlers.for_each([&](detail::ClientAnyHandler& handler) {
    handlers_.call(event, [&] { handler(event, arguments); });
  });
}

// --- Sending, any thread ---

bool ClientSocketState::reserve(std::size_t bytes) {
  if (!connected() || sender_.keeps_all()) {
    return handover_.reserve_in_buffer(bytes, sender_.kept_bytes());
  }
  if (handover_.reserve_on_connection(bytes)) return true;
  handover_.post_count(shared_from_this(), [](ClientSocketState& self) {
    if (self.manager_) self.manager_->count_queued_bytes();
  });
  return false;
}

EmitResult ClientSocketState::emit(detail::OutgoingEvent& event, const detail::EmitFlags& flags) {
  if (handover_.is_inside()) {
    return emit_now(event.json_text(), event.take_attachments(), flags, nullptr);
  }
  if (flags.is_volatile && !connected()) return EmitResult::dropped;
  const std::size_t size = event_bytes(event.json_text(), event.attachments());
  auto work = [flags, text = std::string(event.json_text()),
               attachments = event.take_attachments()](ClientSocketState& self) mutable {
    self.emit_now(text, std::move(attachments), flags, nullptr);
  };
  if (!reserve(size)) return EmitResult::dropped;
  if (!handover_.post_reserved(size, shared_from_this(), std::move(work))) {
    return EmitResult::not_connected;
  }
  return connected() ? EmitResult::sent : EmitResult::queued;
}

void ClientSocketState::emit_with_ack(detail::OutgoingEvent& event, const detail::EmitFlags& flags,
                                      detail::AckCallback callback) {
  const auto ack = std::make_shared<PendingAck>(std::move(callback));
  if (handover_.is_inside()) {
    emit_now(event.json_text(), event.take_attachments(), flags, ack);
    return;
  }
  const std::size_t size = event_bytes(event.json_text(), event.attachments());
  auto work = [flags, ack, text = std::string(event.json_text()),
               attachments = event.take_attachments()](ClientSocketState& self) mutable {
    self.emit_now(text, std::move(attachments), flags, ack);
  };
  if (!reserve(size)) return ack->take()(Errc::dropped, nullptr);
  handover_.post_reserved(size, shared_from_this(), std::move(work));
}

void ClientSocketState::acknowledge(std::uint64_t connection, std::uint64_t ack_id,
                                    detail::OutgoingEvent& arguments) {
  if (handover_.is_inside()) {
    return acknowledge_now(connection, ack_id, arguments.json_text(), arguments.attachments());
  }
  post_work([connection, ack_id, text = std::string(arguments.json_text()),
             attachments = arguments.take_attachments()](ClientSocketState& self) {
    self.acknowledge_now(connection, ack_id, text, attachments);
  });
}

void ClientSocketState::post(std::function<void()> task) {
  const auto call = [task = std::move(task)](std::error_code, const Value*) { task(); };
  handover_.gate().post([ack = std::make_shared<PendingAck>(call)] { ack->take()({}, nullptr); });
}

// --- Sending, loop ---

EmitResult ClientSocketState::emit_now(std::string_view text, std::vector<Bytes> attachments,
                                       const detail::EmitFlags& flags,
                                       const std::shared_ptr<PendingAck>& ack) {
  // `ack` completes when it is destroyed.
  if (!manager_ || handlers_.ended()) return EmitResult::not_connected;
  const auto self = shared_from_this();
  return sender_.emit(text, std::move(attachments), flags, ack);
}

EmitResult ClientSocketState::send_event(std::optional<std::uint64_t> id, std::string_view text,
                                         const std::vector<Bytes>& attachments, Compress compress) {
  return send(PacketType::event, id, text, attachments, compress);
}

EmitResult ClientSocketState::send(PacketType type, std::optional<std::uint64_t> id,
                                   std::string_view text, const std::vector<Bytes>& attachments,
                                   Compress compress) {
  sent_in_ = manager_->section();
  return manager_->send(type, nsp_, id, text, attachments, compress);
}

void ClientSocketState::acknowledge_now(std::uint64_t connection, std::uint64_t ack_id,
                                        std::string_view text,
                                        const std::vector<Bytes>& attachments) {
  if (!manager_ || !connected() || connection_ != connection) return;
  send(PacketType::ack, ack_id, text, attachments, Compress::yes);
}

void ClientSocketState::notify_outgoing(std::string_view text,
                                        const std::vector<Bytes>& attachments) {
  if (handlers_.get().any_outgoing.empty()) return;
  watch_outgoing(text, attachments, [&](std::string_view event, auto& arguments) {
    run_any(handlers_.get().any_outgoing, event, arguments);
  });
}

void ClientSocketState::enter(const std::function<void()>& work) {
  const GateEntry entry(handover_.gate());
  contain(*this, [&] { work(); });
}

}  // namespace socketio::core
