// SPDX-License-Identifier: MIT
// HttpChannel: a client's HTTP requests, one after another on one connection, which is kept while
// the server agrees and replaced, without a failure, when it was closed between two requests.
//
// Life cycle: send() -> its answer or failure -> send() ... -> close(), after which nothing is
// called any more. An answer may send the next request, close the channel or release it. Loop's
// thread only.
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

/// Of an answer's head; servers behind proxies add a lot.
inline constexpr std::size_t response_header_limit_bytes = 64 * 1024;
inline constexpr std::size_t response_header_limit = 2000;

/// What is wrong with an answer, for people.
std::string_view describe(http::Errc error);

class HttpChannel final : public StreamHandler, public std::enable_shared_from_this<HttpChannel> {
 public:
  /// A connection that was idle for longer is not used again, nor is one for more than half of the
  /// time that the server announces: it closes it some time, and a request must not meet that.
  static constexpr std::chrono::seconds idle_limit{4};

  struct Settings {
    Endpoint endpoint;
    std::size_t body_limit_bytes = 0;
    /// From send() to the end of the answer; 0: none.
    std::chrono::milliseconds request_timeout{0};
    bool keeps_connection = true;
  };
  /// The answer, or null and why there is none (its message is left to the caller). Throws nothing.
  using Done = std::function<void(const http::Response* response, const Failure& failure)>;

  HttpChannel(Loop& loop, Connector& connector, Settings settings)
      : loop_(loop), connector_(connector), settings_(std::move(settings)) {}

  /// Only when not busy. `done` is never called before this returns.
  void send(http::Request request, Done done);
  bool busy() const { return done_ != nullptr; }
  /// The request that failed went to a connection which the server closed instead of keeping it.
  bool met_the_end() const { return met_the_end_; }
  /// Gives up what is underway.
  void close();
  /// For contain(): the request has failed.
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
  /// What the server may be asked twice.
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
  std::optional<http::ResponseParser> parser_;  // from the first byte of an answer
  http::Request request_;
  Done done_;
  MemberTimer<HttpChannel, &HttpChannel::on_timer> timer_{*this};  // of the request, or of idleness
  std::uint64_t sent_ = 0;                                         // counts requests
  bool reused_ = false;  // the connection has answered before
  bool written_ = false;
  bool answering_ = false;  // what came with an answer has not been read to its end
  bool met_the_end_ = false;
};

}  // namespace socketio::engine
