// SPDX-License-Identifier: MIT
#include "engine/server/polling.hpp"

#include "codec/engineio/payload.hpp"
#include "codec/http/compression.hpp"
#include "codec/http/utf8.hpp"

#include <utility>

namespace socketio::engine {

namespace {

http::Response text_response(std::string body, std::string_view content_type) {
  http::Response response;
  response.headers.add("Content-Type", content_type);
  response.headers.add("cache-control", "no-store");
  response.body = std::move(body);
  return response;
}

// Internet Explorer's filter against reflected scripts mistakes some payloads for scripts.
void spare_from_filter(http::Response& response, const Exchange& exchange) {
  const auto agent = exchange.request().headers.get("user-agent");
  if (agent.find(";MSIE") != agent.npos || agent.find("Trident/") != agent.npos) {
    response.headers.add("X-XSS-Protection", "0");
  }
}

http::Response payload_response(std::string body) {
  return text_response(std::move(body), "text/plain; charset=UTF-8");
}

http::Response empty_response(std::uint16_t status) {
  http::Response response;
  response.status = status;
  return response;
}

}  // namespace

void PollingTransport::accept(std::shared_ptr<Exchange> exchange) {
  if (exchange->request().method == "GET") {
    accept_poll(std::move(exchange));
  } else {
    accept_post(std::move(exchange));
  }
}

void PollingTransport::accept_poll(std::shared_ptr<Exchange> exchange) {
  // Two polls at the same time: neither can be trusted.
  if (poll_) {
    respond_with("1");
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
  if (http::equals_ignoring_case(exchange->request().headers.get("content-type"),
                                 "application/octet-stream")) {
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
    auto response = text_response("ok", "text/html");
    spare_from_filter(response, *post);
    if (session_) session_->add_headers(*post, response);
    post->respond(std::move(response));
    deliver(post->request().body);
  });
}

void PollingTransport::deliver(const std::string& payload) {
  // As in the reference, whatever it contains.
  if (!session_ || closing_) return;
  if (!http::is_utf8(payload)) return fail(DisconnectReason::parse_error);
  const auto session = session_->shared_from_this();
  engineio::PayloadDecoder decoder(payload, session_->options().packets_per_payload);
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
  const auto self = shared_from_this();
  close();
  session_->on_transport_close(*this, reason);
}

template <class Append>
void PollingTransport::add_packets(Compress compress, Append append) {
  const std::size_t size = payload_.size();
  try {
    if (size != 0) payload_.push_back(engineio::record_separator);
    append(payload_);
    if (poll_) schedule_response();
  } catch (...) {
    payload_.resize(size);
    throw;
  }
  may_compress_ |= compress == Compress::yes;
}

void PollingTransport::send(const engineio::Packet& packet, Compress compress) {
  add_packets(compress, [&](std::string& payload) { engineio::append_text(payload, packet); });
}

void PollingTransport::send_prepared(PreparedMessage& message) {
  const std::string& packets = message.payload();
  if (packets.empty()) return;
  add_packets(message.compress(), [&](std::string& payload) { payload.append(packets); });
}

void PollingTransport::send_noop() {
  if (poll_ && payload_.empty()) send({engineio::PacketType::noop}, Compress::no);
}

void PollingTransport::end_poll() {
  if (poll_) respond_with("6");
}

void PollingTransport::respond_with(std::string packet) {
  const auto poll = std::exchange(poll_, nullptr);
  auto response = payload_response(std::move(packet));
  if (session_) session_->add_headers(*poll, response);
  poll->respond(std::move(response));
}

void PollingTransport::schedule_response() {
  if (response_scheduled_ || !session_) return;
  // Everything that this turn sends shares one response.
  session_->loop().defer([self = shared_from_this()] {
    self->response_scheduled_ = false;
    contain(*self, [&] {
      self->respond_to_poll();
      if (self->told_ && self->session_) {
        self->session_->on_transport_close(*self, DisconnectReason::forced_close);
      }
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
    engineio::append_text(body, {engineio::PacketType::close, engineio::Content::text, {}});
    told_ = true;
  }
  const auto poll = std::exchange(poll_, nullptr);
  auto response = payload_response(std::move(body));
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
  engineio::PayloadDecoder waiting(payload, payload.size());
  for (;;) {
    const auto packet = waiting.next();
    if (!packet || !*packet) break;
    successor.send(**packet, Compress::yes);
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
