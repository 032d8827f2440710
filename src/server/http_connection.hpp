// SPDX-License-Identifier: MIT
// HttpConnection: HTTP/1.1 on one byte stream. It parses requests one after another, announces each
// as an Exchange when its headers are complete, and holds back later (pipelined) requests until it
// is answered. An exchange that nobody holds any more serves the next request. Deadlines cut slow
// peers. After an upgrade the stream belongs to another handler and the connection is gone. A
// request for a session of another loop takes the whole connection there.
//
// Life cycle: attach() to a stream; alive until the stream closes. Loop's thread only.
#pragma once

#include "base/loop.hpp"
#include "base/stream.hpp"
#include "codec/http/request_parser.hpp"
#include "codec/http/writer.hpp"
#include "engine/server/exchange.hpp"
#include "net/detached_stream.hpp"
#include "server/proxy_trust.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace socketio::server {

struct ConnectionOptions {
  http::Limits http{};
  std::chrono::milliseconds header_timeout{10'000};
  /// A body that arrives more slowly than Stream::least_bytes_per_second for this long is refused,
  /// and so is one that is incomplete `request_timeout` after the end of the headers.
  std::chrono::milliseconds body_timeout{30'000};
  std::chrono::milliseconds request_timeout{300'000};
  std::chrono::milliseconds keep_alive_timeout{10'000};
  /// For a peer that does not read its response, see Stream::set_stall_timeout().
  std::chrono::milliseconds stall_timeout{10'000};
  /// If there are proxies that may speak for their clients.
  std::optional<ProxyTrust> proxy_trust{};
};

class HttpConnection;

/// The Exchange of an HttpConnection: the request while it arrives, then the headers that any response
/// to it gets.
class HttpExchange final : public engine::Exchange {
 public:
  explicit HttpExchange(const http::Limits& limits) : parser_(limits) {}
  ~HttpExchange() override { HttpExchange::abort(); }

  const http::Request& request() const override { return parser_.request(); }
  /// Gives the request away, for whoever keeps it for longer; request() has what the response
  /// depends on still.
  http::Request take_request();
  bool body_complete() const override { return parser_.done(); }
  void set_listener(std::weak_ptr<engine::ExchangeListener> listener) override {
    listener_ = std::move(listener);
  }
  std::string remote_address() const override {
    return origin_ ? origin_->address : stream_->remote_address();
  }
  bool is_secure() const override { return origin_ ? origin_->secure : stream_->is_secure(); }
  /// The host that the client has asked for.
  std::string_view host() const {
    return origin_ ? std::string_view(origin_->host) : request().headers.get("host");
  }
  void respond(http::Response response) override;
  void respond_and_close(http::Response response) override;
  std::shared_ptr<Stream> upgrade(http::Response response,
                                  std::shared_ptr<StreamHandler> handler) override;
  void abort() override;

  /// Headers for every response to this request, e.g. CORS.
  http::Headers& extra_headers() { return extra_headers_; }
  /// Adds one, which replaces an earlier one of that name if there cannot be several.
  void add_header(std::string_view name, std::string_view value);

 private:
  friend class HttpConnection;
  /// Makes it ready for another request on the same connection.
  void restart();
  bool is_worth_keeping() const;

  // From the announcement until it has been answered.
  std::weak_ptr<HttpConnection> connection_;
  // From the first announcement on.
  std::shared_ptr<Stream> stream_;
  std::weak_ptr<engine::ExchangeListener> listener_;
  http::RequestParser parser_;
  http::Headers extra_headers_;
  std::unique_ptr<const Origin> origin_;  // if proxies are trusted
};

/// A connection between two loops, with the request that has to be handled on the other.
struct DetachedConnection {
  net::DetachedStream stream;
  /// Its headers are complete, and it has not been announced.
  std::shared_ptr<HttpExchange> exchange;
  /// What was received behind that.
  std::string received;
  bool serves_one = false;
};

/// Gets every request on one loop.
class RequestSink {
 public:
  virtual ~RequestSink() = default;
  /// The loop of the request's session, if it is another one. Then move() gets the connection, as soon as
  /// its handler has returned.
  virtual std::optional<std::size_t> loop_of(const http::Request&) const { return std::nullopt; }
  virtual void move(std::size_t, DetachedConnection) {}
  virtual const ConnectionOptions& connection_options() const = 0;
  virtual void accept(const std::shared_ptr<HttpExchange>& exchange) = 0;

  /// The line with the date for a response that is made now.
  std::string_view date_line(Loop& loop);

 private:
  std::string date_line_;
  TimePoint date_ends_ = TimePoint::min();
};

class HttpConnection final : public StreamHandler,
                             public std::enable_shared_from_this<HttpConnection> {
 public:
  explicit HttpConnection(RequestSink& sink) : sink_(sink) {}
  void attach(std::shared_ptr<Stream> stream);
  /// Goes on with the request that another loop has received, on the stream that is attached.
  void resume(std::shared_ptr<HttpExchange> exchange, std::string_view received);
  /// Ends the connection after its first response, unless that is an upgrade.
  void serve_one_request() { serves_one_ = true; }

  void on_bytes(std::span<char> bytes) override;
  void on_drain() override;
  void on_close() override;
  /// For contain(): closes the stream.
  void on_exception() noexcept;

 private:
  friend class HttpExchange;
  enum class Phase : std::uint8_t { idle, head, body, response, writing };

  /// What arrives now belongs to a later request and has to be kept.
  bool must_wait() const;
  void process(std::string_view bytes);
  /// After an upgrade: `rest` is the first input of the successor.
  void make_way(std::string_view rest);
  /// Runs `work` later, not from inside the application's call.
  void defer(void (HttpConnection::*work)());
  void finish_upgrade() { process({}); }
  /// Keeps bytes until the current request is answered.
  void wait_with(std::string_view bytes);
  void write(const http::Response& response, http::Connection fate,
             http::Body body = http::Body::included);
  /// Feeds the parser. Returns false if the connection is ending.
  bool feed(std::string_view& bytes);
  /// For a request whose first byte has arrived.
  std::shared_ptr<HttpExchange> next_exchange();
  void announce();
  /// Leaves this loop.
  void move();
  void complete_body();
  void fail(http::Errc error);
  /// Returns the exchange that has not been answered, if there is one, and forgets it.
  std::shared_ptr<HttpExchange> release_exchange();
  void abort();
  void respond(HttpExchange& exchange, http::Response& response, http::Connection fate);
  std::shared_ptr<Stream> upgrade(HttpExchange& exchange, http::Response& response,
                                  std::shared_ptr<StreamHandler> handler);
  void go_on();
  void enter(Phase phase);
  /// Sets the next deadline for a body of which so many bytes have arrived.
  void watch_body(std::size_t bytes);
  void on_timeout();

  RequestSink& sink_;
  std::shared_ptr<Stream> stream_;
  // While its request is arriving, the body included.
  std::shared_ptr<HttpExchange> receiving_;
  // Announced and not answered.
  std::weak_ptr<HttpExchange> exchange_;
  // The last one that has been answered, for the next request.
  std::shared_ptr<HttpExchange> answered_;
  // After an upgrade, until it has got the rest.
  std::shared_ptr<StreamHandler> successor_;
  // Bytes that arrived after the current request.
  std::string waiting_;
  // The deadline for the whole body.
  TimePoint body_ends_{};
  // How much of the body had arrived when timer_ was armed.
  std::size_t body_bytes_before_ = 0;
  MemberTimer<HttpConnection, &HttpConnection::on_timeout> timer_{*this};
  Phase phase_ = Phase::idle;
  // Where the request has to be handled, if not here.
  std::optional<std::size_t> destination_;
  bool processing_ = false;
  bool serves_one_ = false;
};

}  // namespace socketio::server
