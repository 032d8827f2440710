// SPDX-License-Identifier: MIT
#include "engine/server/polling.hpp"

#include "codec/engineio/payload.hpp"
#include "codec/engineio/v3.hpp"
#include "codec/http/compression.hpp"
#include "codec/http/utf8.hpp"

#include <utility>

namespace socketio::engine {

using engineio::Content;

namespace {

http::Response response_of(std::string body, std::string_view ready_lines) {
  http::Response response;
  response.ready_lines = ready_lines;
  response.body = std::move(body);
  return response;
}

constexpr std::string_view payload_lines =
    "Content-Type: text/plain; charset=UTF-8\r\ncache-control: no-store\r\n";
constexpr std::string_view binary_payload_lines =
    "Content-Type: application/octet-stream\r\ncache-control: no-store\r\n";
constexpr std::string_view ok_lines = "Content-Type: text/html\r\ncache-control: no-store\r\n";

// Internet Explorer's filter against reflected scripts mistakes some payloads for scripts.
void spare_from_filter(http::Response& response, const Exchange& exchange) {
  const auto agent = exchange.request().headers.get("user-agent");
  if (agent.find(";MSIE") != agent.npos || agent.find("Trident/") != agent.npos) {
    response.headers.add("X-XSS-Protection", "0");
  }
}

http::Response payload_response(std::string body) {
  return response_of(std::move(body), payload_lines);
}

bool is_binary(const http::Request& request) {
  return http::equals_ignoring_case(request.headers.get("content-type"),
                                    "application/octet-stream");
}

http::Response empty_response(std::uint16_t status) {
  http::Response response;
  response.status = status;
  return response;
}

/// Sends every packet of a payload that this server has written.
template <class Decoder>
void send_all(Decoder waiting, ServerTransport& successor) {
  for (auto packet = waiting.next(); packet && *packet; packet = waiting.next()) {
    successor.send(**packet, Compress::yes);
  }
}

}  // namespace

void PollingTransport::accept(std::shared_ptr<Exchange> exchange) {
  if (exchange->request().is("GET")) {
    accept_poll(std::move(exchange));
  } else {
    accept_post(std::move(exchange));
  }
}

void PollingTransport::accept_poll(std::shared_ptr<Exchange> exchange) {
  // Two polls at the same time: neither can be trusted.
  if (poll_) {
    respond_with(engineio::PacketType::close);
    exchange->respond(empty_response(400));
    told_ = true;
    fail(DisconnectReason::transport_error);
    return;
  }
  poll_ = std::move(exchange);
  poll_->set_listener(weak_from_this());
  if (!payload_.empty() || closing_) schedule_response();
}

void PollingTransport::accept_post(std::shared_ptr<Exchange> exchange) {
  if (post_) {
    std::exchange(post_, nullptr)->abort();
    exchange->respond(empty_response(400));
    fail(DisconnectReason::transport_error);
    return;
  }
  // Binary payloads belong to protocol 3; in protocol 4 binary data is sent as base64.
  if (is_binary(exchange->request()) && !is_v3(binary_form_)) {
    exchange->respond_and_close(empty_response(400));
    fail(DisconnectReason::transport_error);
    return;
  }
  exchange->set_listener(weak_from_this());
  post_ = std::move(exchange);
  if (post_->body_complete()) on_body(*post_);
}

void PollingTransport::on_body(Exchange& exchange) {
  if (post_.get() != &exchange) return;
  contain(*this, [this] {
    const auto post = std::exchange(post_, nullptr);
    // The response does not depend on the payload: errors end the session.
    auto response = response_of("ok", ok_lines);
    spare_from_filter(response, *post);
    if (session_) session_->add_headers(*post, response);
    post->respond(std::move(response));
    deliver(post->request());
  });
}

void PollingTransport::deliver(const http::Request& request) {
  // As in the reference, whatever it contains.
  if (!session_ || closing_) return;
  const std::string& payload = request.body;
  const std::size_t packet_limit = session_->options().packets_per_payload;
  const Content content =
      is_v3(binary_form_) && is_binary(request) ? Content::binary : Content::text;
  if (content == Content::text && !http::is_utf8(payload)) {
    return fail(DisconnectReason::parse_error);
  }
  if (!is_v3(binary_form_)) {
    return deliver_packets(engineio::PayloadDecoder(payload, packet_limit));
  }
  deliver_packets(engineio::v3::PayloadDecoder(payload, content, packet_limit));
}

template <class Decoder>
void PollingTransport::deliver_packets(Decoder decoder) {
  const auto session = session_->shared_from_this();
  for (;;) {
    const auto packet = decoder.next();
    if (!packet) return fail(DisconnectReason::parse_error);
    if (!*packet || !session_) return;
    session->on_packet(*this, **packet);
    session->loop().catch_up();
  }
}

void PollingTransport::on_abort(Exchange& exchange, Abort why) {
  if (poll_.get() == &exchange) {
    poll_.reset();
  } else if (post_.get() == &exchange) {
    post_.reset();
    // Answered with 413. The session goes on.
    if (why == Abort::body_too_large) return;
  } else {
    return;
  }
  fail(DisconnectReason::transport_error);
}

void PollingTransport::fail(DisconnectReason reason) {
  if (!session_) return;
  if (reason == DisconnectReason::parse_error) ++session_->counters().bad_packets;
  const auto self = shared_from_this();
  close();
  session_->on_transport_close(*this, reason);
}

void PollingTransport::append_packet(std::string& payload, const engineio::Packet& packet) const {
  is_v3(binary_form_) ? engineio::v3::append_to_payload(payload, packet)
                      : engineio::append_text(payload, packet);
}

template <class Append>
void PollingTransport::add_packets(Compress compress, Append append) {
  const std::size_t size = payload_.size();
  try {
    if (size != 0 && !is_v3(binary_form_)) payload_.push_back(engineio::record_separator);
    append(payload_);
    if (poll_) schedule_response();
  } catch (...) {
    payload_.resize(size);
    throw;
  }
  may_compress_ |= compress == Compress::yes;
}

void PollingTransport::send(const engineio::Packet& packet, Compress compress) {
  add_packets(compress, [&](std::string& payload) { append_packet(payload, packet); });
}

void PollingTransport::send_prepared(PreparedMessage& message) {
  if (is_v3(binary_form_)) {
    return message.for_each_packet(
        [&](const engineio::Packet& packet) { send(packet, message.compress()); });
  }
  const std::string& packets = message.payload();
  if (packets.empty()) return;
  add_packets(message.compress(), [&](std::string& payload) { payload.append(packets); });
}

void PollingTransport::send_noop() {
  if (poll_ && payload_.empty()) send({engineio::PacketType::noop}, Compress::no);
}

void PollingTransport::end_poll() {
  if (poll_) respond_with(engineio::PacketType::noop);
}

void PollingTransport::respond_with(engineio::PacketType type) {
  std::string payload;
  append_packet(payload, {type});
  const auto poll = std::exchange(poll_, nullptr);
  auto response = payload_response(std::move(payload));
  if (session_) session_->add_headers(*poll, response);
  poll->respond(std::move(response));
}

void PollingTransport::schedule_response() {
  if (response_scheduled_ || !session_) return;
  // Everything that this turn sends shares one response.
  Loop& loop = session_->loop();
  // The loop keeps it until the task has run: a task with a shared pointer of its own would be allocated.
  loop.keep(shared_from_this());
  loop.defer([this] {
    response_scheduled_ = false;
    contain(*this, [this] {
      respond_to_poll();
      if (told_ && session_) session_->on_transport_close(*this, DisconnectReason::forced_close);
    });
  });
  response_scheduled_ = true;
}

void PollingTransport::respond_to_poll() {
  if (!poll_ || (payload_.empty() && !closing_)) return;
  std::string body = std::exchange(payload_, {});
  // Sent alone: clients handle a close packet at once, but the messages before it only in
  // a later turn.
  if (body.empty()) {
    append_packet(body, {engineio::PacketType::close});
    told_ = true;
  }
  auto bytes =
      binary_form_ == BinaryForm::v3_bytes ? engineio::v3::to_binary_payload(body) : std::nullopt;
  const auto poll = std::exchange(poll_, nullptr);
  auto response = bytes ? response_of(std::move(*bytes), binary_payload_lines)
                        : payload_response(std::move(body));
  spare_from_filter(response, *poll);
  const bool may_compress = std::exchange(may_compress_, false);
  if (session_) {
    const auto threshold = session_->options().compression_threshold_bytes;
    if (may_compress && threshold) {
      http::compress_response(response, poll->request().headers, *threshold);
    }
    session_->add_headers(*poll, response);
  }
  poll->respond(std::move(response));
  if (session_) session_->on_transport_drain();
}

void PollingTransport::hand_over(ServerTransport& successor) {
  const std::string payload = std::exchange(payload_, {});
  if (is_v3(binary_form_)) {
    send_all(engineio::v3::PayloadDecoder(payload, Content::text, payload.size()), successor);
  } else {
    send_all(engineio::PayloadDecoder(payload, payload.size()), successor);
  }
  // A client that did not pause has a poll or a POST underway.
  close();
}

void PollingTransport::close() {
  // Nobody would receive its packets; the reference cuts it, too.
  if (const auto post = std::exchange(post_, nullptr)) post->abort();
  if (closing_) return;
  closing_ = true;
  if (poll_) contain(*this, [this] { respond_to_poll(); });
}

void PollingTransport::cut() {
  closing_ = told_ = true;
  payload_.clear();
  if (const auto poll = std::exchange(poll_, nullptr)) poll->abort();
  if (const auto post = std::exchange(post_, nullptr)) post->abort();
}

void PollingTransport::on_exception() noexcept {
  cut();
  if (session_) session_->on_exception();
}

}  // namespace socketio::engine
