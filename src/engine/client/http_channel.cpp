// SPDX-License-Identifier: MIT
#include "engine/client/http_channel.hpp"

#include "codec/http/writer.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <utility>

namespace socketio::engine {

std::string_view describe(http::Errc error) {
  switch (error) {
    case http::Errc::body_too_large:
      return "the answer is larger than max_payload_bytes";
    case http::Errc::headers_too_large:
      return "the answer's header is too large";
    case http::Errc::transfer_encoding:
      return "the answer has an unknown transfer encoding";
    case http::Errc::version_not_supported:
      return "the answer has another version of HTTP";
    case http::Errc::bad_request:
    case http::Errc::target_too_long:
    case http::Errc::unsupported_encoding:
    case http::Errc::expectation_failed:
      break;
  }
  return "the answer is not HTTP";
}

namespace {

/// How long the connection may be idle before it is no longer used.
std::chrono::milliseconds idle_time(const http::Response& response) {
  constexpr std::string_view parameter = "timeout=";
  auto text = response.headers.get("Keep-Alive");
  const auto at = text.find(parameter);
  if (at == text.npos) return HttpChannel::idle_limit;
  text.remove_prefix(at + parameter.size());
  unsigned seconds = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (parsed.ec != std::errc{}) return HttpChannel::idle_limit;
  // The server announces how long it waits. Half of that leaves enough time for any delay.
  const std::chrono::milliseconds announced = std::chrono::seconds(seconds);
  return std::min<std::chrono::milliseconds>(announced / 2, HttpChannel::idle_limit);
}

}  // namespace

void HttpChannel::send(http::Request request, Done done) {
  assert(!busy());
  request_ = std::move(request);
  done_ = std::move(done);
  ++sent_;
  written_ = false;
  met_the_end_ = false;
  timer_.cancel();
  if (settings_.request_timeout.count() > 0) {
    loop_.timers().arm(timer_, settings_.request_timeout);
  }
  if (stream_ && stream_->is_open()) {
    reused_ = true;
    const bool may_have_ended = answering_ && request_.method != "GET";
    may_have_ended ? write_in_next_turn() : write();
  } else {
    connect();
  }
}

void HttpChannel::connect() {
  stream_ = nullptr;
  reused_ = false;
  attempt_ = connector_.connect(
      settings_.endpoint, [this](std::shared_ptr<Stream> stream, const ConnectFailure& failure) {
        contain(*this, [&] { on_connected(std::move(stream), failure); });
      });
}

void HttpChannel::on_connected(std::shared_ptr<Stream> stream, const ConnectFailure& failure) {
  const auto attempt = std::move(attempt_);
  if (!stream) return fail({.code = failure.code, .details = failure.message});
  stream_ = std::move(stream);
  stream_->set_handler(shared_from_this());
  write();
}

void HttpChannel::write_in_next_turn() {
  // The connection may have ended together with the response that was just read, in which case the
  // end is read in the next turn. So the request is written in the next turn. The task is posted at
  // the end of this turn: posted now, it might still run in this turn, with other tasks or through
  // Loop::catch_up(). And it defers the write: nothing is read between deferred work and the flush,
  // so the whole request has been sent when the end is read, or none of it.
  const auto write_late = [weak = weak_from_this(), number = sent_] {
    const auto channel = weak.lock();
    if (!channel || !channel->busy() || channel->sent_ != number) return;
    if (!channel->stream_ || channel->written_) return;
    contain(*channel, [&] { channel->write(); });
  };
  const auto contained = [weak = weak_from_this()](auto use) {
    return [weak, use] {
      if (const auto channel = weak.lock()) contain(*channel, [&] { use(channel->loop_); });
    };
  };
  loop_.defer(contained([contained, write_late](Loop& loop) {
    loop.post(contained([write_late](Loop& next) { next.defer(write_late); }));
  }));
}

void HttpChannel::write() {
  stream_->write_with([this](std::string& out) { http::append_request(out, request_); });
  written_ = true;
  if (!is_repeatable()) std::string().swap(request_.body);
}

void HttpChannel::on_bytes(std::span<char> bytes) {
  if (!stream_) return;
  // Nothing was asked.
  if (!busy()) return drop_connection();
  // Contained here, so that a request is not repeated because its response was lost.
  contain(*this, [&] { read_answer(bytes); });
}

void HttpChannel::read_answer(std::span<char> bytes) {
  if (!parser_) {
    parser_.emplace(http::Limits{.header_bytes = response_header_limit_bytes,
                                 .header_count = response_header_limit,
                                 .body_bytes = settings_.body_limit_bytes});
  }
  std::string_view rest(bytes.data(), bytes.size());
  const auto taken = parser_->feed(rest);
  if (!taken) return fail({.details = std::string(describe(taken.error()))});
  rest.remove_prefix(*taken);
  if (parser_->done()) succeed(rest);
}

void HttpChannel::succeed(std::string_view rest) {
  // If a response arrives before the request has been sent, or is followed by other bytes, the
  // connection cannot be trusted.
  const bool keep = parser_->keep_alive() && rest.empty() && stream_ != nullptr &&
                    stream_->queued_bytes() == 0 && parser_->response().status != 101 &&
                    settings_.keeps_connection;
  const http::Response response = parser_->take();
  parser_.reset();
  if (keep) {
    loop_.timers().arm(timer_, idle_time(response));
  } else {
    drop_connection();
  }
  request_ = {};
  const auto done = std::exchange(done_, nullptr);
  answering_ = true;
  done(&response, {});
  answering_ = false;
}

bool HttpChannel::may_retry(const Stream& stream) const {
  if (!written_) return true;
  // The server closed an idle connection while the request was on its way. If it closed it without
  // an error and without sending a byte, it has answered nothing, so no answer is lost.
  return reused_ && !parser_ && !stream.error() && is_repeatable();
}

void HttpChannel::on_close() {
  const auto stream = std::exchange(stream_, nullptr);
  if (!stream) return;
  contain(*this, [&] { on_stream_end(*stream); });
}

void HttpChannel::on_stream_end(const Stream& stream) {
  if (!busy()) return timer_.cancel();
  if (may_retry(stream)) return connect();
  met_the_end_ = reused_ && !parser_;
  if (parser_ && !stream.error() && parser_->feed_end()) return succeed({});
  fail({.code = stream.error(), .details = "the connection was closed before the answer came"});
}

void HttpChannel::on_timer() {
  if (!busy()) return drop_connection();
  fail({.code = std::make_error_code(std::errc::timed_out),
        .details = "no answer within request_timeout"});
}

void HttpChannel::fail(Failure failure) {
  drop_connection();
  request_ = {};
  if (const auto done = std::exchange(done_, nullptr)) done(nullptr, failure);
}

void HttpChannel::on_exception() noexcept {
  loop_.report_exception();
  drop_connection();
  request_ = {};
  if (const auto done = std::exchange(done_, nullptr)) done(nullptr, {});
}

void HttpChannel::drop_connection() {
  timer_.cancel();
  attempt_.reset();
  parser_.reset();
  if (const auto stream = std::exchange(stream_, nullptr)) {
    // Its end does not matter, and another one may have replaced it.
    stream->set_handler(nullptr);
    stream->close();
  }
}

void HttpChannel::close() {
  done_ = nullptr;
  request_ = {};
  drop_connection();
}

}  // namespace socketio::engine
