// SPDX-License-Identifier: MIT
// Scripts for a Liar, as steps (support/liar.mjs explains each of them).
#pragma once

#include "client/support/node.hpp"

#include <socketio/json.hpp>

#include <string>
#include <string_view>

namespace socketio::support::lies {

/// A valid handshake, with the members in `changes` replaced.
inline std::string handshake(const json& changes = json::object()) {
  json members = {{"sid", "s"},
                  {"upgrades", json::array()},
                  {"pingInterval", 25'000},
                  {"pingTimeout", 20'000},
                  {"maxPayload", 1'000'000}};
  members.update(changes);
  return "0" + members.dump();
}

/// A list of steps, or of such lists. (With some compilers a braced list of one json is that json.)
template <class... Steps>
json steps(const Steps&... each) {
  json list = json::array();
  (list.push_back(json(each)), ...);
  return list;
}

inline json send(const std::string& text) { return {{"send", text}}; }
inline json binary(const std::string& base64) { return {{"binary", base64}}; }
inline json until(const std::string& prefix) { return {{"until", prefix}}; }
inline json bytes(const std::string& text) { return {{"bytes", text}}; }
inline json payload(const std::string& text) { return {{"payload", text}}; }
inline json frame(const json& described) { return {{"frame", described}}; }
inline json end() { return {{"end", true}}; }
inline json repeat(int times, json step) {
  step["repeat"] = times;
  return step;
}

/// Sent over WebSocket.
inline json over_websocket(const json& said) { return json::object({{"websocket", said}}); }
/// The same once the client has joined "/".
inline json joined(const json& then, const json& handshake_changes = json::object()) {
  json all = steps(send(handshake(handshake_changes)), until("40"), send(R"(40{"sid":"a"})"));
  all.insert(all.end(), then.begin(), then.end());
  return over_websocket(all);
}
/// One list of steps for each GET request; the last one is used again and again.
template <class... Lists>
json over_polling(const Lists&... each) {
  return json::object({{"answers", steps(each...)}});
}
/// The same once the client has joined "/".
template <class... Lists>
json joined_by_polling(const Lists&... then) {
  return over_polling(steps(payload(handshake())), steps(until("40"), payload(R"(40{"sid":"a"})")),
                      then...);
}
/// Answers each GET request with these bytes, and closes the connection.
inline json answered(const std::string& text) { return over_polling(steps(bytes(text), end())); }
inline std::string http(const std::string& status, const std::string& body,
                        const std::string& headers = "") {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         headers + "\r\n" + body;
}

}  // namespace socketio::support::lies
