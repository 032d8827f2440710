// SPDX-License-Identifier: MIT
#include "codec/websocket/handshake.hpp"

#include "base/base64.hpp"
#include "base/sha1.hpp"
#include "codec/http/grammar.hpp"

namespace socketio::websocket {
namespace {

// Section 1.3.
constexpr std::string_view accept_suffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::size_t key_bytes = 16;

/// The value of a field that must occur exactly once; otherwise nothing.
std::optional<std::string_view> only_value(const http::Headers& headers, std::string_view name) {
  const http::Occurrence seen = http::occurrence_of(headers, name);
  return seen.count == 1 ? std::optional(seen.value) : std::nullopt;
}

bool switches_to_websocket(const http::Headers& headers) {
  return headers.list_contains("Upgrade", "websocket") &&
         headers.list_contains("Connection", "upgrade");
}

bool is_key(std::string_view text) {
  // 16 bytes are 24 characters in base64. A text of another length need not be looked at.
  return text.size() == base64::encoded_bytes(key_bytes) &&
         base64::decoded_bytes(text) == key_bytes;
}

bool announces_body(const http::Request& request) {
  const auto framing = http::framing_of(request.headers, request.minor_version);
  return !framing || framing->kind == http::Framing::Kind::chunks || framing->length != 0;
}

/// Checks everything except extensions.
std::optional<AcceptError> check_switch(const http::Response& response, std::string_view key) {
  if (response.status != 101) return AcceptError::status;
  if (!switches_to_websocket(response.headers)) return AcceptError::not_websocket;
  if (only_value(response.headers, "Sec-WebSocket-Accept") != AcceptKey(key)) {
    return AcceptError::bad_accept;
  }
  if (response.headers.has("Sec-WebSocket-Protocol")) return AcceptError::unexpected_subprotocol;
  return std::nullopt;
}

}  // namespace

std::uint16_t status_of(UpgradeError error) {
  return error == UpgradeError::unsupported_version ? 426 : 400;
}

AcceptKey::AcceptKey(std::string_view key) {
  const auto digest = sha1(key, accept_suffix);
  static_assert(base64::encoded_bytes(digest.size()) == size);
  base64::encode({digest.data(), digest.size()}, text_.data());
}

bool is_upgrade_request(const http::Request& request) {
  return switches_to_websocket(request.headers);
}

Result<AcceptKey, UpgradeError> check_upgrade(const http::Request& request) {
  if (!request.is("GET")) return UpgradeError::not_a_get;
  if (request.minor_version < 1) return UpgradeError::http_version;
  if (!is_upgrade_request(request)) return UpgradeError::not_websocket;
  if (announces_body(request)) return UpgradeError::has_body;
  if (!request.headers.has("Sec-WebSocket-Version")) return UpgradeError::not_websocket;
  if (only_value(request.headers, "Sec-WebSocket-Version") != version) {
    return UpgradeError::unsupported_version;
  }
  const auto key = only_value(request.headers, "Sec-WebSocket-Key");
  if (!key || !is_key(*key)) return UpgradeError::bad_key;
  return AcceptKey(*key);
}

std::string make_key(const std::array<std::uint8_t, 16>& random) {
  std::string key;
  base64::append_encoded(
      key, std::string_view(reinterpret_cast<const char*>(random.data()), random.size()));
  return key;
}

std::optional<AcceptError> check_accept(const http::Response& response, std::string_view key) {
  if (const auto error = check_switch(response, key)) return error;
  if (response.headers.has(extensions_field)) return AcceptError::unexpected_extension;
  return std::nullopt;
}

Result<std::optional<DeflateParameters>, AcceptError> check_accept_of_deflate(
    const http::Response& response, std::string_view key) {
  if (const auto error = check_switch(response, key)) return *error;
  if (!response.headers.has(extensions_field)) return std::optional<DeflateParameters>{};
  const auto agreed = read_deflate_answer(response.headers);
  if (!agreed) return AcceptError::unexpected_extension;
  return agreed;
}

}  // namespace socketio::websocket
