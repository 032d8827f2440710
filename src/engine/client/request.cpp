// SPDX-License-Identifier: MIT
#include "engine/client/request.hpp"

#include "codec/engineio/packet.hpp"
#include "codec/http/utf8.hpp"
#include "codec/json/document.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace socketio::engine {
namespace {

constexpr std::string_view other_protocol =
    "the server speaks another version of the Engine.IO protocol; this client needs version 4 "
    "(Socket.IO 3 and later)";

// The body of a refusal is short. Longer ones are not quoted.
constexpr std::size_t quoted_body_bytes = 512;

// The value of `code` in a refusal (Engine.IO protocol, "Unsupported protocol version").
constexpr std::int64_t unsupported_version_code = 5;

/// Replaces a parameter of the user's that has the same name, in its place.
void set(NamedValues& query, std::string_view name, std::string_view value) {
  const auto known = std::find_if(query.begin(), query.end(),
                                  [&](const auto& entry) { return entry.first == name; });
  if (known != query.end()) {
    known->second = value;
  } else {
    query.emplace_back(name, value);
  }
}

std::string target_of(const ClientOptions& options, TransportName transport, std::string_view sid) {
  NamedValues query = options.query;
  set(query, "EIO", engineio::protocol_version);
  set(query, "transport", to_string(transport));
  if (!sid.empty()) set(query, "sid", sid);
  // A WebSocket always says so, polling only in its handshake.
  const bool says_base64 = transport == TransportName::websocket || sid.empty();
  if (options.force_base64 && says_base64) set(query, "b64", "1");

  std::string target = options.path;
  char separator = '?';
  for (const auto& [name, value] : query) {
    target.push_back(std::exchange(separator, '&'));
    http::append_percent_encoded(target, name);
    target.push_back('=');
    http::append_percent_encoded(target, value);
  }
  return target;
}

std::string host_of(const Endpoint& endpoint) {
  const bool is_ipv6 = endpoint.host.find(':') != std::string::npos;
  std::string host = is_ipv6 ? "[" + endpoint.host + "]" : endpoint.host;
  const std::uint16_t default_port = endpoint.secure ? 443 : 80;
  if (endpoint.port != default_port) host += ":" + std::to_string(endpoint.port);
  return host;
}

bool is_redirect(std::uint16_t status) { return status >= 300 && status < 400 && status != 304; }

void blame_other_protocol(Failure& failure) {
  failure.details = other_protocol;
  failure.is_other_protocol = true;
}

/// Adds the server's own explanation of a refusal, if the body is one.
void add_words_of(const http::Response& response, Failure& failure) {
  const std::string_view body = response.body;
  if (body.empty() || body.size() > quoted_body_bytes) return;
  // It is an HTML page.
  if (body.front() == '<') return;
  failure.details = http::with_replacements(body);
  if (body.front() != '{') return;
  codec::Document document;
  const auto parsed = document.parse(body);
  Value member;
  std::int64_t code = 0;
  std::string_view message;
  if (!parsed) return;
  if (parsed->find("code", member) && member.get(code) && code == unsupported_version_code) {
    return blame_other_protocol(failure);
  }
  if (parsed->find("message", member) && member.get(message)) {
    failure.details = http::with_replacements(message);
  }
}

}  // namespace

http::Request make_request(const ClientContext& context, std::string_view method,
                           TransportName transport, std::string_view sid) {
  const ClientOptions& options = context.options;
  http::Request request;
  request.method = method;
  request.target = target_of(options, transport, sid);
  request.headers.add("Host", host_of(options.endpoint));
  for (const auto& [name, value] : options.extra_headers) {
    // We decode no content coding, so the user must not ask for one.
    if (http::equals_ignoring_case(name, "Accept-Encoding")) continue;
    if (http::equals_ignoring_case(name, "Host")) {
      request.headers.set(name, value);
    } else {
      request.headers.add(name, value);
    }
  }
  if (!options.cookies) return request;
  std::string cookies = request.headers.joined("Cookie");
  const std::string kept = context.memory.cookies.header(context.loop.wall_clock_ms());
  if (!cookies.empty() && !kept.empty()) cookies += "; ";
  cookies += kept;
  if (!cookies.empty()) request.headers.set("Cookie", cookies);
  return request;
}

Failure refusal_of(const http::Response& response) {
  Failure failure;
  failure.status = response.status;
  if (is_redirect(response.status)) {
    failure.details = "redirected to " +
                      std::string(response.headers.get("Location").substr(0, quoted_body_bytes)) +
                      "; redirects are not followed";
  } else if (response.status == 101) {
    failure.details = "the server switched to another protocol without being asked";
  } else {
    add_words_of(response, failure);
  }
  if (failure.details.empty()) failure.details = http::reason_phrase(response.status);
  return failure;
}

Failure undecodable(std::string_view text) {
  Failure failure{.message = "server error"};
  // Version 3 writes the length of each packet before it.
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const bool is_version_3 = digits > 0 && digits < text.size() && text[digits] == ':';
  if (is_version_3) {
    blame_other_protocol(failure);
  } else if (!text.empty() && text.front() == '<') {
    failure.details = "the server answered with a page instead of packets";
  } else {
    failure.details = "the server sent a packet that cannot be decoded";
  }
  return failure;
}

}  // namespace socketio::engine
