// SPDX-License-Identifier: MIT
// ClientSession: one Engine.IO connection at the client, whatever carries it: handshake, upgrade,
// heartbeat, close (Engine.IO protocol 4).
//
// Life cycle: made -> open() -> opening -> open -> [upgrade] -> closing (what was sent before
// close() leaves first) -> closed. Its handler hears on_open() at most once and on_close() exactly
// once after open(), unless detach() comes first. Loop's thread only.
#pragma once

#include "base/connector.hpp"
#include "base/loop.hpp"
#include "codec/engineio/packet.hpp"
#include "engine/client_options.hpp"
#include "engine/cookie_jar.hpp"
#include "engine/transport.hpp"

#include <socketio/outcome.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

namespace socketio::engine {

/// Why a connection failed, in the words of the JavaScript client.
struct Failure {
  std::string message;       // "xhr poll error", "websocket error", "probe error", "timeout", …
  std::error_code code;      // the cause, if the environment or TLS had one
  std::uint16_t status = 0;  // of the HTTP response, if there was one
  std::string details;       // what code and status do not say, for people
};

class ClientSessionHandler {
 public:
  virtual ~ClientSessionHandler() = default;
  virtual void on_open(const engineio::Handshake& handshake) = 0;
  /// Views live during the call. Any call may close, detach or destroy the session.
  virtual void on_text(std::string_view message) = 0;
  virtual void on_binary(std::string_view message) = 0;
  virtual void on_ping() {}
  virtual void on_upgrade(TransportName) {}
  /// What was sent has left: a transport that was not writable is again.
  virtual void on_drain() {}
  /// The last call. `reason`: transport_error, transport_close, ping_timeout, parse_error or
  /// forced_close; `failure` is empty but for the first.
  virtual void on_close(DisconnectReason reason, const Failure& failure) = 0;
};

class ClientSession : public std::enable_shared_from_this<ClientSession> {
 public:
  /// What outlives single connections of one client: cookies, and that the last upgrade succeeded.
  struct Memory {
    CookieJar cookies;
    bool prefers_websocket = false;
  };

  static std::shared_ptr<ClientSession> make(Loop& loop, Connector& connector,
                                             const ClientOptions& options, Memory& memory,
                                             ClientSessionHandler& handler);
  ~ClientSession();

  void open();
  /// A text message, Socket.IO's part only (no type digit), and a binary one; dropped unless open.
  void send_text(std::string_view message, Compress compress);
  void send_binary(std::string_view message);
  /// Flushes, waits for a running upgrade, says goodbye; on_close(forced_close) follows.
  void close();
  /// The same without flushing, and with that reason, at once.
  void abort(DisconnectReason reason, const Failure& failure);
  /// Ends it at once, in silence: its handler hears nothing any more.
  void detach();

  bool is_open() const;
  /// Open, and nothing waits in front of what would be sent now.
  bool writable() const;
  std::size_t queued_bytes() const;
  TransportName transport_name() const;
  /// Of the handshake; empty before.
  const std::string& id() const;
  /// The time in which a ping has to come has passed (a machine that slept).
  bool heartbeat_expired() const;
};

}  // namespace socketio::engine
