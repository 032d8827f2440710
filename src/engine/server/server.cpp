// SPDX-License-Identifier: MIT
#include "engine/server/server.hpp"

#include "codec/http/grammar.hpp"
#include "codec/websocket/handshake.hpp"
#include "engine/server/polling.hpp"
#include "engine/server/websocket.hpp"

#include <socketio/json_writer.hpp>

#include <algorithm>
#include <utility>

namespace socketio::engine {

namespace {

struct RefusalText {
  std::uint16_t status;
  // In the JSON body; -1: there is none.
  int code;
  std::string_view message;
};

RefusalText text_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::unknown_transport:
      return {400, 0, "Transport unknown"};
    case Refusal::unknown_sid:
      return {400, 1, "Session ID unknown"};
    case Refusal::bad_handshake_method:
      return {400, 2, "Bad handshake method"};
    case Refusal::bad_request:
      return {400, 3, "Bad request"};
    case Refusal::forbidden:
      return {403, 4, "Forbidden"};
    case Refusal::unsupported_protocol:
      return {400, 5, "Unsupported protocol version"};
    case Refusal::method_not_allowed:
      return {405, -1, {}};
    case Refusal::too_many_sessions:
      return {503, -1, {}};
  }
  return {500, -1, {}};
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != '\t') || byte == 0x7f;
  });
}

// Subprotocols mean nothing here, but a browser fails the WebSocket unless one of those that it
// offers is chosen (RFC 6455 section 4.1).
std::string_view offered_subprotocol(const http::Request& request) {
  std::string_view first = request.headers.get("sec-websocket-protocol");
  first = first.substr(0, first.find(','));
  first = first.substr(0, first.find_last_not_of(" \t") + 1);
  first.remove_prefix(std::min(first.find_first_not_of(" \t"), first.size()));
  return http::is_token(first) ? first : std::string_view();
}

http::Response websocket_refusal(Refusal refusal, std::string_view message) {
  const RefusalText text = text_of(refusal);
  http::Response response;
  // As in abortUpgrade() of the reference: each of its refusals has status 400, even `forbidden`.
  response.status = text.code >= 0 ? 400 : text.status;
  response.headers.add("Content-Type", "text/html");
  response.body = std::string(message.empty() ? text.message : message);
  return response;
}

}  // namespace

http::Response refusal_response(Refusal refusal, std::string_view message) {
  const RefusalText text = text_of(refusal);
  http::Response response;
  response.status = text.status;
  if (refusal == Refusal::method_not_allowed) response.headers.add("Allow", "GET, POST");
  if (text.code >= 0) {
    response.headers.add("Content-Type", "application/json");
    std::vector<Bytes> no_attachments;
    JsonWriter body(response.body, no_attachments);
    body.begin_object();
    body.key("code");
    body.integer(text.code);
    body.key("message");
    body.string(message.empty() ? text.message : message);
    body.end_object();
  }
  return response;
}

Server::Server(Loop& loop, const Options& options, SessionFactory factory)
    : loop_(loop),
      options_(options),
      websocket_limits_{options.max_payload_bytes,
                        options.fragments_per_message.value_or(
                            websocket::fragments_for(options.max_payload_bytes))},
      factory_(std::move(factory)) {}

Server::~Server() { close(); }

bool Server::is_enabled(std::string_view transport) const {
  return (transport == "polling" && options_.polling) ||
         (transport == "websocket" && options_.websocket);
}

std::optional<Refusal> Server::check(const http::Request& request, const Query& query,
                                     Session* session) const {
  if (!is_enabled(query.transport)) return Refusal::unknown_transport;
  if (has_control_character(request.headers.get("origin"))) return Refusal::bad_request;
  const bool upgrade = websocket::is_upgrade_request(request);
  if (upgrade && query.transport != "websocket") return Refusal::bad_request;
  if (!query.sid.empty()) {
    if (!session) return Refusal::unknown_sid;
    // A session over WebSocket has no other request than the upgrade.
    if (!upgrade && (query.transport != "polling" || !session->polling()))
      return Refusal::bad_request;
    if (query.protocol != engineio::protocol_version) return Refusal::bad_request;
    return std::nullopt;
  }
  if (request.method != "GET") return Refusal::bad_handshake_method;
  if (query.transport == "websocket" && !upgrade) return Refusal::bad_request;
  return std::nullopt;
}

void Server::accept(const std::shared_ptr<Exchange>& exchange) {
  const http::Request& request = exchange->request();
  Query query;
  query.transport = http::query_value(request.query(), "transport");
  query.sid = http::query_value(request.query(), "sid");
  query.protocol = http::query_value(request.query(), "EIO");
  query.base64 = !http::query_value(request.query(), "b64").empty();

  const auto session = find(query.sid);
  if (const auto refusal = check(request, query, session.get())) return refuse(*exchange, *refusal);

  if (websocket::is_upgrade_request(request)) {
    if (session) return accept_websocket(exchange, query, session);
  } else if (session) {
    if (request.method != "GET" && request.method != "POST") {
      return refuse(*exchange, Refusal::method_not_allowed);
    }
    // The session may be closing; its transport still answers.
    const auto transport = session->polling()->shared_from_this();
    return contain(*transport, [&] { transport->accept(exchange); });
  }
  handshake(exchange, query);
}

void Server::refuse(Exchange& exchange, Refusal refusal, std::string_view message) {
  if (websocket::is_upgrade_request(exchange.request())) {
    exchange.respond_and_close(websocket_refusal(refusal, message));
  } else if (exchange.body_complete()) {
    exchange.respond(refusal_response(refusal, message));
  } else {
    exchange.respond_and_close(refusal_response(refusal, message));
  }
}

void Server::handshake(const std::shared_ptr<Exchange>& exchange, const Query& query) {
  if (closed_) return refuse(*exchange, Refusal::too_many_sessions);
  if (allow_request_) {
    if (const auto refusal = allow_request_(*exchange)) {
      return refuse(*exchange, Refusal::forbidden, *refusal);
    }
    // The hook has closed the server.
    if (closed_) return refuse(*exchange, Refusal::too_many_sessions);
  }
  if (query.protocol != engineio::protocol_version)
    return refuse(*exchange, Refusal::unsupported_protocol);
  if (options_.sessions != 0 && sessions_.size() >= options_.sessions) {
    return refuse(*exchange, Refusal::too_many_sessions);
  }
  if (query.transport == "websocket") return accept_websocket(exchange, query, nullptr);

  const auto session = make_session(*exchange);
  open_or_give_up(*session, [&] {
    const auto transport = std::make_shared<PollingTransport>(*session);
    session->open(transport);
    transport->accept(exchange);
    session->set_handler(factory_(session));
  });
}

template <class Use>
void Server::open_or_give_up(Session& session, Use use) {
  try {
    use();
  } catch (...) {
    session.give_up();
    throw;
  }
}

std::shared_ptr<Session> Server::make_session(Exchange& exchange) {
  const http::Request& request = exchange.request();
  OpeningRequest opening{request.target, request.headers, exchange.remote_address(),
                         loop_.wall_clock_ms(), exchange.is_secure()};
  opening.headers.shrink();
  auto session = std::make_shared<Session>(*this, random_id(loop_.entropy()), std::move(opening));
  sessions_.emplace(session->id(), session);
  return session;
}

void Server::accept_websocket(const std::shared_ptr<Exchange>& exchange, const Query& query,
                              std::shared_ptr<Session> session) {
  const auto accept = websocket::check_upgrade(exchange->request());
  if (!accept) {
    if (accept.error() == websocket::UpgradeError::unsupported_version) {
      http::Response response;
      response.status = 426;
      response.headers.add("Sec-WebSocket-Version", "13");
      return exchange->respond_and_close(std::move(response));
    }
    return refuse(*exchange, Refusal::bad_request);
  }
  const bool is_new = session == nullptr;
  if (is_new) session = make_session(*exchange);
  const auto form = query.base64 ? BinaryForm::base64 : BinaryForm::bytes;
  if (!is_new) {
    const auto transport = std::make_shared<WebSocketTransport>(session, websocket_limits_, form);
    const bool taken = session->begin_upgrade(transport);
    switch_protocols(*exchange, *accept, transport);
    if (!taken) transport->close();
    return;
  }
  open_or_give_up(*session, [&] {
    const auto transport = std::make_shared<WebSocketTransport>(session, websocket_limits_, form);
    switch_protocols(*exchange, *accept, transport);
    session->open(transport);
    session->set_handler(factory_(session));
  });
}

void Server::switch_protocols(Exchange& exchange, std::string_view accept,
                              const std::shared_ptr<WebSocketTransport>& transport) {
  try {
    http::Response switching;
    switching.status = 101;
    switching.headers.add("Upgrade", "websocket");
    switching.headers.add("Sec-WebSocket-Accept", accept);
    if (const auto protocol = offered_subprotocol(exchange.request()); !protocol.empty()) {
      switching.headers.add("Sec-WebSocket-Protocol", protocol);
    }
    transport->attach(exchange.upgrade(std::move(switching), transport));
  } catch (...) {
    transport->on_close();
    throw;
  }
}

std::shared_ptr<Session> Server::find(std::string_view sid) const {
  for (const Sessions* const sessions : {&sessions_, &closing_}) {
    if (const auto found = sessions->find(sid); found != sessions->end()) return found->second;
  }
  return nullptr;
}

bool Server::on_session_closing(Session& session) {
  // There is no last poll to wait for.
  if (closed_) return false;
  // A client could create and lose sessions faster than they are forgotten.
  if (options_.sessions != 0 && closing_.size() >= options_.sessions) return false;
  // This may throw; nothing after it does.
  closing_.reserve(closing_.size() + 1);
  closing_.insert(sessions_.extract(session.id()));
  return true;
}

void Server::on_session_end(Session& session) {
  if (sessions_.erase(session.id()) == 0) closing_.erase(session.id());
}

void Server::close() {
  closed_ = true;
  while (!sessions_.empty()) {
    const auto session = sessions_.begin()->second;
    session->close(DisconnectReason::server_shutting_down);
    session->skip_last_poll();
  }
  while (!closing_.empty()) {
    const auto session = closing_.begin()->second;
    session->skip_last_poll();
  }
}

}  // namespace socketio::engine
