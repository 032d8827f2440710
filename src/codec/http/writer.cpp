// SPDX-License-Identifier: MIT
#include "codec/http/writer.hpp"

#include "codec/http/grammar.hpp"

#include <cassert>
#include <string_view>

namespace socketio::http {
namespace {

void append_field(std::string& out, std::string_view name, std::string_view value) {
  if (!is_token(name) || !is_field_value(value)) return;
  out.append(name).append(": ").append(value).append("\r\n");
}

// The fields that the writer sets itself; a caller's value would contradict it.
bool is_framing(std::string_view name) {
  return equals_ignoring_case(name, "Content-Length") ||
         equals_ignoring_case(name, "Transfer-Encoding");
}

bool may_have_body(std::uint16_t status) { return status >= 200 && status != 204 && status != 304; }

std::string_view connection_option(Connection connection) {
  switch (connection) {
    case Connection::keep_alive:
      return "keep-alive";
    case Connection::close:
      return "close";
    case Connection::upgrade:
      return "Upgrade";
  }
  return "close";
}

// A response to HEAD may be made without the body, so the caller's Content-Length counts.
void append_length(std::string& out, const Response& response, Body body) {
  const auto announced = response.headers.get("Content-Length");
  const bool only_announced = body == Body::omitted && response.body.empty() && !announced.empty();
  if (only_announced) return append_field(out, "Content-Length", announced);
  out.append("Content-Length: ").append(std::to_string(response.body.size())).append("\r\n");
}

// Escapes characters that would end the target or the line (RFC 3986 2.1).
void append_target(std::string& out, std::string_view target) {
  for (const char c : target) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7f) {
      out.push_back(c);
    } else {
      append_percent_escape(out, c);
    }
  }
}

bool announces_body(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

}  // namespace

void append_response(std::string& out, const Response& response, std::string_view date,
                     Connection connection, Body body) {
  assert(response.status >= 100 && response.status <= 599);
  out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  out.append(reason_phrase(response.status)).append("\r\n");
  bool is_dated = false;
  for (std::size_t i = 0; i < response.headers.size(); ++i) {
    const auto field = response.headers.at(i);
    if (is_framing(field.name) || equals_ignoring_case(field.name, "Connection")) continue;
    is_dated |= equals_ignoring_case(field.name, "Date");
    append_field(out, field.name, field.value);
  }
  // Made by us, so it needs no check for control characters.
  if (!is_dated) out.append("Date: ").append(date).append("\r\n");
  const bool has_body = may_have_body(response.status);
  if (has_body) append_length(out, response, body);
  out.append("Connection: ").append(connection_option(connection)).append("\r\n\r\n");
  if (has_body && body == Body::included) out.append(response.body);
}

void append_request(std::string& out, const Request& request) {
  assert(is_token(request.method));
  out.append(request.method).append(" ");
  append_target(out, request.target);
  out.append(" HTTP/1.1\r\n");
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    const auto field = request.headers.at(i);
    if (!is_framing(field.name)) append_field(out, field.name, field.value);
  }
  if (!request.body.empty() || announces_body(request.method)) {
    append_field(out, "Content-Length", std::to_string(request.body.size()));
  }
  if (!request.keep_alive && !request.headers.has("Connection")) {
    append_field(out, "Connection", "close");
  }
  out.append("\r\n").append(request.body);
}

}  // namespace socketio::http
