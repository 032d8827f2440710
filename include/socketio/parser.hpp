// SPDX-License-Identifier: MIT
// Parser: how packets are encoded (`parser` in JavaScript). Server and client must use the same.
#pragma once

#include <concepts>
#include <memory>
#include <stdexcept>
#include <utility>

namespace socketio {

class CustomParser;  // custom_parser.hpp

class Parser {
 public:
  enum Kind : unsigned char {
    standard,  ///< socket.io-parser: JSON text, the default.
    msgpack,   ///< socket.io-msgpack-parser
    custom     ///< One of your own.
  };

  /// One of the first two.
  Parser(Kind kind) : kind_(kind) {  // NOLINT: so that an option takes it
    if (kind == custom) throw std::invalid_argument("parser: there is no parser");
  }
  /// A parser of your own. If several servers and clients share it, they call it from their loops'
  /// threads.
  template <std::derived_from<CustomParser> P>
  Parser(std::shared_ptr<P> own)  // NOLINT: so that an option takes it
      : kind_(custom), own_(std::move(own)) {
    if (!own_) throw std::invalid_argument("parser: there is no parser");
  }

  Kind kind() const { return kind_; }
  /// Null, unless it is your own.
  const std::shared_ptr<CustomParser>& own() const { return own_; }

 private:
  Kind kind_;
  std::shared_ptr<CustomParser> own_;
};

}  // namespace socketio
