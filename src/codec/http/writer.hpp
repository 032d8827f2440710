// SPDX-License-Identifier: MIT
// HTTP/1.1 messages out, appended to a caller's buffer. Pure functions, any thread.
#pragma once

#include "codec/http/message.hpp"

#include <string>
#include <string_view>

namespace socketio::http {

/// What the connection does after this response.
enum class Connection : std::uint8_t { keep_alive, close, upgrade };

/// Whether the body travels: an answer to HEAD says its length but carries none.
enum class Body : std::uint8_t { included, omitted };

/// Adds Date (unless the response has one), Content-Length (unless 1xx, 204 or 304) and Connection;
/// writes no field whose name or value holds a control character (response splitting).
void append_response(std::string& out, const Response& response, std::string_view date,
                     Connection connection, Body body = Body::included);

/// A client's request; adds Content-Length if there is a body or the method is POST, PUT or PATCH.
void append_request(std::string& out, const Request& request);

}  // namespace socketio::http
