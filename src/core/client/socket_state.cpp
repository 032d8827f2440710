// SPDX-License-Identifier: MIT
#include "core/client/socket_state.hpp"

#include "core/client/event_call.hpp"
#include "core/event_text.hpp"

#include <utility>

namespace socketio::core {

using parser::PacketType;

ClientSocketState::ClientSocketState(Manager& manager, std::shared_ptr<Gate> gate,
                                     std::shared_ptr<const ConnectionStatus> status,
                                     std::string nsp, const SocketOptions& options)
    : manager_(&manager),
      gate_(std::move(gate)),
      status_(std::move(status)),
      nsp_(std::move(nsp)),
      retries_(options.retries != 0U ? options.retries : std::nullopt),
      ack_timeout_(options.ack_timeout.count() > 0 ? std::optional(options.ack_timeout)
                                                   : std::nullopt),
      offline_buffer_bytes_(manager.options().offline_buffer_bytes),
      out_buffer_bytes_(manager.options().out_buffer_bytes),
      auth_(options.auth ? std::make_shared<Auth>(options.auth) : nullptr),
      retry_queue_(options.retries.value_or(0)),
      join_backoff_(manager.options().backoff) {}

ClientSocketState::~ClientSocketState() = default;

std::string_view ClientSocketState::transport() const {
  switch (connected() ? status_->carried_by.load() : CarriedBy::nothing) {
    case CarriedBy::nothing:
      break;
    case CarriedBy::polling:
      return engine::to_string(engine::TransportName::polling);
    case CarriedBy::websocket:
      return engine::to_string(engine::TransportName::websocket);
  }
  return {};
}

// --- User code ---

template <class Use>
void ClientSocketState::guarded(std::string_view event, Use use) {
  if (ended_) return;
  try {
    use();
  } catch (...) {
    report(event, {}, std::current_exception());
  }
}

template <class List, class... Args>
void ClientSocketState::notify(std::string_view event, const List& list, const Args&... args) {
  list.for_each([&](auto& handler) { guarded(event, [&] { handler(args...); }); });
}

void ClientSocketState::on_exception() noexcept {
  if (manager_) return manager_->on_exception();
  report("connection", {}, std::current_exception());
}

void ClientSocketState::report(std::string_view event, std::string_view message,
                               const std::exception_ptr& exception) noexcept {
  const GateLock lock(*gate_);
  HandlerError error{{}, {}, exception};
  try {
    error.event = event;
    error.message =
        exception ? message_of(exception, "an exception of an unknown type") : std::string(message);
  } catch (...) {
    error.message.clear();  // no memory for the words: the exception has to do
  }
  handlers_.error.for_each([&](auto& handler) {
    if (ended_) return;
    try {
      handler(error);
    } catch (...) {
      return;  // there is nobody left to tell
    }
  });
}

void ClientSocketState::report_thrown(std::string_view event,
                                      const std::exception_ptr& exception) noexcept {
  if (gate_->is_inside()) return report(event, {}, exception);
  try {
    post([event = std::string(event), exception](ClientSocketState& self) {
      self.report(event, {}, exception);
    });
  } catch (...) {
    return;  // no memory to tell anybody
  }
}

HandlerId ClientSocketState::add_handler(std::string event, detail::EventHandler handler,
                                         detail::HandlerTableRef::Times times) {
  HandlerId id = 0;
  change_handlers([&](ClientHandlers& handlers) {
    // One handler of an event may end the client: those behind it are not to run then.
    id = handlers.events.add(
        std::move(event),
        [this, handler = std::move(handler)](detail::Invocation& call) {
          if (!ended_) handler(call);
        },
        times);
  });
  return id;
}

void ClientSocketState::set_auth(Auth auth) {
  auto changed = auth ? std::make_shared<Auth>(std::move(auth)) : nullptr;
  const GateLock lock(*gate_);
  auth_.swap(changed);
}

// --- Joining ---

void ClientSocketState::connect() {
  if (gate_->is_inside()) return connect_now();
  active_.store(true, std::memory_order_release);
  const bool is_open = post([](ClientSocketState& self) { self.connect_now(); });
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

void ClientSocketState::on_separated() {
  if (joining_ == Join::due) join();
}

void ClientSocketState::join() {
  if (joining_ == Join::sent || joining_ == Join::left || connected()) return;
  if (in_auth_) return join_later();
  join_timer_.cancel();
  begin_section();
  if (manager_->is_between_sections()) {
    joining_ = Join::due;
    return;
  }
  joining_ = Join::asking;
  const std::uint64_t turn = ++join_turn_;
  const auto auth = auth_;
  if (!auth) return send_connect(turn, nullptr);
  ask_for_auth(auth, turn);
}

void ClientSocketState::ask_for_auth(const std::shared_ptr<Auth>& auth, std::uint64_t turn) {
  const Auth::Answer answer = [weak = weak_from_this(), gate = gate_, turn](json data) {
    const auto self = weak.lock();
    if (!self) return;
    if (gate->is_inside()) return self->send_connect(turn, data);
    self->post([turn, data = std::move(data)](ClientSocketState& socket) {
      socket.send_connect(turn, data);
    });
  };
  in_auth_ = true;
  guarded("auth", [&] {
    try {
      (*auth)(answer);
    } catch (const std::exception& thrown) {
      if (joining_ == Join::asking) joining_ = Join::none;  // connect() asks again
      ConnectionError error;
      error.message = thrown.what();
      notify_connect_error(error);
      throw;
    }
  });
  in_auth_ = false;
}

void ClientSocketState::join_later() {
  if (join_timer_.armed()) return;
  Loop& loop = manager_->loop();
  loop.timers().arm(join_timer_, join_backoff_.next(loop.entropy()));
}

void ClientSocketState::send_connect(std::uint64_t turn, const json& data) {
  if (turn != join_turn_ || joining_ != Join::asking || !active() || !manager_) return;
  if (!manager_->is_open()) return;
  std::string text;
  if (!pid_.empty() || data.is_object()) {
    json payload = json::object();
    if (!pid_.empty()) payload["pid"] = pid_;
    if (!pid_.empty() && !offset_.latest().empty()) payload["offset"] = offset_.latest();
    if (data.is_object()) payload.update(data);
    std::vector<Bytes> no_attachments;
    JsonWriter writer(text, no_attachments);
    writer.value(payload);
  }
  joining_ = Join::sent;
  send(PacketType::connect, std::nullopt, text, {}, Compress::no);
  if (!data.is_object() && !data.is_null()) report("auth", "auth is no object", nullptr);
}

void ClientSocketState::on_packet(const parser::Packet& packet) {
  switch (packet.type) {
    case PacketType::connect:
      return on_connect(packet);
    case PacketType::connect_error:
      return on_refused(packet);
    case PacketType::disconnect:
      joining_ = Join::none;
      if (!active()) return;
      become_inactive();
      return close(DisconnectReason::io_server_disconnect, {});
    case PacketType::ack:
      if (packet.id && connected()) acks_.answer(*packet.id, packet.payload);
      return;
    default:
      return on_event(packet);
  }
}

void ClientSocketState::on_connect(const parser::Packet& packet) {
  sent_in_ = 0;
  if (joining_ == Join::left) {
    send_disconnect();
    return on_left_join_answered();
  }
  if (joining_ != Join::sent) return;  // not asked for, or a second time
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
  const bool is_recovered = !pid.empty() && pid == pid_;
  if (!is_recovered) offset_.reset();
  pid_ = pid;
  id_.set(sid);
  joining_ = Join::none;
  join_backoff_.reset();
  const std::uint64_t connection = ++connection_;
  peer_ = std::make_shared<ConnectionPeer>(weak_from_this(), connection);
  recovered_.store(is_recovered, std::memory_order_release);
  connected_.store(true, std::memory_order_release);

  // A handler may disconnect it.
  const auto is_current = [&] { return connected() && connection_ == connection && !ended_; };
  received_bytes_ = 0;
  for (const Received& received : std::exchange(received_, {})) {
    if (!is_current()) break;
    replay(received);
    if (manager_) manager_->loop().catch_up();
  }
  if (is_current()) flush_buffer(connection);
  if (is_current()) drain_retries();
  if (is_current()) notify("connect", handlers_.connect);
}

void ClientSocketState::on_refused(const parser::Packet& packet) {
  sent_in_ = 0;
  if (joining_ == Join::left) return on_left_join_answered();
  if (joining_ != Join::sent) return;
  joining_ = Join::none;
  ConnectionError error;
  std::string_view message;
  Value member;
  if (packet.payload.get(message)) {
    error.message = message;
  } else {
    if (packet.payload.find("message", member) && member.get(message)) error.message = message;
    if (packet.payload.find("data", member)) error.data = member.to_json();
  }
  if (manager_->options().retry_refused && manager_->may_try_again(join_backoff_)) {
    join_later();
  } else {
    become_inactive();
  }
  notify_connect_error(error);
}

void ClientSocketState::on_left_join_answered() {
  joining_ = Join::none;
  if (active()) join();
}

void ClientSocketState::on_join_timer() {
  const GateEntry entry(*gate_);
  if (manager_ && active() && manager_->is_open()) join();
}

void ClientSocketState::notify_connect_error(const ConnectionError& error) {
  const auto self = shared_from_this();
  notify("connect_error", handlers_.connect_error, error);
}

void ClientSocketState::on_manager_error(const ConnectionError& error) {
  if (active() && !connected()) notify_connect_error(error);
}

// --- Leaving ---

void ClientSocketState::disconnect() {
  if (gate_->is_inside()) return disconnect_now();
  post_urgent([](ClientSocketState& self) { self.disconnect_now(); });
}

void ClientSocketState::disconnect_now() {
  if (!manager_) return;
  const auto self = shared_from_this();
  // Whatever fails breaks the connection, but this socket leaves it all the same.
  if (connected()) contain(*this, [this] { send_disconnect(); });
  if (active()) become_inactive();
  if (connected()) close(DisconnectReason::io_client_disconnect, {});
}

void ClientSocketState::send_last_disconnect() {
  if (manager_ && connected() && sent_in_ != manager_->section()) send_disconnect();
}

void ClientSocketState::send_disconnect() {
  begin_section();
  send(PacketType::disconnect, std::nullopt, {}, {}, Compress::no);
}

void ClientSocketState::begin_section() {
  if (sent_in_ == manager_->section()) manager_->begin_section();
}

void ClientSocketState::become_inactive() {
  active_.store(false, std::memory_order_release);
  join_timer_.cancel();
  join_backoff_.reset();  // who connects again has as many attempts
  give_up_joining();
  if (joining_ == Join::sent) joining_ = Join::left;
  received_.clear();
  received_bytes_ = 0;
  contain(*this, [this] { manager_->on_left(); });
}

bool ClientSocketState::on_manager_close() {
  const bool was_joining = joining_ != Join::none;
  const bool is_told = active() && (connected() || was_joining);
  joining_ = Join::none;
  join_timer_.cancel();
  received_.clear();
  received_bytes_ = 0;
  if (is_told) forget_connection();
  return is_told;
}

void ClientSocketState::close(DisconnectReason reason, const ConnectionError& error) {
  forget_connection();
  give_up_joining();
  notify_disconnect(reason, error);
}

void ClientSocketState::give_up_joining() {
  if (joining_ == Join::due || joining_ == Join::asking) joining_ = Join::none;
}

void ClientSocketState::forget_connection() {
  connected_.store(false, std::memory_order_release);
  id_.set({});
  peer_.reset();
}

void ClientSocketState::notify_disconnect(DisconnectReason reason, const ConnectionError& error) {
  const auto self = shared_from_this();
  notify("disconnect", handlers_.disconnect, reason, error);
  fail_sent_acks();
}

void ClientSocketState::release() {
  manager_ = nullptr;
  join_timer_.cancel();
  acks_.clear();
}

// --- Receiving ---

void ClientSocketState::on_event(const parser::Packet& packet) {
  if (packet.text.empty()) return;  // as in JavaScript: an event without a name is nobody's
  if (connected()) return dispatch(packet);
  if (active() && joining_ == Join::sent) keep(packet);
}

void ClientSocketState::keep(const parser::Packet& packet) {
  Received received{
      packet.id, std::string(packet.text), {packet.attachments.begin(), packet.attachments.end()}};
  received_bytes_ += event_bytes(received.text, received.attachments);
  received_.push_back(std::move(received));
  // A server that sends on and on without letting the socket join.
  if (received_bytes_ > manager_->options().packet.packet_bytes + offline_buffer_bytes_) {
    manager_->refuse("too much came before the namespace was joined");
  }
}

void ClientSocketState::replay(const Received& received) {
  codec::Document document(manager_->options().json);
  const auto payload = document.parse(received.text, received.attachments);
  if (!payload) return;
  parser::Packet packet;
  packet.nsp = nsp_;
  packet.id = received.id;
  packet.text = received.text;
  packet.payload = *payload;
  packet.attachments = received.attachments;
  dispatch(packet);
}

namespace {

/// The last argument, if it is a string.
std::string_view last_text(ValueArray items) {
  Value item;
  bool any = false;
  while (items.next(item)) any = true;
  std::string_view text;
  if (any) item.get(text);
  return text;
}

}  // namespace

void ClientSocketState::dispatch(const parser::Packet& packet) {
  const auto self = shared_from_this();
  const auto peer = peer_;
  const std::uint64_t connection = connection_;
  ValueArray items(packet.payload);
  std::string number_name;
  const std::string_view event = event_name(items, number_name);
  // Stored events ask for no acknowledgement.
  const std::string offset(pid_.empty() || packet.id ? std::string_view() : last_text(items));

  if (!handlers_.any.empty()) {
    detail::WatchedArguments arguments(packet.payload, packet.attachments);
    run_any(handlers_.any, event, arguments);
  }
  ClientCall call(self, peer, event, packet, items);
  handlers_.events.dispatch(event, call);
  if (!offset.empty() && connection_ == connection) offset_.saw(offset);
}

void ClientSocketState::run_any(const detail::HandlerList<detail::ClientAnyHandler>& handlers,
                                std::string_view event, detail::WatchedArguments& arguments) {
  handlers.for_each([&](detail::ClientAnyHandler& handler) {
    guarded(event, [&] { handler(event, arguments); });
  });
}

}  // namespace socketio::core
