// SPDX-License-Identifier: MIT
// The messages of @socket.io/redis-adapter (createAdapter(), "classic") and of @socket.io/
// redis-emitter. Broadcasts are arrays in MessagePack. Requests and responses are JSON or
// MessagePack, and which of both it is, the first byte says. Responses do not tell who sends them.
//
// Life cycle: one for each bus. Single thread.
#pragma once

#include "base/result.hpp"
#include "cluster/message.hpp"
#include "cluster/wire_text.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::redis {

/// The channels of a namespace. `key` is the adapter's option, "socket.io" by default.
class ClassicChannels {
 public:
  ClassicChannels(std::string_view key, std::string_view nsp);

  const std::string& broadcast() const { return broadcast_; }
  /// A broadcast with exactly one room.
  std::string room(std::string_view room) const { return broadcast_ + std::string(room) + '#'; }
  /// For PSUBSCRIBE: broadcast() and all of room(), and perhaps more.
  const std::string& pattern() const { return pattern_; }
  /// For SUBSCRIBE, by each node exactly once: Redis counts the nodes by it.
  const std::string& request() const { return request_; }
  const std::string& response() const { return response_; }
  std::string response(std::string_view node) const { return response_ + std::string(node) + '#'; }

 private:
  std::string broadcast_, pattern_, request_, response_;
};

struct ClassicRequest {
  /// What is answered: what the message itself asks for; or, to older releases and to those who ask
  /// for all rooms, the ids or the rooms of the sockets that its FetchSockets finds, or only that it
  /// has been done, by the node that has the socket with the id `message.options.rooms[0]`.
  enum class Answer : std::uint8_t { as_asked, ids, rooms, done };
  cluster::Message message;
  Answer answer = Answer::as_asked;
  /// Of an answer `done`.
  cluster::RequestId request;
};

class ClassicFormat {
 public:
  explicit ClassicFormat(const cluster::FormatLimits& limits = {}) : wire_(limits) {}

  /// A broadcast without a request for the broadcast channels; with one, and every other request,
  /// for the request channel; an answer for a response channel.
  Result<std::string, cluster::FormatErrc> encode(const cluster::Message& message);
  static std::string encode_ids(const cluster::RequestId& request,
                                const std::vector<core::SocketDetails>& sockets);
  static std::string encode_rooms(const cluster::RequestId& request,
                                  const std::vector<core::SocketDetails>& sockets);
  static std::string encode_done(const cluster::RequestId& request);

  Result<cluster::Message, cluster::FormatErrc> decode_broadcast(std::string_view bytes);
  Result<ClassicRequest, cluster::FormatErrc> decode_request(std::string_view bytes,
                                                             std::string_view nsp);
  Result<cluster::Message, cluster::FormatErrc> decode_response(std::string_view bytes,
                                                                std::string_view nsp);

 private:
  cluster::WireText wire_;
};

}  // namespace socketio::redis
