// SPDX-License-Identifier: MIT
// Negotiation of permessage-deflate, the only extension in use (RFC 7692 sections 5 and 7.1), in
// the grammar of Sec-WebSocket-Extensions (RFC 6455 section 9.1), for both ends. It results in the
// parameters for Deflater and Inflater. Pure functions, any thread.
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

/// What both ends have agreed on, or the most that one of them will spend. The first member of each
/// pair is about what the server compresses, the second about what the client compresses.
struct DeflateParameters {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  std::uint8_t server_max_window_bits = max_window_bits;
  std::uint8_t client_max_window_bits = max_window_bits;

  bool operator==(const DeflateParameters&) const = default;
};

/// A client's value of Sec-WebSocket-Extensions. It lets the server limit our window.
inline constexpr std::string_view deflate_offer = "permessage-deflate; client_max_window_bits";

/// Client: what the response to deflate_offer agreed to. Nothing if it names another extension, or
/// one twice, or if a parameter is unknown, repeated or has an invalid value: the connection must
/// then fail (section 7.1). Call this only if the response has such a field.
std::optional<DeflateParameters> read_deflate_answer(const http::Headers& headers);

struct DeflateAnswer {
  DeflateParameters parameters;
  std::string text;  ///< The response's value of Sec-WebSocket-Extensions.
};

/// Server: accepts the first offer that it can. Nothing, and no field in the response, if there is
/// none. `most` limits the windows and whether contexts may be kept.
std::optional<DeflateAnswer> choose_deflate(const http::Headers& headers,
                                            const DeflateParameters& most);

}  // namespace socketio::websocket
