// SPDX-License-Identifier: MIT
// Adapter: everything that a namespace does for many sockets, and that one socket does with rooms;
// the adapter contract of the JavaScript implementation. LocalAdapter does it for the sockets of
// one loop. An adapter for several servers wraps a LocalAdapter: it also sends each request
// to the other servers, as a message, and passes their requests to its own LocalAdapter.
//
// For this reason no request refers to an object of this process. Each consists of names, ids,
// flags and an encoded event. Results arrive by callback on the loop, at once or later.
//
// Life cycle: created and destroyed with its namespace; init() when the namespace is complete. Loop's
// thread only, except for its destruction: the last handle to a namespace that has ended may be
// anywhere.
#pragma once

#include <socketio/socket.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::core {

class NamespaceState;
class SessionStore;

/// An event as it is sent in any packet, whatever the packet's namespace and id.
struct WrittenEvent {
  /// The JSON array of name and arguments. The caller owns it.
  std::string_view text;
  /// For the placeholders in the text.
  std::vector<Bytes> attachments;
};

/// What other servers are told about a socket that fetch_sockets() has found.
struct SocketDetails {
  std::string id;
  Handshake handshake;
  std::vector<std::string> rooms;
  json data = json::object();
};

class Adapter {
 public:
  using CountCallback = std::function<void(std::size_t)>;
  using AskedCallback = std::function<void(std::size_t clients, MissingNodes missing)>;
  using FetchCallback = std::function<void(std::vector<SocketDetails>, MissingNodes missing)>;
  using IdsCallback = std::function<void(std::vector<std::string>)>;

  virtual ~Adapter() = default;
  /// From now on the namespace has an owner.
  virtual void init() {}

  /// The number of servers, including this one.
  virtual void server_count(CountCallback counted) = 0;

  // --- One socket of this server; nothing happens if there is none with this id ---

  virtual void add_all(std::string_view id, std::span<const std::string> rooms) = 0;
  virtual void del(std::string_view id, std::string_view room) = 0;
  virtual void del_all(std::string_view id) = 0;
  /// The rooms of the socket, beginning with its own.
  virtual std::vector<std::string> socket_rooms(std::string_view id) = 0;

  // --- Many: the sockets that the options name, of all servers unless they say `local` ---

  virtual void broadcast(WrittenEvent event, const detail::BroadcastOptions& options) = 0;
  /// `asked` is told once how many clients are asked, those of all servers together, and each of
  /// these answers exactly once, possibly with an error and before that. `answered` throws what user
  /// code throws.
  virtual void broadcast_with_ack(WrittenEvent event, const detail::BroadcastOptions& options,
                                  AskedCallback asked, detail::AckCallback answered) = 0;
  /// The ids of the sockets in any of the rooms, or of all sockets if `rooms` is empty.
  virtual void sockets(std::vector<std::string> rooms, IdsCallback found) = 0;
  virtual void fetch_sockets(const detail::BroadcastOptions& options, FetchCallback found) = 0;
  virtual void add_sockets(const detail::BroadcastOptions& options,
                           std::vector<std::string> rooms) = 0;
  virtual void del_sockets(const detail::BroadcastOptions& options,
                           std::vector<std::string> rooms) = 0;
  virtual void disconnect_sockets(const detail::BroadcastOptions& options, Close close) = 0;

  // --- The other servers ---

  virtual void server_side_emit(WrittenEvent event) = 0;
  /// `answered` is called with what each of them answers, as an array of one value, and `all` at the
  /// end.
  virtual void server_side_emit_with_ack(WrittenEvent event, detail::AckCallback answered,
                                         detail::AllCallback all) = 0;
  /// Where the servers keep sessions together. Whoever has asked for it gets broadcasts as the others
  /// do: in the order of the shared history, and with offsets. Null if each server keeps its own.
  virtual std::shared_ptr<SessionStore> session_store() { return nullptr; }
};

/// Creates the adapter of a namespace. The namespace outlives it.
using AdapterFactory = std::function<std::unique_ptr<Adapter>(NamespaceState& nsp)>;

}  // namespace socketio::core
