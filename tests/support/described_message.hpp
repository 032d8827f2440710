// SPDX-License-Identifier: MIT
// described(): a message of a cluster as JSON, for comparisons.
#pragma once

#include "cluster/message.hpp"
#include "codec/json/document.hpp"

#include <string>
#include <variant>

namespace socketio::support {

inline json described(const cluster::Content& content) {
  codec::Document document(codec::own_text);
  const auto value = content.attachments.empty()
                         ? document.parse(content.text)
                         : document.parse(content.text, content.attachments);
  return value ? value->to_json() : json("not JSON: " + content.text);
}

inline json described(const detail::BroadcastOptions& options) {
  json flags = json::object();
  if (options.flags.timeout) flags["timeout"] = options.flags.timeout->count();
  if (options.flags.compress == Compress::no) flags["compress"] = false;
  if (options.flags.is_volatile) flags["volatile"] = true;
  if (options.flags.is_local) flags["local"] = true;
  return {{"rooms", options.rooms}, {"except", options.except}, {"flags", flags}};
}

inline json described(const std::vector<core::SocketDetails>& sockets) {
  json list = json::array();
  for (const auto& socket : sockets) {
    list.push_back({{"id", socket.id},
                    {"handshake", socket.handshake},
                    {"rooms", socket.rooms},
                    {"data", socket.data}});
  }
  return list;
}

struct DescribedBody {
  json operator()(const cluster::Hello&) const { return {{"kind", "Hello"}}; }
  json operator()(const cluster::Heartbeat&) const { return {{"kind", "Heartbeat"}}; }
  json operator()(const cluster::Goodbye&) const { return {{"kind", "Goodbye"}}; }
  json operator()(const cluster::Broadcast& body) const {
    return {{"kind", "Broadcast"},
            {"event", described(body.event)},
            {"options", described(body.options)},
            {"request", body.request}};
  }
  json operator()(const cluster::SocketsJoin& body) const {
    return {{"kind", "SocketsJoin"}, {"options", described(body.options)}, {"rooms", body.rooms}};
  }
  json operator()(const cluster::SocketsLeave& body) const {
    return {{"kind", "SocketsLeave"}, {"options", described(body.options)}, {"rooms", body.rooms}};
  }
  json operator()(const cluster::DisconnectSockets& body) const {
    return {{"kind", "DisconnectSockets"},
            {"options", described(body.options)},
            {"close", body.close == Close::connection}};
  }
  json operator()(const cluster::FetchSockets& body) const {
    return {
        {"kind", "FetchSockets"}, {"options", described(body.options)}, {"request", body.request}};
  }
  json operator()(const cluster::ServerSideEmit& body) const {
    return {
        {"kind", "ServerSideEmit"}, {"event", described(body.event)}, {"request", body.request}};
  }
  json operator()(const cluster::ClientCount& body) const {
    return {{"kind", "ClientCount"}, {"clients", body.clients}, {"request", body.request}};
  }
  json operator()(const cluster::ClientAnswer& body) const {
    return {{"kind", "ClientAnswer"},
            {"arguments", described(body.arguments)},
            {"error", body.error.message()},
            {"request", body.request}};
  }
  json operator()(const cluster::Sockets& body) const {
    return {{"kind", "Sockets"}, {"sockets", described(body.sockets)}, {"request", body.request}};
  }
  json operator()(const cluster::ServerSideAnswer& body) const {
    json answers = json::array();
    for (const auto& answer : body.answers) answers.push_back(described(answer));
    return {{"kind", "ServerSideAnswer"}, {"answers", answers}, {"request", body.request}};
  }
};

/// The body's fields and its kind.
inline json described(const cluster::Message& message) {
  return std::visit(DescribedBody(), message.body);
}

}  // namespace socketio::support
