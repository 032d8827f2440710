// SPDX-License-Identifier: MIT
// LocalAdapter: the adapter for the sockets that a namespace has on one loop (JavaScript: the
// in-memory Adapter). It knows which socket is in which room. It executes each request before it
// returns, except broadcasts, which may be collected until the end of the turn (WaitingBroadcasts).
//
// Life cycle and threads: as for Adapter. Its namespace makes no requests once the node is gone.
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
                          AskedCallback asked, detail::AckCallback answered) override;
  void sockets(std::vector<std::string> rooms, IdsCallback found) override;
  void fetch_sockets(const detail::BroadcastOptions& options, FetchCallback found) override;
  void add_sockets(const detail::BroadcastOptions& options,
                   std::vector<std::string> rooms) override;
  void del_sockets(const detail::BroadcastOptions& options,
                   std::vector<std::string> rooms) override;
  void disconnect_sockets(const detail::BroadcastOptions& options, Close close) override;
  void server_side_emit(WrittenEvent event) override;
  void server_side_emit_with_ack(WrittenEvent event, detail::AckCallback answered,
                                 detail::AllCallback all) override;

  /// Whether a socket is in the room, which may be a socket's own.
  bool has_room(std::string_view room) const;
  std::size_t room_count() const { return rooms_.room_count(); }

 protected:
  NamespaceState& nsp() { return nsp_; }

 private:
  void deliver(PreparedEvents& events, const detail::BroadcastOptions& options) override;
  std::shared_ptr<WaitingBroadcasts::Receivers> shared() override;

  /// The same for an event that clients can recover.
  void broadcast_logged(WrittenEvent event, const detail::BroadcastOptions& options);
  /// Returns the index for changing it, after the broadcasts that must be sent first.
  RoomIndex& changing();
  PreparedEvents prepare(WrittenEvent event, const detail::BroadcastOptions& options,
                         std::optional<std::uint64_t> ack_id) const;
  /// Calls `use(SocketState&)` for each selected socket. `use` must run no user code.
  template <class Use>
  void for_each(const detail::BroadcastOptions& options, Use use);
  template <class Use>
  void visit(std::string_view room, Use use);
  std::vector<std::shared_ptr<SocketState>> collect(const detail::BroadcastOptions& options);
  /// Calls `use(SocketState&)` for each socket. If it fails for one of them, that socket's
  /// connection closes.
  template <class Use>
  static void use_each(const std::vector<std::shared_ptr<SocketState>>& sockets, Use use);

  NamespaceState& nsp_;
  RoomIndex rooms_;
  std::uint64_t broadcast_mark_ = 0;
};

}  // namespace socketio::core
