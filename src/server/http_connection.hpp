// SPDX-License-Identifier: MIT
// HttpConnection: HTTP/1.1 on one byte stream. Parses requests one after another, announces each
// as an Exchange when its headers are complete, and holds later (pipelined) ones back until it is
// answered. Slow peers are cut by deadlines. After an upgrade the stream belongs to another handler
// and the connection is gone.
//
// Life cycle: attach() to a stream, alive until it closes. Loop's thread only.
#pragma once

#include "base/loop.hpp"
#include "base/stream.hpp"
#include "codec/http/request_parser.hpp"
#include "codec/http/writer.hpp"
#include "engine/server/exchange.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace socketio::server {

struct ConnectionOptions {
  http::Limits http{};
  std::chrono::milliseconds header_timeout{10'000};
  /// A body that comes slower than Stream::least_bytes_per_second for that long is given up, and
  /// any that has not come whole after `request_timeout`, counted from the end of the headers.
  std::chrono::milliseconds body_timeout{30'000};
  std::chrono::milliseconds request_timeout{300'000};
  std::chrono::milliseconds keep_alive_timeout{10'000};
  /// A peer that does not take its response, Stream::set_stall_timeout().
  std::chrono::milliseconds stall_timeout{10'000};
};

class HttpConnection;

/// The Exchange of an HttpConnection, with what is added to whatever response it gets.
class HttpExchange final : public engine::Exchange {
 public:
  HttpExchange(std::weak_ptr<HttpConnection> connection, std::shared_ptr<Stream> stream)
      : connection_(std::move(connection)), stream_(std::move(stream)) {}
  ~HttpExchange() override { HttpExchange::abort(); }

  const http::Request& request() const override;
  /// Gives the request away, for whoever keeps it for longer; request() has what the response
  /// depends on still.
  http::Request take_request();
  bool body_complete() const override { return body_complete_; }
  void set_listener(std::weak_ptr<engine::ExchangeListener> listener) override {
    listener_ = std::move(listener);
  }
  std::string remote_address() const override { return stream_->remote_address(); }
  bool is_secure() const override { return false; }
  void respond(http::Response response) override;
  void respond_and_close(http::Response response) override;
  std::shared_ptr<Stream> upgrade(http::Response response,
                                  std::shared_ptr<StreamHandler> handler) override;
  void abort() override;

  /// Headers of every response to this request, e.g. CORS.
  http::Headers& extra_headers() { return extra_headers_; }

 private:
  friend class HttpConnection;
  std::weak_ptr<HttpConnection> connection_;  // while an answer is owed
  std::shared_ptr<Stream> stream_;
  std::weak_ptr<engine::ExchangeListener> listener_;
  http::Request request_;
  http::Headers extra_headers_;
  bool body_complete_ = false;
};

/// Gets every request of one loop.
class RequestSink {
 public:
  virtual ~RequestSink() = default;
  virtual const ConnectionOptions& connection_options() const = 0;
  virtual void accept(const std::shared_ptr<HttpExchange>& exchange) = 0;

  /// The date of a response that is made now.
  std::string_view date(Loop& loop);

 private:
  std::string date_;
  TimePoint date_ends_ = TimePoint::min();
};

class HttpConnection final : public StreamHandler,
                             public std::enable_shared_from_this<HttpConnection> {
 public:
  explicit HttpConnection(RequestSink& sink) : sink_(sink) {}
  void attach(std::shared_ptr<Stream> stream);

  void on_bytes(std::span<char> bytes) override;
  void on_drain() override;
  void on_close() override;
  /// For contain(): the stream closes.
  void on_exception() noexcept;

 private:
  friend class HttpExchange;
  enum class Phase : std::uint8_t { idle, head, body, response, writing };

  /// What comes now belongs to a later request and has to be kept.
  bool must_wait() const;
  void process(std::string_view bytes);
  /// After an upgrade: `rest` is the first that the successor gets.
  void make_way(std::string_view rest);
  /// Not from inside the application's call.
  void defer(void (HttpConnection::*work)());
  void finish_upgrade() { process({}); }
  /// Keeps bytes until the current request is answered.
  void wait_with(std::string_view bytes);
  void write(const http::Response& response, http::Connection fate,
             http::Body body = http::Body::included);
  /// Feeds the parser; how much it took, or nothing if the connection is ending.
  bool feed(std::string_view& bytes);
  void announce();
  void complete_body();
  void fail(http::Errc error);
  /// The exchange that is owed an answer, if one is; from now on it is owed none.
  std::shared_ptr<HttpExchange> release_exchange();
  void abort();
  void respond(HttpExchange& exchange, http::Response response, http::Connection fate);
  std::shared_ptr<Stream> upgrade(HttpExchange& exchange, http::Response response,
                                  std::shared_ptr<StreamHandler> handler);
  void go_on();
  void enter(Phase phase);
  /// Gives a body, of which that much is there, until its next deadline.
  void watch_body(std::size_t bytes);
  void on_timeout();

  RequestSink& sink_;
  std::shared_ptr<Stream> stream_;
  std::unique_ptr<http::RequestParser> parser_;  // while a request is coming
  std::weak_ptr<HttpExchange> exchange_;         // announced and not answered
  std::shared_ptr<HttpExchange> receiving_;      // the same, kept while its body is coming
  std::shared_ptr<StreamHandler> successor_;     // after an upgrade, until it has got what is left
  std::string waiting_;                          // came behind the current request
  TimePoint body_ends_{};                        // when the body that is coming has to be complete
  std::size_t body_bytes_before_ = 0;            // of it, when timer_ was armed
  MemberTimer<HttpConnection, &HttpConnection::on_timeout> timer_{*this};
  Phase phase_ = Phase::idle;
  bool processing_ = false;
};

}  // namespace socketio::server
