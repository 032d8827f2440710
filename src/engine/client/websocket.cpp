// SPDX-License-Identifier: MIT
#include "engine/client/websocket.hpp"

#include "codec/http/writer.hpp"
#include "engine/client/http_channel.hpp"
#include "engine/client/request.hpp"

#include <array>
#include <chrono>
#include <deque>
#include <utility>

namespace socketio::engine {
namespace {

constexpr std::string_view websocket_error = "websocket error";

/// Of the body of a refusal; its first words are quoted.
constexpr std::size_t refusal_limit_bytes = 64 * 1024;

/// A server that has not answered a ping by then never will. Short enough for a goodbye to leave
/// within the three seconds of Client::stop().
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

/// What waits until the server has handled what was sent before.
struct ClientWebSocket::Separation {
  explicit Separation(ClientWebSocket& socket) : timer(socket) {}
  MemberTimer<ClientWebSocket, &ClientWebSocket::on_no_pong> timer;
  std::string ping;  // what the pong has to say
  std::deque<WaitingPacket> packets;
  std::size_t packets_bytes = 0;
};

ClientWebSocket::ClientWebSocket(const ClientContext& context, std::string_view sid)
    : context_(context),
      sid_(sid),
      decoder_(websocket::Role::client,
               {.message_bytes = context.options.max_payload_bytes,
                .fragments = context.options.fragments_per_message.value_or(
                    websocket::fragments_for(context.options.max_payload_bytes))}) {}

ClientWebSocket::~ClientWebSocket() { close(); }

void ClientWebSocket::open() {
  attempt_ = context_.connector.connect(
      context_.options.endpoint,
      [this](std::shared_ptr<Stream> stream, const ConnectFailure& failure) {
        contain(*this, [&] { on_connected(std::move(stream), failure); });
      });
}

void ClientWebSocket::on_connected(std::shared_ptr<Stream> stream, const ConnectFailure& failure) {
  const auto attempt = std::move(attempt_);
  if (!stream) {
    return fail(websocket::CloseCode::abnormal, {.code = failure.code, .details = failure.message});
  }
  stream_ = std::move(stream);
  stream_->set_handler(shared_from_this());
  ask();
}

void ClientWebSocket::ask() {
  phase_ = Phase::asking;
  std::array<std::uint8_t, 16> random{};
  context_.loop.entropy().fill(random);
  key_ = websocket::make_key(random);
  auto request = make_request(context_, "GET", TransportName::websocket, sid_);
  request.headers.set("Upgrade", "websocket");
  request.headers.set("Connection", "Upgrade");
  request.headers.set("Sec-WebSocket-Version", websocket::version);
  request.headers.set("Sec-WebSocket-Key", key_);
  if (context_.options.deflate_threshold_bytes) {
    request.headers.set(websocket::extensions_field, websocket::deflate_offer);
  }
  stream_->write_with([&](std::string& out) { http::append_request(out, request); });
  parser_.emplace(http::Limits{.header_bytes = response_header_limit_bytes,
                               .header_count = response_header_limit,
                               .body_bytes = refusal_limit_bytes});
}

// --- In ---

void ClientWebSocket::on_bytes(std::span<char> bytes) {
  const auto self = shared_from_this();
  if (phase_ == Phase::asking) bytes = read_answer(bytes);
  if (phase_ == Phase::open && !bytes.empty()) read_frames(bytes);
}

std::span<char> ClientWebSocket::read_answer(std::span<char> bytes) {
  const auto taken = parser_->feed({bytes.data(), bytes.size()});
  if (!taken) {
    fail(websocket::CloseCode::abnormal, {.details = std::string(engine::describe(taken.error()))});
    return {};
  }
  if (parser_->done()) on_answer();
  return bytes.subspan(*taken);
}

void ClientWebSocket::on_answer() {
  const http::Response response = parser_->take();
  parser_.reset();
  if (context_.options.cookies) {
    context_.memory.cookies.take(response.headers, context_.loop.wall_clock_ms());
  }
  if (response.status != 101) return fail(websocket::CloseCode::abnormal, refusal_of(response));
  if (const auto error = accept(response)) {
    return fail(websocket::CloseCode::abnormal,
                {.status = response.status, .details = std::string(describe(*error))});
  }
  phase_ = Phase::open;
  context_.listener.on_transport_open(*this);
}

std::optional<websocket::AcceptError> ClientWebSocket::accept(const http::Response& response) {
  if (!context_.options.deflate_threshold_bytes) return websocket::check_accept(response, key_);
  const auto agreed = websocket::check_accept_of_deflate(response, key_);
  if (!agreed) return agreed.error();
  if (*agreed) {
    decoder_.allow_deflate(**agreed);
    deflater_ = std::make_unique<websocket::Deflater>(**agreed, websocket::Role::client);
  }
  return std::nullopt;
}

void ClientWebSocket::read_frames(std::span<char> bytes) {
  pongs_left_ = pongs_per_read;
  decoder_.feed(bytes);
  while (phase_ == Phase::open) {
    const auto event = decoder_.next();
    if (!event) {
      return fail(websocket::close_code_of(event.error()),
                  {.details = std::string(describe(event.error()))});
    }
    if (!*event) break;
    on_event(**event);
    context_.loop.catch_up();
  }
  if (ping_payload_) answer_ping();
}

void ClientWebSocket::on_event(const websocket::Event& event) {
  using Kind = websocket::Event::Kind;
  if (event.kind != Kind::ping && ping_payload_) answer_ping();
  switch (event.kind) {
    case Kind::text:
      return on_text(event.payload);
    case Kind::binary:
      return context_.listener.on_packet(
          *this, {engineio::PacketType::message, engineio::Content::binary, event.payload});
    case Kind::ping:
      return on_ping(event.payload);
    case Kind::pong:
      return on_pong(event.payload);
    case Kind::close:
      return on_close_frame(event);
  }
}

void ClientWebSocket::on_close_frame(const websocket::Event& event) {
  Failure failure{
      .details = "the server closed the WebSocket with code " + std::to_string(event.close_code),
      .close_code = event.close_code};
  if (!event.payload.empty()) failure.details += ": " + std::string(event.payload);
  // Answered with the code that came (RFC 6455 section 5.5.1).
  shut_down(static_cast<websocket::CloseCode>(event.close_code));
  end(DisconnectReason::transport_close, failure);
}

void ClientWebSocket::on_text(std::string_view text) {
  std::string storage;
  const auto packet = engineio::decode_text(text, storage);
  if (packet) return context_.listener.on_packet(*this, *packet);
  shut_down(websocket::CloseCode::no_status);
  end(DisconnectReason::transport_error, undecodable(text));
}

void ClientWebSocket::on_ping(std::string_view payload) {
  if (ping_payload_ || pongs_left_ == 0 || has_backlog()) {
    ping_payload_ = std::make_unique<std::string>(payload);
  } else {
    --pongs_left_;
    send_pong(payload);
  }
}

void ClientWebSocket::answer_ping() {
  if (has_backlog()) return want_drain();
  send_pong(*std::exchange(ping_payload_, nullptr));
}

void ClientWebSocket::send_pong(std::string_view payload) {
  if (is_writing()) send_frame(websocket::Opcode::pong, payload);
}

void ClientWebSocket::on_drain() {
  if (ping_payload_) answer_ping();
  context_.listener.on_transport_drain(*this);
}

void ClientWebSocket::on_close() {
  const auto stream = std::exchange(stream_, nullptr);
  if (!stream || phase_ == Phase::closed) return;
  contain(*this, [&] { on_stream_end(*stream); });
}

void ClientWebSocket::on_stream_end(const Stream& stream) {
  if (phase_ == Phase::open) {
    return end(DisconnectReason::transport_close,
               {.code = stream.error(), .details = "the connection was closed without a goodbye"});
  }
  if (!stream.error() && parser_ && parser_->feed_end()) return on_answer();
  fail(websocket::CloseCode::abnormal,
       {.code = stream.error(), .details = "the connection was closed before the answer came"});
}

// --- Out ---

std::size_t ClientWebSocket::queued_bytes() const {
  if (!is_writing()) return 0;
  return stream_->queued_bytes() + (separation_ ? separation_->packets_bytes : 0);
}

void ClientWebSocket::send_text(std::string_view packet, Compress compress) {
  if (is_held(packet, engineio::Content::text, compress)) return;
  send_message(websocket::Opcode::text, packet, compress);
}

void ClientWebSocket::send_binary(std::string_view data, Compress compress) {
  if (is_held(data, engineio::Content::binary, compress)) return;
  if (!context_.options.force_base64) {
    return send_message(websocket::Opcode::binary, data, compress);
  }
  std::string text;
  engineio::append_text(text, {engineio::PacketType::message, engineio::Content::binary, data});
  send_message(websocket::Opcode::text, text, compress);
}

void ClientWebSocket::send_message(websocket::Opcode opcode, std::string_view message,
                                   Compress compress) {
  if (!is_writing()) return;
  const bool is_worth_it = deflater_ && compress == Compress::yes &&
                           message.size() >= *context_.options.deflate_threshold_bytes;
  if (is_worth_it) {
    std::string deflated;
    deflater_->append_message(deflated, message);
    send_frame(opcode, deflated, websocket::Coding::deflated);
  } else {
    send_frame(opcode, message);
  }
  stream_->want_drain();
}

void ClientWebSocket::send_frame(websocket::Opcode opcode, std::string_view payload,
                                 websocket::Coding coding) {
  std::array<std::uint8_t, 4> mask{};
  context_.loop.entropy().fill(mask);
  stream_->write_with([&](std::string& out) {
    websocket::append_masked_frame(out, opcode, payload, mask, coding);
  });
}

void ClientWebSocket::separate() {
  if (!is_writing()) return;
  if (separation_) {
    if (!separation_->packets.empty()) separation_->packets.back().is_separated = true;
    return;
  }
  separation_ = std::make_unique<Separation>(*this);
  separation_->ping = std::to_string(++pings_);
  send_frame(websocket::Opcode::ping, separation_->ping);
  context_.loop.timers().arm(separation_->timer, pong_timeout);
}

bool ClientWebSocket::is_held(std::string_view data, engineio::Content content, Compress compress) {
  if (!separation_) return false;
  separation_->packets_bytes += data.size();
  separation_->packets.push_back({std::string(data), content, compress});
  return true;
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
  join_sections(ended->packets, keeps);
  send_waiting(*this, ended->packets);
}

void ClientWebSocket::shut_down(websocket::CloseCode code) {
  if (!is_writing()) return cut();
  separation_.reset();
  contain(*stream_, [&] {
    send_frame(websocket::Opcode::close, websocket::close_payload(code, {}));
    stream_->close_after_flush();
  });
  phase_ = Phase::closed;
  std::exchange(stream_, nullptr)->set_handler(nullptr);
}

void ClientWebSocket::cut() {
  attempt_.reset();
  separation_.reset();
  phase_ = Phase::closed;
  const auto stream = std::exchange(stream_, nullptr);
  if (!stream) return;
  stream->set_handler(nullptr);
  stream->close();
}

void ClientWebSocket::fail(websocket::CloseCode code, Failure failure) {
  failure.message = websocket_error;
  shut_down(code);
  context_.listener.on_transport_end(*this, DisconnectReason::transport_error, failure);
}

void ClientWebSocket::end(DisconnectReason reason, const Failure& failure) {
  shut_down(websocket::CloseCode::no_status);
  context_.listener.on_transport_end(*this, reason, failure);
}

void ClientWebSocket::close() { shut_down(websocket::CloseCode::no_status); }

}  // namespace socketio::engine
