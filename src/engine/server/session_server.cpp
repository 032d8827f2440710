// SPDX-License-Identifier: MIT
#include "engine/server/session_server.hpp"

#include "base/log.hpp"
#include "codec/http/grammar.hpp"
#include "codec/http/utf8.hpp"
#include "codec/websocket/handshake.hpp"
#include "engine/server/drain.hpp"
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
    case Refusal::too_many_handshakes:
    case Refusal::shutting_down:
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

/// What is refused because of its rate may be tried again when there is a token again.
void advise_retry(Refusal refusal, http::Response& response) {
  if (refusal == Refusal::too_many_handshakes) response.headers.add("Retry-After", "1");
}

http::Response websocket_refusal(Refusal refusal, std::string_view message) {
  const RefusalText text = text_of(refusal);
  http::Response response;
  // As in abortUpgrade() of the reference: each of its refusals has status 400, even `forbidden`.
  response.status = text.code >= 0 ? 400 : text.status;
  response.headers.add("Content-Type", "text/html");
  advise_retry(refusal, response);
  response.body = std::string(message.empty() ? text.message : message);
  return response;
}

/// JSONP is for browsers without XMLHttpRequest across origins.
bool asks_for_jsonp(const http::Request& request) {
  return !http::query_value(request.query(), "j").empty();
}

/// The header lines of every response that opens a WebSocket.
class SwitchingLines {
 public:
  explicit SwitchingLines(const websocket::AcceptKey& accept) {
    char* end = text_.data();
    for (const std::string_view part : {before, std::string_view(accept), after}) {
      end += part.copy(end, part.size());
    }
  }
  std::string_view text() const { return {text_.data(), text_.size()}; }

 private:
  static constexpr std::string_view before = "Upgrade: websocket\r\nSec-WebSocket-Accept: ";
  static constexpr std::string_view after = "\r\n";
  std::array<char, before.size() + websocket::AcceptKey::size + after.size()> text_;
};

int number_of(engineio::Protocol protocol) { return static_cast<int>(protocol); }

}  // namespace

int code_of(Refusal refusal) {
  const int code = text_of(refusal).code;
  return code >= 0 ? code : text_of(Refusal::bad_request).code;
}

std::string_view message_of(Refusal refusal) {
  const bool has_text = text_of(refusal).code >= 0;
  return text_of(has_text ? refusal : Refusal::bad_request).message;
}

http::Response refusal_response(Refusal refusal, std::string_view message) {
  const RefusalText text = text_of(refusal);
  http::Response response;
  response.status = text.status;
  if (refusal == Refusal::method_not_allowed) response.headers.add("Allow", "GET, POST");
  advise_retry(refusal, response);
  if (text.code >= 0) {
    response.headers.add("Content-Type", "application/json");
    std::vector<Bytes> no_attachments;
    TextBuffer written;
    JsonWriter body(written, no_attachments);
    body.begin_object();
    body.key("code");
    body.integer(text.code);
    body.key("message");
    body.string(message.empty() ? text.message : message);
    body.end_object();
    response.body = written.view();
  }
  return response;
}

SessionServer::SessionServer(Loop& loop, Options options, SessionFactory factory)
    : SessionOwner(loop, std::move(options)),
      websocket_limits_{options_.max_payload_bytes,
                        options_.fragments_per_message.value_or(
                            websocket::fragments_for(options_.max_payload_bytes))},
      factory_(std::move(factory)) {
  if (options_.handshakes_per_second != 0) {
    handshakes_.emplace(rate_of(options_.handshakes_per_second));
  }
  if (options_.handshakes_per_second_per_address != 0) {
    handshakes_of_addresses_.emplace(rate_of(options_.handshakes_per_second_per_address));
  }
}

SessionServer::~SessionServer() { close(); }

bool SessionServer::is_enabled(const Query& query) const {
  return (query.wants(TransportName::polling) && options_.polling) ||
         (query.wants(TransportName::websocket) && options_.websocket);
}

std::optional<SessionServer::Refused> SessionServer::check(const http::Request& request,
                                                           const Query& query, Session* session,
                                                           bool is_upgrade) const {
  if (!is_enabled(query)) {
    const bool is_absent = query.transport().empty();
    return Refused{Refusal::unknown_transport,
                   is_absent ? json::object() : json{{"transport", query.transport()}}};
  }
  if (const auto origin = request.headers.get("origin"); has_control_character(origin)) {
    return Refused{Refusal::bad_request,
                   {{"name", "INVALID_ORIGIN"}, {"origin", http::with_replacements(origin)}}};
  }
  const bool wants_websocket = query.wants(TransportName::websocket);
  if (is_upgrade && !wants_websocket) {
    return Refused{Refusal::bad_request, {{"name", "TRANSPORT_HANDSHAKE_ERROR"}}};
  }
  if (!query.sid().empty()) {
    if (!session) return Refused{Refusal::unknown_sid, {{"sid", query.sid()}}};
    return check_session(query, *session, is_upgrade);
  }
  if (!request.is("GET")) {
    return Refused{Refusal::bad_handshake_method, {{"method", request.method}}};
  }
  if (wants_websocket && !is_upgrade) {
    return Refused{Refusal::bad_request, {{"name", "TRANSPORT_HANDSHAKE_ERROR"}}};
  }
  return std::nullopt;
}

std::optional<SessionServer::Refused> SessionServer::check_session(const Query& query,
                                                                   Session& session,
                                                                   bool is_upgrade) {
  // A session over WebSocket has no other request than the upgrade.
  const bool wants_polling = query.wants(TransportName::polling);
  if (!is_upgrade && (!wants_polling || !session.polling())) {
    return Refused{Refusal::bad_request,
                   {{"name", "TRANSPORT_MISMATCH"},
                    {"transport", query.transport()},
                    {"previousTransport", to_string(session.transport_name())}}};
  }
  const engineio::Protocol protocol = session.opening().protocol;
  if (query.protocol() != protocol) {
    return Refused{Refusal::bad_request,
                   {{"name", "PROTOCOL_MISMATCH"},
                    {"protocol", number_of(query.protocol())},
                    {"previousProtocol", number_of(protocol)}}};
  }
  return std::nullopt;
}

SessionServer::Query::Query(const http::Request& request) {
  constexpr std::string_view names[] = {"EIO", "transport", "sid", "b64"};
  http::read_query(request.query(), names, values_);
  wants_polling_ = transport() == to_string(TransportName::polling);
  wants_websocket_ = transport() == to_string(TransportName::websocket);
}

engineio::Protocol SessionServer::Query::protocol() const {
  // 3 unless the client says 4, as in the reference.
  const bool is_v4 = values_[0].text == engineio::protocol_version;
  return is_v4 ? engineio::Protocol::v4 : engineio::Protocol::v3;
}

SessionServer::Terms SessionServer::Query::terms() const {
  return {wants(TransportName::polling) ? TransportName::polling : TransportName::websocket,
          protocol(), !values_[3].text.empty()};
}

BinaryForm SessionServer::Terms::binary_form() const {
  if (is_v3()) return base64 ? BinaryForm::v3_base64 : BinaryForm::v3_bytes;
  return base64 ? BinaryForm::base64 : BinaryForm::bytes;
}

void SessionServer::accept(const std::shared_ptr<Exchange>& exchange) {
  const http::Request& request = exchange->request();
  const Query query(request);
  const auto session = query.sid().empty() ? nullptr : find(query.sid());
  const bool is_upgrade = websocket::is_upgrade_request(request);
  if (const auto refused = check(request, query, session.get(), is_upgrade)) {
    return report_and_refuse(*exchange, refused->refusal, refused->context);
  }

  if (is_upgrade) {
    if (session) return accept_upgrade(*exchange, query.terms(), session);
  } else if (session) {
    if (!request.is("GET") && !request.is("POST")) {
      return refuse(*exchange, Refusal::method_not_allowed);
    }
    // The session may be closing; its transport still answers.
    const auto transport = session->polling()->shared_from_this();
    return contain(*transport, [&] { transport->accept(exchange); });
  }
  handshake(exchange, query.terms());
}

void SessionServer::refuse(Exchange& exchange, Refusal refusal) {
  ++counters_.refused[refusal];
  answer(exchange, refusal);
}

void SessionServer::answer(Exchange& exchange, Refusal refusal, std::string_view message) {
  log_line(LogScope::engine, LogLevel::info,
           {"refused ", exchange.remote_address(), ": ",
            message.empty() ? message_of(refusal) : message});
  if (websocket::is_upgrade_request(exchange.request())) {
    exchange.respond_and_close(websocket_refusal(refusal, message));
  } else if (exchange.body_complete() && refusal != Refusal::shutting_down) {
    exchange.respond(refusal_response(refusal, message));
  } else {
    exchange.respond_and_close(refusal_response(refusal, message));
  }
}

void SessionServer::report(const Exchange& exchange, Refusal refusal, json context) {
  ++counters_.refused[refusal];
  if (refusal_hook_) refusal_hook_(exchange, refusal, std::move(context));
}

void SessionServer::report_and_refuse(Exchange& exchange, Refusal refusal, const json& context) {
  report(exchange, refusal, context);
  const auto message = context.find("message");
  if (message == context.end()) return answer(exchange, refusal);
  answer(exchange, refusal, message->get_ref<const std::string&>());
}

void SessionServer::handshake(const std::shared_ptr<Exchange>& exchange, const Terms& terms) {
  if (is_ending()) return refuse(*exchange, Refusal::shutting_down);
  if (!takes_handshake_of(*exchange)) {
    return report_and_refuse(*exchange, Refusal::too_many_handshakes,
                             {{"name", "TOO_MANY_HANDSHAKES"}});
  }
  if (!allow_request_) return admit(exchange, terms);
  allow_request_(exchange, [this, terms](const std::shared_ptr<Exchange>& decided,
                                         const std::optional<std::string>& refusal) {
    if (refusal) return report_and_refuse(*decided, Refusal::forbidden, {{"message", *refusal}});
    admit(decided, terms);
  });
}

void SessionServer::admit(const std::shared_ptr<Exchange>& exchange, const Terms& terms) {
  if (terms.is_v3() && !options_.allow_eio3) {
    return report_and_refuse(*exchange, Refusal::unsupported_protocol,
                             {{"protocol", number_of(terms.protocol)}});
  }
  if (terms.is_v3() && asks_for_jsonp(exchange->request())) {
    return report_and_refuse(*exchange, Refusal::unknown_transport, {{"transport", "jsonp"}});
  }
  if (!generate_id_) return open_session(exchange, terms, options_.place.draw_id(loop_.entropy()));
  generate_id_(exchange, [this, terms](const std::shared_ptr<Exchange>& ready,
                                       const std::optional<std::string>& id) {
    if (!id || !is_usable(*id)) {
      return report_and_refuse(*ready, Refusal::bad_request, {{"name", "ID_GENERATION_ERROR"}});
    }
    open_session(ready, terms, *id);
  });
}

bool SessionServer::is_usable(std::string_view id) const {
  constexpr std::size_t limit_bytes = 128;
  const bool is_printable =
      std::all_of(id.begin(), id.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
  return !id.empty() && id.size() <= limit_bytes && is_printable && !find(id);
}

bool SessionServer::takes_handshake_of(const Exchange& exchange) {
  if (!handshakes_ && !handshakes_of_addresses_) return true;
  const TimePoint now = loop_.timers().now();
  // What one address may not do takes nothing from the others.
  if (handshakes_of_addresses_ && !handshakes_of_addresses_->take(exchange.remote_address(), now)) {
    return false;
  }
  return !handshakes_ || handshakes_->take(now);
}

bool SessionServer::has_room_for(const Exchange& exchange) const {
  if (options_.sessions != 0 && sessions_.size() >= options_.sessions) return false;
  const std::size_t most = options_.sessions_per_address;
  return most == 0 || addresses_.count(exchange.remote_address()) < most;
}

void SessionServer::open_session(const std::shared_ptr<Exchange>& exchange, const Terms& terms,
                                 std::string id) {
  // That may have begun while the application decided.
  if (is_ending()) return refuse(*exchange, Refusal::shutting_down);
  if (!has_room_for(*exchange)) {
    return report_and_refuse(*exchange, Refusal::too_many_sessions,
                             {{"name", "TOO_MANY_SESSIONS"}});
  }
  if (terms.transport == TransportName::polling) {
    const auto session = make_session(*exchange, terms, std::move(id));
    return open_or_give_up(*session, [&] {
      const auto transport = std::make_shared<PollingTransport>(*session, terms.binary_form());
      session->open(transport);
      transport->accept(exchange);
      session->set_handler(factory_(session));
    });
  }
  const auto accept = check_websocket(*exchange);
  if (!accept) return;
  const auto session = make_session(*exchange, terms, std::move(id));
  open_or_give_up(*session, [&] {
    const auto transport =
        std::make_shared<WebSocketTransport>(session, websocket_limits_, terms.binary_form());
    switch_protocols(*exchange, *accept, *session, transport);
    // A hook that adds headers has closed the server.
    if (closed_) return transport->close();
    session->open(transport);
    session->set_handler(factory_(session));
  });
}

template <class Use>
void SessionServer::open_or_give_up(Session& session, Use use) {
  try {
    use();
  } catch (...) {
    session.give_up();
    throw;
  }
}

std::shared_ptr<Session> SessionServer::make_session(Exchange& exchange, const Terms& terms,
                                                     std::string id) {
  OpeningRequest opening(exchange.request(), exchange.remote_address());
  opening.issued_ms = loop_.wall_clock_ms();
  opening.protocol = terms.protocol;
  opening.secure = exchange.is_secure();
  auto session = std::make_shared<Session>(*this, std::move(id), std::move(opening));
  sessions_.insert(session);
  note_count();
  if (options_.sessions_per_address == 0) return session;
  try {
    addresses_.add(session->opening().remote_address());
  } catch (...) {
    sessions_.erase(session);
    note_count();
    throw;
  }
  return session;
}

std::optional<websocket::AcceptKey> SessionServer::check_websocket(Exchange& exchange) {
  auto accept = websocket::check_upgrade(exchange.request());
  if (accept) return *accept;
  if (accept.error() == websocket::UpgradeError::unsupported_version) {
    http::Response response;
    response.status = 426;
    response.headers.add("Sec-WebSocket-Version", "13");
    exchange.respond_and_close(std::move(response));
  } else {
    refuse(exchange, Refusal::bad_request);
  }
  return std::nullopt;
}

void SessionServer::accept_upgrade(Exchange& exchange, const Terms& terms,
                                   const std::shared_ptr<Session>& session) {
  const auto accept = check_websocket(exchange);
  if (!accept) return;
  const auto transport =
      std::make_shared<WebSocketTransport>(session, websocket_limits_, terms.binary_form());
  const bool taken = session->begin_upgrade(transport);
  switch_protocols(exchange, *accept, *session, transport);
  if (!taken) transport->close();
}

void SessionServer::switch_protocols(Exchange& exchange, const websocket::AcceptKey& accept,
                                     const Session& session,
                                     const std::shared_ptr<WebSocketTransport>& transport) const {
  try {
    http::Response switching;
    switching.status = 101;
    const SwitchingLines lines(accept);
    switching.ready_lines = lines.text();
    if (const auto protocol = offered_subprotocol(exchange.request()); !protocol.empty()) {
      switching.headers.add("Sec-WebSocket-Protocol", protocol);
    }
    if (options_.deflate) {
      const auto answer =
          websocket::choose_deflate(exchange.request().headers, options_.deflate->most);
      if (answer) {
        switching.headers.add(websocket::extensions_field, answer->text);
        transport->allow_deflate(answer->parameters, options_.deflate->threshold_bytes);
      }
    }
    add_headers(exchange, session, switching);
    transport->attach(exchange.upgrade(std::move(switching), transport));
  } catch (...) {
    transport->on_close();
    throw;
  }
}

std::shared_ptr<Session> SessionServer::find(std::string_view sid) const {
  for (const auto* const sessions : {&sessions_, &closing_}) {
    if (const auto found = sessions->find(sid); found != sessions->end()) return *found;
  }
  return nullptr;
}

bool SessionServer::on_session_closing(Session& session) {
  // There is no last poll to wait for.
  if (closed_) return false;
  // A client could create and lose sessions faster than they are forgotten.
  if (options_.sessions != 0 && closing_.size() >= options_.sessions) return false;
  // This may throw; nothing after it does.
  closing_.reserve(closing_.size() + 1);
  const auto open = sessions_.find(session.id());
  if (open == sessions_.end()) return false;
  closing_.insert(sessions_.extract(open));
  stop_counting(session);
  if (drain_) drain_->on_change();
  return true;
}

void SessionServer::on_session_end(Session& session) {
  if (const auto open = sessions_.find(session.id()); open != sessions_.end()) {
    sessions_.erase(open);
    stop_counting(session);
  } else if (const auto closing = closing_.find(session.id()); closing != closing_.end()) {
    closing_.erase(closing);
  }
  if (drain_) drain_->on_change();
}

void SessionServer::stop_counting(const Session& session) noexcept {
  note_count();
  if (options_.sessions_per_address != 0) addresses_.remove(session.opening().remote_address());
}

void SessionServer::drain(std::chrono::milliseconds spread, std::function<void()> on_empty) {
  if (is_ending()) return;
  drain_ = std::make_shared<Drain>(*this, spread, std::move(on_empty));
  drain_->begin();
}

void SessionServer::close_one() {
  const auto session = *sessions_.begin();
  session->close(DisconnectReason::server_shutting_down);
  // It had broken off, and would have ended soon.
  if (sessions_.contains(session->id())) session->skip_last_poll();
}

void SessionServer::close() {
  closed_ = true;
  if (drain_) drain_->cancel();
  while (!sessions_.empty()) {
    const auto session = *sessions_.begin();
    session->close(DisconnectReason::server_shutting_down);
    session->skip_last_poll();
  }
  while (!closing_.empty()) {
    const auto session = *closing_.begin();
    session->skip_last_poll();
  }
}

}  // namespace socketio::engine
