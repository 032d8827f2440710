// SPDX-License-Identifier: MIT
#include "codec/http/writer.hpp"

#include "codec/http/grammar.hpp"

#include <array>
#include <cassert>
#include <charconv>
#include <cstring>
#include <limits>
#include <string_view>

namespace socketio::http {
namespace {

char* copied(std::string_view part, char* to) {
  if (!part.empty()) std::memcpy(to, part.data(), part.size());
  return to + part.size();
}

/// Appends the parts, with one change of the text's size.
template <class... Parts>
void append_all(std::string& out, const Parts&... parts) {
  const std::size_t before = out.size();
  out.resize((before + ... + std::string_view(parts).size()));
  char* end = out.data() + before;
  ((end = copied(parts, end)), ...);
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  if (!is_token(name) || !is_field_value(value)) return;
  append_all(out, name, ": ", value, "\r\n");
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

/// A response to HEAD may be made without the body, so the caller's Content-Length counts.
bool has_announced_length(const Response& response, Body body) {
  return body == Body::omitted && response.body.empty() &&
         !response.headers.get("Content-Length").empty();
}

void append_first_lines(std::string& out, const Response& response) {
  // What nearly all responses have.
  if (response.status == 200) {
    return append_all(out, "HTTP/1.1 200 OK\r\n", response.ready_lines);
  }
  append_all(out, "HTTP/1.1 ", Digits(response.status).text(), " ", reason_phrase(response.status),
             "\r\n", response.ready_lines);
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

void append_response(std::string& out, const Response& response, std::string_view date_line,
                     Connection connection, Body body) {
  assert(response.status >= 100 && response.status <= 599);
  if (response.headers.has("Date")) date_line = {};
  append_first_lines(out, response);
  for (const auto [name, value] : response.headers) {
    if (is_framing(name) || equals_ignoring_case(name, "Connection")) continue;
    append_field(out, name, value);
  }
  const std::string_view last = last_lines(connection);
  if (!may_have_body(response.status)) return append_all(out, date_line, last);
  if (has_announced_length(response, body)) {
    append_all(out, date_line);
    append_field(out, "Content-Length", response.headers.get("Content-Length"));
    return append_all(out, last);
  }
  const std::string_view sent = body == Body::included ? response.body : std::string_view();
  append_all(out, date_line, "Content-Length: ", Digits(response.body.size()).text(), "\r\n", last,
             sent);
}

void append_request(std::string& out, const Request& request) {
  assert(is_token(request.method));
  out.append(request.method).append(" ");
  append_target(out, request.target);
  out.append(" HTTP/1.1\r\n");
  for (const auto [name, value] : request.headers) {
    if (!is_framing(name)) append_field(out, name, value);
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
