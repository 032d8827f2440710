// SPDX-License-Identifier: MIT
// The date of an HTTP message (RFC 9110 5.6.7). Pure, any thread.
#pragma once

#include <cstdint>
#include <string>

namespace socketio::http {

/// The value of the field `Date`: "Sun, 06 Nov 1994 08:49:37 GMT".
std::string date_text(std::int64_t seconds_since_1970);

}  // namespace socketio::http
