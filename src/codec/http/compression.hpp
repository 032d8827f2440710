// SPDX-License-Identifier: MIT
// Content-Encoding of responses with zlib (RFC 9110 section 8.4). What a peer sends is never inflated.
// Pure functions.
#pragma once

#include "codec/http/message.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace socketio::http {

/// Shorter bodies are not worth compressing. The reference has the same default.
inline constexpr std::size_t compression_threshold_bytes = 1024;

/// Nor are longer ones. Compression runs on the loop, which serves nobody else meanwhile: this much
/// JSON takes 1 ms, and what cannot be made smaller up to 10 ms.
inline constexpr std::size_t compression_limit_bytes = 256 * 1024;

/// Compresses the body with gzip or deflate if its length and the Accept-Encoding in `asked` (the
/// request's headers) allow it; sets Content-Encoding and Vary.
void compress_response(Response& response, const Headers& asked,
                       std::size_t threshold_bytes = compression_threshold_bytes);

/// What `gzip`, which is our own, was made of: `size_bytes` bytes.
std::string gunzip(std::string_view gzip, std::size_t size_bytes);

}  // namespace socketio::http
