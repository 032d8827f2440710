// SPDX-License-Identifier: MIT
// ClientTransport: how a client's session reaches its server. The session owns one, and a second
// one while it upgrades, and is the listener of both.
//
// Life cycle: made -> open() -> calls to the listener until on_transport_end() or close(), after
// either of which the listener is not called any more. Any call to the listener may close or
// release the transport. Loop's thread only.
#pragma once

#include "base/connector.hpp"
#include "base/loop.hpp"
#include "codec/engineio/packet.hpp"
#include "engine/client/cookie_jar.hpp"
#include "engine/client/failure.hpp"
#include "engine/client/options.hpp"
#include "engine/transport.hpp"

#include <socketio/outcome.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

namespace socketio::engine {

class ClientTransport;

class ClientTransportListener {
 public:
  virtual ~ClientTransportListener() = default;
  /// A WebSocket can be written to.
  virtual void on_transport_open(ClientTransport& from) = 0;
  /// Its data lives during the call.
  virtual void on_packet(ClientTransport& from, const engineio::Packet& packet) = 0;
  /// What was sent has been taken.
  virtual void on_transport_drain(ClientTransport& from) = 0;
  /// The server has handled what the latest separate() was behind.
  virtual void on_transport_separated(ClientTransport& from) = 0;
  /// Polling was paused, and what was underway has arrived.
  virtual void on_transport_paused(ClientTransport& from) = 0;
  /// transport_error with its failure, or transport_close.
  virtual void on_transport_end(ClientTransport& from, DisconnectReason reason,
                                const Failure& failure) = 0;
  /// Something of a transport threw, and that is being handled: the session breaks off.
  virtual void on_exception() noexcept = 0;
};

/// Of a message, text without the type digit.
using KeepsMessage = std::function<bool(engineio::Content content, std::string_view message)>;

class ClientTransport : public Transport {
 public:
  virtual void open() = 0;
  /// What is sent from now on leaves when the server has certainly handled what was sent before:
  /// it never comes to it in one piece with that.
  virtual void separate() = 0;
  /// on_transport_separated() is to come.
  virtual bool is_separating() const = 0;
  /// Separates nothing any more: of the messages that have not left, those that `keeps` may leave
  /// at once, and the others are dropped. on_transport_separated() does not come.
  virtual void flush_separated(const KeepsMessage& keeps) = 0;
};

/// A packet that waits for its turn.
struct WaitingPacket {
  WaitingPacket(const engineio::Packet& packet, Compress compress_it)
      : type(packet.type), content(packet.content), compress(compress_it), data(packet.data) {}

  engineio::Packet packet() const { return {type, content, data}; }
  /// What it counts for while it waits.
  std::size_t size_bytes() const { return 1 + data.size(); }

  engineio::PacketType type;
  engineio::Content content;
  Compress compress;
  bool is_separated = false;  // from what follows
  std::string data;
};

/// Hands what has waited over to `transport`.
void send_waiting(ClientTransport& transport, const std::deque<WaitingPacket>& packets);

/// ClientTransport::flush_separated() of what has waited: what stands behind a separation stays if
/// it is kept. `is_behind`: a separation stands in front of all of it.
void join_sections(std::deque<WaitingPacket>& packets, bool is_behind, const KeepsMessage& keeps);

/// What outlives single connections of one client.
struct ClientMemory {
  CookieJar cookies;
  /// The last upgrade succeeded.
  bool prefers_websocket = false;
  /// The server closes connections that it had agreed to keep, and a POST was lost by that.
  bool posts_on_new_connections = false;
};

/// What the transports of one session share; outlives them while they are open.
struct ClientContext {
  Loop& loop;
  Connector& connector;
  const ClientOptions& options;
  ClientMemory& memory;
  ClientTransportListener& listener;
};

}  // namespace socketio::engine
