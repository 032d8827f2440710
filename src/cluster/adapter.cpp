// SPDX-License-Identifier: MIT
#include "cluster/adapter.hpp"

#include "cluster/content.hpp"
#include "core/server/namespace_state.hpp"

#include <utility>

namespace socketio::cluster {

ClusterAdapter::ClusterAdapter(core::NamespaceState& nsp, std::shared_ptr<ClusterNode> node)
    : nsp_(nsp), local_(nsp), node_(std::move(node)) {}

ClusterAdapter::~ClusterAdapter() {
  // After the node's end there is no loop to post to, and this may be any thread.
  if (!cluster_ || !nsp_.link()->node) return;
  nsp_.loop().post([node = node_, name = nsp_.name()] { node->close_if_unused(name); });
}

void ClusterAdapter::init() {
  cluster_ = node_->open(nsp_.name());
  cluster_->attach(nsp_.weak_from_this(), local_);
}

void ClusterAdapter::server_count(CountCallback counted) {
  cluster_->count_servers(std::move(counted));
}

std::shared_ptr<core::SessionStore> ClusterAdapter::session_store() {
  return node_->session_store(nsp_.name());
}

// --- One socket ---

void ClusterAdapter::add_all(std::string_view id, std::span<const std::string> rooms) {
  std::vector<std::string> created;
  for (const std::string& room : rooms) {
    if (!local_.has_room(room)) created.push_back(room);
  }
  local_.add_all(id, rooms);
  for (const std::string& room : created) {
    if (local_.has_room(room)) cluster_->on_room_created(room);
  }
}

void ClusterAdapter::del(std::string_view id, std::string_view room) {
  const bool had_room = local_.has_room(room);
  local_.del(id, room);
  if (had_room && !local_.has_room(room)) cluster_->on_room_deleted(std::string(room));
}

void ClusterAdapter::del_all(std::string_view id) {
  const std::vector<std::string> left = local_.socket_rooms(id);
  local_.del_all(id);
  for (const std::string& room : left) {
    if (!local_.has_room(room)) cluster_->on_room_deleted(room);
  }
}

std::vector<std::string> ClusterAdapter::socket_rooms(std::string_view id) {
  return local_.socket_rooms(id);
}

// --- Many ---

void ClusterAdapter::broadcast(core::WrittenEvent event, const detail::BroadcastOptions& options) {
  cluster_->broadcast(std::move(event), options);
}

void ClusterAdapter::broadcast_with_ack(core::WrittenEvent event,
                                        const detail::BroadcastOptions& options,
                                        AskedCallback asked, detail::AckCallback answered) {
  cluster_->ask_clients(std::move(event), options, std::move(asked), std::move(answered));
}

void ClusterAdapter::sockets(std::vector<std::string> rooms, IdsCallback found) {
  local_.sockets(std::move(rooms), std::move(found));
}

void ClusterAdapter::fetch_sockets(const detail::BroadcastOptions& options, FetchCallback found) {
  cluster_->fetch_sockets(options, std::move(found));
}

void ClusterAdapter::add_sockets(const detail::BroadcastOptions& options,
                                 std::vector<std::string> rooms) {
  cluster_->add_sockets({options, std::move(rooms)});
}

void ClusterAdapter::del_sockets(const detail::BroadcastOptions& options,
                                 std::vector<std::string> rooms) {
  cluster_->del_sockets({options, std::move(rooms)});
}

void ClusterAdapter::disconnect_sockets(const detail::BroadcastOptions& options, Close close) {
  cluster_->disconnect_sockets({options, close});
}

// --- The other servers ---

void ClusterAdapter::server_side_emit(core::WrittenEvent event) {
  cluster_->emit_to_servers(event);
}

void ClusterAdapter::server_side_emit_with_ack(core::WrittenEvent event,
                                               detail::AckCallback answered,
                                               detail::AllCallback all) {
  const auto on_answer = [answered = std::move(answered)](const Content& answer) {
    read({'[' + answer.text + ']', answer.attachments}, [&](const Value* array) {
      array ? answered({}, array) : answered(Errc::bad_answer, nullptr);
    });
  };
  cluster_->ask_servers(event, on_answer, std::move(all));
}

}  // namespace socketio::cluster
