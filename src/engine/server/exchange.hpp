// SPDX-License-Identifier: MIT
// Exchange: one HTTP request and its response, as seen by the protocol code. The connection makes
// it when the headers are complete, and keeps later requests waiting until it is answered.
//
// Life cycle: headers complete -> a listener may be set -> on_body() if there is a body -> exactly
// one of respond(), upgrade(), abort(), or on_abort() when the peer has gone. Whoever is to answer
// holds it. When nobody holds it any more, its connection is cut, so that no peer waits for ever.
// One that has been answered may become the next request's as soon as nobody holds it: a weak pointer
// is of no use beyond the answer.
// Loop's thread only.
#pragma once

#include "base/stream.hpp"
#include "codec/http/message.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace socketio::engine {

class Exchange;

class ExchangeListener {
 public:
  enum class Abort : std::uint8_t {
    peer_gone,       // the connection closed before the response
    body_too_large,  // the connection answers 413 by itself
  };
  virtual ~ExchangeListener() = default;
  /// The body is complete in exchange.request().body.
  virtual void on_body(Exchange& exchange) = 0;
  virtual void on_abort(Exchange& exchange, Abort why) = 0;
};

class Exchange {
 public:
  virtual ~Exchange() = default;

  virtual const http::Request& request() const = 0;
  virtual bool body_complete() const = 0;
  virtual void set_listener(std::weak_ptr<ExchangeListener> listener) = 0;
  virtual std::string remote_address() const = 0;
  virtual bool is_secure() const = 0;

  virtual void respond(http::Response response) = 0;
  /// Answers and closes the connection.
  virtual void respond_and_close(http::Response response) = 0;
  /// Sends 101 and hands over the byte stream. `handler` first gets the bytes that arrived after
  /// the request.
  virtual std::shared_ptr<Stream> upgrade(http::Response response,
                                          std::shared_ptr<StreamHandler> handler) = 0;
  /// Cuts the connection without a response.
  virtual void abort() = 0;
};

}  // namespace socketio::engine
