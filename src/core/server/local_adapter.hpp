// SPDX-License-Identifier: MIT
// LocalAdapter: the adapter of the sockets that a namespace has on one loop (JavaScript: the
// in-memory Adapter). Knows who is in which room; serves each request before it returns, but for
// broadcasts, which may wait for each other until the end of the turn (WaitingBroadcasts).
//
// Life cycle and threads: Adapter's. Once the node is gone its namespace asks for nothing any more.
#pragma once

#include "core/server/adapter.hpp"
#include "core/server/room_index.hpp"
#include "core/server/waiting_broadcasts.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::core {

class LocalAdapter : public Adapter, private WaitingBroadcasts::Receivers {
 public:
  explicit LocalAdapter(NamespaceState& nsp) : nsp_(nsp) {}

  void server_count(CountCallback counted) override { counted(1); }

  void add_all(std::string_view id, std::span<const std::string> rooms) override;
  void del(std::string_view id, std::string_view room) override;
  void del_all(std::string_view id) override;
  std::vector<std::string> socket_rooms(std::string_view id) override;

  void broadcast(WrittenEvent event, const detail::BroadcastOptions& options) override;
  void broadcast_with_ack(WrittenEvent event, const detail::BroadcastOptions& options,
                          CountCallback client_count, detail::AckCallback answered) override;
  void sockets(std::vector<std::string> rooms, IdsCallback found) override;
  void fetch_sockets(const detail::BroadcastOptions& options, FetchCallback found) override;
  void add_sockets(const detail::BroadcastOptions& options,
                   std::vector<std::string> rooms) override;
  void del_sockets(const detail::BroadcastOptions& options,
                   std::vector<std::string> rooms) override;
  void disconnect_sockets(const detail::BroadcastOptions& options, Close close) override;

  std::size_t room_count() const { return rooms_.room_count(); }

 protected:
  NamespaceState& nsp() { return nsp_; }

 private:
  void deliver(PreparedEvents& events, const detail::BroadcastOptions& options) override;
  std::shared_ptr<WaitingBroadcasts::Receivers> shared() override;

  /// For who changes them.
  RoomIndex& changing();
  PreparedEvents prepare(WrittenEvent event, const detail::BroadcastOptions& options,
                         std::optional<std::uint64_t> ack_id) const;
  /// Calls `use(SocketState&)`, which runs no user code, for each.
  template <class Use>
  void for_each(const detail::BroadcastOptions& options, Use use);
  template <class Use>
  void visit(std::string_view room, Use use);
  std::vector<std::shared_ptr<SocketState>> collect(const detail::BroadcastOptions& options);
  /// Calls `use(SocketState&)` for each; what fails for one ends that one's connection.
  template <class Use>
  static void use_each(const std::vector<std::shared_ptr<SocketState>>& sockets, Use use);

  NamespaceState& nsp_;
  RoomIndex rooms_;
  std::uint64_t broadcast_mark_ = 0;
};

}  // namespace socketio::core
