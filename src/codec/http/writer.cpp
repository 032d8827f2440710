// SPDX-License-Identifier: MIT
#include "codec/http/writer.hpp"

#include "codec/http/grammar.hpp"

#include <array>
#include <cassert>
#include <charconv>
#include <initializer_list>
#include <limits>
#include <string_view>

namespace socketio::http {
namespace {

/// Appends the parts, with one change of the text's size.
void append_all(std::string& out, std::initializer_list<std::string_view> parts) {
  std::size_t size = out.size();
  for (const std::string_view part : parts) size += part.size();
  std::size_t at = out.size();
  out.resize(size);
  for (const std::string_view part : parts) at += part.copy(out.data() + at, part.size());
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  if (!is_token(name) || !is_field_value(value)) return;
  append_all(out, {name, ": ", value, "\r\n"});
}

// The fields that the writer sets itself; a caller's value would contradict it.
bool is_framing(std::string_view name) {
  return equals_ignoring_case(name, "Content-Length") ||
         equals_ignoring_case(name, "Transfer-Encoding");
}

bool may_have_body(std::uint16_t status) { return status >= 200 && status != 204 && status != 304; }

/// With the empty line that ends the head.
std::string_view last_lines(Connection connection) {
  switch (connection) {
    case Connection::keep_alive:
      return "Connection: keep-alive\r\n\r\n";
    case Connection::close:
      break;
    case Connection::upgrade:
      return "Connection: Upgrade\r\n\r\n";
  }
  return "Connection: close\r\n\r\n";
}

class Digits {
 public:
  explicit Digits(std::size_t number)
      : end_(std::to_chars(digits_.data(), digits_.data() + digits_.size(), number).ptr) {}
  Digits(const Digits&) = delete;
  Digits& operator=(const Digits&) = delete;
  std::string_view text() const {
    return {digits_.data(), static_cast<std::size_t>(end_ - digits_.data())};
  }

 private:
  std::array<char, std::numeric_limits<std::size_t>::digits10 + 1> digits_;
  const char* const end_;
};

// A response to HEAD may be made without the body, so the caller's Content-Length counts.
void append_length(std::string& out, const Response& response, Body body) {
  const auto announced = response.headers.get("Content-Length");
  const bool only_announced = body == Body::omitted && response.body.empty() && !announced.empty();
  if (only_announced) return append_field(out, "Content-Length", announced);
  append_all(out, {"Content-Length: ", Digits(response.body.size()).text(), "\r\n"});
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
  append_all(out, {"HTTP/1.1 ", Digits(response.status).text(), " ", reason_phrase(response.status),
                   "\r\n", response.ready_lines});
  bool is_dated = false;
  for (std::size_t i = 0; i < response.headers.size(); ++i) {
    const auto field = response.headers.at(i);
    if (is_framing(field.name) || equals_ignoring_case(field.name, "Connection")) continue;
    is_dated |= equals_ignoring_case(field.name, "Date");
    append_field(out, field.name, field.value);
  }
  // Made by us, so it needs no check for control characters.
  if (!is_dated) append_all(out, {"Date: ", date, "\r\n"});
  const bool has_body = may_have_body(response.status);
  if (has_body) append_length(out, response, body);
  append_all(out, {last_lines(connection), has_body && body == Body::included
                                               ? std::string_view(response.body)
                                               : std::string_view()});
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
