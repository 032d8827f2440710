// SPDX-License-Identifier: MIT
// Message: what one node of a cluster tells the others about a namespace, as a value. These are the
// messages of the JavaScript ClusterAdapter. A bus carries them as they are, between the loops of a
// process, or as bytes, between servers.
//
// A message is shared and does not change once it is published, so that it may be read on any thread.
//
// An answer of a node may speak for others behind it, which are on another bus (ClusterNode). Only a
// bus that carries messages as they are can say what was `missing` there; others leave it out.
#pragma once

#include "core/server/adapter.hpp"

#include <socketio/json.hpp>
#include <socketio/outcome.hpp>
#include <socketio/reply.hpp>
#include <socketio/socket.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <variant>
#include <vector>

namespace socketio::cluster {

/// JSON text, with the attachments of the placeholders in it. It is valid: it goes to clients as it is,
/// so a bus that makes messages from bytes has to see to that.
struct Content {
  std::string text;
  std::vector<Bytes> attachments;
};

/// Identifies a request among those of the node that sent it. Empty: nobody waits for an answer.
using RequestId = std::string;

// --- Membership ---

/// A node has come. The others reply with Heartbeat.
struct Hello {};
struct Heartbeat {};
/// A node leaves, and answers nothing any more.
struct Goodbye {};

// --- Requests ---

struct Broadcast {
  /// The array of name and arguments.
  Content event;
  detail::BroadcastOptions options;
  /// Not empty if the clients are asked: answered with ClientCount, then a ClientAnswer for each.
  RequestId request;
  /// Its place in the history that the servers share, if the bus has one (core::SessionStore).
  std::string offset{};
};
struct SocketsJoin {
  detail::BroadcastOptions options;
  std::vector<std::string> rooms;
};
struct SocketsLeave {
  detail::BroadcastOptions options;
  std::vector<std::string> rooms;
};
struct DisconnectSockets {
  detail::BroadcastOptions options;
  Close close;
};
/// Answered with Sockets.
struct FetchSockets {
  detail::BroadcastOptions options;
  RequestId request;
};
struct ServerSideEmit {
  /// The array of name and arguments.
  Content event;
  /// Not empty if it is answered with ServerSideAnswer.
  RequestId request;
};

// --- Answers, each to the node that sent the request ---

struct ClientCount {
  RequestId request;
  std::size_t clients;
  MissingNodes missing;
};
struct ClientAnswer {
  RequestId request;
  /// The array of the acknowledgement's arguments, if there is no error.
  Content arguments;
  std::error_code error;
};
struct Sockets {
  RequestId request;
  std::vector<core::SocketDetails> sockets;
  MissingNodes missing;
};
struct ServerSideAnswer {
  RequestId request;
  /// The value that the server's handler has answered; none if it has no handler that answers, or is
  /// the server that asks; several from a loop that speaks for other servers. Between servers there
  /// is one, and a wire that cannot say "none" sends nothing.
  std::vector<Content> answers;
  MissingNodes missing;
};

using Body = std::variant<Hello, Heartbeat, Goodbye, Broadcast, SocketsJoin, SocketsLeave,
                          DisconnectSockets, FetchSockets, ServerSideEmit, ClientCount,
                          ClientAnswer, Sockets, ServerSideAnswer>;

/// The sender of what an Emitter publishes, which is no node.
inline constexpr std::string_view emitter_sender = "emitter";

struct Message {
  /// The id of the node that sends it. Empty if the wire does not tell: then every answer counts as
  /// one of another node.
  std::string sender;
  /// The namespace's name.
  std::string nsp;
  Body body;
};

using MessagePtr = std::shared_ptr<const Message>;

}  // namespace socketio::cluster
