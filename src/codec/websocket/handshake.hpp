// SPDX-License-Identifier: MIT
// The HTTP request and response that turn a connection into WebSocket (RFC 6455 section 4), both
// ends. What is not part of it: origin and subprotocols; extensions are in extension.hpp. Pure
// functions, any thread.
#pragma once

#include "base/result.hpp"
#include "codec/http/message.hpp"
#include "codec/websocket/extension.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace socketio::websocket {

/// Why a request cannot become WebSocket (section 4.2.1).
enum class UpgradeError : std::uint8_t {
  not_a_get,            // 400
  http_version,         // 400: older than HTTP/1.1
  not_websocket,        // 400: a token of Upgrade or Connection, or the version field, is missing
  has_body,             // 400: its bytes would be taken for frames
  bad_key,              // 400: not exactly one key of 16 bytes in base64
  unsupported_version,  // 426, with `Sec-WebSocket-Version: 13`
};

std::uint16_t status_of(UpgradeError error);

/// Why a response does not open the WebSocket that we asked for (section 4.1).
enum class AcceptError : std::uint8_t {
  status,                  // not 101
  not_websocket,           // a token of Upgrade or Connection is missing
  bad_accept,              // does not belong to our key
  unexpected_extension,    // not what we offered, or with parameters that it does not have
  unexpected_subprotocol,  // we offered none
};

/// The only version there is; value of Sec-WebSocket-Version.
inline constexpr std::string_view version = "13";

/// Value of Sec-WebSocket-Accept that belongs to a Sec-WebSocket-Key.
std::string accept_key(std::string_view key);

/// True if the request asks for WebSocket, whether or not check_upgrade() then grants it.
bool is_upgrade_request(const http::Request& request);

/// Value of Sec-WebSocket-Accept for the 101 response, or why there is none.
Result<std::string, UpgradeError> check_upgrade(const http::Request& request);

/// A client's Sec-WebSocket-Key from random bytes.
std::string make_key(const std::array<std::uint8_t, 16>& random);

/// Nothing if `response` accepts the request that carried `key` and offered no extension.
std::optional<AcceptError> check_accept(const http::Response& response, std::string_view key);

/// The same for a request that carried deflate_offer, too: the compression that the server agreed
/// to, nothing within if it wants none, or why the connection must fail.
Result<std::optional<DeflateParameters>, AcceptError> check_accept_of_deflate(
    const http::Response& response, std::string_view key);

}  // namespace socketio::websocket
