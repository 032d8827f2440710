// SPDX-License-Identifier: MIT
// HTTP/1.1 messages out, appended to the caller's buffer. Pure functions, any thread.
#pragma once

#include "codec/http/message.hpp"

#include <string>
#include <string_view>

namespace socketio::http {

/// What happens to the connection after this response.
enum class Connection : std::uint8_t { keep_alive, close, upgrade };

/// Whether the body is sent: a response to HEAD announces its length only.
enum class Body : std::uint8_t { included, omitted };

/// Adds `date_line`, a Date with its CRLF (unless the response has one), Content-Length (unless 1xx,
/// 204 or 304) and Connection. Omits every field whose name or value contains a control character,
/// which prevents response splitting.
void append_response(std::string& out, const Response& response, std::string_view date_line,
                     Connection connection, Body body = Body::included);

/// Writes a client's request. Adds Content-Length if there is a body or the method is POST,
/// PUT or PATCH.
void append_request(std::string& out, const Request& request);

}  // namespace socketio::http
