// SPDX-License-Identifier: MIT
// The HTTP request and response that turn a connection into a WebSocket (RFC 6455 section 4), for
// both ends. Origin and subprotocols are not handled here; extensions are in extension.hpp. Pure
// functions, any thread.
#pragma once

#include "base/result.hpp"
#include "codec/http/message.hpp"
#include "codec/websocket/extension.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace socketio::websocket {

/// Why a request cannot become a WebSocket (section 4.2.1).
enum class UpgradeError : std::uint8_t {
  not_a_get,            // 400
  http_version,         // 400: older than HTTP/1.1
  not_websocket,        // 400: a token of Upgrade or Connection, or the version field, is missing
  has_body,             // 400: its bytes would be read as frames
  bad_key,              // 400: not exactly one key of 16 bytes in base64
  unsupported_version,  // 426, with `Sec-WebSocket-Version: 13`
};

std::uint16_t status_of(UpgradeError error);

/// Why a response does not open the WebSocket that was requested (section 4.1).
enum class AcceptError : std::uint8_t {
  status,                  // not 101
  not_websocket,           // a token of Upgrade or Connection is missing
  bad_accept,              // does not match our key
  unexpected_extension,    // one that we did not offer, or with parameters that it does not have
  unexpected_subprotocol,  // we offered none
};

/// The value of Sec-WebSocket-Version; there is no other version.
inline constexpr std::string_view version = "13";

/// A value of Sec-WebSocket-Accept.
class AcceptKey {
 public:
  static constexpr std::size_t size = 28;

  /// The one that answers a Sec-WebSocket-Key.
  explicit AcceptKey(std::string_view key);
  operator std::string_view() const { return {text_.data(), text_.size()}; }  // NOLINT: is a text

 private:
  std::array<char, size> text_;
};

/// True if the request asks for a WebSocket, whether or not check_upgrade() allows it.
bool is_upgrade_request(const http::Request& request);

/// The value of Sec-WebSocket-Accept for the 101 response, or why the request is refused.
Result<AcceptKey, UpgradeError> check_upgrade(const http::Request& request);

/// Makes a client's Sec-WebSocket-Key from random bytes.
std::string make_key(const std::array<std::uint8_t, 16>& random);

/// Returns nothing if `response` accepts a request with `key` and without extensions.
std::optional<AcceptError> check_accept(const http::Response& response, std::string_view key);

/// The same for a request that also sent deflate_offer. Returns the compression that the server
/// agreed to, an empty optional if it wants none, or why the connection must fail.
Result<std::optional<DeflateParameters>, AcceptError> check_accept_of_deflate(
    const http::Response& response, std::string_view key);

}  // namespace socketio::websocket
