// SPDX-License-Identifier: MIT
// Bytes in, one HTTP/1.1 request out. Strict on purpose: everything that request smuggling relies
// on is refused, namely conflicting or repeated lengths, any Transfer-Encoding other than exactly
// `chunked`, bare LF, folded lines, blanks before the colon, and a missing or repeated Host (RFC
// 9112 sections 2.2, 3, 5, 6, 7).
//
// Life cycle: created for one request when its first byte arrives (an idle connection has none),
// feed() until done(), take() the request, destroy. Bytes after the request are not consumed: they
// belong to the next request (pipelining) or to WebSocket after an upgrade. After an error the
// connection must close.
#pragma once

#include "base/result.hpp"
#include "codec/http/message.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace socketio::http {

enum class Errc : std::uint8_t {
  bad_request,            // 400
  body_too_large,         // 413: Content-Length or the chunks so far exceed the limit
  target_too_long,        // 414
  unsupported_encoding,   // 415: Content-Encoding on a request; we never inflate one
  expectation_failed,     // 417: Expect other than 100-continue
  headers_too_large,      // 431: block or count
  transfer_encoding,      // 501: a transfer coding that is not `chunked`
  version_not_supported,  // 505
};

std::uint16_t status_of(Errc error);

struct Limits {
  // The limit of Node.js; users' tokens and cookies fit.
  std::size_t header_bytes = 16 * 1024;
  // The limit of Node.js, which drops the fields beyond it.
  std::size_t header_count = 2000;
  // The limit of Node.js.
  std::size_t target_bytes = 16 * 1024;
  std::size_t body_bytes = 1'000'000;
  // For all chunks of a body together. Nobody uses them.
  std::size_t chunk_extension_bytes = 1024;
  std::size_t trailer_bytes = 1024;
};

class RequestParser {
 public:
  explicit RequestParser(const Limits& limits);
  ~RequestParser();
  RequestParser(RequestParser&&) noexcept;
  RequestParser& operator=(RequestParser&&) noexcept;

  /// Consumes from the front of `bytes` and returns how many bytes belong to this request. Never
  /// consumes bytes after its end.
  Result<std::size_t, Errc> feed(std::string_view bytes);

  bool headers_done() const;
  bool done() const;
  /// The client waits for `100 Continue` before it sends the body (RFC 9110 10.1.1).
  bool expects_continue() const;
  /// Method, target and headers are valid once headers_done(), the body once done().
  const Request& request() const;
  Request take();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace socketio::http
