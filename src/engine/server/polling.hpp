// SPDX-License-Identifier: MIT
// HTTP long-polling (Engine.IO protocol 4, "HTTP long-polling"): a parked GET receives what the
// server sends, and POSTs bring what the client sends; one of each at a time. What is sent while no
// GET is parked waits here. In protocol 3 payloads have another form (codec/engineio/v3.hpp).
//
// Life cycle: accept() gets every request of the session. A response is sent at the end of the turn
// in which something was sent. Loop's thread only.
#pragma once

#include "engine/server/exchange.hpp"
#include "engine/server/session.hpp"
#include "engine/server/transport.hpp"
#include "engine/websocket_message.hpp"

#include <memory>
#include <string>

namespace socketio::engine {

class PollingTransport final : public ServerTransport,
                               public ExchangeListener,
                               public std::enable_shared_from_this<PollingTransport> {
 public:
  /// Only protocol 3 has binary payloads: `form` says whether its client can read them.
  PollingTransport(Session& session, BinaryForm form) : session_(&session), binary_form_(form) {}

  /// Accepts a GET or POST of this session whose headers are complete.
  void accept(std::shared_ptr<Exchange> exchange);
  bool poll_pending() const { return poll_ != nullptr; }
  /// Answers a parked poll with a noop packet, so that the client can pause for an upgrade.
  void send_noop();
  /// The client has sent a close packet: answers a pending poll with a noop.
  void end_poll();
  /// At the end of an upgrade: passes what is waiting to `successor` and answers a parked poll.
  void hand_over(ServerTransport& successor);
  /// After close(): true until the client's next poll has been told.
  bool awaits_last_poll() const { return closing_ && poll_ == nullptr && !told_; }

  TransportName name() const override { return TransportName::polling; }
  void send(const engineio::Packet& packet, Compress compress) override;
  void send_prepared(PreparedMessage& message) override;
  bool writable() const override { return poll_ != nullptr && payload_.empty(); }
  std::size_t queued_bytes() const override { return payload_.size(); }
  // Every response notifies anyway.
  void want_drain() override {}
  void close() override;
  void cut() override;
  /// For contain().
  void on_exception() noexcept;

  void on_body(Exchange& exchange) override;
  void on_abort(Exchange& exchange, Abort why) override;
  /// The session is gone and is not notified any more.
  void detach() { session_ = nullptr; }

 private:
  void accept_poll(std::shared_ptr<Exchange> exchange);
  void accept_post(std::shared_ptr<Exchange> exchange);
  void deliver(const http::Request& request);
  /// Calls on_packet() for each packet that `decoder` finds.
  template <class Decoder>
  void deliver_packets(Decoder decoder);
  void append_packet(std::string& payload, const engineio::Packet& packet) const;
  /// Calls `append(std::string&)` for the next packets. If that throws, nothing has changed.
  template <class Append>
  void add_packets(Compress compress, Append append);
  /// Answers the pending poll with one packet, at once.
  void respond_with(engineio::PacketType type);
  void schedule_response();
  void respond_to_poll();
  void fail(DisconnectReason reason);

  Session* session_;
  BinaryForm binary_form_;
  std::shared_ptr<Exchange> poll_;
  std::shared_ptr<Exchange> post_;
  // The waiting packets as they will be sent. Kept individually, small packets would take many
  // times the memory that they are counted for.
  std::string payload_;
  bool response_scheduled_ = false;
  bool may_compress_ = false;
  bool closing_ = false;
  bool told_ = false;
};

}  // namespace socketio::engine
