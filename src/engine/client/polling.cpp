// SPDX-License-Identifier: MIT
#include "engine/client/polling.hpp"

#include "codec/engineio/payload.hpp"
#include "codec/http/utf8.hpp"
#include "engine/client/request.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace socketio::engine {
namespace {

constexpr std::string_view poll_error = "xhr poll error";
constexpr std::string_view post_error = "xhr post error";

/// The limit on the response to a POST, which is "ok" or a short refusal.
constexpr std::size_t post_answer_limit_bytes = 64 * 1024;

/// The JavaScript client's estimate of a size in base64.
std::size_t payload_bytes(std::size_t size, engineio::Content content) {
  return content == engineio::Content::text ? size : (size * 133 + 99) / 100;
}

std::shared_ptr<HttpChannel> make_channel(const ClientContext& context,
                                          std::size_t body_limit_bytes, bool keeps_connection) {
  return std::make_shared<HttpChannel>(
      context.loop, context.connector,
      HttpChannel::Settings{context.options.endpoint, body_limit_bytes,
                            context.options.request_timeout, keeps_connection});
}

/// Why a response is not that of a session.
std::optional<Failure> refusal(const http::Response& response) {
  if (response.status != 200) return refusal_of(response);
  const auto encoding = response.headers.get("Content-Encoding");
  if (encoding.empty() || http::equals_ignoring_case(encoding, "identity")) return std::nullopt;
  return Failure{.status = response.status, .details = "the answer is compressed, unasked"};
}

}  // namespace

ClientPolling::ClientPolling(const ClientContext& context)
    : context_(context),
      poll_channel_(make_channel(context, context.options.max_payload_bytes, true)),
      post_channel_(make_channel(context, post_answer_limit_bytes,
                                 !context.memory.posts_on_new_connections)) {}

ClientPolling::~ClientPolling() { close(); }

void ClientPolling::close() {
  phase_ = Phase::closed;
  post_is_separated_ = false;
  queue_.clear();
  queued_bytes_ = 0;
  poll_channel_->close();
  post_channel_->close();
}

void ClientPolling::end(DisconnectReason reason, const Failure& failure) {
  if (phase_ == Phase::closed) return;
  close();
  context_.listener.on_transport_end(*this, reason, failure);
}

void ClientPolling::fail(std::string_view message, Failure failure) {
  failure.message = message;
  end(DisconnectReason::transport_error, failure);
}

// --- GET ---

void ClientPolling::poll() {
  auto request = make_request(context_, "GET", TransportName::polling, sid_);
  request.headers.set("Accept", "*/*");
  poll_channel_->send(std::move(request),
                      [this](const http::Response* response, const Failure& failure) {
                        contain(*this, [&] { on_poll_answer(response, failure); });
                      });
}

void ClientPolling::on_poll_answer(const http::Response* response, const Failure& failure) {
  if (phase_ == Phase::closing) return;
  if (!response) return fail(poll_error, failure);
  if (context_.options.cookies) {
    context_.memory.cookies.take(response->headers, context_.loop.wall_clock_ms());
  }
  if (const auto refused = refusal(*response)) return fail(poll_error, *refused);
  deliver(response->body);
  switch (phase_) {
    case Phase::opening:
      return fail("server error", {.details = "the answer holds no handshake"});
    case Phase::started:
      return poll();
    case Phase::pausing:
      return check_paused();
    case Phase::closing:
    case Phase::closed:
      return;
  }
}

void ClientPolling::deliver(std::string_view payload) {
  if (!http::is_utf8(payload)) {
    return end(DisconnectReason::transport_error, undecodable({}));
  }
  engineio::PayloadDecoder decoder(payload, context_.options.packets_per_payload);
  while (phase_ != Phase::closed) {
    const auto packet = decoder.next();
    if (!packet) return end(DisconnectReason::transport_error, undecodable(payload));
    if (!*packet) return;
    if ((*packet)->type == engineio::PacketType::close) {
      return end(DisconnectReason::transport_close, {.details = "transport closed by the server"});
    }
    context_.listener.on_packet(*this, **packet);
    context_.loop.catch_up();
  }
}

void ClientPolling::start(std::string_view sid, std::size_t max_payload_bytes) {
  sid_ = sid;
  max_payload_bytes_ = max_payload_bytes;
  phase_ = Phase::started;
  if (!queue_.empty()) schedule_post();
}

// --- POST ---

void ClientPolling::send(const engineio::Packet& packet, Compress compress) {
  if (phase_ == Phase::closing || phase_ == Phase::closed) return;
  queue_.emplace_back(packet, compress);
  queued_bytes_ += queue_.back().size_bytes();
  schedule_post();
}

void ClientPolling::separate() {
  if (!queue_.empty()) {
    queue_.back().is_separated = true;
  } else {
    post_is_separated_ = post_channel_->busy();
  }
}

bool ClientPolling::is_separating() const {
  return post_is_separated_ ||
         std::any_of(queue_.begin(), queue_.end(),
                     [](const WaitingPacket& packet) { return packet.is_separated; });
}

void ClientPolling::flush_separated(const KeepsMessage& keeps) {
  if (!is_separating()) return;
  join_sections(queue_, std::exchange(post_is_separated_, false), keeps);
}

void ClientPolling::schedule_post() {
  if (post_scheduled_) return;
  // Everything that this turn sends shares one request.
  context_.loop.defer([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->post_scheduled_ = false;
    if (self->phase_ == Phase::started) self->post();
  });
  post_scheduled_ = true;
}

std::size_t ClientPolling::packets_that_fit() const {
  // The type of the first packet.
  std::size_t size = 1;
  std::size_t count = 0;
  for (const WaitingPacket& packet : queue_) {
    size += payload_bytes(packet.data.size(), packet.content);
    if (count > 0 && max_payload_bytes_ != 0 && size > max_payload_bytes_) break;
    // The separator and the type of the next packet.
    size += 2;
    ++count;
    if (packet.is_separated) break;
  }
  return count;
}

void ClientPolling::post() {
  if (queue_.empty() || post_channel_->busy()) return;
  contain(*this, [this] { post_what_fits(); });
}

void ClientPolling::post_what_fits() {
  auto request = make_request(context_, "POST", TransportName::polling, sid_);
  request.headers.set("Content-type", "text/plain;charset=UTF-8");
  request.headers.set("Accept", "*/*");
  std::size_t posted_bytes = 0;
  for (std::size_t left = packets_that_fit(); left > 0; --left) {
    const WaitingPacket& packet = queue_.front();
    if (!request.body.empty()) request.body.push_back(engineio::record_separator);
    engineio::append_text(request.body, packet.packet());
    posted_bytes += packet.size_bytes();
    post_is_separated_ = packet.is_separated;
    queue_.pop_front();
  }
  post_channel_->send(std::move(request),
                      [this, posted_bytes](const http::Response* response, const Failure& failure) {
                        contain(*this, [&] { on_post_answer(posted_bytes, response, failure); });
                      });
}

void ClientPolling::on_post_answer(std::size_t posted_bytes, const http::Response* response,
                                   const Failure& failure) {
  // Whether or not the close packet arrived.
  if (phase_ == Phase::closing) return context_.listener.on_transport_drain(*this);
  if (!response) {
    if (post_channel_->met_the_end()) context_.memory.posts_on_new_connections = true;
    return fail(post_error, failure);
  }
  if (context_.options.cookies) {
    context_.memory.cookies.take(response->headers, context_.loop.wall_clock_ms());
  }
  if (const auto refused = refusal(*response)) return fail(post_error, *refused);
  queued_bytes_ -= posted_bytes;
  if (std::exchange(post_is_separated_, false) && !is_separating()) {
    context_.listener.on_transport_separated(*this);
    if (phase_ == Phase::closed) return;
  }
  if (phase_ == Phase::pausing) return check_paused();
  post();
  context_.listener.on_transport_drain(*this);
}

void ClientPolling::send_close() {
  send({engineio::PacketType::close}, Compress::no);
  post();
  if (phase_ != Phase::closed) phase_ = Phase::closing;
}

// --- Upgrade ---

void ClientPolling::pause() {
  phase_ = Phase::pausing;
  check_paused();
}

void ClientPolling::check_paused() {
  if (poll_channel_->busy() || post_channel_->busy()) return;
  context_.listener.on_transport_paused(*this);
}

void ClientPolling::resume() {
  phase_ = Phase::started;
  if (!poll_channel_->busy()) poll();
  post();
}

void ClientPolling::hand_over(ClientTransport& successor) {
  queued_bytes_ = 0;
  send_waiting(successor, std::exchange(queue_, {}));
}

}  // namespace socketio::engine
