// SPDX-License-Identifier: MIT
// Content-Encoding of responses with zlib (RFC 9110 section 8.4). Requests are never inflated.
// Pure functions.
#pragma once

#include "codec/http/message.hpp"

#include <cstddef>
#include <string_view>

namespace socketio::http {

/// Bodies below this are not worth it; the reference's default.
inline constexpr std::size_t compression_threshold_bytes = 1024;

/// Nor are longer ones: compressing happens on the loop, and takes 1 ms for this much JSON, up to
/// 10 ms for what cannot be made smaller, in which nobody else is served.
inline constexpr std::size_t compression_limit_bytes = 256 * 1024;

/// Compresses the body with gzip or deflate if its length and the Accept-Encoding of `asked` (the
/// request's headers) allow; sets Content-Encoding and Vary.
void compress_response(Response& response, const Headers& asked);

}  // namespace socketio::http
