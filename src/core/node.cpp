// SPDX-License-Identifier: MIT
#include "core/node.hpp"

#include "core/client.hpp"
#include "core/namespace_state.hpp"
#include "core/socket_state.hpp"

#include <utility>

namespace socketio::core {

namespace {

std::string canonical(std::string_view name) {
  if (!name.empty() && name.front() == '/') return std::string(name);
  return "/" + std::string(name);
}

}  // namespace

Node::Node(Loop& loop, const Options& options) : loop_(loop), options_(options) {}

Node::~Node() {
  close();
  for (auto& [name, nsp] : namespaces_) nsp->detach();
  for (auto& dynamic : dynamic_) dynamic.parent->detach();
}

std::shared_ptr<engine::SessionHandler> Node::accept(
    const std::shared_ptr<engine::Session>& session) {
  auto client = std::make_shared<Client>(*this, session);
  client->start();
  return client;
}

std::shared_ptr<NamespaceState> Node::of(std::string_view name) {
  auto& slot = namespaces_[canonical(name)];
  made_for_clients_.erase(slot.get());  // the application's from now on
  if (!slot)
    slot = std::make_shared<NamespaceState>(*this, canonical(name),
                                            std::make_shared<NamespaceHandlers>());
  return slot;
}

std::shared_ptr<NamespaceState> Node::of(NamespacePredicate predicate) {
  // A name that no client can ask for: names on the wire begin with '/'.
  auto parent =
      std::make_shared<NamespaceState>(*this, "dynamic", std::make_shared<NamespaceHandlers>());
  dynamic_.push_back({std::move(predicate), parent});
  return parent;
}

std::shared_ptr<NamespaceState> Node::find(std::string_view name, const json& auth) {
  const auto found = namespaces_.find(std::string(name));
  if (found != namespaces_.end()) return found->second;
  for (const Dynamic& dynamic : dynamic_) {
    bool admitted = false;
    try {
      admitted = dynamic.predicate(name, auth);
    } catch (...) {
      admitted = false;  // a predicate that fails admits nobody
    }
    if (admitted) {
      auto child = std::make_shared<NamespaceState>(*this, std::string(name),
                                                    dynamic.parent->shared_handlers());
      namespaces_.emplace(std::string(name), child);
      made_for_clients_.insert(child.get());
      return child;
    }
  }
  return nullptr;
}

void Node::release(const NamespaceState& nsp) {
  if (made_for_clients_.erase(&nsp) == 0) return;
  const auto found = namespaces_.find(nsp.name());
  const auto released = found->second;
  namespaces_.erase(found);
  released->detach();
}

void Node::close() {
  // A copy: handlers may make namespaces, and a socket whose handlers are being told already stays
  // for that long.
  std::vector<std::shared_ptr<SocketState>> sockets;
  for (const auto& [name, nsp] : namespaces_) {
    nsp->settle_broadcasts();
    for (SocketState* const socket : nsp->everybody())
      sockets.push_back(socket->shared_from_this());
  }
  for (const auto& socket : sockets) socket->close(DisconnectReason::server_shutting_down);
}

}  // namespace socketio::core
