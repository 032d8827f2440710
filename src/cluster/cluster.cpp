// SPDX-License-Identifier: MIT
#include "cluster/cluster.hpp"

#include <utility>

namespace socketio::cluster {

Cluster::Cluster(Loop& loop, std::unique_ptr<Bus> bus, const ClusterOptions& options,
                 Listener& listener)
    : loop_(loop),
      bus_(std::move(bus)),
      options_(options),
      listener_(listener),
      gather_(loop, options.requests, options.members.nodes) {}

Members* Cluster::members_of(const std::string& nsp) {
  const auto opened = opened_.find(nsp);
  return opened == opened_.end() ? nullptr : opened->second.members.get();
}

MessagePtr Cluster::make(const std::string& nsp, Body body) const {
  return std::make_shared<const Message>(Message{bus_->node_id(), nsp, std::move(body)});
}

// --- Namespaces ---

void Cluster::open(const std::string& nsp) {
  if (!bus_ || opened_.contains(nsp)) return;
  Opened& opened = opened_[nsp];
  bus_->open(nsp, *this);
  if (bus_->nodes() == Bus::Nodes::heard) {
    opened.members = std::make_shared<Members>(
        loop_, options_.members, [this, nsp] { publish(nsp, Heartbeat{}); },
        [this, nsp](const std::string& node) {
          gather_.on_gone(nsp, node);
          listener_.on_closed(*this, nsp, node);
        });
  }
  // Between servers that can be counted, nobody waits for it.
  if (opened.members || options_.peers == Peers::loops) publish(nsp, Hello{});
}

void Cluster::close(const std::string& nsp) {
  if (!bus_ || opened_.erase(nsp) == 0) return;
  publish(nsp, Goodbye{});
  bus_->close(nsp);
  // Loops answer for namespaces that are not open, too: the parent of namespaces asks for those of others.
  if (options_.peers == Peers::servers) gather_.end(nsp);
}

void Cluster::leave() {
  if (!bus_) return;
  for (const auto& [nsp, opened] : opened_) {
    bus_->publish(make(nsp, Goodbye{}));
    bus_->close(nsp);
  }
  opened_.clear();
  bus_->leave();
  self_ = nullptr;
  // A handler that a bus has called may be what closes the server, so the bus lives until the end of the
  // turn, and what it may still call as well.
  if (const auto self = weak_from_this().lock()) {
    loop_.defer([self, bus = std::shared_ptr<Bus>(std::move(bus_))] {});
  }
  bus_ = nullptr;
  // Whoever is told may ask again, and is told at once.
  gather_.end_all();
}

// --- Sending ---

void Cluster::publish(const std::string& nsp, Body body) {
  if (!bus_) return;
  if (Members* const members = members_of(nsp)) members->on_published();
  bus_->publish(make(nsp, std::move(body)));
}

void Cluster::answer(const Message& request, Body body) {
  if (bus_) bus_->answer(request.sender, make(request.nsp, std::move(body)));
}

void Cluster::ask(Question question,
                  const std::function<Body(const RequestId& request)>& make_request) {
  // Other servers' answers come while the namespace is open. Another loop may be about to open it, or have
  // closed it.
  const bool is_heard = bus_ && (options_.peers == Peers::loops || opened_.contains(question.nsp));
  if (!is_heard) {
    question.heard({.count = bus_ ? std::size_t{1} : 0, .ids = {}});
    if (question.ended) question.ended(0, {});
    return;
  }
  const std::string nsp = question.nsp;
  const auto request = gather_.start(std::move(question));
  // One that nobody can answer any more still has to reach the clients.
  publish(nsp, make_request(request.value_or(RequestId())));
  if (request) expect_all(nsp, *request);
}

void Cluster::expect_all(const std::string& nsp, const RequestId& request) {
  const Members* const members = members_of(nsp);
  switch (bus_->nodes()) {
    case Bus::Nodes::heard:
      return gather_.expect(request, members ? members->nodes() : std::vector<std::string>());
    case Bus::Nodes::named:
      return gather_.expect(request, bus_->other_nodes());
    case Bus::Nodes::counted:
      // After the request, so that whoever is counted has it.
      return count_others(nsp, [this, request](std::optional<std::size_t> nodes) {
        nodes ? gather_.expect(request, *nodes) : gather_.give_up(request);
      });
  }
}

void Cluster::count_others(const std::string& nsp,
                           std::function<void(std::optional<std::size_t>)> counted) {
  if (!bus_) return counted(0);
  if (bus_->nodes() == Bus::Nodes::named) return counted(bus_->other_nodes().size());
  if (bus_->nodes() == Bus::Nodes::heard) {
    const Members* const members = members_of(nsp);
    return counted(members ? members->count() : 0);
  }
  bus_->count_nodes(nsp, [weak = std::weak_ptr<Cluster*>(self_),
                          counted = std::move(counted)](std::optional<std::size_t> nodes) {
    if (weak.expired()) return;
    counted(nodes && *nodes > 0 ? *nodes - 1 : nodes);
  });
}

void Cluster::count_servers(const std::string& nsp, std::function<void(std::size_t)> counted) {
  bus_ ? bus_->count_servers(nsp, std::move(counted)) : counted(1);
}

// --- Receiving. The bus lives on for a turn after leave(), when the listener may have gone ---

void Cluster::on_message(const MessagePtr& message) {
  if (!bus_) return;
  const Body& body = message->body;
  const auto* const broadcast = std::get_if<Broadcast>(&body);
  const bool is_from_history = broadcast && !broadcast->offset.empty();
  if (message->sender == bus_->node_id() && !is_from_history) return;
  if (std::holds_alternative<Goodbye>(body)) return on_goodbye(*message);
  const bool is_node = !message->sender.empty() && message->sender != emitter_sender;
  if (Members* const members = members_of(message->nsp); members && is_node)
    members->on_sign_of_life(message->sender);
  if (std::holds_alternative<Hello>(body) || std::holds_alternative<Heartbeat>(body))
    return on_hello(*message);
  const bool is_answer =
      std::holds_alternative<ClientCount>(body) || std::holds_alternative<ClientAnswer>(body) ||
      std::holds_alternative<Sockets>(body) || std::holds_alternative<ServerSideAnswer>(body);
  is_answer ? gather_.on_answer(*message) : listener_.on_request(*this, message);
}

void Cluster::on_hello(const Message& message) {
  // In JavaScript everybody is told; the others know this node already.
  if (std::holds_alternative<Hello>(message.body) && opened_.contains(message.nsp))
    answer(message, Heartbeat{});
  listener_.on_opened(*this, message.nsp, message.sender);
}

void Cluster::on_goodbye(const Message& message) {
  const std::string& nsp = message.nsp;
  const std::string& node = message.sender;
  if (Members* const members = members_of(nsp)) members->remove(node);
  // Nodes that are named answer until they leave.
  if (bus_->nodes() != Bus::Nodes::named) {
    const std::vector<RequestId> counted = gather_.on_gone(nsp, node);
    // Whoever was told may have left.
    if (!counted.empty() && bus_ && bus_->nodes() == Bus::Nodes::counted) count_again(nsp, counted);
  }
  listener_.on_closed(*this, nsp, node);
}

void Cluster::count_again(const std::string& nsp, const std::vector<RequestId>& requests) {
  // It may have said goodbye before it was counted, or after: only the bus knows.
  count_others(nsp, [this, requests](std::optional<std::size_t> nodes) {
    if (!nodes) return;
    for (const RequestId& request : requests) gather_.expect_at_most(request, *nodes);
  });
}

void Cluster::on_left(const std::string& node) { gather_.on_gone(node); }

void Cluster::on_other_room_created(const std::string& nsp, const std::string& room) {
  if (bus_) listener_.on_other_room_created(*this, nsp, room);
}

void Cluster::on_other_room_deleted(const std::string& nsp, const std::string& room) {
  if (bus_) listener_.on_other_room_deleted(*this, nsp, room);
}

void Cluster::on_count_servers(const std::string& nsp, std::function<void(std::size_t)> counted) {
  bus_ ? listener_.on_count_servers(nsp, std::move(counted)) : counted(1);
}

}  // namespace socketio::cluster
