// SPDX-License-Identifier: MIT
#include "core/server/node.hpp"

#include "base/immortal.hpp"
#include "codec/custom/packet.hpp"
#include "codec/msgpack/packet.hpp"
#include "codec/socketio/text_decoder.hpp"
#include "codec/socketio/text_encoder.hpp"
#include "core/server/connection.hpp"
#include "core/server/local_adapter.hpp"
#include "core/server/namespace_search.hpp"
#include "core/server/namespace_state.hpp"
#include "core/server/parent_adapter.hpp"
#include "core/server/socket_state.hpp"

#include <algorithm>
#include <utility>

namespace socketio::core {

namespace {

class NoEntropy final : public Entropy {
 public:
  void fill(std::span<std::uint8_t> out) override {
    std::fill(out.begin(), out.end(), std::uint8_t{0});
  }
};

/// The loop for handles that outlive the server. It runs a task at once, and the task finds that
/// there is no server.
class EndedLoop final : public Loop {
 public:
  EndedLoop() : Loop(TimePoint{}, entropy_) {}
  std::int64_t wall_clock_ms() const override { return 0; }
  void post(Task task) override { task(); }
  bool is_current() const override { return true; }

 private:
  void request_finish_turn() override {}
  NoEntropy entropy_;
};

Loop& ended_loop() { return immortal<EndedLoop>(); }

std::unique_ptr<parser::Encoder> make_encoder(const Parser& parser) {
  if (parser.own()) return std::make_unique<custom::Encoder>(parser.own());
  if (parser.kind() == Parser::msgpack) return std::make_unique<msgpack::Encoder>();
  return std::make_unique<parser::TextEncoder>();
}

}  // namespace

Node::Node(Loop& loop, const Options& options, NodeGroup* group)
    : loop_(loop),
      options_(options),
      link_(std::make_shared<NodeLink>(NodeLink{.node = this, .loop = &loop, .group = group})),
      encoder_(make_encoder(options.parser)) {
  if (!options_.adapter)
    options_.adapter = [](NamespaceState& nsp) { return std::make_unique<LocalAdapter>(nsp); };
  if (!options_.parent_adapter)
    options_.parent_adapter = [](NamespaceState& nsp) {
      return std::make_unique<ParentAdapter>(nsp);
    };
}

Node::~Node() {
  close();
  link_->node = nullptr;
  link_->group = nullptr;
  link_->loop = &ended_loop();
}

std::shared_ptr<engine::SessionHandler> Node::accept(
    const std::shared_ptr<engine::Session>& session) {
  auto connection = std::make_shared<Connection>(*this, session);
  connection->start();
  if (watcher_) watcher_->on_client(connection);
  return connection;
}

std::unique_ptr<parser::Decoder> Node::make_decoder() const {
  const auto role = parser::Role::server;
  const Parser& parser = options_.parser;
  if (parser.own()) {
    return std::make_unique<custom::Decoder>(parser.own(), role, options_.packet);
  }
  if (parser.kind() == Parser::msgpack) {
    return std::make_unique<msgpack::Decoder>(role, options_.packet, options_.json);
  }
  return std::make_unique<parser::TextDecoder>(role, options_.packet);
}

std::shared_ptr<NamespaceState> Node::of(std::string_view name) {
  const std::string full_name = parser::namespace_name(name);
  auto nsp = [&] {
    const auto found = namespaces_.find(full_name);
    if (found != namespaces_.end()) return found->second;
    const auto dynamic = std::find_if(dynamic_.begin(), dynamic_.end(), [&](const auto& candidate) {
      return candidate->matches && candidate->matches(full_name);
    });
    return make(full_name, dynamic == dynamic_.end() ? nullptr : (*dynamic)->parent.get());
  }();
  // From now on it belongs to the application.
  nsp->keep_without_clients();
  return nsp;
}

std::shared_ptr<NamespaceState> Node::of(detail::NamespacePredicate predicate,
                                         std::size_t parent_number) {
  return add_parent({nullptr, std::move(predicate), nullptr}, parent_number);
}

std::shared_ptr<NamespaceState> Node::of_pattern(std::function<bool(std::string_view name)> matches,
                                                 std::size_t parent_number) {
  // A pattern that throws, as a regular expression may that is too complex for a name, admits nobody.
  auto matches_or_not = [matches = std::move(matches)](std::string_view name) {
    try {
      return matches(name);
    } catch (...) {
      return false;
    }
  };
  return add_parent({std::move(matches_or_not), nullptr, nullptr}, parent_number);
}

std::shared_ptr<NamespaceState> Node::add_parent(Dynamic dynamic, std::size_t number) {
  auto parent = std::make_shared<NamespaceState>(link_, std::string(NamespaceState::parents_name),
                                                 nullptr, options_.parent_adapter);
  parent->set_parent_number(number);
  dynamic.parent = parent;
  dynamic_.push_back(std::make_shared<const Dynamic>(std::move(dynamic)));
  return parent;
}

std::shared_ptr<NamespaceState> Node::counterpart_of(const NamespaceState& nsp) const {
  if (nsp.parent_number() != 0) {
    const auto found = std::find_if(dynamic_.begin(), dynamic_.end(), [&](const auto& dynamic) {
      return dynamic->parent->parent_number() == nsp.parent_number();
    });
    return found == dynamic_.end() ? nullptr : (*found)->parent;
  }
  if (auto found = find(nsp.name())) return found;
  const auto released = released_.find(nsp.name());
  return released == released_.end() ? nullptr : released->second.lock();
}

std::shared_ptr<NamespaceState> Node::find(std::string_view name) const {
  const auto found = namespaces_.find(std::string(name));
  return found == namespaces_.end() ? nullptr : found->second;
}

std::shared_ptr<NamespaceState> Node::get_or_make(const std::string& name,
                                                  const NamespaceState* parent) {
  const auto found = find(name);
  return found ? found : make(name, parent);
}

void Node::search(std::string_view name, json auth,
                  std::function<void(const std::shared_ptr<NamespaceState>&)> found) {
  std::make_shared<NamespaceSearch>(link_, dynamic_, std::string(name), std::move(auth),
                                    std::move(found))
      ->run();
}

void Node::report(std::string_view what, const std::exception_ptr& thrown) noexcept {
  const auto main = namespaces_.find("/");
  if (main == namespaces_.end()) return;
  Socket nobody;
  main->second->report(nobody, what, thrown);
}

std::shared_ptr<NamespaceState> Node::make(const std::string& name, const NamespaceState* parent) {
  std::shared_ptr<NamespaceState> nsp;
  const auto released = released_.find(name);
  if (released != released_.end()) nsp = released->second.lock();
  const bool is_new = nsp == nullptr;
  if (is_new) {
    nsp = std::make_shared<NamespaceState>(link_, name, parent, options_.adapter);
    nsp->adapter().init();
  }
  const auto added = namespaces_.emplace(name, nsp).first;
  try {
    if (NodeGroup* const group = group_of_several(); group && nsp->parent())
      group->add_child(nsp->parent()->parent_number(), name);
  } catch (...) {
    namespaces_.erase(added);
    throw;
  }
  if (released != released_.end()) released_.erase(released);
  // One that comes back has what its first announcement has led to.
  if (is_new && !parser::is_main(name)) notify_new_namespace(nsp);
  return nsp;
}

void Node::add_new_namespace_handler(NewNamespaceHandler handler) {
  new_namespace_handlers_.push_back(
      std::make_shared<const NewNamespaceHandler>(std::move(handler)));
}

void Node::notify_new_namespace(const std::shared_ptr<NamespaceState>& nsp) {
  const auto handlers = new_namespace_handlers_;  // they may add further ones
  nsp->set_announced(true);
  for (const auto& handler : handlers) {
    try {
      (*handler)(nsp);
    } catch (...) {
      report("new_namespace", std::current_exception());
    }
  }
  nsp->set_announced(false);
}

std::vector<std::shared_ptr<NamespaceState>> Node::namespaces() const {
  std::vector<std::shared_ptr<NamespaceState>> all;
  for (const auto& [name, nsp] : namespaces_) all.push_back(nsp);
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a->name() < b->name(); });
  return all;
}

std::vector<std::shared_ptr<NamespaceState>> Node::children_of(const NamespaceState& parent) const {
  std::vector<std::shared_ptr<NamespaceState>> children;
  for (const auto& [name, nsp] : namespaces_) {
    if (nsp->parent() == &parent) children.push_back(nsp);
  }
  return children;
}

void Node::release(NamespaceState& nsp) noexcept {
  const bool is_kept = namespaces_.size() <= options_.namespaces_kept;
  if (is_kept && !options_.cleanup_empty_child_namespaces) return;
  const auto found = namespaces_.find(nsp.name());
  if (found == namespaces_.end() || found->second.get() != &nsp) return;
  try {
    remember(nsp.name(), found->second);
  } catch (...) {
    // It stays until its next last client has left.
    return;
  }
  if (NodeGroup* const group = group_of_several(); group && nsp.parent())
    group->remove_child(nsp.parent()->parent_number(), nsp.name());
  namespaces_.erase(found);
}

NodeGroup* Node::group_of_several() const {
  return link_->group && link_->group->has_several() ? link_->group : nullptr;
}

void Node::remember(const std::string& name, const std::shared_ptr<NamespaceState>& nsp) {
  if (released_.size() >= released_limit_) {
    std::erase_if(released_, [](const auto& entry) { return entry.second.expired(); });
    released_limit_ = std::max<std::size_t>(64, 2 * released_.size());
  }
  released_.insert_or_assign(name, nsp);
}

void Node::close() {
  // All sockets are about to leave their rooms.
  waiting_broadcasts().before_room_change();
  // A copy, because handlers may create namespaces. It also keeps a socket alive while its
  // handlers run.
  std::vector<std::shared_ptr<SocketState>> sockets;
  for (const auto& [name, nsp] : namespaces_) {
    for (SocketState* const socket : nsp->everybody())
      sockets.push_back(socket->shared_from_this());
  }
  for (const auto& socket : sockets) socket->close(DisconnectReason::server_shutting_down);
  for (const auto& [name, nsp] : namespaces_) nsp->forget_sessions();
  for (const auto& [name, ended] : released_) {
    if (const auto nsp = ended.lock()) nsp->forget_sessions();
  }
}

}  // namespace socketio::core
