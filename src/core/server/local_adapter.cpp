// SPDX-License-Identifier: MIT
#include "core/server/local_adapter.hpp"

#include "base/contain.hpp"
#include "base/log.hpp"
#include "core/server/namespace_state.hpp"
#include "core/server/socket_state.hpp"

#include <exception>
#include <utility>

namespace socketio::core {

// --- One socket. Its own room is not in the index: the socket's flag says whether it is in
// that room ---

RoomIndex& LocalAdapter::changing() {
  nsp_.loop().check_thread();
  nsp_.waiting_broadcasts().before_room_change();
  return rooms_;
}

void LocalAdapter::add_all(std::string_view id, std::span<const std::string> rooms) {
  SocketState* const socket = nsp_.find(id);
  if (!socket) return;
  RoomIndex& index = changing();
  NodeWatcher* const watcher = nsp_.node().watcher();
  std::vector<std::string> joined;
  for (const std::string& room : rooms) {
    const bool is_new =
        room == id ? !std::exchange(socket->in_own_room, true) : index.join(*socket, room);
    if (watcher && is_new) joined.push_back(room);
  }
  // Last, because what it sends may be watched by user code, which may end the socket.
  if (!joined.empty()) watcher->on_joined(nsp_, std::string(id), joined);
}

void LocalAdapter::del(std::string_view id, std::string_view room) {
  SocketState* const socket = nsp_.find(id);
  if (!socket) return;
  RoomIndex& index = changing();
  const bool has_left =
      room == id ? std::exchange(socket->in_own_room, false) : index.leave(*socket, room);
  NodeWatcher* const watcher = nsp_.node().watcher();
  if (watcher && has_left) watcher->on_left(nsp_, socket->id(), {std::string(room)});
}

void LocalAdapter::del_all(std::string_view id) {
  SocketState* const socket = nsp_.find(id);
  if (!socket) return;
  NodeWatcher* const watcher = nsp_.node().watcher();
  std::vector<std::string> left;
  if (watcher) left = socket_rooms(id);
  changing().leave_all(*socket);
  socket->in_own_room = false;
  if (!left.empty()) watcher->on_left(nsp_, socket->id(), left);
}

std::vector<std::string> LocalAdapter::socket_rooms(std::string_view id) {
  std::vector<std::string> names;
  SocketState* const socket = nsp_.find(id);
  if (!socket) return names;
  if (socket->in_own_room) names.emplace_back(id);
  for (const Membership& membership : socket->memberships()) names.push_back(membership.room->name);
  return names;
}

// --- The receivers of a request ---

template <class Use>
void LocalAdapter::visit(std::string_view room, Use use) {
  if (SocketState* const socket = nsp_.find(room); socket && socket->in_own_room) use(*socket);
  if (const Room* const found = rooms_.find(room)) {
    for (SocketState* const member : found->members) use(*member);
  }
}

template <class Use>
void LocalAdapter::for_each(const detail::BroadcastOptions& options, Use use) {
  if (options.rooms.empty() && options.except.empty()) {
    for (SocketState* const socket : nsp_.everybody()) use(*socket);
    return;
  }
  // A socket that has this broadcast's mark has already been served, or is excluded.
  const std::uint64_t mark = ++broadcast_mark_;
  for (const std::string& room : options.except) {
    visit(room, [&](SocketState& socket) { socket.broadcast_mark = mark; });
  }
  const auto use_once = [&](SocketState& socket) {
    if (std::exchange(socket.broadcast_mark, mark) != mark && socket.connected()) use(socket);
  };
  if (options.rooms.empty()) {
    for (SocketState* const socket : nsp_.everybody()) use_once(*socket);
  } else {
    for (const std::string& room : options.rooms) visit(room, use_once);
  }
}

std::vector<std::shared_ptr<SocketState>> LocalAdapter::collect(
    const detail::BroadcastOptions& options) {
  std::vector<std::shared_ptr<SocketState>> sockets;
  for_each(options, [&](SocketState& socket) { sockets.push_back(socket.shared_from_this()); });
  return sockets;
}

template <class Use>
void LocalAdapter::use_each(const std::vector<std::shared_ptr<SocketState>>& sockets, Use use) {
  for (const auto& socket : sockets) {
    contain(*socket, [&] { use(*socket); });
  }
}

// --- Broadcasts ---

PreparedEvents LocalAdapter::prepare(WrittenEvent event, const detail::BroadcastOptions& options,
                                     std::optional<std::uint64_t> ack_id) const {
  PreparedEvents events(nsp_.node().encoder(), nsp_.name(), options.flags.compress);
  events.add(std::move(event), ack_id);
  return events;
}

void LocalAdapter::broadcast(WrittenEvent event, const detail::BroadcastOptions& options) {
  nsp_.loop().check_thread();
  const bool is_logged = nsp_.recovery() && !nsp_.recovery()->is_shared();
  if (is_logged && !options.flags.is_volatile) {
    return broadcast_logged(std::move(event), options);
  }
  PreparedEvents events = prepare(std::move(event), options, std::nullopt);
  if (!nsp_.outgoing_is_watched() && !options.flags.is_volatile)
    return nsp_.waiting_broadcasts().add(*this, options, std::move(events));
  const PreparedEvents::Event& sent = events.events().front();
  use_each(collect(options), [&](SocketState& socket) {
    socket.notify_outgoing(sent.text(), sent.attachments);
    socket.send_prepared(events, options.flags);
  });
}

void LocalAdapter::broadcast_logged(WrittenEvent event, const detail::BroadcastOptions& options) {
  const bool is_watched = nsp_.outgoing_is_watched();
  std::vector<std::shared_ptr<SocketState>> watching;
  if (is_watched) watching = collect(options);
  // What handlers send comes first, so it has earlier offsets.
  use_each(watching,
           [&](SocketState& socket) { socket.notify_outgoing(event.text, event.attachments); });
  const std::string text = nsp_.recovery()->add(event, options);
  PreparedEvents events = prepare({text, std::move(event.attachments)}, options, std::nullopt);
  events.set_log_end(nsp_.recovery()->log().next());
  if (!is_watched) return nsp_.waiting_broadcasts().add(*this, options, std::move(events));
  use_each(watching, [&](SocketState& socket) { socket.send_prepared(events, options.flags); });
}

void LocalAdapter::deliver(PreparedEvents& events, const detail::BroadcastOptions& options) {
  nsp_.loop().check_thread();
  if (events.log_end() != 0) {
    for_each(options, [&](SocketState& socket) { socket.note_sent(events.log_end()); });
  }
  // Reported at the end, because the hook is user code, which may change the members of a room.
  std::shared_ptr<SocketState> failed;
  std::exception_ptr failure;
  CountBy<EmitResult, EmitResult::not_connected> receivers;
  for_each(options, [&](SocketState& socket) {
    try {
      ++receivers[socket.deliver(events)];
    } catch (...) {
      socket.break_off();
      failed = socket.shared_from_this();
      failure = std::current_exception();
    }
  });
  receivers.for_each([&](EmitResult result, std::uint64_t count) {
    nsp_.count(result, count * events.events().size());
  });
  if (!failed) return;
  Socket handle(failed);
  nsp_.report(handle, "connection", failure);
}

std::shared_ptr<WaitingBroadcasts::Receivers> LocalAdapter::shared() {
  return {nsp_.shared_from_this(), this};
}

void LocalAdapter::broadcast_with_ack(WrittenEvent event, const detail::BroadcastOptions& options,
                                      AskedCallback asked, detail::AckCallback answered) {
  // One id for all. The counter is the namespace's, so the id differs from those of single emits.
  const std::uint64_t id = nsp_.next_ack_id();
  PreparedEvents events = prepare(std::move(event), options, id);
  const PreparedEvents::Event& sent = events.events().front();
  const auto sockets = collect(options);
  asked(sockets.size(), {});
  use_each(sockets, [&](SocketState& socket) {
    if (!socket.expect_ack(id, answered, options.flags.timeout)) return;
    socket.notify_outgoing(sent.text(), sent.attachments);
    socket.send_question(id, events, options.flags);
  });
}

// --- Other requests ---

void LocalAdapter::sockets(std::vector<std::string> rooms, IdsCallback found) {
  std::vector<std::string> ids;
  for_each({std::move(rooms), {}, {}}, [&](SocketState& socket) { ids.push_back(socket.id()); });
  found(std::move(ids));
}

void LocalAdapter::fetch_sockets(const detail::BroadcastOptions& options, FetchCallback found) {
  std::vector<SocketDetails> sockets;
  use_each(collect(options), [&](SocketState& socket) {
    SocketDetails details{socket.id(), socket.make_handshake(), socket.rooms()};
    if (const json* const data = socket.json_data()) details.data = *data;
    sockets.push_back(std::move(details));
  });
  found(std::move(sockets), {});
}

void LocalAdapter::add_sockets(const detail::BroadcastOptions& options,
                               std::vector<std::string> rooms) {
  use_each(collect(options), [&](SocketState& socket) { socket.join(rooms); });
}

void LocalAdapter::del_sockets(const detail::BroadcastOptions& options,
                               std::vector<std::string> rooms) {
  use_each(collect(options), [&](SocketState& socket) {
    for (const std::string& room : rooms) socket.leave(room);
  });
}

void LocalAdapter::disconnect_sockets(const detail::BroadcastOptions& options, Close close) {
  use_each(collect(options), [&](SocketState& socket) { socket.disconnect(close); });
}

// --- The other servers: there are none ---

void LocalAdapter::server_side_emit(WrittenEvent event) {
  if (nsp_.node().warned_of_no_servers()) return;
  log_line(LogScope::core, LogLevel::warning,
           {"server_side_emit: there is no adapter for several servers, so that ", event.text,
            " reaches nobody"});
}

void LocalAdapter::server_side_emit_with_ack(WrittenEvent event, detail::AckCallback,
                                             detail::AllCallback all) {
  server_side_emit(std::move(event));
  all({});
}

bool LocalAdapter::has_room(std::string_view room) const {
  if (rooms_.find(room)) return true;
  const SocketState* const socket = nsp_.find(room);
  return socket && socket->in_own_room;
}

}  // namespace socketio::core
