// SPDX-License-Identifier: MIT
#include "server/http_connection.hpp"

#include "codec/http/date.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace socketio::server {

namespace {

// How much may wait behind an unanswered request before the server stops reading.
constexpr std::size_t waiting_limit_bytes = 64 * 1024;

// How much memory of an answered request may be kept for the next one: most requests of a browser
// fit, and an idle connection stays small.
constexpr std::size_t kept_limit_bytes = 4 * 1024;

/// Whether a response may have several lines of that name.
bool may_repeat(std::string_view name) {
  return http::equals_ignoring_case(name, "vary") || http::equals_ignoring_case(name, "set-cookie");
}

/// The response's own come first.
void append_headers(http::Response& response, const http::Headers& extra) {
  if (extra.empty()) return;
  http::unfold_ready_lines(response);
  http::Headers& to = response.headers;
  for (const auto [name, value] : extra) {
    if (may_repeat(name) || !to.has(name)) to.add(name, value);
  }
}

}  // namespace

// --- RequestSink ---

std::string_view RequestSink::date_line(Loop& loop) {
  const TimePoint now = loop.timers().now();
  if (now >= date_ends_) {
    const std::int64_t now_ms = loop.wall_clock_ms();
    date_line_ = "Date: " + http::date_text(now_ms / 1000) + "\r\n";
    date_ends_ = now + std::chrono::milliseconds(1000 - now_ms % 1000);
  }
  return date_line_;
}

// --- HttpExchange ---

void HttpExchange::add_header(std::string_view name, std::string_view value) {
  may_repeat(name) ? extra_headers_.add(name, value) : extra_headers_.set(name, value);
}

http::Request HttpExchange::take_request() {
  http::Request&& request = parser_.take();
  http::Request taken = std::exchange(request, {});
  request.method = taken.method;
  request.keep_alive = taken.keep_alive;
  return taken;
}

void HttpExchange::restart() {
  parser_.restart();
  extra_headers_.clear();
  origin_.reset();
}

bool HttpExchange::is_worth_keeping() const {
  return parser_.kept_bytes() + extra_headers_.capacity_bytes() <= kept_limit_bytes;
}

void HttpExchange::respond(http::Response response) {
  const auto fate = request().keep_alive ? http::Connection::keep_alive : http::Connection::close;
  if (const auto connection = connection_.lock()) connection->respond(*this, response, fate);
}

void HttpExchange::respond_and_close(http::Response response) {
  if (const auto connection = connection_.lock()) {
    connection->respond(*this, response, http::Connection::close);
  }
}

std::shared_ptr<Stream> HttpExchange::upgrade(http::Response response,
                                              std::shared_ptr<StreamHandler> handler) {
  const auto connection = connection_.lock();
  return connection ? connection->upgrade(*this, response, std::move(handler)) : nullptr;
}

void HttpExchange::abort() {
  if (const auto connection = connection_.lock()) connection->abort();
}

// --- HttpConnection ---

void HttpConnection::attach(std::shared_ptr<Stream> stream) {
  stream_ = std::move(stream);
  stream_->set_stall_timeout(sink_.connection_options().stall_timeout);
  // A client that connects is expected to send a request.
  enter(Phase::head);
}

void HttpConnection::enter(Phase phase) {
  phase_ = phase;
  const ConnectionOptions& options = sink_.connection_options();
  const auto arm = [&](std::chrono::milliseconds delay) {
    if (stream_) stream_->loop().timers().arm(timer_, delay);
  };
  switch (phase) {
    case Phase::idle:
      return arm(options.keep_alive_timeout);
    case Phase::head:
      return arm(options.header_timeout);
    case Phase::body:
      body_ends_ = stream_->loop().now() + std::min<std::chrono::milliseconds>(
                                               options.request_timeout, TimingWheel::longest_delay);
      return watch_body(0);
    case Phase::writing:
      if (stream_) stream_->want_drain();
      // The stream has its own timeout for peers that stall.
      return timer_.cancel();
    case Phase::response:
      // The application may take as long as it likes.
      return timer_.cancel();
  }
}

void HttpConnection::watch_body(std::size_t bytes) {
  body_bytes_before_ = bytes;
  Loop& loop = stream_->loop();
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(body_ends_ - loop.now());
  loop.timers().arm(timer_, std::min(left, sink_.connection_options().body_timeout));
}

void HttpConnection::on_timeout() {
  if (!stream_) return;
  if (phase_ == Phase::idle || !receiving_) return stream_->close();
  if (phase_ == Phase::body && stream_->loop().now() < body_ends_) {
    const std::size_t bytes = receiving_->request().body.size();
    const std::size_t least = Stream::least_bytes(sink_.connection_options().body_timeout);
    if (bytes - body_bytes_before_ >= least) return watch_body(bytes);
  }
  http::Response response;
  response.status = 408;
  const auto self = shared_from_this();
  if (const auto exchange = release_exchange()) {
    if (const auto listener = exchange->listener_.lock()) {
      listener->on_abort(*exchange, engine::ExchangeListener::Abort::peer_gone);
    }
  }
  write(response, http::Connection::close);
  stream_->close_after_flush();
}

void HttpConnection::write(const http::Response& response, http::Connection fate, http::Body body) {
  const std::string_view date_line = sink_.date_line(stream_->loop());
  stream_->write_with(
      [&](std::string& out) { http::append_response(out, response, date_line, fate, body); });
}

void HttpConnection::on_exception() noexcept {
  if (stream_) stream_->on_exception();
}

void HttpConnection::on_bytes(std::span<char> bytes) {
  const auto self = shared_from_this();
  // After what arrived before.
  if (!waiting_.empty()) return wait_with({bytes.data(), bytes.size()});
  process({bytes.data(), bytes.size()});
}

void HttpConnection::wait_with(std::string_view bytes) {
  const bool was_reading = waiting_.size() <= waiting_limit_bytes;
  waiting_.append(bytes);
  if (waiting_.size() <= waiting_limit_bytes || !was_reading) return;
  stream_->pause_reading();
  // While nothing is read, the end of the connection cannot be noticed, and the application may take
  // as long as it likes.
  if (phase_ == Phase::response) {
    stream_->loop().timers().arm(timer_, sink_.connection_options().request_timeout);
  }
}

void HttpConnection::process(std::string_view bytes) {
  processing_ = true;
  while (!bytes.empty() && stream_ && stream_->is_open() && !successor_) {
    if (must_wait()) {
      wait_with(bytes);
      bytes = {};
      break;
    }
    if (!feed(bytes)) break;
  }
  processing_ = false;
  if (successor_) make_way(bytes);
}

void HttpConnection::make_way(std::string_view rest) {
  std::string first;
  const std::size_t size = rest.size() + waiting_.size();
  if (size != 0) {
    first.reserve(size + 64);
    // Parsers may read the padding after the end.
    first.append(rest).append(waiting_).resize(size + 64);
  }
  waiting_.clear();
  const auto successor = std::exchange(successor_, nullptr);
  const auto stream = std::exchange(stream_, nullptr);
  // This releases the connection, unless the caller holds it.
  stream->set_handler(successor);
  stream->resume_reading();  // wait_with() may have paused it
  if (size != 0) successor->on_bytes({first.data(), size});
}

bool HttpConnection::must_wait() const {
  // The response comes first.
  if (phase_ == Phase::response) return true;
  // Otherwise a peer that keeps asking without reading would make the server collect its responses.
  return phase_ == Phase::writing && stream_->queued_bytes() > waiting_limit_bytes;
}

bool HttpConnection::feed(std::string_view& bytes) {
  const bool is_new = !receiving_;
  if (is_new) receiving_ = next_exchange();
  http::RequestParser& parser = receiving_->parser_;
  const bool had_headers = parser.headers_done();
  const auto taken = parser.feed(bytes);
  if (!taken) {
    fail(taken.error());
    return false;
  }
  bytes.remove_prefix(*taken);
  if (!had_headers && parser.headers_done()) {
    announce();
  } else if (parser.done()) {
    complete_body();
  } else if (is_new) {
    enter(Phase::head);
  }
  return true;
}

std::shared_ptr<HttpExchange> HttpConnection::next_exchange() {
  if (answered_.use_count() != 1) {
    return std::make_shared<HttpExchange>(sink_.connection_options().http);
  }
  answered_->restart();
  return std::move(answered_);
}

void HttpConnection::announce() {
  destination_ = sink_.loop_of(receiving_->request());
  if (destination_) {
    // What arrives meanwhile waits, and comes with it.
    enter(Phase::response);
    return defer(&HttpConnection::move);
  }
  const bool is_complete = receiving_->body_complete();
  const auto exchange = is_complete ? std::move(receiving_) : receiving_;
  exchange->connection_ = weak_from_this();
  if (!exchange->stream_) exchange->stream_ = stream_;
  exchange_ = exchange;
  if (const auto& trust = sink_.connection_options().proxy_trust) {
    exchange->origin_ = std::make_unique<const Origin>(trust->origin_of(
        exchange->request().headers, stream_->remote_address(), stream_->is_secure()));
  }
  if (is_complete) {
    enter(Phase::response);
    sink_.accept(exchange);
    return;
  }
  enter(Phase::body);
  const bool waits = exchange->parser_.expects_continue();
  sink_.accept(exchange);
  if (receiving_ && waits) stream_->write("HTTP/1.1 100 Continue\r\n\r\n");
}

void HttpConnection::move() {
  if (!stream_ || !stream_->is_open()) return;
  timer_.cancel();
  // If this throws, the stream is closed.
  net::DetachedStream detached = net::detach(*stream_);
  const auto stream = std::exchange(stream_, nullptr);
  receiving_->stream_.reset();
  sink_.move(*destination_, {.stream = std::move(detached),
                             .exchange = std::move(receiving_),
                             .received = std::move(waiting_),
                             .serves_one = serves_one_});
}

void HttpConnection::resume(std::shared_ptr<HttpExchange> exchange, std::string_view received) {
  const auto self = shared_from_this();
  receiving_ = std::move(exchange);
  processing_ = true;
  announce();
  process(received);
}

void HttpConnection::complete_body() {
  const auto exchange = std::move(receiving_);
  enter(Phase::response);
  if (const auto listener = exchange->listener_.lock()) listener->on_body(*exchange);
}

void HttpConnection::fail(http::Errc error) {
  http::Response response;
  response.status = http::status_of(error);
  if (const auto exchange = release_exchange()) {
    if (const auto listener = exchange->listener_.lock()) {
      listener->on_abort(*exchange, error == http::Errc::body_too_large
                                        ? engine::ExchangeListener::Abort::body_too_large
                                        : engine::ExchangeListener::Abort::peer_gone);
    }
    append_headers(response, exchange->extra_headers_);
  }
  write(response, http::Connection::close);
  enter(Phase::writing);
  stream_->close_after_flush();
}

std::shared_ptr<HttpExchange> HttpConnection::release_exchange() {
  auto exchange = exchange_.lock();
  exchange_.reset();
  receiving_.reset();
  if (exchange) exchange->connection_.reset();
  return exchange;
}

void HttpConnection::abort() {
  release_exchange();
  if (stream_) stream_->close();
}

void HttpConnection::respond(HttpExchange& exchange, http::Response& response,
                             http::Connection fate) {
  if (!stream_) return;
  const bool is_head = exchange.request().is("HEAD");
  append_headers(response, exchange.extra_headers_);
  // The rest of a body that nobody reads cannot be distinguished from the next request.
  if (!exchange.body_complete() || serves_one_) fate = http::Connection::close;
  write(response, fate, is_head ? http::Body::omitted : http::Body::included);
  // Only now: if writing throws, the exchange is still unanswered, and dropping it cuts
  // the connection.
  auto answered = release_exchange();
  enter(Phase::writing);
  if (fate == http::Connection::close) return stream_->close_after_flush();
  answered->listener_.reset();
  if (answered->is_worth_keeping()) answered_ = std::move(answered);
  if (!processing_ && !waiting_.empty()) defer(&HttpConnection::go_on);
}

void HttpConnection::defer(void (HttpConnection::*work)()) {
  contain(*this, [this, work] {
    stream_->loop().defer(
        [self = shared_from_this(), work] { contain(*self, [&] { ((*self).*work)(); }); });
  });
}

void HttpConnection::go_on() {
  if (!stream_ || must_wait()) return;
  const std::string bytes = std::exchange(waiting_, {});
  stream_->resume_reading();
  process(bytes);
}

std::shared_ptr<Stream> HttpConnection::upgrade(HttpExchange& exchange, http::Response& response,
                                                std::shared_ptr<StreamHandler> handler) {
  if (!stream_) return nullptr;
  // The rest of the body would go to the successor.
  assert(exchange.body_complete());
  append_headers(response, exchange.extra_headers_);
  write(response, http::Connection::upgrade);
  release_exchange();
  timer_.cancel();
  stream_->set_stall_timeout({});
  successor_ = std::move(handler);
  const auto stream = stream_;
  if (!processing_) defer(&HttpConnection::finish_upgrade);
  return stream;
}

void HttpConnection::on_drain() {
  if (phase_ != Phase::writing) return;
  enter(Phase::idle);
  if (!waiting_.empty()) go_on();
}

void HttpConnection::on_close() {
  const auto self = shared_from_this();
  timer_.cancel();
  stream_.reset();
  answered_.reset();
  if (const auto exchange = release_exchange()) {
    if (const auto listener = exchange->listener_.lock()) {
      listener->on_abort(*exchange, engine::ExchangeListener::Abort::peer_gone);
    }
  }
  if (const auto successor = std::exchange(successor_, nullptr)) successor->on_close();
}

}  // namespace socketio::server
