// SPDX-License-Identifier: MIT
// HttpChannel: a client's HTTP requests, one after another on one connection. The connection is
// kept while the server agrees. If the server closes it between two requests, it is replaced, and
// that is not a failure.
//
// Life cycle: send() -> its response or failure -> send() ... -> close(), after which nothing
// is called any more. The handler of a response may send the next request, close the channel or
// release it. Loop's thread only.
#pragma once

#include "base/connector.hpp"
#include "base/loop.hpp"
#include "codec/http/message.hpp"
#include "codec/http/response_parser.hpp"
#include "engine/client/failure.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace socketio::engine {

/// Limits on a response's head. Servers behind proxies add many fields.
inline constexpr std::size_t response_header_limit_bytes = 64 * 1024;
inline constexpr std::size_t response_header_limit = 2000;

/// What is wrong with a response, as a text for people.
std::string_view describe(http::Errc error);

class HttpChannel final : public StreamHandler, public std::enable_shared_from_this<HttpChannel> {
 public:
  /// A connection that has been idle for longer is not used again, nor one that has been idle for
  /// half of the time that the server announces: the server will close it, and a request must not
  /// be underway then.
  static constexpr std::chrono::seconds idle_limit{4};

  struct Settings {
    Endpoint endpoint;
    std::size_t body_limit_bytes = 0;
    /// From send() to the end of the response. 0: none.
    std::chrono::milliseconds request_timeout{0};
    bool keeps_connection = true;
  };
  /// Called with the response, or with null and the reason (whose message the caller sets).
  /// Must not throw.
  using Done = std::function<void(const http::Response* response, const Failure& failure)>;

  HttpChannel(Loop& loop, Connector& connector, Settings settings)
      : loop_(loop), connector_(connector), settings_(std::move(settings)) {}

  /// Call it only if not busy(). `done` is never called before this returns.
  void send(http::Request request, Done done);
  bool busy() const { return done_ != nullptr; }
  /// The request failed because the server closed a connection that it had promised to keep.
  bool met_the_end() const { return met_the_end_; }
  /// Cancels what is underway.
  void close();
  /// For contain(): fails the request.
  void on_exception() noexcept;

  void on_bytes(std::span<char> bytes) override;
  void on_close() override;

 private:
  void connect();
  void write();
  void write_in_next_turn();
  void read_answer(std::span<char> bytes);
  void on_stream_end(const Stream& stream);
  void on_connected(std::shared_ptr<Stream> stream, const ConnectFailure& failure);
  void on_timer();
  /// Whether the server may receive the request a second time.
  bool is_repeatable() const { return request_.method == "GET" || !written_; }
  bool may_retry(const Stream& stream) const;
  void succeed(std::string_view rest);
  void fail(Failure failure);
  void drop_connection();

  Loop& loop_;
  Connector& connector_;
  Settings settings_;
  std::unique_ptr<Connector::Attempt> attempt_;
  std::shared_ptr<Stream> stream_;
  // Exists from the first byte of a response.
  std::optional<http::ResponseParser> parser_;
  http::Request request_;
  Done done_;
  // For the request, or for idleness.
  MemberTimer<HttpChannel, &HttpChannel::on_timer> timer_{*this};
  // The number of requests so far.
  std::uint64_t sent_ = 0;
  // The connection has answered a request before.
  bool reused_ = false;
  bool written_ = false;
  // The bytes of a read that completed a response are still being processed.
  bool answering_ = false;
  bool met_the_end_ = false;
};

}  // namespace socketio::engine
