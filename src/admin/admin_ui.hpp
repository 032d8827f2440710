// SPDX-License-Identifier: MIT
// AdminUi: one server's side of the Admin UI. It watches the node, sends what happens to the sockets of
// its namespace, the pages, and executes their commands. Nothing is written while there is no page.
//
// Life cycle: made for a worker, and owned by its node. Handlers of the namespace and of sockets refer
// to it; they are called only while the node exists. Loop's thread only.
#pragma once

#include "admin/event_counts.hpp"
#include "admin/password_checker.hpp"
#include "admin/session_store.hpp"
#include "core/server/namespace_state.hpp"
#include "core/server/node_watcher.hpp"
#include "server/worker.hpp"

#include <socketio/admin_ui.hpp>
#include <socketio/server.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace socketio::admin {

class AdminUi final : public core::NodeWatcher, public std::enable_shared_from_this<AdminUi> {
 public:
  static constexpr std::chrono::seconds stats_interval{2};

  AdminUi(server::Worker& worker, AdminUiOptions options);

  /// Adds the handlers of the namespace.
  void serve();
  /// The numbers since the last call; and the sockets whose data has changed.
  void tell_stats();

  void on_client(const std::shared_ptr<core::Connection>& client) override;
  void on_connected(core::SocketState& state) override;
  void on_joined(core::NamespaceState& nsp, const std::string& id,
                 const std::vector<std::string>& rooms) override;
  void on_left(core::NamespaceState& nsp, const std::string& id,
               const std::vector<std::string>& rooms) noexcept override;

 private:
  bool is_development() const { return options_.mode == AdminMode::development; }
  Namespace pages() { return Namespace(nsp_.shared_from_this()); }
  bool has_pages() const { return nsp_.socket_count() != 0; }
  /// Emits to every page.
  template <class... Args>
  void tell(std::string_view event, Args&&... args) {
    if (has_pages()) pages().emit(event, std::forward<Args>(args)...);
  }
  std::chrono::system_clock::time_point now() const;

  void authenticate(const Socket& socket, const Next& next);
  void add_commands();
  /// Calls `command(BroadcastOperator)` with those whom a page has named: a namespace, and a room or an
  /// id, without which it is everybody. Nothing happens if there is no such namespace.
  void for_named(const std::string& nsp, const std::optional<std::string>& room,
                 const std::function<void(const BroadcastOperator&)>& command);
  void greet(const Socket& page);
  json features() const;
  void watch_events(core::SocketState& socket);
  void tell_transport(const core::Connection& client, std::string_view transport);
  void tell_numbers(json events);
  void tell_data();
  void count(std::string_view packets, std::string_view bytes, const engine::PacketView& packet);

  server::Worker& worker_;
  core::Node& node_;
  const AdminUiOptions options_;
  core::NamespaceState& nsp_;
  const std::string host_name_;
  const TimePoint started_;
  EventCounts events_;
  SessionStore sessions_;
  std::optional<PasswordChecker> passwords_;
  // By the socket's id.
  std::unordered_map<std::string, json> told_data_;
};

}  // namespace socketio::admin
