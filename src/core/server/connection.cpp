// SPDX-License-Identifier: MIT
#include "core/server/connection.hpp"

#include "base/log.hpp"
#include "codec/http/message.hpp"
#include "core/server/handshake.hpp"
#include "core/server/middleware.hpp"
#include "core/server/namespace_state.hpp"
#include "core/server/socket_state.hpp"

#include <utility>

namespace socketio::core {

using parser::PacketType;

namespace {

/// The message of the error that the reference's decoder throws (socket.io-msgpack-parser).
std::string msgpack_error(parser::Errc error) {
  switch (error) {
    case parser::Errc::unknown_type:
      return "invalid packet type";
    case parser::Errc::invalid_namespace:
      return "invalid namespace";
    case parser::Errc::invalid_id:
      return "invalid packet id";
    case parser::Errc::empty_packet:
    case parser::Errc::unexpected_text:
    case parser::Errc::invalid_msgpack:
      return "Could not parse";
    default:
      return "invalid payload";
  }
}

/// The same of socket.io-parser.
std::string text_error(parser::Errc error, std::string_view message) {
  switch (error) {
    case parser::Errc::unknown_type: {
      const bool is_digit = message.front() >= '0' && message.front() <= '9';
      return "unknown packet type " + (is_digit ? std::string(1, message.front()) : "NaN");
    }
    case parser::Errc::invalid_attachment_count:
      return "Illegal attachments";
    case parser::Errc::too_many_attachments:
      return "too many attachments";
    case parser::Errc::invalid_placeholder:
      return "illegal attachments";
    case parser::Errc::unexpected_text:
      return "got plaintext data when reconstructing a packet";
    case parser::Errc::unexpected_binary:
      return "got binary data when not reconstructing a packet";
    default:
      return "invalid payload";
  }
}

std::string json_text(const json& value) {
  TextBuffer text;
  std::vector<Bytes> no_attachments;
  JsonWriter(text, no_attachments).value(value);
  return std::string(text.view());
}

/// The payload of a CONNECT_ERROR.
std::string error_text(const MiddlewareError& error) {
  TextBuffer text;
  std::vector<Bytes> no_attachments;
  JsonWriter writer(text, no_attachments);
  writer.begin_object();
  writer.key("message");
  writer.string(error.message);
  if (!error.data.is_null()) {
    writer.key("data");
    writer.value(error.data);
  }
  writer.end_object();
  return std::string(text.view());
}

}  // namespace

Connection::Connection(Node& node, std::shared_ptr<engine::Session> session)
    : node_(node), session_(std::move(session)), decoder_(node.make_decoder()) {}

Connection::~Connection() = default;

void Connection::start() {
  node_.loop().timers().arm(
      ensure_timer<Connection, &Connection::on_connect_timeout>(connect_timer_, *this),
      node_.options().connect_timeout);
  if (!session_->is_v3()) return;
  node_.loop().defer([self = weak_from_this()] {
    const auto connection = self.lock();
    if (connection) contain(*connection, [&] { connection->join_main(); });
  });
}

void Connection::on_connect_timeout() {
  log_line(LogScope::core, LogLevel::info,
           {session_->opening().remote_address(), " has joined no namespace in time"});
  session_->close(DisconnectReason::forced_server_close);
}

void Connection::on_attachments_timeout() { session_->close(DisconnectReason::forced_close); }

void Connection::on_text(std::string_view message) {
  on_result(decoder_->add_text(message, node_.document()), message);
}

void Connection::on_binary(std::string_view message) {
  on_result(decoder_->add_binary(message, node_.document()), message);
}

void Connection::on_result(Result<std::optional<parser::Packet>, parser::Errc> result,
                           std::string_view message) {
  if (!result) {
    ++node_.counters().bad_packets;
    return refuse_packet(describe(result.error(), message));
  }
  if (*result) {
    if (attachments_timer_) attachments_timer_.reset();
    codec::Document& document = node_.document();
    on_packet(**result);
    document.give_back_large();
  } else if (!attachments_timer_ && decoder_->attachments_due()) {
    // If every attachment restarted the timer, a peer could keep the packet incomplete for ever.
    node_.loop().timers().arm(
        ensure_timer<Connection, &Connection::on_attachments_timeout>(attachments_timer_, *this),
        node_.options().attachments_timeout);
  }
}

std::string Connection::describe(parser::Errc error, std::string_view message) const {
  if (error == parser::Errc::parser_threw) return std::string(decoder_->thrown());
  const bool is_text = node_.options().parser.kind() == Parser::standard;
  return is_text ? text_error(error, message) : msgpack_error(error);
}

void Connection::refuse_packet(const std::string& why) {
  const auto self = shared_from_this();
  log_line(LogScope::core, LogLevel::info,
           {"no packet from ", session_->opening().remote_address(), ": ", why});
  for (const auto& socket : sockets()) {
    if (socket->connected()) socket->notify_error({why});
  }
  session_->close(DisconnectReason::forced_close);
}

void Connection::on_packet(const parser::Packet& packet) {
  SocketState* const socket = find(packet.nsp);
  if (packet.type == PacketType::connect) {
    // This is a second CONNECT.
    if (socket) return session_->close(DisconnectReason::forced_close);
    return connect(packet);
  }
  if (!socket || !socket->connected()) return session_->close(DisconnectReason::forced_close);
  socket->on_packet(packet);
}

SocketState* Connection::find(std::string_view nsp) const {
  for (const auto& socket : sockets_.view()) {
    if (socket->nsp().name() == nsp) return socket.get();
  }
  return nullptr;
}

void Connection::connect(const parser::Packet& packet) {
  if (session_->is_v3()) return connect_v4(packet.nsp);
  join(packet.nsp, packet.text);
}

void Connection::join_main() {
  if (session_->is_open() && !find("/")) join("/", {});
}

void Connection::connect_v4(std::string_view nsp_and_query) {
  const auto question = nsp_and_query.find('?');
  const std::string nsp(nsp_and_query.substr(0, question));
  if (find(nsp)) return session_->close(DisconnectReason::forced_close);
  if (question == std::string_view::npos) return join(nsp, {});
  json auth = json::object();
  for (auto& [name, value] : http::parse_query(nsp_and_query.substr(question + 1))) {
    auth[name] = std::move(value);
  }
  join(nsp, json_text(auth));
}

void Connection::join(std::string_view name, std::string_view auth_text) {
  const Options& options = node_.options();
  const std::size_t joined = sockets_.size() + (searched_ ? searched_->size() : 0);
  const bool is_second = searched_ && searched_->contains(name);
  if (is_second || joined >= options.namespaces_per_client ||
      name.size() > options.namespace_name_bytes) {
    log_line(
        LogScope::core, LogLevel::warning,
        {"limit of namespaces or their names reached by ", session_->opening().remote_address()});
    return session_->close(DisconnectReason::forced_close);
  }
  if (const auto nsp = node_.find(name)) return join(nsp, name, auth_text);
  if (!searched_) searched_ = std::make_unique<Names>();
  searched_->emplace(name);
  node_.search(name, auth_of(auth_text),
               [weak = weak_from_this(), kept_name = std::string(name),
                kept_auth = std::string(auth_text)](const std::shared_ptr<NamespaceState>& nsp) {
                 const auto self = weak.lock();
                 if (!self) return nsp ? nsp->end_if_empty() : void();
                 contain(*self, [&] { self->on_searched(nsp, kept_name, kept_auth); });
               });
}

void Connection::on_searched(const std::shared_ptr<NamespaceState>& nsp, const std::string& name,
                             std::string_view auth_text) {
  searched_->erase(name);
  if (searched_->empty()) searched_.reset();
  // Meanwhile the client has gone; or a predicate, or a handler of "new_namespace", has
  // disconnected it.
  if (!session_->is_open()) {
    if (nsp) nsp->end_if_empty();
    return;
  }
  join(nsp, name, auth_text);
}

void Connection::join(const std::shared_ptr<NamespaceState>& nsp, std::string_view name,
                      std::string_view auth_text) {
  if (!nsp) {
    log_line(
        LogScope::core, LogLevel::info,
        {"refused ", session_->opening().remote_address(), " at ", name, ": Invalid namespace"});
    return send_connect_error(name, error_text({"Invalid namespace"}));
  }

  if (nsp->recovery() && nsp->recovery()->is_shared() && !session_->is_v3()) {
    const RecoveryClaim claim(auth_text);
    if (!claim.private_id.empty()) return await_session(nsp, claim, auth_text);
  }
  enter(nsp, auth_text, std::nullopt);
}

void Connection::enter(const std::shared_ptr<NamespaceState>& nsp, std::string_view auth_text,
                       std::optional<KeptSession> kept) {
  const auto self = shared_from_this();
  const bool needs_middlewares = kept && kept->needs_middlewares;
  const auto socket = make_socket(nsp, auth_text, std::move(kept));
  const auto& middlewares = nsp->handlers().middlewares;
  const bool skips =
      socket->recovered() && nsp->recovery()->skips_middlewares() && !needs_middlewares;
  if (middlewares.empty() || skips) return finish_connect(socket, std::nullopt);

  using Chain = MiddlewareChain<detail::ConnectionMiddleware>;
  const auto call = [socket](detail::ConnectionMiddleware& middleware, Next next) {
    Socket handle(socket);
    try {
      middleware(handle, next);
    } catch (...) {
      detail::MiddlewareReport()(std::current_exception(), Socket(socket), next);
    }
  };
  // Deferred, as in JavaScript: what a middleware sends after next() still arrives
  // before the answer.
  const auto done = [self = weak_from_this(), socket](const std::optional<MiddlewareError>& error) {
    const auto connection = self.lock();
    if (!connection) return;
    contain(*connection, [&] {
      connection->node_.loop().defer([self, socket, error] {
        const auto joining = self.lock();
        if (joining) contain(*joining, [&] { joining->finish_connect(socket, error); });
      });
    });
  };
  std::make_shared<Chain>(nsp, middlewares, call, done)->run();
}

std::shared_ptr<SocketState> Connection::make_socket(const std::shared_ptr<NamespaceState>& nsp,
                                                     std::string_view auth_text,
                                                     std::optional<KeptSession> kept) {
  try {
    sockets_.make_room();
    if (!kept) kept = take_session(*nsp, auth_text);
    auto socket =
        kept ? std::make_shared<SocketState>(nsp, *this, std::move(*kept), std::string(auth_text))
             : std::make_shared<SocketState>(nsp, *this, make_id(nsp->name()),
                                             std::string(auth_text));
    nsp->add_joining(socket);
    sockets_.add(socket);
    socket->begin_recovery();
    return socket;
  } catch (...) {
    // It may have been created for this client.
    nsp->end_if_empty();
    throw;
  }
}

std::optional<KeptSession> Connection::take_session(NamespaceState& nsp,
                                                    std::string_view auth_text) {
  Recovery* const recovery = nsp.recovery();
  if (!recovery || recovery->is_shared()) return std::nullopt;
  const RecoveryClaim claim(auth_text);
  if (claim.private_id.empty()) return std::nullopt;
  close_former(*recovery, claim.private_id);
  auto kept = recovery->take(claim.private_id);
  if (!kept) return std::nullopt;
  const auto first = recovery->first_missed(*kept->session, kept->id, claim.offset);
  if (!first) return std::nullopt;
  kept->session->begin = *first;
  return kept;
}

void Connection::close_former(Recovery& recovery, std::string_view private_id) {
  SocketState* const lost = recovery.find(private_id);
  if (!lost) return;
  const auto former = lost->connection()->shared_session();
  if (former != session_) former->close(DisconnectReason::transport_close);
}

void Connection::await_session(const std::shared_ptr<NamespaceState>& nsp,
                               const RecoveryClaim& claim, std::string_view auth_text) {
  // Whatever that saves arrives at the store before the question.
  close_former(*nsp->recovery(), claim.private_id);
  if (!searched_) searched_ = std::make_unique<Names>();
  searched_->emplace(nsp->name());
  nsp->recovery()->take_shared(
      claim, [weak = weak_from_this(), nsp,
              kept_auth = std::string(auth_text)](std::optional<KeptSession> kept) {
        const auto self = weak.lock();
        if (self) return contain(*self, [&] { self->on_session(nsp, kept_auth, std::move(kept)); });
        if (kept) nsp->recovery()->put_back(*std::move(kept));
        nsp->end_if_empty();
      });
}

void Connection::on_session(const std::shared_ptr<NamespaceState>& nsp,
                            const std::string& auth_text, std::optional<KeptSession> kept) {
  const std::string name = nsp->name();
  searched_->erase(name);
  if (searched_->empty()) searched_.reset();
  const bool is_gone = node_.find(name) != nsp;
  if (kept && (is_gone || !session_->is_open()))
    nsp->recovery()->put_back(*std::exchange(kept, std::nullopt));
  if (!session_->is_open()) return nsp->end_if_empty();
  // The namespace has ended meanwhile.
  if (is_gone) return join(name, auth_text);
  // A session that another server has stored may have the id of a socket that is here.
  if (kept && nsp->find(kept->id)) kept.reset();
  enter(nsp, auth_text, std::move(kept));
}

void Connection::answer_connect(SocketState& socket) {
  NamespaceState& nsp = socket.nsp();
  Recovery* const recovery = nsp.recovery();
  // Middlewares may have taken longer than the log reaches back.
  const bool is_logged = socket.recovered() && !recovery->is_shared();
  if (is_logged && !recovery->has_all(*socket.recovery_session(), socket.id(),
                                      socket.recovery_session()->begin)) {
    socket.lose_recovery();
  }
  if (session_->is_v3())
    return void(send({.type = PacketType::connect, .nsp = nsp.name()}, Compress::no));
  TextBuffer payload = node_.take_text();
  payload.append(R"({"sid":")").append(socket.id());
  if (recovery) payload.append(R"(","pid":")").append(socket.recovery_session()->private_id);
  payload.append(R"("})");
  send({.type = PacketType::connect, .nsp = nsp.name(), .payload = {payload.view()}}, Compress::no);
  node_.give_back(std::move(payload));
}

void Connection::send_missed(SocketState& socket, std::vector<PreparedEvents>& missed) {
  NamespaceState& nsp = socket.nsp();
  const auto send_events = [&](PreparedEvents& events) {
    nsp.count(session_->send_prepared(events), events.events().size());
  };
  Recovery& recovery = *nsp.recovery();
  if (recovery.is_shared()) {
    for (PreparedEvents& events : missed) send_events(events);
    return;
  }
  const SocketSession& session = *socket.recovery_session();
  recovery.for_each_missed(session, socket.id(), session.begin, send_events);
  socket.note_sent(recovery.log().next());
}

void Connection::await_missed(const std::shared_ptr<SocketState>& socket) {
  NamespaceState& nsp = socket->nsp();
  const SocketSession& session = *socket->recovery_session();
  nsp.recovery()->read_missed(
      session, session.rooms.rooms(),
      [weak = weak_from_this(), socket](std::optional<std::vector<PreparedEvents>> missed) {
        const auto self = weak.lock();
        if (!self || !socket->connection()) return;
        contain(*self, [&] {
          missed ? self->admit(socket, *std::move(missed)) : self->join_anew(*socket);
        });
      });
}

void Connection::join_anew(SocketState& socket) {
  // With another id, without its rooms and data, and through the middlewares, as any new client: what has
  // been read of the session is not enough to be the same.
  const std::string name = socket.nsp().name();
  const std::string auth_text(socket.auth_text());
  socket.lose_recovery();
  socket.discard();
  join(name, auth_text);
}

std::string Connection::make_id(const std::string& nsp) const {
  if (!session_->is_v3()) return node_.options().place.draw_id(node_.loop().entropy());
  // These clients make it themselves from the session's.
  return parser::is_main(nsp) ? session_->id() : nsp + '#' + session_->id();
}

void Connection::finish_connect(const std::shared_ptr<SocketState>& socket,
                                const std::optional<MiddlewareError>& error) {
  const auto self = shared_from_this();
  if (!socket->connection())
    // The client left, or was disconnected, while the middlewares ran.
    return;
  NamespaceState& nsp = socket->nsp();
  if (error) {
    refuse(nsp.name(), *error);
    socket->discard();
    return;
  }
  if (socket->recovered() && nsp.recovery()->is_shared()) return await_missed(socket);
  admit(socket, {});
}

void Connection::admit(const std::shared_ptr<SocketState>& socket,
                       std::vector<PreparedEvents> missed) {
  const auto self = shared_from_this();
  NamespaceState& nsp = socket->nsp();
  connect_timer_.reset();
  const auto handlers = nsp.handlers().connection;  // they may add further ones
  answer_connect(*socket);
  // Behind the answer: the official client keeps events that arrive before it, and gets them twice if
  // the connection breaks in between.
  if (socket->recovered()) send_missed(*socket, missed);
  if (!nsp.add(*socket)) return;
  // Last, so that on_disconnect is only called for sockets whose on_connection was.
  socket->become_connected();
  log_line(LogScope::core, LogLevel::debug,
           {"socket ", socket->id(), " connected to ", nsp.name()});

  if (NodeWatcher* const watcher = node_.watcher()) watcher->on_connected(*socket);
  handlers.for_each([&](detail::ConnectionHandler& handler) {
    if (!socket->connected()) return;
    try {
      Socket handle(socket);
      handler(handle);
    } catch (...) {
      socket->report("connection", std::current_exception());
    }
  });
}

EmitResult Connection::send(const parser::OutgoingPacket& packet, Compress compress) {
  node_.waiting_broadcasts().before_sending();
  const auto encoded = node_.encoder().encode(packet);
  if (!encoded) return drop(encoded.error());
  std::optional<EmitResult> result;
  parser::for_each_message(*encoded, [&](const engineio::Packet& message) {
    if (result != EmitResult::dropped) result = session_->send(message, compress);
  });
  return *result;
}

EmitResult Connection::drop(parser::Errc error) {
  if (error == parser::Errc::parser_threw) {
    // Not from inside an emit, because the code that called it may be in the middle of something.
    node_.loop().defer([self = weak_from_this(), why = std::string(node_.encoder().thrown())] {
      const auto connection = self.lock();
      if (connection) contain(*connection, [&] { connection->refuse_packet(why); });
    });
  }
  return EmitResult::dropped;
}

void Connection::refuse(std::string_view nsp, const MiddlewareError& error) {
  log_line(LogScope::core, LogLevel::info,
           {"refused ", session_->opening().remote_address(), " at ", nsp, ": ", error.message});
  if (!session_->is_v3()) return send_connect_error(nsp, error_text(error));
  send_connect_error(nsp, json_text(error.data.is_null() ? json(error.message) : error.data));
}

void Connection::send_connect_error(std::string_view nsp, std::string_view payload) {
  send({.type = PacketType::connect_error, .nsp = nsp, .payload = {payload}}, Compress::no);
}

void Connection::disconnect(SocketState& socket, Close close) {
  const auto self = shared_from_this();
  const auto disconnect_one = [this](SocketState& leaving) {
    if (!leaving.connected()) return leaving.discard();
    send({.type = PacketType::disconnect, .nsp = leaving.nsp().name()}, Compress::no);
    leaving.close(DisconnectReason::server_namespace_disconnect);
  };
  if (close == Close::socket) return disconnect_one(socket);
  for (const auto& leaving : sockets()) disconnect_one(*leaving);
  session_->close(DisconnectReason::forced_server_close);
}

void Connection::remove(SocketState& socket) { sockets_.remove(socket); }

void Connection::on_close(DisconnectReason reason) {
  const auto self = shared_from_this();
  connect_timer_.reset();
  attachments_timer_.reset();
  decoder_->reset();
  const auto sockets = sockets_.take();
  for (const auto& socket : sockets.view()) {
    socket->connected() ? socket->close(reason) : socket->discard();
  }
}

}  // namespace socketio::core
