// SPDX-License-Identifier: MIT
// Adapter: whatever a namespace does for many sockets, and what one socket does with rooms; the
// adapter contract of the JavaScript implementation. LocalAdapter does it for the sockets of one
// loop. An adapter that reaches further stands in front of it: it also sends each request to other
// servers, as a message, and hands what they send to its own LocalAdapter.
//
// So no request refers to an object of this process: each is made of names, ids, flags and an event
// as it travels. Results come by callback, at once or later, on the loop.
//
// Life cycle: made with its namespace, and ends with it. Loop's thread only.
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

/// An event as it travels in any packet, whatever its namespace and id.
struct WrittenEvent {
  std::string_view text;           ///< The JSON array of its name and arguments; the caller's.
  std::vector<Bytes> attachments;  ///< Of the placeholders in it.
};

/// What the other servers are told of a socket that fetch_sockets() has found.
struct SocketDetails {
  std::string id;
  Handshake handshake;
  std::vector<std::string> rooms;
  json data = json::object();
};

class Adapter {
 public:
  using CountCallback = std::function<void(std::size_t)>;
  using FetchCallback = std::function<void(std::vector<SocketDetails>)>;
  using IdsCallback = std::function<void(std::vector<std::string>)>;

  virtual ~Adapter() = default;

  /// How many servers there are, this one included.
  virtual void server_count(CountCallback counted) = 0;

  // --- One socket of this server; nothing happens if there is none with this id ---

  virtual void add_all(std::string_view id, std::span<const std::string> rooms) = 0;
  virtual void del(std::string_view id, std::string_view room) = 0;
  virtual void del_all(std::string_view id) = 0;
  /// The rooms that it is in, its own first.
  virtual std::vector<std::string> socket_rooms(std::string_view id) = 0;

  // --- Many: the sockets that the options name, of all servers unless they say `local` ---

  virtual void broadcast(WrittenEvent event, const detail::BroadcastOptions& options) = 0;
  /// Each server that has been reached says how many clients it asks, and each of these answers
  /// exactly once, with an error if need be; `answered` throws what user code throws.
  virtual void broadcast_with_ack(WrittenEvent event, const detail::BroadcastOptions& options,
                                  CountCallback client_count, detail::AckCallback answered) = 0;
  /// The ids of the sockets in any of the rooms; of all if there are no rooms.
  virtual void sockets(std::vector<std::string> rooms, IdsCallback found) = 0;
  virtual void fetch_sockets(const detail::BroadcastOptions& options, FetchCallback found) = 0;
  virtual void add_sockets(const detail::BroadcastOptions& options,
                           std::vector<std::string> rooms) = 0;
  virtual void del_sockets(const detail::BroadcastOptions& options,
                           std::vector<std::string> rooms) = 0;
  virtual void disconnect_sockets(const detail::BroadcastOptions& options, Close close) = 0;
};

/// Makes the adapter of a namespace, which outlives it.
using AdapterFactory = std::function<std::unique_ptr<Adapter>(NamespaceState& nsp)>;

}  // namespace socketio::core
