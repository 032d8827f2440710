// SPDX-License-Identifier: MIT
#include "engine/client/websocket.hpp"

#include "codec/http/writer.hpp"
#include "engine/client/http_channel.hpp"
#include "engine/client/request.hpp"
#include "engine/websocket_message.hpp"

#include <array>
#include <chrono>
#include <deque>
#include <utility>

namespace socketio::engine {
namespace {

constexpr std::string_view websocket_error = "websocket error";

/// The limit for the body of a refusal, of which the beginning is quoted.
constexpr std::size_t refusal_limit_bytes = 64 * 1024;

/// A server that has not answered a ping within this time will not answer it at all. It is shorter
/// than the three seconds of Client::stop(), which leaves time to send a DISCONNECT.
constexpr std::chrono::seconds pong_timeout{2};

std::string_view describe(websocket::AcceptError error) {
  switch (error) {
    case websocket::AcceptError::status:
    case websocket::AcceptError::not_websocket:
      break;
    case websocket::AcceptError::bad_accept:
      return "the server's Sec-WebSocket-Accept does not belong to our key";
    case websocket::AcceptError::unexpected_extension:
      return "the server chose an extension that was not offered";
    case websocket::AcceptError::unexpected_subprotocol:
      return "the server chose a subprotocol that was not offered";
  }
  return "the server did not switch to WebSocket";
}

std::string_view describe(websocket::Errc error) {
  switch (websocket::close_code_of(error)) {
    case websocket::CloseCode::message_too_big:
      return "a message is larger than max_payload_bytes";
    case websocket::CloseCode::policy_violation:
      return "a message has too many fragments";
    case websocket::CloseCode::invalid_payload:
      return "a text message is not UTF-8";
    default:
      return "the server broke the WebSocket protocol";
  }
}

}  // namespace

/// The opening handshake (RFC 6455 section 4.1), including the connecting.
struct ClientWebSocket::OpeningHandshake {
  // While connecting.
  std::unique_ptr<Connector::Attempt> attempt;
  std::string key;
  // Once the request has been sent.
  std::optional<http::ResponseParser> parser;
};

/// What has to wait until the server has handled what was sent before.
struct ClientWebSocket::Separation {
  explicit Separation(ClientWebSocket& socket) : timer(socket) {}
  MemberTimer<ClientWebSocket, &ClientWebSocket::on_no_pong> timer;
  // The payload that the pong must have.
  std::string ping;
  std::deque<WaitingPacket> packets;
  std::size_t packets_bytes = 0;
};

ClientWebSocket::ClientWebSocket(const ClientContext& context, std::string_view sid)
    : context_(context),
      sid_(sid),
      connection_(websocket::Role::client,
                  {.message_bytes = context.options.max_payload_bytes,
                   .fragments = context.options.fragments_per_message.value_or(
                       websocket::fragments_for(context.options.max_payload_bytes))}) {}

ClientWebSocket::~ClientWebSocket() { close(); }

// --- Opening ---

void ClientWebSocket::open() {
  opening_ = std::make_unique<OpeningHandshake>();
  opening_->attempt = context_.connector.connect(
      context_.options.endpoint,
      [this](std::shared_ptr<Stream> stream, const ConnectFailure& failure) {
        contain(*this, [&] { on_connected(std::move(stream), failure); });
      });
}

void ClientWebSocket::on_connected(std::shared_ptr<Stream> stream, const ConnectFailure& failure) {
  const auto attempt = std::move(opening_->attempt);
  if (!stream) return fail({.code = failure.code, .details = failure.message});
  stream_ = std::move(stream);
  stream_->set_handler(shared_from_this());
  send_request();
}

void ClientWebSocket::send_request() {
  std::array<std::uint8_t, 16> random{};
  context_.loop.entropy().fill(random);
  opening_->key = websocket::make_key(random);
  auto request = make_request(context_, "GET", TransportName::websocket, sid_);
  request.headers.set("Upgrade", "websocket");
  request.headers.set("Connection", "Upgrade");
  request.headers.set("Sec-WebSocket-Version", websocket::version);
  request.headers.set("Sec-WebSocket-Key", opening_->key);
  if (context_.options.deflate_threshold_bytes) {
    request.headers.set(websocket::extensions_field, websocket::deflate_offer);
  }
  stream_->write_with([&](std::string& out) { http::append_request(out, request); });
  opening_->parser.emplace(http::Limits{.header_bytes = response_header_limit_bytes,
                                        .header_count = response_header_limit,
                                        .body_bytes = refusal_limit_bytes});
}

std::span<char> ClientWebSocket::read_response(std::span<char> bytes) {
  const auto taken = opening_->parser->feed({bytes.data(), bytes.size()});
  if (!taken) {
    fail({.details = std::string(engine::describe(taken.error()))});
    return {};
  }
  if (opening_->parser->done()) on_response();
  return bytes.subspan(*taken);
}

void ClientWebSocket::on_response() {
  const http::Response response = opening_->parser->take();
  if (context_.options.cookies) {
    context_.memory.cookies.take(response.headers, context_.loop.wall_clock_ms());
  }
  if (response.status != 101) return fail(refusal_of(response));
  if (const auto error = accept(response)) {
    return fail({.status = response.status, .details = std::string(describe(*error))});
  }
  opening_.reset();
  connection_.open(stream_);
  context_.listener.on_transport_open(*this);
}

std::optional<websocket::AcceptError> ClientWebSocket::accept(const http::Response& response) {
  const auto threshold_bytes = context_.options.deflate_threshold_bytes;
  if (!threshold_bytes) return websocket::check_accept(response, opening_->key);
  const auto agreed = websocket::check_accept_of_deflate(response, opening_->key);
  if (!agreed) return agreed.error();
  if (*agreed) connection_.allow_deflate(**agreed, *threshold_bytes);
  return std::nullopt;
}

// --- In ---

void ClientWebSocket::on_bytes(std::span<char> bytes) {
  const auto self = shared_from_this();
  if (opening_) bytes = read_response(bytes);
  if (connection_.is_open() && !bytes.empty()) read_frames(bytes);
}

void ClientWebSocket::read_frames(std::span<char> bytes) {
  connection_.feed(bytes);
  for (;;) {
    const auto event = connection_.next();
    if (!event) return fail({.details = std::string(describe(event.error()))});
    if (!*event) return;
    on_event(**event);
    context_.loop.catch_up();
  }
}

void ClientWebSocket::on_event(const websocket::Event& event) {
  using Kind = websocket::Event::Kind;
  switch (event.kind) {
    case Kind::text:
      return on_text(event.payload);
    case Kind::binary:
      return context_.listener.on_packet(
          *this, {engineio::PacketType::message, engineio::Content::binary, event.payload});
    case Kind::pong:
      return on_pong(event.payload);
    case Kind::close:
      return on_close_frame(event);
    case Kind::ping:
      return;
  }
}

void ClientWebSocket::on_close_frame(const websocket::Event& event) {
  Failure failure{
      .details = "the server closed the WebSocket with code " + std::to_string(event.close_code),
      .close_code = event.close_code};
  if (!event.payload.empty()) failure.details += ": " + std::string(event.payload);
  end(DisconnectReason::transport_close, failure);
}

void ClientWebSocket::on_text(std::string_view text) {
  std::string storage;
  const auto packet = engineio::decode_text(text, storage);
  if (packet) return context_.listener.on_packet(*this, *packet);
  end(DisconnectReason::transport_error, undecodable(text));
}

void ClientWebSocket::on_drain() {
  connection_.on_drain();
  context_.listener.on_transport_drain(*this);
}

void ClientWebSocket::on_close() {
  const auto stream = std::exchange(stream_, nullptr);
  if (stream) contain(*this, [&] { on_stream_end(*stream); });
}

void ClientWebSocket::on_stream_end(const Stream& stream) {
  if (!opening_) {
    connection_.on_close();
    return end(
        DisconnectReason::transport_close,
        {.code = stream.error(), .details = "the connection was closed without a close frame"});
  }
  if (!stream.error() && opening_->parser && opening_->parser->feed_end()) return on_response();
  fail({.code = stream.error(), .details = "the connection was closed before the answer came"});
}

// --- Out ---

std::size_t ClientWebSocket::queued_bytes() const {
  return connection_.queued_bytes() + (separation_ ? separation_->packets_bytes : 0);
}

void ClientWebSocket::send(const engineio::Packet& packet, Compress compress) {
  if (separation_) {
    separation_->packets.emplace_back(packet, compress);
    separation_->packets_bytes += separation_->packets.back().size_bytes();
    return;
  }
  const auto form = context_.options.force_base64 ? BinaryForm::base64 : BinaryForm::bytes;
  as_websocket_message(packet, form, [&](auto opcode, auto prefix, auto data) {
    connection_.send(opcode, data, compress, prefix);
  });
  connection_.want_drain();
}

void ClientWebSocket::separate() {
  if (!connection_.is_open()) return;
  if (separation_) {
    if (!separation_->packets.empty()) separation_->packets.back().is_separated = true;
    return;
  }
  separation_ = std::make_unique<Separation>(*this);
  separation_->ping = std::to_string(++pings_);
  connection_.send_ping(separation_->ping);
  context_.loop.timers().arm(separation_->timer, pong_timeout);
}

void ClientWebSocket::on_pong(std::string_view payload) {
  if (!separation_ || separation_->ping != payload) return;
  const auto answered = std::exchange(separation_, nullptr);
  end_separation(answered->packets);
}

void ClientWebSocket::on_no_pong() {
  const auto unanswered = std::exchange(separation_, nullptr);
  for (WaitingPacket& packet : unanswered->packets) packet.is_separated = false;
  end_separation(unanswered->packets);
}

void ClientWebSocket::end_separation(const std::deque<WaitingPacket>& packets) {
  const auto self = shared_from_this();
  send_waiting(*this, packets);
  if (!separation_) context_.listener.on_transport_separated(*this);
}

void ClientWebSocket::flush_separated(const KeepsMessage& keeps) {
  const auto ended = std::exchange(separation_, nullptr);
  if (!ended) return;
  join_sections(ended->packets, true, keeps);
  send_waiting(*this, ended->packets);
}

// --- End ---

void ClientWebSocket::close() {
  connection_.close(websocket::CloseCode::no_status);
  detach();
}

void ClientWebSocket::cut() {
  connection_.cut();
  detach();
}

void ClientWebSocket::detach() {
  separation_.reset();
  const auto opening = std::exchange(opening_, nullptr);
  const auto stream = std::exchange(stream_, nullptr);
  if (!stream) return;
  stream->set_handler(nullptr);
  if (opening) stream->close();
}

void ClientWebSocket::fail(Failure failure) {
  failure.message = websocket_error;
  end(DisconnectReason::transport_error, failure);
}

void ClientWebSocket::end(DisconnectReason reason, const Failure& failure) {
  close();
  context_.listener.on_transport_end(*this, reason, failure);
}

}  // namespace socketio::engine
