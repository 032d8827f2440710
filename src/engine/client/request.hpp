// SPDX-License-Identifier: MIT
// Makes the HTTP requests of an Engine.IO client, and describes responses that are of no
// use: refusals, redirects, pages of a proxy, servers of another protocol. Pure functions,
// loop's thread.
#pragma once

#include "codec/http/message.hpp"
#include "engine/client/failure.hpp"
#include "engine/client/transport.hpp"
#include "engine/transport.hpp"

#include <string>
#include <string_view>

namespace socketio::engine {

/// Makes a request with the headers that all requests have, and the target: path, the user's query,
/// then our own parameters.
http::Request make_request(const ClientContext& context, std::string_view method,
                           TransportName transport, std::string_view sid);

/// Why `response` does not answer the request: its status, and what else is known.
Failure refusal_of(const http::Response& response);

/// For a text that cannot be decoded as a packet.
Failure undecodable(std::string_view text);

}  // namespace socketio::engine
