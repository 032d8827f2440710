// SPDX-License-Identifier: MIT
#include "core/server/connection.hpp"

#include "base/log.hpp"
#include "core/make_room.hpp"
#include "core/server/middleware.hpp"
#include "core/server/namespace_state.hpp"
#include "core/server/socket_state.hpp"

#include <algorithm>
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

}  // namespace

Connection::Connection(Node& node, std::shared_ptr<engine::Session> session)
    : node_(node), session_(std::move(session)), decoder_(node.make_decoder()) {}

Connection::~Connection() = default;

void Connection::start() {
  node_.loop().timers().arm(
      ensure_timer<Connection, &Connection::on_connect_timeout>(connect_timer_, *this),
      node_.options().connect_timeout);
}

void Connection::on_connect_timeout() {
  log_line(LogScope::core, LogLevel::info,
           {session_->opening().remote_address, " has joined no namespace in time"});
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
  if (!result) return refuse_packet(result.error(), message);
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

void Connection::refuse_packet(parser::Errc error, std::string_view message) {
  const auto self = shared_from_this();
  const bool is_msgpack = node_.options().parser == Parser::msgpack;
  const std::string why = is_msgpack ? msgpack_error(error) : text_error(error, message);
  log_line(LogScope::core, LogLevel::info,
           {"no packet from ", session_->opening().remote_address, ": ", why});
  const auto sockets = sockets_;
  for (const auto& socket : sockets) {
    if (socket->connected()) socket->notify_error({why});
  }
  session_->close(DisconnectReason::forced_close);
}

void Connection::on_packet(const parser::Packet& packet) {
  const auto socket = find(packet.nsp);
  if (packet.type == PacketType::connect) {
    // This is a second CONNECT.
    if (socket) return session_->close(DisconnectReason::forced_close);
    return connect(packet);
  }
  if (!socket || !socket->connected()) return session_->close(DisconnectReason::forced_close);
  socket->on_packet(packet);
}

std::shared_ptr<SocketState> Connection::find(std::string_view nsp) const {
  for (const auto& socket : sockets_) {
    if (socket->nsp().name() == nsp) return socket;
  }
  return nullptr;
}

void Connection::connect(const parser::Packet& packet) {
  const Options& options = node_.options();
  if (sockets_.size() >= options.namespaces_per_client ||
      packet.nsp.size() > options.namespace_name_bytes) {
    log_line(
        LogScope::core, LogLevel::warning,
        {"limit of namespaces or their names reached by ", session_->opening().remote_address});
    return session_->close(DisconnectReason::forced_close);
  }
  const auto self = shared_from_this();
  const auto nsp =
      node_.find(packet.nsp, packet.text.empty() ? json::object() : packet.payload.to_json());
  // A predicate, or a handler of "new_namespace", has disconnected the client.
  if (!session_->is_open()) {
    if (nsp) nsp->end_if_empty();
    return;
  }
  if (!nsp) return refuse(packet.nsp, {"Invalid namespace"});

  const auto socket = make_socket(nsp, packet.text);
  const auto& middlewares = nsp->handlers().middlewares;
  if (middlewares.empty()) return finish_connect(socket, std::nullopt);

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
                                                     std::string_view auth_text) {
  try {
    make_room(sockets_);
    auto socket = std::make_shared<SocketState>(nsp, *this, random_id(node_.loop().entropy()),
                                                std::string(auth_text));
    nsp->add_joining(socket);
    sockets_.push_back(socket);
    return socket;
  } catch (...) {
    // It may have been created for this client.
    nsp->end_if_empty();
    throw;
  }
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
  connect_timer_.reset();
  const auto handlers = nsp.handlers().connection;
  const std::string payload = R"({"sid":")" + socket->id() + R"("})";
  send({.type = PacketType::connect, .nsp = nsp.name(), .payload = {payload}}, Compress::no);
  if (!nsp.add(*socket)) return;
  // Last, so that on_disconnect is only called for sockets whose on_connection was.
  socket->become_connected();
  log_line(LogScope::core, LogLevel::debug,
           {"socket ", socket->id(), " connected to ", nsp.name()});

  for (const auto& handler : handlers) {
    if (!socket->connected()) return;
    try {
      Socket handle(socket);
      (*handler)(handle);
    } catch (...) {
      socket->report("connection", std::current_exception());
    }
  }
}

EmitResult Connection::send(const parser::OutgoingPacket& packet, Compress compress) {
  node_.waiting_broadcasts().before_sending();
  const auto encoded = node_.encoder().encode(packet);
  if (!encoded) return EmitResult::dropped;
  std::optional<EmitResult> result;
  parser::for_each_message(*encoded, [&](const engineio::Packet& message) {
    if (result != EmitResult::dropped) result = session_->send(message, compress);
  });
  return *result;
}

void Connection::refuse(std::string_view nsp, const MiddlewareError& error) {
  log_line(LogScope::core, LogLevel::info,
           {"refused ", session_->opening().remote_address, " at ", nsp, ": ", error.message});
  std::string payload;
  std::vector<Bytes> no_attachments;
  JsonWriter writer(payload, no_attachments);
  writer.begin_object();
  writer.key("message");
  writer.string(error.message);
  if (!error.data.is_null()) {
    writer.key("data");
    writer.value(error.data);
  }
  writer.end_object();
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
  const auto sockets = sockets_;
  for (const auto& leaving : sockets) disconnect_one(*leaving);
  session_->close(DisconnectReason::forced_server_close);
}

void Connection::remove(SocketState& socket) {
  sockets_.erase(std::remove_if(sockets_.begin(), sockets_.end(),
                                [&](const auto& candidate) { return candidate.get() == &socket; }),
                 sockets_.end());
}

void Connection::on_close(DisconnectReason reason) {
  const auto self = shared_from_this();
  connect_timer_.reset();
  attachments_timer_.reset();
  decoder_->reset();
  const auto sockets = std::exchange(sockets_, {});
  for (const auto& socket : sockets) {
    socket->connected() ? socket->close(reason) : socket->discard();
  }
}

}  // namespace socketio::core
