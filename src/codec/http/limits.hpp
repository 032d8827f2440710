// SPDX-License-Identifier: MIT
// What the parsers of HTTP accept, and why they refuse the rest.
#pragma once

#include <cstddef>
#include <cstdint>

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

}  // namespace socketio::http
