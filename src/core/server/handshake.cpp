// SPDX-License-Identifier: MIT
#include "core/server/handshake.hpp"

#include "codec/http/date.hpp"
#include "codec/http/message.hpp"
#include "codec/json/document.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace socketio {

void to_json(json& value, const Handshake& handshake) {
  value = {
      {"headers", handshake.headers}, {"time", handshake.time},     {"address", handshake.address},
      {"xdomain", handshake.xdomain}, {"secure", handshake.secure}, {"issued", handshake.issued_ms},
      {"url", handshake.url},         {"query", handshake.query},   {"auth", handshake.auth}};
}

namespace core {
namespace {

/// The form in which JavaScript prints a Date on a server that runs on UTC.
std::string date_text(std::int64_t milliseconds) {
  const std::string text = http::date_text(milliseconds / 1000);
  // "Sun, 06 Nov 1994 08:49:37 GMT"
  const std::string_view parts = text;
  std::string date(parts.substr(0, 3));
  date.append(1, ' ').append(parts.substr(8, 3));
  date.append(1, ' ').append(parts.substr(5, 2));
  date.append(parts.substr(11)).append("+0000 (Coordinated Universal Time)");
  return date;
}

}  // namespace

json auth_of(std::string_view auth_text) {
  codec::Document document(codec::own_text);
  const auto auth = document.parse(auth_text);
  return auth_text.empty() || !auth ? json::object() : auth->to_json();
}

Handshake make_handshake(const engine::OpeningRequest& opening, std::string_view auth_text) {
  Handshake handshake;
  const http::Headers headers = opening.headers();
  for (const auto field : headers) {
    std::string name(field.name);
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const auto [known, is_new] = handshake.headers.try_emplace(name, field.value);
    if (!is_new) http::add_line(known->second, name, field.value);
  }
  const auto question = opening.target().find('?');
  if (question != std::string_view::npos) {
    for (auto& [name, value] : http::parse_query(opening.target().substr(question + 1))) {
      handshake.query[name] = value;
    }
  }
  handshake.auth = auth_of(auth_text);
  handshake.address = opening.remote_address();
  handshake.url = opening.target();
  handshake.issued_ms = opening.issued_ms;
  handshake.time = date_text(opening.issued_ms);
  handshake.secure = opening.secure;
  handshake.xdomain = !headers.get("origin").empty();
  return handshake;
}

}  // namespace core
}  // namespace socketio
