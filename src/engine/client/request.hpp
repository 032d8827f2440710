// SPDX-License-Identifier: MIT
// The HTTP requests of an Engine.IO client, and how answers that are none are described: refusals,
// redirects, pages of a proxy, servers of another protocol. Pure functions, loop's thread.
#pragma once

#include "codec/http/message.hpp"
#include "engine/client/failure.hpp"
#include "engine/client/transport.hpp"
#include "engine/transport.hpp"

#include <string>
#include <string_view>

namespace socketio::engine {

/// The headers that every request carries, and the target: path, the user's query, then ours.
http::Request make_request(const ClientContext& context, std::string_view method,
                           TransportName transport, std::string_view sid);

/// Why `response` is no answer to what we asked: its status, and what else is known.
Failure refusal_of(const http::Response& response);

/// Of a text that cannot be decoded as a packet.
Failure undecodable(std::string_view text);

}  // namespace socketio::engine
