// SPDX-License-Identifier: MIT
// Bytes in, one HTTP/1.1 response out, for the client; the life cycle is that of RequestParser.
// The body may be framed by Content-Length, by chunks or by the end of the stream (RFC 9112 section
// 6.3). Responses with status 101, 204 or 304 and responses to HEAD have no body.
#pragma once

#include "base/result.hpp"
#include "codec/http/limits.hpp"
#include "codec/http/message.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace socketio::http {

/// The kind of request decides whether its response has a body.
enum class AnswerTo : std::uint8_t { other, head };

class ResponseParser {
 public:
  ResponseParser(const Limits& limits, AnswerTo answer_to = AnswerTo::other);
  ~ResponseParser();
  ResponseParser(ResponseParser&&) noexcept;
  ResponseParser& operator=(ResponseParser&&) noexcept;

  Result<std::size_t, Errc> feed(std::string_view bytes);
  /// The stream has ended. Completes a body that is framed by the end; otherwise this is an error.
  Result<bool, Errc> feed_end();
  bool done() const;
  bool keep_alive() const;
  const Response& response() const;
  Response take();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace socketio::http
