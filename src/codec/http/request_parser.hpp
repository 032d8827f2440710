// SPDX-License-Identifier: MIT
// Bytes in, one HTTP/1.1 request out. Strict on purpose: everything that request smuggling relies
// on is refused, namely conflicting or repeated lengths, any Transfer-Encoding other than exactly
// `chunked`, bare LF, folded lines, blanks before the colon, and a missing or repeated Host (RFC
// 9112 sections 2.2, 3, 5, 6, 7).
//
// Life cycle: created for one request when its first byte arrives, feed() until done(), take() the
// request, destroy, or restart() for another request. Bytes after the request are not consumed: they
// belong to the next request (pipelining) or to WebSocket after an upgrade. After an error the
// connection must close.
#pragma once

#include "base/result.hpp"
#include "codec/http/body_reader.hpp"
#include "codec/http/head_reader.hpp"
#include "codec/http/limits.hpp"
#include "codec/http/message.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace socketio::http {

class RequestParser {
 public:
  explicit RequestParser(const Limits& limits);
  // Parts of it view each other.
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  /// Consumes from the front of `bytes` and returns how many bytes belong to this request. Never
  /// consumes bytes after its end.
  Result<std::size_t, Errc> feed(std::string_view bytes);

  bool headers_done() const { return phase_ != Phase::head; }
  bool done() const { return phase_ == Phase::done; }
  /// The client waits for `100 Continue` before it sends the body (RFC 9110 10.1.1).
  bool expects_continue() const { return expects_continue_; }
  /// Method, target and headers are valid once headers_done(), the body once done().
  const Request& request() const { return request_; }
  /// The request, to be moved from.
  Request&& take() { return std::move(request_); }

  /// Starts over with another request, and keeps the memory that this one had.
  void restart();
  /// How much that is.
  std::size_t kept_bytes() const;

 private:
  enum class Phase : std::uint8_t { head, body, done };
  using Done = Result<bool, Errc>;

  Done feed_rest(std::string_view& bytes);
  Done feed_head(std::string_view& bytes);
  Done accept_request_line(std::string_view line);
  Done end_head();
  Done check_expectation() const;

  const Limits limits_;
  HeadReader head_;
  BodyReader body_;
  Request request_;
  // Of a target in absolute-form.
  std::string authority_;
  Phase phase_ = Phase::head;
  bool expects_continue_ = false;
  std::optional<Errc> failure_;
};

}  // namespace socketio::http
