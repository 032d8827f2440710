// SPDX-License-Identifier: MIT
// ClientTransport: how a client's session reaches its server. The session has one, a second one
// while it upgrades, and is the listener of both.
//
// Life cycle: made -> open() -> calls to the listener until on_transport_end() or close(). After
// either of them the listener is not called any more. In any call the listener may close or release
// the transport. Loop's thread only.
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
  /// The WebSocket is open and can be written to.
  virtual void on_transport_open(ClientTransport& from) = 0;
  /// The packet's data is valid during the call.
  virtual void on_packet(ClientTransport& from, const engineio::Packet& packet) = 0;
  /// The peer has taken what was sent.
  virtual void on_transport_drain(ClientTransport& from) = 0;
  /// The server has handled everything that was sent before the latest separate().
  virtual void on_transport_separated(ClientTransport& from) = 0;
  /// Polling is paused, and no request is underway.
  virtual void on_transport_paused(ClientTransport& from) = 0;
  /// `reason` is transport_error, with its failure, or transport_close.
  virtual void on_transport_end(ClientTransport& from, DisconnectReason reason,
                                const Failure& failure) = 0;
  /// The transport has thrown. Called while the exception is being handled: the session breaks off.
  virtual void on_exception() noexcept = 0;
};

/// Decides about one message, whose text is without the type digit.
using KeepsMessage = std::function<bool(engineio::Content content, std::string_view message)>;

class ClientTransport : public Transport {
 public:
  virtual void open() = 0;
  /// What is sent from now on is sent once the server has certainly handled what was sent before.
  /// The server never reads both in one piece.
  virtual void separate() = 0;
  /// Whether on_transport_separated() is still to come.
  virtual bool is_separating() const = 0;
  /// Stops separating. Of the messages that have not been sent, sends those for which `keeps` is
  /// true and drops the others. on_transport_separated() is not called.
  virtual void flush_separated(const KeepsMessage& keeps) = 0;
};

/// A packet that has not been sent yet.
struct WaitingPacket {
  WaitingPacket(const engineio::Packet& packet, Compress compress_it)
      : type(packet.type), content(packet.content), compress(compress_it), data(packet.data) {}

  engineio::Packet packet() const { return {type, content, data}; }
  /// What it counts for while it waits.
  std::size_t size_bytes() const { return 1 + data.size(); }

  engineio::PacketType type;
  engineio::Content content;
  Compress compress;
  // The server must handle it before what follows is sent.
  bool is_separated = false;
  std::string data;
};

/// Sends the waiting packets on `transport`.
void send_waiting(ClientTransport& transport, const std::deque<WaitingPacket>& packets);

/// ClientTransport::flush_separated() for waiting packets: after a separation only those stay for
/// which `keeps` is true. `is_behind` means that all of them come after a separation.
void join_sections(std::deque<WaitingPacket>& packets, bool is_behind, const KeepsMessage& keeps);

/// What a client keeps from one connection to the next.
struct ClientMemory {
  CookieJar cookies;
  /// The latest upgrade succeeded.
  bool prefers_websocket = false;
  /// A POST was lost because the server closed a connection that it had promised to keep.
  bool posts_on_new_connections = false;
};

/// What the transports of one session share. It outlives them while they are open.
struct ClientContext {
  Loop& loop;
  Connector& connector;
  const ClientOptions& options;
  ClientMemory& memory;
  ClientTransportListener& listener;
};

}  // namespace socketio::engine
