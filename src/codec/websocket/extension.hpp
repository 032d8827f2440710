// SPDX-License-Identifier: MIT
// Negotiation of the one extension that there is: permessage-deflate (RFC 7692 sections 5 and 7.1),
// in the grammar of Sec-WebSocket-Extensions (RFC 6455 section 9.1), both ends. What comes out are
// the parameters that Deflater and Inflater are made with. Pure functions, any thread.
#pragma once

#include "codec/http/message.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace socketio::websocket {

inline constexpr std::string_view extensions_field = "Sec-WebSocket-Extensions";

/// Base-two logarithms of window sizes (section 7.1.2).
inline constexpr std::uint8_t min_window_bits = 8;
inline constexpr std::uint8_t max_window_bits = 15;

/// What both ends agreed on, or what one of them is willing to spend. The first of each pair counts
/// for what the server compresses, the second for what the client does.
struct DeflateParameters {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  std::uint8_t server_max_window_bits = max_window_bits;
  std::uint8_t client_max_window_bits = max_window_bits;

  bool operator==(const DeflateParameters&) const = default;
};

/// A client's value of Sec-WebSocket-Extensions; the server may limit our window.
inline constexpr std::string_view deflate_offer = "permessage-deflate; client_max_window_bits";

/// Client: what a response agreed to after deflate_offer; nothing if it names another extension, or
/// one twice, or a parameter that is unknown, repeated or has no such value: the connection must
/// then fail (section 7.1). Call it if there is a field of that name.
std::optional<DeflateParameters> read_deflate_answer(const http::Headers& headers);

struct DeflateAnswer {
  DeflateParameters parameters;
  std::string text;  ///< The response's value of Sec-WebSocket-Extensions.
};

/// Server: the first offer that we can take; nothing, and no field in the response, if there is
/// none. `most` bounds windows and asks to forget contexts.
std::optional<DeflateAnswer> choose_deflate(const http::Headers& headers,
                                            const DeflateParameters& most);

}  // namespace socketio::websocket
